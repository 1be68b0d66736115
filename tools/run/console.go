package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// console takes what the guest prints: it passes it on, hands complete lines to
// a reader, and remembers the end for a report.
type console struct {
	to       io.Writer
	line     func(string) // called without the line end; may be nil
	pending  []byte       // the line so far
	heldCR   bool
	tail     []string // the last complete lines
	anything atomic.Bool
	ready    atomic.Bool // a line said consoleReady
}

const tailLines = 25

// Write undoes the terminal's newline translation, which puts a carriage
// return before every newline; one before anything else was the program's own.
func (c *console) Write(p []byte) (int, error) {
	out := make([]byte, 0, len(p)+1)
	for _, b := range p {
		if c.heldCR && b != '\n' {
			out = append(out, '\r')
		}
		if c.heldCR = b == '\r'; !c.heldCR {
			out = append(out, b)
		}
	}
	c.pass(out)
	return len(p), nil
}

// finish passes on what is held back.
func (c *console) finish() {
	if c.heldCR {
		c.heldCR = false
		c.pass([]byte{'\r'})
	}
	if len(c.pending) > 0 {
		c.complete()
	}
}

func (c *console) pass(out []byte) {
	if len(out) == 0 {
		return
	}
	c.anything.Store(true)
	if c.to != nil {
		if _, err := c.to.Write(out); err != nil {
			c.to = nil // nobody reads any more; the guest goes on
		}
	}
	for len(out) > 0 {
		i := bytes.IndexByte(out, '\n')
		if i < 0 {
			c.pending = append(c.pending, out...)
			return
		}
		c.pending = append(c.pending, out[:i]...)
		c.complete()
		out = out[i+1:]
	}
}

func (c *console) complete() {
	line := string(c.pending)
	c.pending = c.pending[:0]
	if strings.Contains(line, consoleReady) {
		c.ready.Store(true)
	}
	if c.line != nil {
		c.line(line)
	}
	if len(c.tail) == tailLines {
		c.tail = append(c.tail[:0], c.tail[1:]...)
	}
	c.tail = append(c.tail, line)
}

// lastLines is the end of a text.
func lastLines(text string, n int) []string {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-n):]
}

// isTerminal reports whether f is a terminal.
func isTerminal(f *os.File) bool {
	_, ok := getTermios(f)
	return ok
}

// saveTerminal returns a function that puts the terminal back into the state
// it has now; QEMU does that itself unless it is killed.
func saveTerminal(f *os.File) (restore func()) {
	old, ok := getTermios(f)
	if !ok {
		return func() {}
	}
	return func() { setTermios(f, &old) }
}

// rawTerminal makes the terminal hand over every byte as it comes, unechoed:
// echo and ^C are the guest's to do.
func rawTerminal(f *os.File) (restore func()) {
	old, ok := getTermios(f)
	if !ok {
		return func() {}
	}
	raw := old
	raw.Iflag &^= syscall.BRKINT | syscall.ICRNL | syscall.INLCR | syscall.IGNCR | syscall.ISTRIP | syscall.IXON
	raw.Lflag &^= syscall.ECHO | syscall.ECHONL | syscall.ICANON | syscall.ISIG | syscall.IEXTEN
	raw.Cc[syscall.VMIN], raw.Cc[syscall.VTIME] = 1, 0
	setTermios(f, &raw)
	return func() { setTermios(f, &old) }
}

func getTermios(f *os.File) (t syscall.Termios, ok bool) {
	_, _, e := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TCGETS, uintptr(unsafe.Pointer(&t)))
	return t, e == 0
}

func setTermios(f *os.File, t *syscall.Termios) {
	syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TCSETS, uintptr(unsafe.Pointer(t)))
}
