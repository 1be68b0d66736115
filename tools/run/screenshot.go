package main

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"gossamer/kernel/dev/screen"
	"gossamer/kernel/dev/screen/vt"
	"gossamer/tools/screenshot"
)

// screenshotMode is the size of the screen if MODE does not say.
const screenshotMode = "1024x768"

// screenshot boots to the shell, has it run a command unless that is empty, and saves what the
// screen shows then to file, as PNG. The text on it goes to out.
func (c *config) screenshot(file, command string, out *os.File) (int, error) {
	if os.Getenv("BOOT") == "" {
		c.boot, _ = bootWayOf("bios")
	}
	if !c.boot.image {
		return 0, usageError(fmt.Sprintf("screenshot: with BOOT=%s there is no screen", c.boot.name))
	}
	if c.mode == "" {
		c.mode = screenshotMode
	}
	if strings.ContainsAny(command, "\n\r") {
		return 0, usageError("screenshot: one line, please")
	}
	// Find out now whether the file can be written. It takes the place of what has the name, which
	// must not be a device.
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return 0, usageError(fmt.Sprintf("screenshot: %s is not a plain file", file))
	}
	result, err := os.CreateTemp(filepath.Dir(file), ".screenshot-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(result.Name())
	defer result.Close()
	accept, err := c.prepare(os.Stderr)
	if err != nil || !accept {
		return statusUsage, err
	}
	m, err := c.newMachine("init=/bin/init")
	if err != nil {
		return 0, err
	}
	defer m.close()
	theirs, ours, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer theirs.Close()
	defer ours.Close()
	p := &photographer{keys: ours, dir: m.dir, monitor: filepath.Join(m.dir, "monitor"),
		more: make(chan struct{}, 1), ended: make(chan struct{}), done: make(chan struct{})}
	m.input, m.output = theirs, &console{to: p}
	m.extra = append(m.extra, "-monitor", "unix:"+p.monitor+",server=on,wait=off")
	fmt.Fprintf(os.Stderr, "screenshot: booting, BOOT=%s, %s\n", c.boot.name, c.mode)
	go p.work(command)
	o, err := m.run()
	close(p.ended)
	if err != nil {
		return 0, err
	}
	<-p.done
	if p.err != nil {
		status, why := o.judgeShell()
		if status == statusPass {
			status, why = statusPanic, ""
		}
		m.explain(os.Stderr, &o, why, lastLines(p.said(), tailLines))
		fmt.Fprintln(os.Stderr, "screenshot: none:", p.err)
		return status, nil
	}
	if err := screenshot.EncodePNG(result, p.picture); err != nil {
		return 0, err
	}
	if err := result.Chmod(0o644); err != nil {
		return 0, err
	}
	if err := os.Rename(result.Name(), file); err != nil {
		return 0, err
	}
	fmt.Fprintln(out, strings.TrimRight(strings.Join(screenshot.Text(p.picture), "\n"), "\n"))
	size := p.picture.Bounds()
	fmt.Fprintf(os.Stderr, "screenshot: %s, %d×%d pixels\n", file, size.Dx(), size.Dy())
	if p.panicked {
		return statusPanic, nil
	}
	return statusPass, nil
}

// photographer watches a guest's serial line, types on it, and takes the picture.
type photographer struct {
	keys    *os.File // what is written there is typed
	dir     string
	monitor string // QEMU's
	ended   chan struct{}
	done    chan struct{} // closed when there is a result

	mu   sync.Mutex
	text []byte
	more chan struct{} // full when text has grown

	picture  image.Image
	panicked bool
	err      error
}

// Write takes what comes on the serial line.
func (p *photographer) Write(b []byte) (int, error) {
	p.mu.Lock()
	p.text = append(p.text, b...)
	p.mu.Unlock()
	select {
	case p.more <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (p *photographer) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.text)
}

// What the serial line says at the shell's prompt, and when the kernel has come to its end.
var (
	promptPattern = regexp.MustCompile(`(?s)` + consoleReady + `.*\n\S* \$ $`)
	deathPattern  = regexp.MustCompile(`(?m)^(?:\n|.*\] )?(?:kernel panic:|fatal:|halted$)`)
)

// work takes the picture and ends QEMU.
func (p *photographer) work(command string) {
	defer close(p.done)
	p.err = p.take(command)
}

func (p *photographer) take(command string) error {
	m, err := screenshot.Dial(p.monitor, p.dir, p.ended)
	if err != nil {
		return err
	}
	defer m.Close()
	defer m.Quit()
	if err := p.await(0); err != nil {
		return err
	}
	if command != "" && !p.panicked {
		fmt.Fprintf(os.Stderr, "screenshot: running %q\n", command)
		from := len(p.said())
		if _, err := fmt.Fprintf(p.keys, "%s\n", command); err != nil {
			return err
		}
		if err := p.await(from + len(command)); err != nil {
			return err
		}
	}
	return p.shoot(m)
}

// await waits until the shell's prompt is the last that has been said, behind the given length, or
// the kernel has panicked.
func (p *photographer) await(from int) error {
	for {
		said := p.said()
		if deathPattern.MatchString(said) {
			p.panicked = true
			return nil
		}
		if len(said) > from+1 && promptPattern.MatchString(said) {
			return nil
		}
		select {
		case <-p.more:
		case <-p.ended:
			return fmt.Errorf("the guest ended before there was a prompt")
		}
	}
}

// paintTime is how long the screen may show something else than the serial line has got.
const paintTime = 20 * time.Second

// shoot takes pictures until one shows what the serial line has said last: the screen is painted a
// moment later than that.
func (p *photographer) shoot(m *screenshot.Monitor) (err error) {
	for end := time.Now().Add(paintTime); ; {
		if p.picture, err = m.Picture(); err != nil {
			return err
		}
		shown := screenshot.Text(p.picture)
		_, cols, _ := screen.Grid(p.picture.Bounds().Dx(), p.picture.Bounds().Dy())
		if p.panicked && strings.Contains(shown[0], "kernel panic") || !p.panicked && p.agrees(shown, cols) {
			return nil
		}
		if time.Now().After(end) {
			fmt.Fprintln(os.Stderr, "screenshot: the screen does not show what the serial line has got")
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("the guest ended")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// agrees reports whether the last rows on the screen are what a terminal makes of the serial line's
// text since the console was opened.
func (p *photographer) agrees(shown []string, cols int) bool {
	said := p.said()
	_, said, _ = strings.Cut(said, consoleReady)
	_, said, _ = strings.Cut(said, "\n")
	t := new(vt.Terminal)
	if !t.Init(cols, len(shown)) {
		return false
	}
	t.Write([]byte(strings.ReplaceAll(said, "\n", "\r\n")))
	var want []string
	for y := range len(shown) {
		var row strings.Builder
		for _, c := range t.Row(y) {
			row.WriteRune(c.Rune())
		}
		want = append(want, strings.TrimRight(row.String(), " "))
	}
	want, shown = trimEmpty(want), trimEmpty(shown)
	return len(want) <= len(shown) && strings.Join(want, "\n") == strings.Join(shown[len(shown)-len(want):], "\n")
}

// trimEmpty cuts off the empty lines at the end.
func trimEmpty(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
