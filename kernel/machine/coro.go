package machine

import (
	_ "unsafe" // for linkname

	"gossamer/kernel/sched"
)

// coro is a coroutine of the Go runtime, what iter.Pull is made of. A switch costs no
// scheduler: coroswitch(c) suspends the calling goroutine in c and resumes the one that was
// suspended there. A coroutine may be resumed on any M as long as nobody in the game is
// locked to one.
type coro struct {
	gp uintptr // the goroutine that is suspended in it; the first field of runtime.coro
}

//go:linkname newcoro runtime.newcoro
func newcoro(func(*coro)) *coro

//go:linkname coroswitch runtime.coroswitch
func coroswitch(*coro)

// Switch implements sched.Context.
func (c *coro) Switch() { coroswitch(c) }

// SwitchTo implements sched.Context. While a thread runs, its coro has the dispatcher's goroutine,
// and while it does not, its own. So the dispatcher's goes to next's and, for the moment it takes
// to switch, next's to this one. Both coroutines are the caller's: nobody else may resume
// a thread that runs, or one that has been taken from its queue.
func (c *coro) SwitchTo(next sched.Context) {
	n := next.(*coro)
	c.gp, n.gp = n.gp, c.gp
	coroswitch(c)
}

func newContext(body func()) sched.Context {
	c := newcoro(func(*coro) { body() })
	if c.gp == 0 {
		panic("machine: this is not the runtime's coroutine as we know it")
	}
	return c
}
