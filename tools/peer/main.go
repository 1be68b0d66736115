package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// peer is one comparison.
type peer struct {
	root    string // the source tree
	dir     string // build/peer below it
	timeout time.Duration
}

func (p *peer) in(name string) string { return filepath.Join(p.dir, name) }

func (p *peer) progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "peer: "+format+"\n", args...)
}

func main() {
	runtime.LockOSThread() // QEMU dies with the thread that started it
	root := flag.String("root", ".", "the source tree")
	gossamerOnly := flag.Bool("gossamer-only", false, "measure Gossamer's column only")
	linuxOnly := flag.Bool("linux-only", false, "measure Linux's column only")
	kernel := flag.String("kernel", "", "boot the bzImage `FILE` instead of Debian's kernel")
	flag.Parse()
	if flag.NArg() > 0 || *gossamerOnly && *linuxOnly {
		flag.Usage()
		os.Exit(2)
	}
	missing, err := run(*root, *kernel, !*linuxOnly, !*gossamerOnly)
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(2)
	}
	if len(missing) > 0 {
		fmt.Fprintln(os.Stderr, "peer: missing:", strings.Join(missing, ", "))
		os.Exit(1)
	}
}

func run(root, kernel string, gossamer, linux bool) (missing []string, err error) {
	if _, err := exec.LookPath("qemu-system-x86_64"); err != nil {
		return nil, fmt.Errorf("QEMU is not here: as root, apt-get install qemu-system-x86")
	}
	root, err = filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	p := &peer{root: root, dir: filepath.Join(root, "build", "peer"), timeout: 20 * time.Minute}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return nil, err
	}
	var g, l figures
	if linux {
		if l, err = p.linux(kernel); err != nil {
			return nil, err
		}
	}
	if gossamer {
		if g, err = p.gossamer(); err != nil {
			return nil, err
		}
	}
	return table(os.Stdout, rows, g, l), nil
}
