package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"gossamer/tools/build"
)

// options is what the command line says.
type options struct {
	out       string
	root      string
	kernel    string // or: build it
	initramfs string // or: build it
	cmdline   string
	mode      string // of the framebuffer, for GRUB
	script    string // more of grub.cfg
	programs  list
	files     list
	flash     string
	dryRun    bool
	quiet     bool
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	var o options
	flag.StringVar(&o.out, "o", "gossamer.iso", "write the image to `FILE`")
	flag.StringVar(&o.root, "module", ".", "the Gossamer source tree")
	flag.StringVar(&o.kernel, "kernel", "", "take this kernel `FILE` (build/kernel) instead of building one")
	flag.StringVar(&o.initramfs, "initramfs", "", "take this cpio `FILE` instead of building one")
	flag.StringVar(&o.cmdline, "cmdline", "init=/bin/init", "the kernel's command line")
	flag.StringVar(&o.mode, "mode", "auto", "size of the framebuffer that is asked for: auto, or `WxH[xBITS]`")
	flag.StringVar(&o.script, "grub", "", "GRUB `COMMANDS` to run before the kernel is loaded, such as \"cutmem 64M 80M\"")
	flag.Var(&o.programs, "prog", "build or take the program at `PATH` and put it into /bin; may be repeated")
	flag.Var(&o.files, "add", "put FILE into the tree at PATH, as `FILE=PATH`; may be repeated")
	flag.StringVar(&o.flash, "flash", "", "write the image to the removable `DEVICE`, after asking")
	flag.BoolVar(&o.dryRun, "dry-run", false, "with -flash: check everything, write nothing")
	flag.BoolVar(&o.quiet, "q", false, "say nothing unless it fails")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: mkiso [-o IMAGE] [-cmdline TEXT] [-prog PATH]... [-add FILE=PATH]... [-flash DEVICE [-dry-run]]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := o.check(flag.NArg()); err != nil {
		fmt.Fprintln(os.Stderr, "mkiso:", err)
		flag.Usage()
		os.Exit(2)
	}
	if err := o.run(); err != nil {
		fmt.Fprintln(os.Stderr, "mkiso:", err)
		os.Exit(1)
	}
}

var modePattern = regexp.MustCompile(`^(auto|text|[1-9][0-9]{2,4}x[1-9][0-9]{2,4}(x(15|16|24|32))?)$`)

// check refuses a command line that makes no sense.
func (o *options) check(rest int) error {
	switch {
	case rest != 0:
		return fmt.Errorf("too many arguments")
	case o.out == "":
		return fmt.Errorf("-o: which file?")
	case o.dryRun && o.flash == "":
		return fmt.Errorf("-dry-run is about -flash")
	case !modePattern.MatchString(o.mode):
		return fmt.Errorf("-mode %s: want auto or a size like 1024x768", o.mode)
	case o.initramfs != "" && len(o.programs)+len(o.files) > 0:
		return fmt.Errorf("-prog and -add are about the initramfs that is built, not one that is given")
	}
	_, err := words(o.cmdline)
	return err
}

func (o *options) run() error {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	var target *device
	if o.flash != "" { // before the work
		if target, err = thisHost.find(o.flash); err != nil {
			return err
		}
	}
	if err := replaceable(o.out); err != nil { // likewise
		return err
	}
	grub, err := findTools()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gossamer-iso")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p := newProgress(o.quiet)
	in, err := o.collect(build.Tree(root), dir, p)
	if err != nil {
		return err
	}
	made, err := grub.image(in, dir, p)
	if err != nil {
		return err
	}
	p.step("reading it back")
	report, err := made.verify()
	if err != nil {
		return fmt.Errorf("the image is not what it should be: %w", err)
	}
	if err := place(made.path, o.out); err != nil {
		return err
	}
	p.done()
	for _, line := range report {
		p.say("  %s", line)
	}
	p.say("%s: %.2f MiB, sha256 %s", o.out, mib(made.size), made.sum)
	if target == nil {
		return nil
	}
	return target.flash(thisHost, o.out, o.dryRun, os.Stdin, os.Stderr)
}

// replaceable refuses what place would put a file in the place of, such as a device's node.
func replaceable(name string) error {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("-o %s: not a plain file (a stick is written with -flash)", name)
	}
	return nil
}

// place gives a finished file its name, in one step if the folders share a file system.
func place(from, to string) error {
	tmp, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	data, err := os.ReadFile(from)
	if err == nil {
		_, err = tmp.Write(data)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), to)
	}
	return err
}

func mib[N int | int64](n N) float64 { return float64(n) / (1 << 20) }
