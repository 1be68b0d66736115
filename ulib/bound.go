package ulib

import (
	"unsafe"

	"gossamer/ulib/sys"
)

// A thread of system scope is bound to a VP of its own, which runs nothing else, and whose LWP
// sleeps while the thread waits. When the thread has ended the VP waits for another to be made.

// spare are VPs without a thread, linked by VP.nextSpare.
var spare struct {
	lock  lock
	first *VP
}

// bound is in thread.duties of a bound thread: its end is not an ordinary one.
const bound = 1 << 31

// bind makes v the VP of t.
func (t *thread) bind(v *VP) {
	putVP(&t.home, v)
	put(&v.bound, t)
	t.special |= specialBound
	t.duties |= bound
}

// boundVP finds a VP for a thread of system scope. EAGAIN: no LWP.
func (v *VP) boundVP() (*VP, Errno) {
	spare.lock.acquire(v)
	n := spare.first
	if n != nil {
		putVP(&spare.first, n.nextSpare)
	}
	spare.lock.release()
	if n != nil {
		return n, 0
	}
	n, e := newVP()
	if e != 0 {
		return nil, sys.EAGAIN
	}
	if e := n.start(); e != 0 {
		sys.Munmap(uintptr(unsafe.Pointer(n)), unsafe.Sizeof(vpBlock{}))
		return nil, sys.EAGAIN
	}
	return n, 0
}

// notPool is VP.index of those outside the pool.
const notPool = ^uint32(0)

// findBound is find for a VP with a thread of its own.
func (v *VP) findBound() *thread {
	for {
		v.collect()
		expireTimers(v)
		if t := swap(&v.lifo, nil); t != nil {
			return t
		}
		deadline := noDeadline
		if t := v.bound; t != nil && t.timer != 0 {
			deadline = t.deadline
		}
		v.park(deadline)
	}
}

// unbind gives up v, whose thread is about to end, or was never made; by is the caller's VP.
func (v *VP) unbind(by *VP) {
	put(&v.bound, nil)
	spare.lock.acquire(by)
	putVP(&v.nextSpare, spare.first)
	putVP(&spare.first, v)
	spare.lock.release()
}
