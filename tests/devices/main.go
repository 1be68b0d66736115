// Command devices boots the kernel of ./build on machines with keyboards, types on them as a
// person would (QEMU's sendkey), and reads the serial port, to which no input is connected: what
// the shell answers came from a keyboard. And it has machines switched off and reset, in each way
// that the kernel knows.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// patience is how long anything may take, on a machine that does other things too.
const patience = 60 * time.Second

var verbose = flag.Bool("v", false, "show what the guest printed")

func main() {
	flag.Parse()
	only := regexp.MustCompile(flag.Arg(0))
	passed, failed := 0, 0
	for _, t := range tests {
		if !only.MatchString(t.name) {
			continue
		}
		start := time.Now()
		said, err := t.run()
		took := time.Since(start).Round(10 * time.Millisecond)
		if err != nil {
			failed++
			fmt.Printf("not ok %s (%v): %v\n%s\n", t.name, took, err, said)
			continue
		}
		passed++
		fmt.Printf("ok %s (%v)\n", t.name, took)
		if *verbose {
			fmt.Printf("%s\n", said)
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
	monitor net.Conn
	serial  string    // file
	input   io.Writer // of the serial port, if it has one
	read    int       // how much of it has been looked at
	ended   chan error
}

// run boots the test's machine, goes through its steps and ends it.
func (t *test) run() (said string, err error) {
	dir, err := os.MkdirTemp("build", "devices-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	g := &guest{serial: filepath.Join(dir, "serial"), ended: make(chan error, 1)}
	socket := filepath.Join(dir, "monitor")
	machine := t.machine
	if machine == "" {
		machine = "q35"
	}
	options := "init=/bin/init verbose " + t.options
	if !t.repeats { // on a busy machine a key is let go later than a person would
		options += " keyrepeat=off"
	}
	args := []string{
		"-M", machine, "-accel", "tcg", "-cpu", "max", "-smp", "2", "-m", "256M",
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-monitor", "unix:" + socket + ",server=on,wait=off",
	}
	if t.firmware == "" {
		args = append(args, "-kernel", "build/kernel", "-initrd", "build/initramfs", "-append", options)
	} else {
		more, err := image(dir, t.firmware, options)
		if err != nil {
			return "", err
		}
		args = append(args, more...)
	}
	if !t.lineIn {
		args = append(args, "-serial", "file:"+g.serial)
	} else {
		args = append(args, "-chardev", "stdio,id=line,signal=off", "-serial", "chardev:line")
	}
	g.cmd = exec.Command("qemu-system-x86_64", append(args, t.devices...)...)
	if t.lineIn {
		line, err := os.Create(g.serial)
		if err != nil {
			return "", err
		}
		defer line.Close()
		g.cmd.Stdout = line
		if g.input, err = g.cmd.StdinPipe(); err != nil {
			return "", err
		}
	}
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var stderr bytes.Buffer
	g.cmd.Stderr = &stderr
	if err := g.cmd.Start(); err != nil {
		return "", err
	}
	go func() { g.ended <- g.cmd.Wait(); close(g.ended) }()
	defer func() {
		g.cmd.Process.Kill()
		for range g.ended { // its files go next
		}
		text, _ := os.ReadFile(g.serial)
		said = string(text) + stderr.String()
	}()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if g.monitor, err = net.Dial("unix", socket); err == nil {
			break
		}
		if time.Now().After(end) {
			return "", err
		}
	}
	defer g.monitor.Close()
	go func() { // its prompts
		var b [4096]byte
		for {
			if _, err := g.monitor.Read(b[:]); err != nil {
				return
			}
		}
	}()
	for i, s := range t.steps {
		if err := s(g); err != nil {
			return "", fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return "", nil
}

// image makes a stick with an image and returns QEMU's arguments for it: it hangs on the controller
// that is called x, which the firmware so has driven before the kernel does.
func image(dir, firmware, options string) (args []string, err error) {
	file := filepath.Join(dir, "image")
	mkiso := exec.Command("build/tools/mkiso", "-o", file, "-kernel", "build/kernel", "-initramfs", "build/initramfs", "-cmdline", options)
	if said, err := mkiso.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mkiso: %v\n%s", err, said)
	}
	if firmware == "uefi" {
		vars, err := os.ReadFile(ovmf + "VARS_4M.fd")
		if err != nil {
			return nil, err
		}
		copied := filepath.Join(dir, "vars")
		if err := os.WriteFile(copied, vars, 0o600); err != nil {
			return nil, err
		}
		args = append(args, "-drive", "if=pflash,format=raw,readonly=on,file="+ovmf+"CODE_4M.fd", "-drive", "if=pflash,format=raw,file="+copied)
	}
	return append(args, "-device", "VGA", "-device", "qemu-xhci,id=x",
		"-drive", "if=none,id=medium,format=raw,readonly=on,file="+file, "-device", "usb-storage,bus=x.0,drive=medium,bootindex=0",
		"-device", "usb-kbd,bus=x.0"), nil
}

// ovmf is where Debian has UEFI firmware for QEMU.
const ovmf = "/usr/share/OVMF/OVMF_"

// step is something to do to a guest, or to wait for.
type step func(g *guest) error

// see waits until the guest has printed what the expression matches, after what was seen last.
func see(expression string) step {
	re := regexp.MustCompile(expression)
	return func(g *guest) error {
		for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			text, _ := os.ReadFile(g.serial)
			if at := re.FindIndex(text[g.read:]); at != nil {
				g.read += at[1]
				return nil
			}
			select {
			case err := <-g.ended:
				return fmt.Errorf("waiting for %q: QEMU ended: %v", expression, err)
			default:
			}
			if time.Now().After(end) {
				return fmt.Errorf("did not see %q, but %q", expression, text[g.read:])
			}
		}
	}
}

// ready waits until the shell has asked and so many keyboards have been found, in any order.
func ready(keyboards int) step {
	found := regexp.MustCompile(`(i8042|xhci: port [0-9.]+): keyboard`)
	return func(g *guest) error {
		for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			text, _ := os.ReadFile(g.serial)
			if bytes.Contains(text, []byte(prompt)) && len(found.FindAll(text, -1)) >= keyboards {
				g.read = len(text)
				return nil
			}
			if time.Now().After(end) {
				return fmt.Errorf("not ready: %q", text)
			}
		}
	}
}

// unseen fails if what the expression matches has been printed since the start.
func unseen(expression string) step {
	re := regexp.MustCompile(expression)
	return func(g *guest) error {
		text, _ := os.ReadFile(g.serial)
		if m := re.Find(text); m != nil {
			return fmt.Errorf("saw %q", m)
		}
		return nil
	}
}

// monitor gives the emulator a command.
func monitor(command string) step {
	return func(g *guest) error {
		_, err := fmt.Fprintln(g.monitor, command)
		return err
	}
}

// press presses keys, by QEMU's names, one after the other; "a-b" means both at once.
func press(keys ...string) step {
	return func(g *guest) error {
		for _, k := range keys {
			if err := monitor("sendkey " + k + " 15")(g); err != nil {
				return err
			}
		}
		return nil
	}
}

// echo presses keys one after the other, each when the terminal has answered to the last one: an
// emulated keyboard loses what is typed faster than a busy machine can take it.
func echo(keys ...string) step {
	return func(g *guest) error {
		for _, k := range keys {
			before := g.printed()
			if err := press(k)(g); err != nil {
				return err
			}
			for end := time.Now().Add(patience); g.printed() == before; time.Sleep(2 * time.Millisecond) {
				if time.Now().After(end) {
					return fmt.Errorf("no answer to %s", k)
				}
			}
		}
		return nil
	}
}

// printed is how much the guest has printed so far.
func (g *guest) printed() int64 {
	info, err := os.Stat(g.serial)
	if err != nil {
		return 0
	}
	return info.Size()
}

// write types text, on a US keyboard.
func write(text string) step {
	var keys []string
	for _, c := range text {
		keys = append(keys, keyOf(c))
	}
	return echo(keys...)
}

// send writes to the serial port.
func send(text string) step {
	return func(g *guest) error {
		_, err := io.WriteString(g.input, text)
		return err
	}
}

// lastTry looks at how the kernel says that it has switched off or reset the machine at the end; it
// says nothing if it did not have to choose.
func lastTry(want string) step {
	tries := regexp.MustCompile(`(?m)^(power off|reset) by (\w+)`)
	return func(g *guest) error {
		text, _ := os.ReadFile(g.serial)
		got := ""
		if all := tries.FindAllSubmatch(text, -1); len(all) > 0 {
			got = string(all[len(all)-1][2])
		}
		if got != want {
			return fmt.Errorf("the last try was %q, not %q", got, want)
		}
		return nil
	}
}

// ends waits until QEMU has ended, as it does when the machine is switched off or reset.
func ends(g *guest) error {
	select {
	case err := <-g.ended:
		return err
	case <-time.After(patience):
		return fmt.Errorf("it goes on")
	}
}

var keyNames = map[rune]string{
	' ': "spc", '\n': "ret", '-': "minus", '=': "equal", '[': "bracket_left", ']': "bracket_right",
	'\\': "backslash", ';': "semicolon", '\'': "apostrophe", '`': "grave_accent", ',': "comma", '.': "dot", '/': "slash",
}

const (
	digits = ")!@#$%^&*("
	upper  = `_+{}|:"~<>?`
	lower  = `-=[]\;'` + "`,./"
)

// keyOf is what to press on a US keyboard for a character.
func keyOf(c rune) string {
	if i := bytes.IndexByte([]byte(digits), byte(c)); i >= 0 {
		return fmt.Sprintf("shift-%d", i)
	}
	if i := bytes.IndexByte([]byte(upper), byte(c)); i >= 0 {
		return "shift-" + keyNames[rune(lower[i])]
	}
	if c >= 'A' && c <= 'Z' {
		return "shift-" + string(c-'A'+'a')
	}
	if name, ok := keyNames[c]; ok {
		return name
	}
	return string(c)
}
