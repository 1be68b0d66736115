package main

import (
	"sync"
	"syscall"

	"gossamer/boot"
	"gossamer/kernel/dev/tty"
	"gossamer/kernel/goos"
	"gossamer/kernel/sched"
)

// openConsole makes the terminal on the serial port. signal sends a signal to a process
// group.
func openConsole(signal func(pgrp int, sig syscall.Signal)) *tty.TTY {
	t := tty.New(tty.Config{Output: serial{new(sync.Mutex), new([256]byte)}, Signal: signal, Now: goos.Now})
	if _, noecho := boot.Option("noecho"); noecho {
		mode := t.Termios()
		mode.Lflag &^= syscall.ECHO
		t.SetTermios(mode, false)
	}
	if goos.OpenConsole() {
		logf("gossamer: console") // tools/run sends no input before
	} else {
		logf("no serial port: there is no console")
	}
	return t
}

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

// input is where serveInterrupts has console input put.
var input [512]byte

// serveInterrupts is the goroutine that hands interrupts on: console input to the terminal,
// the alarm to the scheduler.
func serveInterrupts(t *tty.TTY) {
	buf := input[:]
	for {
		lines := goos.WaitIRQ()
		if lines&(1<<goos.Alarm) != 0 {
			sched.TimerTick()
		}
		if lines&(1<<goos.ConsoleLine) != 0 {
			for n := goos.ReadConsole(buf); n > 0; n = goos.ReadConsole(buf) {
				t.Input(buf[:n])
			}
		}
	}
}
