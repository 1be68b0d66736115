package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// prepare builds, and tries KVM if that was asked for. It returns false if KVM
// cannot be used, having said why.
func (c *config) prepare(out *os.File) (bool, error) {
	if c.accel == "kvm" {
		if why := c.probeKVM(); why != "" {
			fmt.Fprintf(out, "qemu.sh: ACCEL=kvm: %s; use ACCEL=tcg\n", why)
			return false, nil
		}
	}
	return true, c.buildQuietly()
}

// shell boots to a shell on this terminal, for gdb with the CPUs stopped before
// the first instruction.
func (c *config) shell(gdb bool) (int, error) {
	accept, err := c.prepare(os.Stderr)
	if err != nil || !accept {
		return statusUsage, err
	}
	if !c.timed && (gdb || isTerminal(os.Stdin)) {
		c.timeout = 0
	}
	commandLine := "init=/bin/init"
	if !isTerminal(os.Stdin) {
		commandLine += " noecho"
	}
	m, err := c.newMachine(commandLine)
	if err != nil {
		return 0, err
	}
	defer m.close()
	shown := &console{to: os.Stdout}
	if isTerminal(os.Stdin) {
		m.interactive = true
	} else {
		m.input, m.output = os.Stdin, shown
	}
	if gdb {
		port, err := freePort(1234)
		if err != nil {
			return 0, err
		}
		script, err := c.gdbScript(port)
		if err != nil {
			return 0, err
		}
		m.extra = []string{"-S", "-gdb", fmt.Sprintf("tcp:127.0.0.1:%d", port)}
		fmt.Fprintf(os.Stderr, "Waiting for gdb. In another terminal:\n\n    gdb -x %s\n\n"+
			"There, \"user NAME\" loads the symbols of the program build/user/NAME.\n", script)
	}
	if m.interactive {
		fmt.Fprintln(os.Stderr, "Ctrl-A X leaves QEMU.")
	}
	o, err := m.run()
	if err != nil {
		return 0, err
	}
	shown.finish()
	status, why := o.judgeShell()
	if status != statusPass || m.verbose {
		m.explain(os.Stderr, &o, why, nil)
	}
	return status, nil
}

// gdbScript writes the commands that connect gdb and tell it the symbols.
func (c *config) gdbScript(port int) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "set confirm off\nset architecture i386:x86-64\nfile %s\nadd-symbol-file %s\n", c.in("kernel"), c.in("boot.elf"))
	// Programs are built with -trimpath: file names begin with the module or a package.
	fmt.Fprintf(&b, "set substitute-path gossamer %s\n", c.root)
	if out, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
		fmt.Fprintf(&b, "directory %s/src\n", strings.TrimSpace(string(out)))
	}
	fmt.Fprintf(&b, "define user\n  add-symbol-file %s/$arg0\nend\n", c.in("user"))
	b.WriteString("document user\nLoad the symbols of a user program: user NAME. Programs share addresses: one at a time (remove-symbol-file -a 0x401000).\nend\n")
	fmt.Fprintf(&b, "target remote 127.0.0.1:%d\n", port)
	path := c.in("gdb.txt")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		return "", err
	}
	if cwd, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(cwd, path); err == nil && len(short) < len(path) {
			path = short
		}
	}
	return path, nil
}

// freePort returns the wanted TCP port, or another one if that is in use.
func freePort(wanted int) (int, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", wanted))
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return 0, err
		}
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
