package tty

import (
	"syscall"

	"gossamer/kernel/sched"
)

const vtimeUnit = 100_000_000 // ns

// Read reads a line, or the rest of one, in canonical mode; 0 bytes are the end of
// file that ^D makes. In raw mode it waits for input as VMIN and VTIME say. EAGAIN,
// EINTR; then nothing has been taken.
func (t *TTY) Read(th *sched.Thread, p []byte, nonblock bool) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var w rawWait
	for {
		canonical := t.lflag(syscall.ICANON)
		if canonical && t.in.head != t.in.line {
			return t.in.takeLine(p), nil
		}
		var deadline int64
		if !canonical {
			var done bool
			if deadline, done = w.next(t, len(p)); done || nonblock && t.in.head != t.in.line {
				return t.in.take(p), nil
			}
		}
		if nonblock {
			return 0, syscall.EAGAIN
		}
		switch err := t.readable.WaitDeadline(th, &t.mu, deadline); err {
		case nil:
		case syscall.ETIMEDOUT:
			w.expired = true
		default:
			return 0, err
		}
	}
}

// rawWait decides how long one Read waits in raw mode (POSIX 11.1.7, cases A to D).
type rawWait struct {
	deadline int64
	seen     uint // input there was when deadline was set
	expired  bool
}

// next says that the Read has waited enough, or until when to wait next: 0 means
// for ever.
func (w *rawWait) next(t *TTY, room int) (deadline int64, done bool) {
	least := int(t.termios.Cc[syscall.VMIN])
	interval := int64(t.termios.Cc[syscall.VTIME]) * vtimeUnit
	have := t.in.line - t.in.head
	switch {
	case have > 0 && int(have) >= min(least, room):
		return 0, true
	case w.expired && (least == 0 || have > 0):
		return 0, true
	case least == 0 && interval == 0:
		return 0, true
	case interval == 0 || least > 0 && have == 0:
		return 0, false
	}
	// VMIN = 0: the time is for the whole Read; else it starts anew with each byte.
	if w.deadline == 0 || least > 0 && have != w.seen {
		w.deadline = t.cfg.Now() + interval
		w.seen = have
		w.expired = false
	}
	return w.deadline, false
}

// Readable says whether a Read would not block.
func (t *TTY) Readable() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.in.head != t.in.line
}
