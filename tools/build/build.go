// Package build makes what a guest needs from a source tree, into the tree's folder "build":
// the boot stub, the kernel, the programs, the initramfs. Builds take turns by a lock; files
// are replaced in one step.
package build

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// The Go linker's flags. The kernel's -T is 0xffffffff80200000, which the
// linker takes only as a negative number.
const (
	kernelFlags = "-T=-2145386496 -checklinkname=0 -E gossamer/kernel/goos.kentry"
	userFlags   = "-E gossamer/ulib/sys.Start"
)

// Tree is a source tree, named by its absolute path.
type Tree string

// In is a path below the build folder.
func (t Tree) In(name ...string) string {
	return filepath.Join(append([]string{string(t), "build"}, name...)...)
}

// Tools builds the programs that All needs, which a tree that has just been fetched lacks.
func (t Tree) Tools() error {
	if err := os.MkdirAll(t.In("tools"), 0o755); err != nil {
		return err
	}
	return t.goBuild("-o", t.In("tools")+"/", "./tools/mkkernel", "./tools/mkinitramfs")
}

// All makes everything that a guest needs. Messages of the tools go to out.
func (t Tree) All(out io.Writer) error {
	unlock, err := t.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := os.MkdirAll(t.In("user"), 0o755); err != nil {
		return err
	}
	if err := t.buildStub(); err != nil {
		return err
	}
	if err := t.goBuild("-ldflags="+kernelFlags, "-o", t.In("kernel.elf"), "./kernel"); err != nil {
		return err
	}
	if err := t.Command(out, t.In("tools", "mkkernel"), "-o", t.In("kernel"), t.In("boot.elf"), t.In("kernel.elf")); err != nil {
		return err
	}
	if err := t.buildPrograms(); err != nil {
		return err
	}
	return t.Command(out, t.In("tools", "mkinitramfs"), "-o", t.In("initramfs"), "-bin", t.In("user"))
}

// lock takes the lock on the build folder, waiting for another build to end.
func (t Tree) lock() (unlock func(), err error) {
	if err := os.MkdirAll(t.In(), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(t.In("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, &os.PathError{Op: "flock", Path: f.Name(), Err: err}
	}
	return func() { f.Close() }, nil
}

// buildStub assembles and links the boot stub. ld's warning about a segment
// that is writable and executable is known: the kernel leaves those pages.
func (t Tree) buildStub() error {
	object := t.In("boot.o")
	if err := t.Command(nil, "as", "--64", "-o", object, filepath.Join(string(t), "boot", "boot.S")); err != nil {
		return err
	}
	return t.Command(nil, "ld", "-T", filepath.Join(string(t), "boot", "boot.ld"), "-o", t.In("boot.elf"), object)
}

// buildPrograms builds every package main below user/ into build/user, and
// removes what an earlier tree left there.
func (t Tree) buildPrograms() error {
	var list bytes.Buffer
	if err := t.Command(&list, "go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, "./user/..."); err != nil {
		return err
	}
	names := map[string]string{}
	packages := strings.Fields(list.String())
	for _, p := range packages {
		if other, ok := names[path.Base(p)]; ok {
			return fmt.Errorf("two programs of one name: %s and %s", other, p)
		}
		names[path.Base(p)] = p
	}
	old, err := os.ReadDir(t.In("user"))
	if err != nil {
		return err
	}
	for _, e := range old {
		if names[e.Name()] == "" {
			if err := os.RemoveAll(t.In("user", e.Name())); err != nil {
				return err
			}
		}
	}
	return t.goBuild(append([]string{"-ldflags=" + userFlags, "-o", t.In("user") + "/"}, packages...)...)
}

func (t Tree) goBuild(args ...string) error {
	return t.Command(nil, "go", append([]string{"build", "-trimpath"}, args...)...)
}

// Command runs a tool in the source tree. What it prints is shown only if it
// fails, except that out, if not nil, gets its standard output.
func (t Tree) Command(out io.Writer, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = string(t)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if out != nil {
		cmd.Stdout = out
	}
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(said.String())
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || text == "" {
			text = strings.TrimSpace(fmt.Sprintf("%v\n%s", err, text))
		}
		return fmt.Errorf("build: %s:\n%s", filepath.Base(name), text)
	}
	return nil
}
