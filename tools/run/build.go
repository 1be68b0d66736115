package main

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

// build makes everything that a guest needs, under the lock. Messages of the
// tools go to out.
func (c *config) build(out io.Writer) error {
	unlock, err := c.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := os.MkdirAll(c.in("user"), 0o755); err != nil {
		return err
	}
	if err := c.buildStub(); err != nil {
		return err
	}
	if err := c.goBuild("-ldflags="+kernelFlags, "-o", c.in("kernel.elf"), "./kernel"); err != nil {
		return err
	}
	if err := c.command(out, c.in("tools", "mkkernel"), "-o", c.in("kernel"), c.in("boot.elf"), c.in("kernel.elf")); err != nil {
		return err
	}
	if err := c.buildPrograms(); err != nil {
		return err
	}
	return c.command(out, c.in("tools", "mkinitramfs"), "-o", c.in("initramfs"), "-bin", c.in("user"))
}

// buildQuietly builds for a run, which has other things to show.
func (c *config) buildQuietly() error {
	if c.verbose {
		return c.build(os.Stderr)
	}
	return c.build(io.Discard)
}

// lock takes the lock on the build folder, waiting for another build to end.
func (c *config) lock() (unlock func(), err error) {
	if err := os.MkdirAll(c.in(), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(c.in("lock"), os.O_CREATE|os.O_RDWR, 0o644)
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
func (c *config) buildStub() error {
	object := c.in("boot.o")
	if err := c.command(nil, "as", "--64", "-o", object, filepath.Join(c.root, "boot", "boot.S")); err != nil {
		return err
	}
	return c.command(nil, "ld", "-T", filepath.Join(c.root, "boot", "boot.ld"), "-o", c.in("boot.elf"), object)
}

// buildPrograms builds every package main below user/ into build/user, and
// removes what an earlier tree left there.
func (c *config) buildPrograms() error {
	var list bytes.Buffer
	if err := c.command(&list, "go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, "./user/..."); err != nil {
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
	old, err := os.ReadDir(c.in("user"))
	if err != nil {
		return err
	}
	for _, e := range old {
		if names[e.Name()] == "" {
			if err := os.RemoveAll(c.in("user", e.Name())); err != nil {
				return err
			}
		}
	}
	return c.goBuild(append([]string{"-ldflags=" + userFlags, "-o", c.in("user") + "/"}, packages...)...)
}

func (c *config) goBuild(args ...string) error {
	return c.command(nil, "go", append([]string{"build", "-trimpath"}, args...)...)
}

// command runs a tool in the source tree. What it prints is shown only if it
// fails, except that out, if not nil, gets its standard output.
func (c *config) command(out io.Writer, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.root
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
