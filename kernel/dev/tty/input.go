package tty

import (
	"syscall"

	"gossamer/kernel/fs"
)

// Input is called by a driver with bytes that have come in. It may be called by any
// goroutines, while threads read and write.
func (t *TTY) Input(p []byte) {
	pgrp, signals, wake := t.input(p)
	if wake {
		t.readable.WakeAll()
		t.watchers.Notify(fs.EventIn)
	}
	if pgrp != 0 {
		for _, sig := range signals {
			if sig != 0 {
				t.cfg.Signal(pgrp, sig)
			}
		}
	}
}

func (t *TTY) input(p []byte) (pgrp int, signals [3]syscall.Signal, wake bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range p {
		t.receive(c)
	}
	t.out.flush()
	signals = t.signals
	t.signals, t.nsignals = [3]syscall.Signal{}, 0
	return t.pgrp, signals, t.in.head != t.in.line
}

// receive handles one byte. mu held.
func (t *TTY) receive(c byte) {
	if t.iflag(syscall.ISTRIP) {
		c &= 0x7f
	}
	if t.literal {
		t.literal = false
		t.ordinary(c)
		return
	}
	if t.lflag(syscall.ISIG) && t.signal(c) {
		return
	}
	switch {
	case c == '\r' && t.iflag(syscall.IGNCR):
		return
	case c == '\r' && t.iflag(syscall.ICRNL):
		c = '\n'
	case c == '\n' && t.iflag(syscall.INLCR):
		c = '\r'
	}
	if t.lflag(syscall.ICANON) && t.edit(c) {
		return
	}
	t.ordinary(c)
}

// signal handles a byte that stands for a signal. Each signal is noted once per
// Input.
func (t *TTY) signal(c byte) bool {
	var sig syscall.Signal
	switch {
	case t.is(c, syscall.VINTR):
		sig = syscall.SIGINT
	case t.is(c, syscall.VQUIT):
		sig = syscall.SIGQUIT
	case t.is(c, syscall.VSUSP):
		sig = syscall.SIGTSTP
	default:
		return false
	}
	if !t.lflag(syscall.NOFLSH) {
		t.in.reset()
	}
	if t.lflag(syscall.ECHO) {
		t.echo(c)
	}
	for _, noted := range t.signals[:t.nsignals] {
		if noted == sig {
			return true
		}
	}
	t.signals[t.nsignals] = sig
	t.nsignals++
	return true
}

// ordinary takes a byte as data.
func (t *TTY) ordinary(c byte) {
	canonical := t.lflag(syscall.ICANON)
	if canonical && t.in.line == t.in.tail {
		t.out.lineStart = t.out.column
	}
	if !t.in.push(c, markNone) {
		t.bell()
		return
	}
	if t.lflag(syscall.ECHO) {
		t.echo(c)
	}
	if !canonical {
		t.in.line = t.in.tail
	}
}

// bell tells the user that input was thrown away.
func (t *TTY) bell() {
	if t.iflag(syscall.IMAXBEL) {
		t.put('\a')
	}
}
