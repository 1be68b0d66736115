package ulib

import (
	"sync/atomic"

	"gossamer/ulib/sys"
)

// wait blocks the caller, which is t, in q, until another thread takes it out, or its deadline has
// passed (ETIMEDOUT, see arm), or, if how is cancellable, it is cancelled (ECANCELED), or it is to take
// signals (EINTR, and it may want to wait again). It is called in a critical section with q.lock held,
// and returns outside. If how is cancellable it has taken the signals; else, if it returns an error, it
// has not: the caller first sees to what it leaves behind, and then attends.
//
// Who ends the wait in one of the latter ways stores his reason, and then looks where t waits; t
// says where it waits, and then looks for a reason: one of the two sees the other.
func (q *waitQueue) wait(v *VP, t *thread, how uintptr) Errno {
	q.add(t, how)
	point()
	atomic.AddUint32(&t.reason, 0) // what is above is seen before what is below is read
	if e := t.stop(how); e != 0 {
		q.leave(t, how)
		q.lock.release()
		v.leave()
		if how == cancellable {
			t.attend()
		}
		return e
	}
	v.block(&q.lock)
	return t.woken(how)
}

// woken returns why the wait of the caller, which is t, was ended: 0 if as it should.
func (t *thread) woken(how uintptr) Errno {
	e := Errno(t.reason)
	if t.cancel == 0 {
		t.reason = 0
		return e
	}
	t.settle()
	t.reason = 0 // from here on t attends
	if how == cancellable || e == 0 {
		t.attend()
	}
	return e
}

// stop returns the reason not to begin a wait, or 0.
func (t *thread) stop(how uintptr) Errno {
	if atomic.LoadUint32(&t.cancel) != 0 {
		if how == cancellable && t.toDie() {
			return ECANCELED
		}
		if atomic.LoadUint32(&t.cancel)&sigDue != 0 {
			return sys.EINTR
		}
	}
	if atomic.LoadUint32(&t.expired) != 0 {
		return sys.ETIMEDOUT
	}
	return 0
}

// interrupt ends the wait of t for a reason, if it waits at most as uncancellably as how says, and
// reports whether it has.
// The caller sees to it that what t waits for does not go away meanwhile: t does not return from
// its wait before it has had a lock that the caller holds, timers.lock or t.ctl.
func (v *VP) interrupt(t *thread, how uintptr, reason Errno) bool {
	point()
	q, has := t.waitsAt()
	if q == nil || has&uncancellable > how {
		return false
	}
	q.lock.acquire(v)
	now, has := t.waitsAt()
	if now != q || has&uncancellable > how {
		q.lock.release()
		return false
	}
	q.leave(t, has)
	t.reason = uint32(reason)
	q.lock.release()
	v.readyLast(t)
	return true
}
