package tty

import (
	"io"
	"sync"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/sched"
)

// Config is what a TTY needs from its surroundings.
type Config struct {
	// Output is the driver. Write takes all it is given, and does not block.
	Output io.Writer
	// Signal sends a signal to a process group. It is called without locks.
	Signal func(pgrp int, sig syscall.Signal)
	// Now is the clock of package sched, for VTIME.
	Now func() int64
}

// TTY is a terminal. It serves as a device of package fs.
type TTY struct {
	cfg     Config
	writing sync.Mutex

	mu       sync.Mutex
	termios  syscall.Termios
	winsize  Winsize
	pgrp     int // foreground process group, 0: none
	in       queue
	literal  bool // the next byte is taken as it is (VLNEXT)
	signals  [3]syscall.Signal
	nsignals int
	out      output
	readable sched.WaitQueue
	watchers fs.Watchers
}

// Winsize is struct winsize of tty_ioctl(2).
type Winsize struct{ Rows, Cols, X, Y uint16 }

// New returns a terminal in the default state: canonical mode with echo, 24 × 80.
func New(cfg Config) *TTY {
	t := &TTY{cfg: cfg, termios: defaultTermios, winsize: Winsize{Rows: 24, Cols: 80}}
	t.out.w = cfg.Output
	return t
}

// StreamKind implements what fs.File.StreamKind wants.
func (*TTY) StreamKind() string { return "tty" }

// Watchers implements what epoll(7) wants.
func (t *TTY) Watchers() *fs.Watchers { return &t.watchers }

// SetForeground makes pgrp the process group that signals go to.
func (t *TTY) SetForeground(pgrp int) {
	t.mu.Lock()
	t.pgrp = pgrp
	t.mu.Unlock()
}

// Foreground returns the process group that signals go to, 0 if there is none.
func (t *TTY) Foreground() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pgrp
}

// SetWinsize sets the window size; a change sends SIGWINCH to the foreground.
func (t *TTY) SetWinsize(w Winsize) {
	t.mu.Lock()
	changed := t.winsize != w
	t.winsize = w
	pgrp := t.pgrp
	t.mu.Unlock()
	if changed && pgrp != 0 {
		t.cfg.Signal(pgrp, syscall.SIGWINCH)
	}
}
