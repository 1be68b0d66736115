package ulib

import "gossamer/ulib/sys"

// A Cond is where threads wait for a condition that a [Mutex] guards: pthread_cond_init(3). The
// zero Cond is ready. It must not be copied once it is in use, and can be forgotten as soon as
// nobody waits.
type Cond struct {
	q waitQueue
	// Threads that have unlocked the mutex, or are about to, and are not in q yet, and how often
	// one of them was signalled.
	coming int32
	seq    uint32
}

// Wait unlocks m, which the caller holds, once, waits to be signalled, and locks m again. It may
// return without a signal: the condition is to be tested again. pthread_cond_wait(3). EPERM: the
// caller does not hold m. A cancellation point, with m locked again for the handlers.
func (c *Cond) Wait(m *Mutex) Errno { return c.WaitUntil(m, noDeadline) }

// WaitUntil is Wait with a deadline. pthread_cond_timedwait(3). EPERM; ETIMEDOUT, with m locked. A
// cancellation point.
func (c *Cond) WaitUntil(m *Mutex, deadline int64) Errno {
	t := self()
	t.cancelPoint()
	if !m.held(t) {
		return sys.EPERM
	}
	t.arm(deadline)
	v := enter()
	c.q.lock.acquire(v)
	seq := c.seq
	c.coming++
	c.q.lock.release()
	m.unlock(v)
	c.q.lock.acquire(v)
	c.coming--
	e := Errno(0)
	if c.seq == seq {
		e = c.q.wait(v, t, cancellable)
	} else {
		c.q.lock.release()
		v.leave()
	}
	t.disarm(deadline)
	m.Lock()
	switch e {
	case ECANCELED:
		t.die()
	case sys.EINTR:
		return 0
	}
	return e
}

// Signal has one thread that waits go on: of the highest priority the one who has waited longest.
// pthread_cond_signal(3).
func (c *Cond) Signal() {
	point()
	if c.q.head == nil && c.coming == 0 {
		return
	}
	v := enter()
	c.q.lock.acquire(v)
	t := c.q.take()
	if t == nil {
		c.seq++
	}
	c.q.lock.release()
	if t != nil {
		v.ready(t)
	}
	v.leave()
}

// Broadcast has all threads that wait go on. pthread_cond_broadcast(3).
func (c *Cond) Broadcast() {
	point()
	if c.q.head == nil && c.coming == 0 {
		return
	}
	v := enter()
	c.q.lock.acquire(v)
	c.seq++
	for t := c.q.take(); t != nil; t = c.q.take() {
		v.readyLast(t)
	}
	c.q.lock.release()
	v.leave()
}
