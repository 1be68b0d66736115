package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"gossamer/tools/static"
)

func main() {
	out := flag.String("o", "", "write the image to `FILE`")
	limit := flag.Int64("max", 6<<20, "refuse an image that loads more than `BYTES`")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: mkkernel [-max BYTES] -o IMAGE BOOT.ELF KERNEL.ELF")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 || *out == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out, flag.Arg(0), flag.Arg(1), *limit); err != nil {
		fmt.Fprintln(os.Stderr, "mkkernel:", err)
		os.Exit(1)
	}
}

func run(out, bootPath, kernelPath string, limit int64) error {
	bootFile, err := os.ReadFile(bootPath)
	if err != nil {
		return err
	}
	kernelFile, err := os.ReadFile(kernelPath)
	if err != nil {
		return err
	}
	image, stats, err := Join(bootFile, kernelFile, limit)
	if err != nil {
		return err
	}
	if err := static.Replace(out, image, 0o755); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes loaded (%.2f MiB of %.2f), entry %#x, ends at physical %#x\n",
		filepath.Base(out), stats.Loaded, mib(stats.Loaded), mib(limit), stats.Entry, stats.End)
	return nil
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }
