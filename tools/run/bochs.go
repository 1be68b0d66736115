package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Bochs is a second emulator, slower and stricter than QEMU: its UART wants to be set up, its CPUs
// have x2APIC and the TSC-deadline timer, and it stops at what a real machine would not forgive.

// bochsTrial is a machine that Bochs runs.
type bochsTrial struct {
	cpus        int
	cpu         string // Bochs's CPU model
	commandLine string
	grub        string // GRUB's commands before it loads the kernel
	says        string // must be in the log besides
}

var bochsTrials = []bochsTrial{
	{1, "corei7_haswell_4770", "init=/bin/init noecho", "", "xAPIC"},
	{4, "corei7_haswell_4770", "init=/bin/init noecho", "", "xAPIC"},
	{4, "tigerlake", "init=/bin/init noecho x2apic", "", "x2APIC"},
	// The boot CPU's APIC in x2APIC mode, as some firmware leaves it: there is no way back.
	{4, "corei7_haswell_4770", "init=/bin/init noecho", "wrmsr 0x1b 0xfee00d00", "x2APIC"},
}

// bochsNeeds are the files that Bochs runs with, and Debian's packages for them.
var bochsNeeds = []struct{ file, pkg string }{
	{"/usr/share/bochs/BIOS-bochs-latest", "bochsbios"},
	{"/usr/share/vgabios/vgabios.bin", "vgabios"},
}

// bochs boots the image as a CD in Bochs, on each of the machines, to the shell, runs a program
// there and switches the machine off.
func (c *config) bochs() (int, error) {
	var missing []string
	if _, err := exec.LookPath("bochs"); err != nil {
		missing = append(missing, "bochs")
	}
	for _, n := range bochsNeeds {
		if _, err := os.Stat(n.file); err != nil {
			missing = append(missing, n.pkg)
		}
	}
	if len(missing) > 0 {
		return 0, fmt.Errorf("please install: %s", strings.Join(missing, " "))
	}
	if err := c.buildQuietly(); err != nil {
		return 0, err
	}
	passed, failed := 0, 0
	for _, t := range bochsTrials {
		began := time.Now()
		said, err := c.inBochs(t)
		line := fmt.Sprintf("Bochs, %d CPUs (%s), %s", t.cpus, t.cpu, t.says)
		if t.grub != "" {
			line += " after " + t.grub
		}
		if err != nil {
			failed++
			fmt.Printf("not ok %s: %v\n", line, err)
			for _, l := range said {
				fmt.Printf("#   %s\n", l)
			}
			continue
		}
		passed++
		fmt.Printf("ok %s, %.0f s\n", line, time.Since(began).Seconds())
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return statusFail, nil
	}
	return statusPass, nil
}

// inBochs runs one machine; it returns the last that it said.
func (c *config) inBochs(t bochsTrial) (said []string, err error) {
	own := *c
	if own.boot, err = bootWayOf("bios"); err != nil {
		return nil, err
	}
	m, err := own.newMachine(t.commandLine)
	if err != nil {
		return nil, err
	}
	m.grub = t.grub
	defer os.RemoveAll(m.dir)
	if err := m.makeMedium(); err != nil {
		return nil, err
	}
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer port.Close()
	if err := m.bochsFiles(t, port.Addr().String()); err != nil {
		return nil, err
	}
	cmd := exec.Command("bochs", "-q", "-f", filepath.Join(m.dir, "bochsrc"), "-rc", filepath.Join(m.dir, "debugger"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.WaitDelay = 2 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)

	talk := &bochsTalk{want: t.says, done: make(chan struct{})}
	go talk.serve(port)
	limit := time.NewTimer(c.timeout)
	defer limit.Stop()
	select {
	case <-talk.done:
		if talk.problem() == "" {
			return nil, nil
		}
		err = fmt.Errorf("%s", talk.problem())
	case <-ended:
		port.Close()
		<-talk.done
		if talk.problem() == "" {
			return nil, nil
		}
		err = fmt.Errorf("%s; Bochs ended: %s", talk.problem(), bochsSays(output.String()))
	case <-limit.C:
		port.Close()
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-talk.done
		err = fmt.Errorf("not done after %v: %s", c.timeout, talk.problem())
	}
	return talk.console.tail, err
}

// bochsFiles writes what Bochs is started with: its configuration, and the command for its
// debugger to go on. The display is a VNC server that waits for nobody.
func (m *machine) bochsFiles(t bochsTrial, console string) error {
	var b strings.Builder
	for _, line := range []string{
		"config_interface: textconfig",
		`display_library: rfb, options="timeout=0"`,
		"romimage: file=" + bochsNeeds[0].file,
		"vgaromimage: file=" + bochsNeeds[1].file,
		fmt.Sprintf("cpu: model=%s, count=%d:1:1, ips=50000000, reset_on_triple_fault=0", t.cpu, t.cpus),
		"memory: guest=512, host=512",
		"ata0-master: type=cdrom, path=" + m.imagePath() + ", status=inserted",
		"boot: cdrom",
		"com1: enabled=1, mode=socket-client, dev=" + console,
		"log: " + filepath.Join(m.dir, "bochs.txt"),
		"panic: action=fatal", "error: action=report", "info: action=report", "debug: action=ignore",
		"clock: sync=none",
	} {
		b.WriteString(line + "\n")
	}
	if err := os.WriteFile(filepath.Join(m.dir, "bochsrc"), []byte(b.String()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.dir, "debugger"), []byte("c\n"), 0o644)
}

// bochsTalk is the conversation on the serial line.
type bochsTalk struct {
	want                          string // in the log
	sawWant, sawShell, sawProgram bool
	sawEnd                        bool
	console                       console
	done                          chan struct{} // closed at the end; the fields may be read then
}

// serve waits for Bochs to connect, and talks until it hangs up or all has been seen.
func (t *bochsTalk) serve(port net.Listener) {
	defer close(t.done)
	line, err := port.Accept()
	if err != nil {
		return
	}
	defer line.Close()
	t.talk(line)
}

// talk types a program's name when the shell is there, and has the machine switched off.
func (t *bochsTalk) talk(line io.ReadWriter) {
	t.console.line = func(text string) {
		t.sawWant = t.sawWant || strings.Contains(text, " "+t.want)
		t.sawProgram = t.sawProgram || strings.Contains(text, programSays)
		t.sawEnd = t.sawEnd || strings.Contains(text, "gossamer: power off")
		if strings.Contains(text, shellSays) && !t.sawShell {
			t.sawShell = true
			io.WriteString(line, matrixProgram[len("/bin/"):]+"\npoweroff\n")
		}
	}
	buf := make([]byte, 4096)
	for !t.sawEnd {
		n, err := line.Read(buf)
		t.console.Write(buf[:n])
		if err != nil {
			break
		}
	}
	t.console.finish()
}

// problem is what has not been seen, "" if nothing is wrong.
func (t *bochsTalk) problem() string {
	switch {
	case !t.sawShell:
		return "no shell"
	case !t.sawWant:
		return "the log does not say " + t.want
	case !t.sawProgram:
		return "the program did not run"
	case !t.sawEnd:
		return "the machine was not switched off"
	}
	return ""
}

// bochsSays finds in Bochs's output why it stopped.
func bochsSays(out string) string {
	_, after, ok := strings.Cut(out, "exiting with the following message:\n")
	if !ok {
		return strings.Join(lastLines(out, 1), "")
	}
	why, _, _ := strings.Cut(after, "\n")
	return why
}
