package lwp

import (
	"sync/atomic"

	"gossamer/kernel/sched"
)

// ID names an LWP. IDs come from the same space as process IDs; the first LWP of a process
// has the ID of the process, as gettid(2) has it on Linux.
type ID int32

// Bits of the attention word.
const (
	Signal uint32 = 1 << iota // a signal may have to be taken, or the process was stopped
	Exit                      // the LWP shall end
)

// An LWP is one user context bound to one kernel thread.
type LWP struct {
	ID     ID
	Thread *sched.Thread // whose UserData is this *LWP; never nil, perhaps not started
	Ctx    Context
	Owner  any // what package proc adds: the *proc.LWP that this is part of

	attention atomic.Uint32
}

// Begin makes the record that of another LWP, which has not run and of which nobody knows.
func (l *LWP) Begin() { l.attention.Store(0) }

// Attention returns the attention word without taking it. Whoever sets a bit also has the
// context refuse to enter user mode (Context.Attention), so the way there need not look.
func (l *LWP) Attention() uint32 { return l.attention.Load() }

// Notify sets bits in the attention word and makes the LWP look at it soon: an interruptible
// wait of its thread ends with EINTR, and so does the next one if it is not waiting; a
// program in user mode is brought back.
func (l *LWP) Notify(bits uint32) {
	l.Recheck(bits)
	l.Thread.Interrupt()
}

// Recheck sets bits and makes the LWP look at them before it enters user mode again; a
// program in user mode is brought back.
func (l *LWP) Recheck(bits uint32) {
	l.attention.Or(bits)
	l.Ctx.Attention()
}

// Remind sets bits for the LWP that calls it, or one that has not run yet: it looks at them before
// it enters user mode.
func (l *LWP) Remind(bits uint32) {
	l.attention.Or(bits)
	l.Ctx.Refuse()
}

// Take clears the attention word, and the interruption that came with it, and returns what
// the word was. Exit is never cleared.
func (l *LWP) Take() uint32 {
	bits := l.attention.Load()
	for !l.attention.CompareAndSwap(bits, bits&Exit) {
		bits = l.attention.Load()
	}
	if bits&Exit == 0 {
		l.Thread.ClearInterrupt()
	}
	return bits
}
