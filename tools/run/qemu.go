package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// machine is one guest to be run.
type machine struct {
	*config
	kernel, initramfs string
	commandLine       string   // the kernel's
	extra             []string // further arguments for QEMU
	machine           string   // QEMU's -M, if it is not what the way of booting wants
	grub              string   // commands for GRUB before it loads the kernel from an image
	without           []string // properties of the machine that take devices out of it: "hpet=off"
	topology          string   // QEMU's -smp, if it is not the number of CPUs
	silent            bool     // no serial ports
	started           time.Time
	icount            bool     // count instructions: exact, slower
	interactive       bool     // QEMU has our terminal; otherwise the console goes to output
	input             *os.File // what the guest reads on the console, or nil
	output            *console
	dir               string // of this run only
}

// outcome is how QEMU ended and what it left.
type outcome struct {
	exit        int           // QEMU's exit status; −1 if it died of a signal
	how         string        // the same in words
	computed    time.Duration // CPU time that QEMU took
	timedOut    bool
	interrupted bool // we were told to stop
	tripleFault bool
	stderr      string
	log         string // the kernel's, from COM2
}

// newMachine makes the folder for one run; remove it with close.
func (c *config) newMachine(commandLine string) (*machine, error) {
	if err := os.MkdirAll(c.in(), 0o755); err != nil {
		return nil, err
	}
	removeStale(c.in())
	dir, err := os.MkdirTemp(c.in(), fmt.Sprintf("run-%d-", os.Getpid()))
	if err != nil {
		return nil, err
	}
	return &machine{config: c, kernel: c.in("kernel"), initramfs: c.in("initramfs"), commandLine: commandLine, dir: dir}, nil
}

// removeStale removes the folders of runs that were killed outright.
func removeStale(build string) {
	dirs, _ := filepath.Glob(filepath.Join(build, "run-*-*"))
	for _, d := range dirs {
		pid := strings.Split(filepath.Base(d), "-")[1]
		if _, err := os.Stat("/proc/" + pid); errors.Is(err, os.ErrNotExist) {
			os.RemoveAll(d)
		}
	}
}

// close keeps the log as build/log.txt and removes the rest.
func (m *machine) close() {
	os.Rename(m.logPath(), m.in("log.txt"))
	os.RemoveAll(m.dir)
}

func (m *machine) logPath() string   { return m.dir + "/log.txt" }
func (m *machine) eventPath() string { return m.dir + "/qemu.log" }

// arguments is QEMU's command line. -nodefaults leaves out the network card and
// the display with their option ROMs. With -no-reboot a triple fault ends QEMU,
// and -d cpu_reset makes it say so.
func (m *machine) arguments() []string {
	accel := "tcg,thread=multi"
	if m.accel == "kvm" {
		accel = "kvm"
	}
	if m.icount {
		accel = "tcg"
	}
	cpus := m.topology
	if cpus == "" {
		cpus = strconv.Itoa(m.cpus)
	}
	args := []string{
		"-M", m.machineType(), "-accel", accel, "-cpu", m.cpu, "-smp", cpus, "-m", m.mem,
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-d", "cpu_reset", "-D", m.eventPath(),
		"-device", "isa-debug-exit,iobase=0xf4,iosize=4",
	}
	if m.icount {
		args = append(args, "-icount", "shift=0,sleep=off")
	}
	switch {
	case m.silent:
	case m.interactive:
		args = append(args, "-serial", "mon:stdio")
	default:
		args = append(args, "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console")
	}
	if !m.silent {
		args = append(args, m.logPort()...)
	}
	args = append(args, m.medium()...)
	return append(args, m.extra...)
}

// run starts QEMU and waits until it has ended. It returns an error only if
// QEMU could not be started. No QEMU survives it: the kernel kills it when our
// main thread dies, and every other way out of here kills it too.
func (m *machine) run() (outcome, error) {
	var o outcome
	if err := m.makeMedium(); err != nil {
		return o, err
	}
	args := m.arguments()
	if m.verbose {
		fmt.Fprintln(os.Stderr, "+", m.qemuPath, quoteAll(args))
	}
	cmd := exec.Command(m.qemuPath, args...)
	var errs bytes.Buffer
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = &errs
	var input *os.File // our end
	if m.interactive {
		// In our process group, so that it may read the terminal.
		cmd.Stdin, cmd.Stdout = os.Stdin, os.Stdout
		defer saveTerminal(os.Stdin)()
	} else {
		cmd.SysProcAttr.Setpgid = true
		cmd.Stdout = m.output
		theirs, ours, err := os.Pipe()
		if err != nil {
			return o, err
		}
		defer theirs.Close()
		defer ours.Close()
		cmd.Stdin, input = theirs, ours
	}
	// What follows QEMU's death but keeps its pipes open must not keep us.
	cmd.WaitDelay = 2 * time.Second
	ended := make(chan struct{})
	defer close(ended)

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	m.started = time.Now()
	if err := cmd.Start(); err != nil {
		return o, fmt.Errorf("QEMU: %w", err)
	}
	stop := make(chan struct{}, 1)
	if m.input != nil {
		if isTerminal(m.input) {
			defer rawTerminal(m.input)()
			go forwardTerminal(input, m.input, stop)
		} else {
			go func() {
				if m.awaitConsole(ended) {
					forward(input, m.input)
				}
			}()
		}
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	var expired <-chan time.Time
	if m.timeout > 0 {
		timer := time.NewTimer(m.timeout)
		defer timer.Stop()
		expired = timer.C
	}
	kill := func() {
		if !m.interactive {
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
		cmd.Process.Kill()
	}
	var err error
wait:
	for {
		select {
		case err = <-done:
			break wait
		case <-expired:
			o.timedOut = true
			kill()
		case <-stop:
			o.interrupted = true
			kill()
		case s := <-signals:
			if m.interactive && s == os.Interrupt {
				continue // the guest's ^C comes through the console
			}
			o.interrupted = true
			kill()
		}
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return o, fmt.Errorf("QEMU: %w", err)
	}
	o.exit, o.how = cmd.ProcessState.ExitCode(), cmd.ProcessState.String()
	o.computed = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	o.stderr = errs.String()
	events, _ := os.ReadFile(m.eventPath())
	o.tripleFault = bytes.Contains(events, []byte("Triple fault"))
	log, _ := os.ReadFile(m.logPath())
	o.log = string(log)
	return o, nil
}

// consoleReady is what the kernel logs when its console takes input.
const consoleReady = "gossamer: console"

// awaitConsole waits until the guest's console takes input: what comes before is lost when the
// kernel sets up the UART, or goes to a boot loader. If a kernel that was started directly does
// not say so, a while after its first words must do. It reads the log, or the console if that is
// it. It returns false if QEMU ended first.
func (m *machine) awaitConsole(ended <-chan struct{}) bool {
	const patience = 1500 * time.Millisecond
	var first time.Time
	for first.IsZero() || m.boot.image || time.Since(first) < patience {
		log, _ := os.ReadFile(m.logPath())
		shown := m.output
		if bytes.Contains(log, []byte(consoleReady)) || shown.ready.Load() {
			return true
		}
		if first.IsZero() && (len(log) > 0 || shown.anything.Load()) {
			first = time.Now()
		}
		select {
		case <-ended:
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
	return true
}

// forward copies what the guest shall read. At the end of a file or pipe it
// sends ^D, the end-of-file character of a terminal.
func forward(to io.Writer, from *os.File) {
	if _, err := io.Copy(to, from); err == nil {
		to.Write([]byte{4})
	}
}

// forwardTerminal copies what the user types; Ctrl-A X asks to stop, as it does
// in QEMU itself, and Ctrl-A Ctrl-A is one Ctrl-A.
func forwardTerminal(to io.Writer, from *os.File, stop chan<- struct{}) {
	const ctrlA = 1
	escape := false
	buf := make([]byte, 256)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		var out []byte
		for _, b := range buf[:n] {
			switch {
			case escape && (b == 'x' || b == 'X'):
				stop <- struct{}{}
				return
			case escape:
				out, escape = append(out, b), false
			case b == ctrlA:
				escape = true
			default:
				out = append(out, b)
			}
		}
		if _, err := to.Write(out); err != nil {
			return
		}
	}
}

// quoteAll spells arguments so that they can be pasted into a shell.
func quoteAll(args []string) string {
	var out []string
	for _, a := range args {
		if a == "" || strings.ContainsAny(a, " \t\n\"'\\$&|;<>()*?[]{}!#~`") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}
