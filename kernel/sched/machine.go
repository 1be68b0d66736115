package sched

import "runtime"

// Context is the register state and stack of a kernel thread: a coroutine.
//
// Switch called by a dispatcher resumes the thread and returns when a thread calls Switch in its
// turn or ends: this one, or the last of those that it and its successors have switched to.
// SwitchTo, called by the thread of the context itself, suspends it and resumes another one,
// suspended, in its place. In *at it notes when, as the machine's Counter says.
// A Context need not belong to one OS thread: any dispatcher may resume it.
type Context interface {
	Switch()
	SwitchTo(next Context, at *uint64)
}

// Machine is what the scheduler needs from below. The kernel makes one from runtime coroutines
// and the local APIC; package schedtest makes one from goroutines.
type Machine interface {
	// NewContext makes a suspended context. body runs at the first Switch; when it returns the
	// context is finished and control is back at the dispatcher that resumed it last.
	NewContext(body func()) Context

	// Now is monotonic time in nanoseconds, never 0.
	Now() int64

	// SetWake asks for TimerTick to be called at the time given (ns, as Now counts), at once if
	// it has passed; 0 cancels. A later call replaces an earlier one. It is called with a
	// scheduler lock held: it must not call back.
	SetWake(deadline int64)

	// Kick makes t come out of user mode soon if it is there, and otherwise does nothing (it may
	// also make the next entry to user mode return at once). It does not wait.
	Kick(t *Thread)
}

// Counter is an optional part of a Machine: a clock cheaper than Now (the TSC) by which CPU
// time is charged. It has to be consistent between CPUs. Without it Now is used.
type Counter interface {
	Cycles() uint64
	Nanoseconds(cycles uint64) int64
}

// Yielder is an optional part of a Machine: YieldToGo lets the Go runtime's other goroutines run, and
// says how many of the Counter's cycles that took. Without it runtime.Gosched is called.
type Yielder interface {
	YieldToGo() (cycles uint64)
}

// goscheder makes a Yielder out of the runtime.
type goscheder struct{ c Counter }

func (g goscheder) YieldToGo() uint64 {
	before := g.c.Cycles()
	runtime.Gosched()
	return g.c.Cycles() - before
}

// nowCounter makes a Counter out of Now.
type nowCounter struct{ m Machine }

func (c nowCounter) Cycles() uint64                  { return uint64(c.m.Now()) }
func (c nowCounter) Nanoseconds(cycles uint64) int64 { return int64(cycles) }
