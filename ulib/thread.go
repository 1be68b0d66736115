package ulib

import (
	"unsafe"

	"gossamer/ulib/sys"
)

// gWords is the runtime's g, as far as compiled code and the report of a fatal error use it, and
// as long: the report reads more of it.
type gWords struct {
	lo, hi uintptr // bounds of the stack, of a thread without slotRoom
	guards [2]uintptr
	_      [2]uintptr
	m      uintptr // of the VP
	_      [15]uintptr
	split  uint64
	_      [57]uintptr
}

// reserve keeps the lowest slotRoom bytes of the stack free.
func (g *gWords) reserve() {
	g.lo += slotRoom
	g.guards = [2]uintptr{g.lo + stackGuard, g.lo + stackGuard}
}

// For the report of a stack overflow: g.throwsplit = 1, in gWords.split; and where a VP's m says
// which g runs.
const (
	throwSplit = 1 << (8 * (sys.GThrowSplit & 7))
	mCurG      = sys.MCurG
)

// stackGuard is what a chain of functions without a check may use below the checked bound
// (internal/abi.StackGuard).
const stackGuard = 928

// A thread is the control block of a user thread. It lies at the upper end of the thread's own
// stack, so that a thread at rest touches one page. In brackets: what guards a word, or "own", if
// only the thread itself uses it.
type thread struct {
	g      gWords  // first: compiled Go takes the thread for its g
	sp, bp uintptr // while it does not run
	next   *thread // [the queue's lock] in the one queue that it is in
	queue  uintptr // [that queue's lock; read without] where it waits; see waitAt
	fn     Func    // constant
	arg    uintptr // constant
	result uintptr // [exit.lock] of fn; and, while it waits in Join, of the other thread

	special  uint32 // [see setPriority] not 0: no short way with this thread; specialPriority …
	cancel   uint32 // atomic: cancelPending …
	prio     uint8
	base     uint8  // priority without what is inherited
	done     bool   // [exit.lock] it has ended, and nobody has joined it yet
	detached bool   // [exit.lock] with done: the block is free
	reason   uint32 // [queue's lock] why its wait was ended, until it has read that: an error number

	generation uint16    // [exit.lock]
	class      uint8     // of its stack's size; constant
	duties     uint32    // [own] not 0: there is something to do when it ends
	exit       waitQueue // who joins it

	ctl      lock     // who cancels it, or has it look, holds this; after exit.lock, if both are wanted
	home     *VP      // constant, if it is bound
	tookG    uintptr  // [act.lock] its g when the kernel took it off its VP
	slot1    uint32   // [act.lock] the slot that it is in, plus one, if the kernel has put it there
	cleanups *Cleanup // [own] the last one pushed
	specific uintptr  // [own] values for keys, or 0
	wants    *Mutex   // [piLock] that it waits for, if that inherits
	holds    *Mutex   // [piLock] the first of those that inherit
	mode     uint32   // [queue's lock] what it wants of what it waits for
	value    uintptr  // [queue's lock] where what it receives or sends is
	name     [16]byte
	inCall   uint32 // atomic; it is in a call that may block
	keepsLWP bool   // [own] it is one of inCalls

	older   *thread // constant, but in Fork: the control block made before this one
	sigmask SigSet  // [sigs.q.lock] signals that it blocks
	sigs    SigSet  // [sigs.q.lock] that were sent to it and that it has not taken
	wanted  SigSet  // [sigs.q.lock] that it waits for, while it is in sigs.q
	taken   uint32  // [own] how many handlers it has run

	attending bool // [own] it is in takeOne
	looking   bool // [own, or who holds its slot] it has been made to enter signalPoint, and has not yet

	// [timers.lock]
	deadline int64
	timer    int32  // its place in the heap, plus one; 0: none
	expired  uint32 // atomic; the time is over
}

// newThread is how the words from prio to reason begin.
const newThread = DefaultPriority | DefaultPriority<<8

// freeThread is what done and detached are in a block that is nobody's.
const freeThread = 0x101

// retire makes the block of t nobody's. Its exit.lock is held.
func (t *thread) retire() {
	if t.generation++; t.generation == 0 {
		t.generation = 1 // so no ID is 0
	}
	t.done, t.detached = true, true
}

// Bits of thread.special.
const (
	specialPriority = 1 << iota // not DefaultPriority
	specialBound                // has a VP of its own
	specialSlot                 // its context is in a slot
	specialTraced               // what it does is recorded; see trace.go
	specialMask                 // it blocks signals
)

// An ID names a thread: where its control block is, and how often that has been used. It stays
// invalid when the thread is gone, until 65 535 others had the same stack. 0 is no thread.
type ID uint64

const addressBits = 48

func (t *thread) id() ID {
	return ID(uintptr(unsafe.Pointer(t))) | ID(t.generation)<<addressBits
}

// A Func is what a thread runs: a top-level function. What it returns is the thread's result.
type Func = func(arg uintptr) (result uintptr)

// lookup returns the control block that an ID names, with its exit.lock held, nil if there is none.
func (v *VP) lookup(id ID) *thread {
	at := uintptr(id) & (1<<addressBits - 1)
	if !inArena(at) || id>>addressBits == 0 {
		return nil
	}
	t := (*thread)(unsafe.Pointer(at))
	t.exit.lock.acquire(v)
	if t.generation != uint16(id>>addressBits) || t.done && t.detached {
		t.exit.lock.release()
		return nil
	}
	return t
}

// Self is the ID of the thread that calls.
func Self() ID { return self().id() }
