package main

import (
	"math/bits"
	"sync"
	"syscall"

	"gossamer/boot"
	"gossamer/kernel/dev/tty"
	"gossamer/kernel/goos"
)

// openConsole makes the terminal: on the serial port, if there is one, and for every keyboard.
// signal sends a signal to a process group.
func openConsole(signal func(pgrp int, sig syscall.Signal)) *tty.TTY {
	t := tty.New(tty.Config{Output: serial{new(sync.Mutex), new([256]byte)}, Signal: signal, Now: goos.Now})
	if _, noecho := boot.Option("noecho"); noecho {
		mode := t.Termios()
		mode.Lflag &^= syscall.ECHO
		t.SetTermios(mode, false)
	}
	keyboard = t
	if goos.OpenConsole() {
		onLine(goos.ConsoleLine, func() {
			for n := goos.ReadConsole(input[:]); n > 0; n = goos.ReadConsole(input[:]) {
				t.Input(input[:n])
			}
		})
	} else {
		logf("no serial port")
	}
	logf("gossamer: console") // tools/run sends no input before
	return t
}

// keyboard is the terminal that keyboards belong to.
var keyboard *tty.TTY

// typed hands in what has been typed on a keyboard, as the bytes that a terminal sends for it
// (TERM=linux). Any goroutine may call it, after openConsole.
func typed(p []byte) { keyboard.Input(p) }

// serial is the console's output. Bare code may not touch a goroutine's stack, nor memory that
// has not been touched yet: bytes go through a buffer of its own.
type serial struct {
	mu  *sync.Mutex
	buf *[256]byte
}

func (s serial) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for done := 0; done < len(p); {
		b := s.buf[:copy(s.buf[:], p[done:])]
		done += len(b)
		for len(b) > 0 {
			b = b[goos.WriteConsole(b):]
		}
	}
	return len(p), nil
}

// input is where console input is put: bare code may not write to a goroutine's stack.
var input [512]byte

// handlers has, for each line that goos.WaitIRQ reports, what serves it in kernel Go, or nil.
var handlers [64]func()

// onLine has f called each time the interrupt line is raised. f runs on the goroutine that serves
// all lines, and must not block. To be called before serveInterrupts.
func onLine(line int, f func()) { handlers[line] = f }

// serveInterrupts is the goroutine that hands interrupts on.
func serveInterrupts() {
	for {
		for lines := goos.WaitIRQ(); lines != 0; lines &= lines - 1 {
			if f := handlers[bits.TrailingZeros64(lines)]; f != nil {
				f()
			}
		}
	}
}
