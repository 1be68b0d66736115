package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// Canceled is the result of a thread that was cancelled: PTHREAD_CANCELED.
const Canceled = ^uintptr(0)

// Bits of thread.cancel.
const (
	cancelPending  = 1
	cancelDisabled = 2
	cancelDying    = 4 // it is ending: nothing cancels that
)

// Cancel asks a thread to end: at its next cancellation point, or at once if it waits in one. It
// then runs its clean-up handlers and destructors, and its result is [Canceled]. Cancellation
// points are the functions whose comment says so. pthread_cancel(3). ESRCH: no such thread.
func Cancel(id ID) Errno {
	v := enter()
	t := v.lookup(id)
	if t == nil {
		v.leave()
		return sys.ESRCH
	}
	if t.done {
		t.exit.lock.release()
		v.leave()
		return 0
	}
	t.ctl.acquire(v)
	t.exit.lock.release()
	if atomic.OrUint32(&t.cancel, cancelPending)&^(cancelPending|sigDue) == 0 {
		v.interrupt(t, cancellable, ECANCELED)
		t.interruptCall(v)
	}
	t.ctl.release()
	v.leave()
	return 0
}

// SetCancel says whether the caller can be cancelled, and returns whether it could. While it
// cannot, Cancel is remembered. pthread_setcancelstate(3).
func SetCancel(enabled bool) (was bool) {
	t := self()
	if enabled {
		return atomic.AndUint32(&t.cancel, ^uint32(cancelDisabled))&cancelDisabled == 0
	}
	return atomic.OrUint32(&t.cancel, cancelDisabled)&cancelDisabled == 0
}

// TestCancel is a cancellation point and nothing else. pthread_testcancel(3).
func TestCancel() { self().cancelPoint() }

// cancelPoint ends the caller, which is t, if it is to be cancelled; otherwise it takes its signals.
func (t *thread) cancelPoint() {
	if atomic.LoadUint32(&t.cancel) == 0 {
		return
	}
	t.attend()
	if t.toDie() {
		t.die()
	}
}

// toDie reports whether t is to be cancelled at its next cancellation point.
func (t *thread) toDie() bool { return atomic.LoadUint32(&t.cancel)&^sigDue == cancelPending }

// die ends the caller, which has been cancelled.
func (t *thread) die() {
	t.settle()
	finish(t, Canceled)
}

// settle waits for who cancels the caller to be done with what the caller waited for.
func (t *thread) settle() {
	v := enter()
	t.ctl.acquire(v)
	t.ctl.release()
	v.leave()
}

// A Cleanup is a handler that a thread runs if it ends, by Exit or because it is cancelled, between
// PushCleanup and PopCleanup. It belongs into the frame of the function that calls both.
type Cleanup struct {
	F    func(arg uintptr) // a top-level function
	Arg  uintptr
	next *Cleanup
}

func putCleanup(p **Cleanup, c *Cleanup) { *(*uintptr)(unsafe.Pointer(p)) = uintptr(unsafe.Pointer(c)) }

// PushCleanup makes c the handler to run first. pthread_cleanup_push(3).
func PushCleanup(c *Cleanup) {
	t := self()
	putCleanup(&c.next, t.cleanups)
	putCleanup(&t.cleanups, c)
	t.duties++
}

// PopCleanup undoes the last PushCleanup, and runs its handler if told so. It does nothing if there
// is none. pthread_cleanup_pop(3).
func PopCleanup(execute bool) {
	t := self()
	c := t.cleanups
	if c == nil {
		return
	}
	putCleanup(&t.cleanups, c.next)
	t.duties--
	if execute {
		c.F(c.Arg)
	}
}

// duty does what a thread has to do before it ends: its handlers, last pushed first, and its keys'
// destructors.
func (t *thread) duty() {
	atomic.OrUint32(&t.cancel, cancelDying)
	for t.cleanups != nil {
		PopCleanup(true)
	}
	if t.specific != 0 {
		t.destroySpecific()
		putCleanup(&t.cleanups, nil) // what destructors have pushed and not popped
	}
	t.duties &= masked // which lasts as long as there is somebody to block signals
}

// toLook reports whether t, which is about to wait in a call, has to look before: it is to be
// cancelled, or to take signals.
func (t *thread) toLook() bool { return t.toDie() || atomic.LoadUint32(&t.cancel)&sigDue != 0 }
