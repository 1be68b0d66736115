package sched

import (
	"syscall"

	"gossamer/kernel/trace"
)

// Park blocks t until Unpark, an interrupt or a point in time (ns as Machine.Now counts, 0: none):
// nil, EINTR or ETIMEDOUT. If Unpark has been called while t was not parked, that one token is
// taken and Park returns EALREADY at once. Only t itself may call it. NetBSD _lwp_park(2).
func (t *Thread) Park(deadline int64) error { return t.park(deadline, nil) }

// park is Park with block's heir.
func (t *Thread) park(deadline int64, heir *Thread) error {
	if deadline != 0 && deadline <= t.s.m.Now() {
		return t.noPark(heir)
	}
	q := &t.parking
	q.mu.Lock()
	if !t.token {
		return q.block(t, nil, true, deadline, heir)
	}
	q.mu.Unlock()
	return t.noPark(heir)
}

// noPark is park if there is a token or the deadline has passed.
func (t *Thread) noPark(heir *Thread) error {
	if heir != nil {
		t.s.ready(heir)
	}
	t.urgentNoMore() // perhaps: Rest
	t.parking.mu.Lock()
	token := t.token
	t.token = false
	t.parking.mu.Unlock()
	switch {
	case token:
		return syscall.EALREADY
	case t.interrupted.Load():
		return syscall.EINTR
	}
	return syscall.ETIMEDOUT
}

// UnparkAndPark is other.UnparkTagged, then Park. If other was parked and nobody as urgent waits for this
// CPU, other gets it when t blocks, without having been in a queue.
func (t *Thread) UnparkAndPark(other *Thread, tag int32, deadline int64) error {
	return t.park(deadline, other.takeOver(tag, t))
}

// Unpark ends t's Park, or leaves a token for the next one: one, however often it is called.
func (t *Thread) Unpark() {
	if t.unpark(AnyTag) {
		t.s.wake(t)
	}
}

// AnyTag is for those who cannot have mistaken the thread.
const AnyTag = -1

// unpark takes t out of its Park, and then the caller is to make it go on; false if it left the
// token, or if t has another tag.
func (t *Thread) unpark(tag int32) bool {
	q := &t.parking
	q.mu.Lock()
	if tag != t.tag && tag != AnyTag {
		q.mu.Unlock()
		return false
	}
	if q.waiters.head == nil {
		t.token = true
		q.mu.Unlock()
		return false
	}
	q.waiters.pop()
	t.decide(woken)
	if trace.Active() != nil {
		t.traceWake()
	}
	q.mu.Unlock()
	return true
}

// OnBlock has t call f each time that it is about to block: it is in the wait queue by then, and
// the locks are released. If f returns a thread, that is unparked and, if it was parked, runs next
// on this CPU, in front of all others. f may find that t has been woken meanwhile; it must not
// block. Only t itself may call OnBlock; nil: no more.
func (t *Thread) OnBlock(f func(t *Thread) *Thread) { t.onBlock = f }

// takeOver unparks t. If it was parked, off its stack and free to run anywhere, t is the caller's to
// switch to, in state Ready; otherwise it goes on by itself, and takeOver returns nil. by is the caller.
func (t *Thread) takeOver(tag int32, by *Thread) *Thread {
	if t == nil {
		return nil
	}
	q := &t.parking
	q.mu.Lock()
	if q.waiters.head == nil || t.tag != tag && tag != AnyTag || trace.Active() != nil {
		q.mu.Unlock()
		if !t.unpark(tag) {
			return nil
		}
	} else {
		q.waiters.pop()
		t.decide(woken)
		q.mu.Unlock()
	}
	if t.tryMove(Blocking, Woken) {
		return nil
	}
	t.move(Blocked, Ready)
	if t.penalty != 0 {
		t.restedAtLeast(by.home.Load())
	}
	if t.bound.Load() != 0 {
		t.s.ready(t)
		return nil
	}
	return t
}
