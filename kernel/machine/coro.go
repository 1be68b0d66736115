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

// switchTo is SwitchTo.
//
//go:noescape
func switchTo(c, next *coro, at *uint64)

func current() uintptr

// Switch implements sched.Context.
func (c *coro) Switch() { coroswitch(c) }

// SwitchTo implements sched.Context. While a thread runs, its coro has the dispatcher's goroutine,
// and while it does not, its own. So the dispatcher's goes to next's. Both coroutines are the
// caller's: nobody else may resume a thread that runs, or one that has been taken from its queue.
//
//go:nosplit
func (c *coro) SwitchTo(next sched.Context, at *uint64) { switchTo(c, next.(*coro), at) }

func newContext(body func()) sched.Context {
	c := newcoro(func(*coro) { body() })
	checkLayout(c)
	return c
}

var layoutChecked bool

// Offsets in runtime.g and runtime.m, and values of their fields, that switchTo uses.
const (
	gM          = 0x30
	gSP         = 0x38 // sched.sp
	gPC         = 0x40 // sched.pc
	gCtxt       = 0x50 // sched.ctxt
	gBP         = 0x60 // sched.bp
	gStatus     = 0x90
	gWaitReason = 0xb0
	mCurG       = 0xb8

	running     = 2
	waiting     = 4
	inCoroutine = 38 // waitReasonCoroutine
)

// checkLayout panics if the runtime is not laid out like that. c has a goroutine that has not run;
// its first context is made before there is a second CPU to make one.
func checkLayout(c *coro) {
	if layoutChecked {
		return
	}
	word := func(g, at uintptr) uintptr { return *(*uintptr)(unsafe.Pointer(g + at)) }
	short := func(g, at uintptr) uint32 { return *(*uint32)(unsafe.Pointer(g + at)) }
	g, me := c.gp, current()
	const schedG, stackLo, stackHi = 0x48, 0, 8
	switch {
	case g == 0 || g == me:
		panic("machine: runtime.coro is not as we know it")
	case word(g, schedG) != g || word(g, gM) != 0 || word(g, gCtxt) == 0,
		word(g, gSP) <= word(g, stackLo) || word(g, gSP) >= word(g, stackHi),
		short(g, gStatus) != waiting || short(me, gStatus) != running,
		uint8(short(g, gWaitReason)) != inCoroutine,
		word(word(me, gM), mCurG) != me:
		panic("machine: runtime.g is not as we know it")
	}
	layoutChecked = true
}
