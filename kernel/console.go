package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"

	"gossamer/boot"
	"gossamer/kernel/dev/tty"
	"gossamer/kernel/fs"
	"gossamer/kernel/goos"
)

// A terminal may have a serial line, a screen and keyboards, or some of them. One of them is the
// console; there is a second one if the command line has taken serial line or screen from that.
type terminal struct {
	*tty.TTY
	serial, screen bool
	// keyed says that the last that was typed came from a keyboard, not from the serial line.
	keyed atomic.Bool
}

// consoles are the terminals that there are.
type consoles struct {
	console terminal
	other   *terminal // nil: there is none

	onSerial, onScreen *terminal // whose they are; nil: they are not there
}

var theConsoles consoles

// openConsoles makes the terminals. console= on the command line says what the console is on; see
// goos.ConsoleDevices. What is left over is a terminal of its own, and if what it names is not
// there the console is on what there is. signal sends a signal to a process group.
func openConsoles(signal func(pgrp int, sig syscall.Signal)) *consoles {
	c := &theConsoles
	haveSerial := goos.OpenConsole()
	cols, rows, width, height := goos.ScreenSize()
	haveScreen := cols > 0
	wantSerial, wantScreen := goos.ConsoleDevices()
	c.console.serial = haveSerial && (wantSerial || !haveScreen)
	c.console.screen = haveScreen && (wantScreen || !haveSerial)
	c.console.open(signal)
	if left := (haveSerial && !c.console.serial) || (haveScreen && !c.console.screen); left {
		c.other = &terminal{serial: !c.console.serial, screen: !c.console.screen}
		c.other.open(signal)
	}
	for _, t := range []*terminal{&c.console, c.other} {
		if t != nil && t.serial {
			c.onSerial = t
			onLine(goos.ConsoleLine, t.readSerial)
		}
		if t != nil && t.screen {
			c.onScreen = t
			t.SetWinsize(tty.Winsize{Rows: uint16(rows), Cols: uint16(cols), X: uint16(width), Y: uint16(height)})
			onLine(goos.ScreenLine, wakePainter)
			go t.paint()
		}
	}
	if _, noecho := boot.Option("noecho"); noecho {
		mode := c.console.Termios()
		mode.Lflag &^= syscall.ECHO
		c.console.SetTermios(mode, false)
	}
	if !haveSerial {
		logf("no serial port")
	}
	if haveScreen {
		f := &boot.Boot.Framebuffer
		logf(fmt.Sprintf("screen: %d×%d pixels of %d bits, %d×%d characters", width, height, f.BitsPerPixel, cols, rows))
	}
	logf("gossamer: console") // tools/run sends no input before
	return c
}

func (t *terminal) open(signal func(pgrp int, sig syscall.Signal)) {
	t.TTY = tty.New(tty.Config{Output: output{t, new(sync.Mutex), new([256]byte)}, Signal: signal, Now: goos.Now})
}

// addDevices makes the terminals' nodes: /dev/console and /dev/tty, and for the other one
// /dev/ttyS0 or /dev/tty1, where init starts a shell too.
func (c *consoles) addDevices(tree *fs.FS) {
	must(tree.AddDevice("/dev/console", fs.Rdev(5, 1), 0o600, c.console.TTY))
	must(tree.AddDevice("/dev/tty", fs.Rdev(5, 0), 0o666, c.console.TTY))
	switch {
	case c.other == nil:
	case c.other.serial:
		must(tree.AddDevice("/dev/ttyS0", fs.Rdev(4, 64), 0o600, c.other.TTY))
	default:
		must(tree.AddDevice("/dev/tty1", fs.Rdev(4, 1), 0o600, c.other.TTY))
	}
}

// typed hands in what has been typed on a keyboard, as the bytes that a terminal sends for it
// (TERM=linux). It is for the terminal with the screen, or without one for the console. Any
// goroutine may call it, after openConsoles.
func typed(p []byte) {
	t := theConsoles.onScreen
	if t == nil {
		t = &theConsoles.console
	}
	t.keyed.Store(true)
	t.Input(p)
}

// input is where serial input is put: bare code may not write to a goroutine's stack.
var input [512]byte

// readSerial takes what has come on the serial line.
func (t *terminal) readSerial() {
	for n := goos.ReadConsole(input[:]); n > 0; n = goos.ReadConsole(input[:]) {
		t.keyed.Store(false)
		t.Input(input[:n])
	}
}

// output writes to the devices of a terminal. Bare code may not touch a goroutine's stack, nor
// memory that has not been touched yet: bytes go through a buffer of its own.
type output struct {
	t   *terminal
	mu  *sync.Mutex
	buf *[256]byte
}

func (o output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for done := 0; done < len(p); {
		b := o.buf[:copy(o.buf[:], p[done:])]
		done += len(b)
		if o.t.screen {
			goos.WriteScreen(b)
		}
		for o.t.serial && len(b) > 0 {
			b = b[goos.WriteConsole(b):]
		}
	}
	if o.t.screen {
		wakePainter()
	}
	return len(p), nil
}
