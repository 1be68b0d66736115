package ulib

import (
	"unsafe"

	"gossamer/ulib/sys"
)

// A Channel passes values of one size from threads to threads, in order, and holds some of them
// meanwhile: as Go's channels do. It must not be copied once it is in use.
type Channel struct {
	recv   waitQueue // who waits for a value
	send   waitQueue // who waits to send one. Both locks are held at all else, recv's taken first
	size   uintptr
	cap    uint32
	n      uint32 // values held
	first  uint32
	closed bool
	buf    uintptr
}

// MaxValue is the size of the largest value, in bytes.
const MaxValue = 1 << 10

// Values of thread.mode when a wait for a channel ends.
const (
	passed = iota
	wasClosed
)

// Init makes c a channel for values of size bytes that holds up to capacity of them, while nobody
// uses it. With capacity 0, Send waits for a Receive. EINVAL: size is 0 or above [MaxValue], or
// the capacity negative; ENOMEM.
func (c *Channel) Init(size uintptr, capacity int) Errno {
	if size == 0 || size > MaxValue || capacity < 0 || capacity > 1<<24 {
		return sys.EINVAL
	}
	*(*[unsafe.Sizeof(Channel{})]byte)(unsafe.Pointer(c)) = [unsafe.Sizeof(Channel{})]byte{}
	if capacity > 0 {
		buf, e := Alloc(size * uintptr(capacity))
		if e != 0 {
			return e
		}
		c.buf = buf
	}
	c.size, c.cap = size, uint32(capacity)
	return 0
}

// Free gives back the memory of a channel that nobody uses.
func (c *Channel) Free() {
	Free(c.buf)
	c.buf, c.cap = 0, 0
}

func move(to, from, size uintptr) {
	copy(unsafe.Slice((*byte)(pointer(to)), size), unsafe.Slice((*byte)(pointer(from)), size))
}

func (c *Channel) lock(v *VP) {
	c.recv.lock.acquire(v)
	c.send.lock.acquire(v)
}

func (c *Channel) unlock() {
	c.send.lock.release()
	c.recv.lock.release()
}

// waitValue waits for the other side to have moved the value.
func (q *waitQueue) waitValue(v *VP, t *thread, deadline int64) Errno {
	e := q.wait(v, t, cancellable)
	t.disarm(deadline)
	switch {
	case e == ECANCELED:
		t.die()
	case e == 0 && t.mode == wasClosed:
		return sys.EPIPE
	}
	return e
}

// Close lets no more values in: Send fails, and so does Receive when those held are gone. EPIPE:
// it is closed.
func (c *Channel) Close() Errno {
	v := enter()
	c.lock(v)
	e := sys.EPIPE
	if !c.closed {
		c.closed = true
		e = 0
		c.recv.close(v)
		c.send.close(v)
	}
	c.unlock()
	v.leave()
	return e
}

func (q *waitQueue) close(v *VP) {
	for t := q.take(); t != nil; t = q.take() {
		t.mode = wasClosed
		v.readyLast(t)
	}
}

func (c *Channel) slot(i uint32) uintptr { return c.buf + uintptr(i%c.cap)*c.size }

// Send passes the value at an address, waiting for room. EPIPE: the channel is closed. A
// cancellation point.
func (c *Channel) Send(from unsafe.Pointer) Errno { return c.pass(true, uintptr(from), noDeadline) }

// SendUntil is Send with a deadline. EPIPE; ETIMEDOUT. A cancellation point.
func (c *Channel) SendUntil(from unsafe.Pointer, deadline int64) Errno {
	return c.pass(true, uintptr(from), deadline)
}

// Receive stores the next value at an address, waiting for one. EPIPE: there is none any more,
// and the channel is closed. A cancellation point.
func (c *Channel) Receive(to unsafe.Pointer) Errno { return c.pass(false, uintptr(to), noDeadline) }

// ReceiveUntil is Receive with a deadline. EPIPE; ETIMEDOUT. A cancellation point.
func (c *Channel) ReceiveUntil(to unsafe.Pointer, deadline int64) Errno {
	return c.pass(false, uintptr(to), deadline)
}

func (c *Channel) pass(sends bool, at uintptr, deadline int64) Errno {
	for {
		if e := c.passOnce(sends, at, deadline); e != sys.EINTR {
			return e
		}
	}
}

// passOnce is pass, but for EINTR: the caller has taken signals meanwhile.
func (c *Channel) passOnce(sends bool, at uintptr, deadline int64) Errno {
	t := self()
	t.cancelPoint()
	t.arm(deadline)
	v := enter()
	c.lock(v)
	e, queue, other := Errno(0), &c.recv, &c.send
	if sends {
		queue, other = other, queue
	}
	if sends && !c.put(v, at) || !sends && !c.get(v, at) {
		if !c.closed {
			t.value = at
			other.lock.release()
			return queue.waitValue(v, t, deadline)
		}
		e = sys.EPIPE
	}
	c.unlock()
	v.leave()
	t.disarm(deadline)
	return e
}

// put passes a value to who waits for one, or adds it to those held; false if that cannot be: there
// is no room, or the channel is closed. Both locks are held.
func (c *Channel) put(v *VP, from uintptr) bool {
	if c.closed {
		return false
	}
	if r := c.recv.take(); r != nil {
		move(r.value, from, c.size)
		r.mode = passed
		v.ready(r)
		return true
	}
	if c.n < c.cap {
		move(c.slot(c.first+c.n), from, c.size)
		c.n++
		return true
	}
	return false
}

// get takes the first of the values held, which makes room for that of who waits to send one, or the
// value of the latter; false if there is none. Both locks are held.
func (c *Channel) get(v *VP, to uintptr) bool {
	held := c.n > 0
	if held {
		move(to, c.slot(c.first), c.size)
		c.first = (c.first + 1) % c.cap
		c.n--
	}
	s := c.send.take()
	if s == nil {
		return held
	}
	if held {
		to = c.slot(c.first + c.n)
		c.n++
	}
	move(to, s.value, c.size)
	s.mode = passed
	v.ready(s)
	return true
}
