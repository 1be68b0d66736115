package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// lean is the kernel command line of the fastest Linux.
const lean = "console=ttyS0 quiet panic=-1 rdinit=/bin/init mitigations=off nokaslr norandmaps " +
	"tsc=reliable init_on_alloc=0 randomize_kstack_offset=off audit=0 cgroup_disable=memory " +
	"noautogroup transparent_hugepage=never"

// guestArguments is QEMU's command line for Linux, like that of ./qemu.sh bench as far as it
// matters to instructions. The clock and the seed make runs the same.
func guestArguments(kernel, initramfs string) []string {
	return []string{
		"-M", "q35", "-accel", "tcg", "-cpu", "max,erms=off,la57=off", "-smp", "1", "-m", "1G",
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio",
		"-icount", "shift=0,sleep=off", "-rtc", "base=2024-01-01,clock=vm", "-seed", "1",
		"-kernel", kernel, "-initrd", initramfs, "-append", lean,
	}
}

// linux measures Linux's column.
func (p *peer) linux(kernel string) (figures, error) {
	initramfs, err := p.buildLinux()
	if err != nil {
		return nil, err
	}
	if kernel == "" {
		if kernel, err = p.debianKernel(); err != nil {
			return nil, err
		}
	}
	p.progress("booting %s, which takes a minute or less", filepath.Base(kernel))
	ctx, cancel := context.WithTimeout(context.Background(), p.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64", guestArguments(kernel, initramfs)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := report{figures: figures{}}
	tail := p.follow(out, &r)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		err = fmt.Errorf("no end after %v", p.timeout)
	case r.failed != "":
		err = errors.New(r.failed)
	case err == nil && !r.done:
		err = errors.New("it ended before its benchmarks did")
	}
	if err != nil {
		return r.figures, fmt.Errorf("Linux: %w\n%s%s", err, errs.String(), strings.Join(tail, "\n"))
	}
	p.progress("that was Linux %s", r.release)
	return r.figures, nil
}

// follow reads the console to its end, and returns the last lines.
func (p *peer) follow(console io.Reader, r *report) (tail []string) {
	lines := bufio.NewScanner(console)
	for lines.Scan() {
		s := strings.TrimRight(lines.Text(), "\r")
		before := len(r.figures)
		r.line(s)
		if len(r.figures) > before {
			p.progress("%s", s)
		}
		if tail = append(tail, s); len(tail) > 20 {
			tail = tail[1:]
		}
	}
	return tail
}

// buildLinux makes the initramfs.
func (p *peer) buildLinux() (string, error) {
	if _, err := exec.LookPath("gcc"); err != nil {
		return "", errors.New("gcc is not here: as root, apt-get install gcc libc6-dev")
	}
	p.progress("building tests/peer")
	bin, source := p.in("bin"), filepath.Join(p.root, "tests", "peer")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"-O2", "-Wall", "-static", "-pthread", "-Wl,-e,boot_entry", "-o", filepath.Join(bin, "init"), "main.c", "process.c", "thread.c"},
		{"-static", "-nostdlib", "-o", filepath.Join(bin, "true"), "true.S"},
	} {
		if _, err := p.output(source, "gcc", args...); err != nil {
			return "", err
		}
	}
	initramfs := p.in("initramfs")
	_, err := p.output(p.root, "go", "run", "./tools/mkinitramfs", "-o", initramfs, "-bin", bin)
	return initramfs, err
}

// gossamer measures Gossamer's column.
func (p *peer) gossamer() (figures, error) {
	p.progress("running ./qemu.sh bench")
	cmd := exec.Command(filepath.Join(p.root, "qemu.sh"), "bench", "--json")
	cmd.Env = append(os.Environ(), "CPUS=1", "ACCEL=tcg", "CPU=max", fmt.Sprintf("TIMEOUT=%d", p.timeout/time.Second))
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("./qemu.sh bench: %w", err)
	}
	return parseJSON(text)
}
