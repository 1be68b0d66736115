package machine

import (
	"unsafe"

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

// switchTo is coro_amd64.s's: SwitchTo, if it can be done at once.
//
//go:noescape
func switchTo(c, next *coro) (switched bool)

func current() uintptr

// Switch implements sched.Context.
func (c *coro) Switch() { coroswitch(c) }

// SwitchTo implements sched.Context. While a thread runs, its coro has the dispatcher's goroutine,
// and while it does not, its own. So the dispatcher's goes to next's. Both coroutines are the
// caller's: nobody else may resume a thread that runs, or one that has been taken from its queue.
func (c *coro) SwitchTo(next sched.Context) {
	n := next.(*coro)
	if switchTo(c, n) {
		return
	}
	// next's goroutine is in c only for as long as it takes to switch.
	c.gp, n.gp = n.gp, c.gp
	coroswitch(c)
}

func newContext(body func()) sched.Context {
	c := newcoro(func(*coro) { body() })
	checkLayout(c)
	return c
}

var layoutChecked bool

// checkLayout panics if the runtime is not laid out as coro_amd64.s has it. c has a goroutine that
// has not run; its first context is made before there is a second CPU to make one.
func checkLayout(c *coro) {
	if layoutChecked {
		return
	}
	word := func(g, at uintptr) uintptr { return *(*uintptr)(unsafe.Pointer(g + at)) }
	short := func(g, at uintptr) uint32 { return *(*uint32)(unsafe.Pointer(g + at)) }
	g, me := c.gp, current()
	switch {
	case g == 0 || g == me:
		panic("machine: runtime.coro is not as we know it")
	case word(g, 0x48) != g || word(g, 0x30) != 0 || word(g, 0x50) == 0, // sched.g, m, sched.ctxt
		word(g, 0x38) <= word(g, 0) || word(g, 0x38) >= word(g, 8), // sched.sp, stack
		short(g, 0x90) != 4 || short(me, 0x90) != 2,                // atomicstatus
		uint8(short(g, 0xb0)) != 38,                                // waitreason
		word(word(me, 0x30), 0xb8) != me:                           // m.curg
		panic("machine: runtime.g is not as we know it")
	}
	layoutChecked = true
}
