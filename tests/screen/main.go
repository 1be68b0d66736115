// Command screen boots the kernel of ./build from an image, with a screen, and compares the text on
// that with what it should be: what programs print, the kernel's log, panics; with the serial line
// beside it, as a terminal of its own, and without one.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"gossamer/tools/screenshot"
)

// patience is how long anything may take, on a machine that does other things too.
const patience = 90 * time.Second

var (
	verbose = flag.Bool("v", false, "show what the screen says in the end")
	quick   = flag.Bool("quick", false, "only the tests that a change should not go in without")
)

func main() {
	flag.Parse()
	only := regexp.MustCompile(flag.Arg(0))
	passed, failed := 0, 0
	for _, t := range tests {
		if !only.MatchString(t.name) || *quick && !t.quick {
			continue
		}
		start := time.Now()
		g, err := t.run()
		took := time.Since(start).Round(10 * time.Millisecond)
		if err != nil {
			failed++
			fmt.Printf("not ok %s (%v): %v\n%s", t.name, took, err, g.report())
			continue
		}
		passed++
		fmt.Printf("ok %s (%v)%s\n", t.name, took, g.note)
		if *verbose {
			fmt.Print(g.report())
		}
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}

// guest is a QEMU that runs.
type guest struct {
	cmd     *exec.Cmd
	monitor *screenshot.Monitor
	keys    *os.File // the serial line's input
	serial  string   // file: its output
	stderr  bytes.Buffer
	ended   chan struct{}
	picture image.Image // the last one
	lines   []string    // the text on it
	note    string      // to be printed with the result
}

// run boots the test's machine, goes through its steps and ends it.
func (t *test) run() (*guest, error) {
	g := &guest{ended: make(chan struct{})}
	if t.command != nil {
		return g, t.command(g)
	}
	dir, err := os.MkdirTemp("build", "screen-")
	if err != nil {
		return g, err
	}
	defer os.RemoveAll(dir)
	image := filepath.Join(dir, "image")
	g.serial = filepath.Join(dir, "serial")
	args := []string{"-q", "-o", image, "-kernel", "build/kernel", "-cmdline", "init=/bin/init " + t.options}
	if t.program != "" {
		args = append(args, "-prog", t.program)
	} else {
		args = append(args, "-initramfs", "build/initramfs")
	}
	if t.mode != "" {
		args = append(args, "-mode", t.mode)
	}
	if said, err := exec.Command("build/tools/mkiso", args...).CombinedOutput(); err != nil {
		return g, fmt.Errorf("mkiso: %v\n%s", err, said)
	}
	socket := filepath.Join(dir, "monitor")
	args = []string{
		"-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", "256M",
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-drive", "if=none,id=medium,format=raw,media=cdrom,readonly=on,file=" + image, "-device", "ide-cd,drive=medium",
		"-device", "VGA", "-monitor", "unix:" + socket + ",server=on,wait=off",
	}
	if t.counted {
		args = append(args, "-smp", "1", "-icount", "shift=0,sleep=off")
	} else {
		args = append(args, "-smp", "2")
	}
	if t.noSerial {
		args = append(args, "-serial", "none")
	} else {
		args = append(args, "-chardev", "stdio,id=line,signal=off,logfile="+g.serial, "-serial", "chardev:line")
	}
	g.cmd = exec.Command("qemu-system-x86_64", args...)
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	g.cmd.Stderr = &g.stderr
	theirs, ours, err := os.Pipe()
	if err != nil {
		return g, err
	}
	defer theirs.Close()
	defer ours.Close()
	g.cmd.Stdin, g.keys = theirs, ours
	if err := g.cmd.Start(); err != nil {
		return g, err
	}
	go func() { g.cmd.Wait(); close(g.ended) }()
	defer func() { g.cmd.Process.Kill(); <-g.ended }()
	if g.monitor, err = screenshot.Dial(socket, dir, g.ended); err != nil {
		return g, err
	}
	defer g.monitor.Close()
	for i, s := range t.steps {
		if err := s(g); err != nil {
			return g, fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return g, nil
}

// report is what a person wants to see of a guest.
func (g *guest) report() string {
	var b strings.Builder
	for _, l := range g.lines {
		if l != "" {
			fmt.Fprintf(&b, "    |%s\n", l)
		}
	}
	return b.String() + g.stderr.String()
}

// text is what is on the screen now, without the empty rows at its end.
func (g *guest) text() (string, error) {
	var err error
	if g.picture, err = g.monitor.Picture(); err != nil {
		return "", err
	}
	g.lines = screenshot.Text(g.picture)
	return strings.TrimRight(strings.Join(g.lines, "\n"), "\n"), nil
}

// waitFor waits until ok says so.
func (g *guest) waitFor(what string, ok func() (bool, error)) error {
	for end := time.Now().Add(patience); ; {
		if done, err := ok(); err != nil || done {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("did not see %s", what)
		}
		select {
		case <-g.ended:
			return fmt.Errorf("QEMU ended before %s was seen", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
