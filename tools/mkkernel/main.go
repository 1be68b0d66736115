package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
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
	if err := replaceFile(out, image); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes loaded (%.2f MiB of %.2f), entry %#x, ends at physical %#x\n",
		filepath.Base(out), stats.Loaded, mib(stats.Loaded), mib(limit), stats.Entry, stats.End)
	return nil
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// replaceFile puts data at path in one step, so that a QEMU which is starting
// at the same moment sees the old image or the new one, never a part.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o755)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
