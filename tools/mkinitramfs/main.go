package main

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"gossamer/tools/static"
)

func main() {
	var programs, files list
	out := flag.String("o", "", "write the archive to `FILE`")
	bin := flag.String("bin", "", "put every program in `DIR` into /bin")
	module := flag.String("module", ".", "the Gossamer source tree, for programs outside any module")
	flag.Var(&programs, "prog", "build or take the program at `PATH` and put it into /bin; may be repeated")
	argv := flag.Bool("run", false, "write /etc/run: the path of the program of -prog, then the `ARG`uments, each with a zero byte behind it")
	flag.Var(&files, "add", "put FILE into the tree at PATH, as `FILE=PATH`; may be repeated")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: mkinitramfs -o ARCHIVE [-bin DIR] [-prog PATH]... [-add FILE=PATH]... [-run ARG...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 0 && !*argv || *argv && len(programs) != 1 || *out == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out, *bin, *module, programs, files, *argv, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "mkinitramfs:", err)
		os.Exit(1)
	}
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func run(out, bin, module string, programs, files []string, argv bool, args []string) error {
	tree := NewTree()
	if bin != "" {
		entries, err := os.ReadDir(bin)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !e.Type().IsRegular() {
				continue
			}
			if err := addProgram(tree, filepath.Join(bin, e.Name()), e.Name()); err != nil {
				return err
			}
		}
	}
	for _, p := range programs {
		name, err := withBuilt(p, module, func(file, name string) error {
			return addProgram(tree, file, name)
		})
		if err != nil {
			return err
		}
		inside := path.Join("/bin", name)
		fmt.Println(inside)
		if argv {
			list := strings.Join(append([]string{inside}, args...), "\x00") + "\x00"
			if err := tree.File("etc/run", []byte(list), false); err != nil {
				return err
			}
		}
	}
	for _, f := range files {
		from, to, ok := strings.Cut(f, "=")
		if !ok {
			return fmt.Errorf("-add %s: want FILE=PATH", f)
		}
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		info, err := os.Stat(from)
		if err != nil {
			return err
		}
		if err := tree.File(to, data, info.Mode()&0o111 != 0); err != nil {
			return fmt.Errorf("-add %s: %v", f, err)
		}
	}
	data, err := tree.Archive()
	if err != nil {
		return err
	}
	return static.Replace(out, data, 0o644)
}

func addProgram(tree *Tree, file, name string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := static.Check(data); err != nil {
		return fmt.Errorf("%s: %v", file, err)
	}
	return tree.File("bin/"+name, static.Strip(data), true)
}
