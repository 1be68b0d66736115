package ulib

import (
	"sync/atomic"

	"gossamer/ulib/sys"
)

// Priorities of threads: 0 to Priorities-1, the highest number first. A thread runs as long as
// none of a higher priority is ready on its VP; among equals, until it waits or yields. 0 can be had
// by SetPriority only. POSIX SCHED_FIFO.
const (
	Priorities      = 32
	DefaultPriority = 16
)

// piLock guards who holds and who wants mutexes that inherit. It is taken before any other lock.
var piLock lock

// SetPriority gives a thread a priority of its own; it runs with that of one who waits for what it
// holds, if that is higher, see [Mutex.Init]. pthread_setschedprio(3). ESRCH: there is no such
// thread; EINVAL: no such priority.
func SetPriority(id ID, priority int) Errno {
	if priority < 0 || priority >= Priorities {
		return sys.EINVAL
	}
	v := enter()
	piLock.acquire(v)
	t := v.lookup(id)
	if t == nil {
		piLock.release()
		v.leave()
		return sys.ESRCH
	}
	t.base = uint8(priority)
	t.exit.lock.release()
	v.reconsider(t)
	piLock.release()
	v.leave()
	return 0
}

// setPriority gives t a priority, wherever it is in no queue.
func (t *thread) setPriority(p uint8) {
	t.prio = p
	if p == DefaultPriority {
		atomic.AndUint32(&t.special, ^uint32(specialPriority))
	} else {
		atomic.OrUint32(&t.special, specialPriority)
	}
}

// reconsider gives t the priority that its own and those of the threads that wait for what it
// holds make. piLock is held, and no lock of a queue.
func (v *VP) reconsider(t *thread) {
	p := t.base
	for m := t.holds; m != nil; m = m.nextHeld {
		m.q.lock.acquire(v)
		if first := m.q.head; first != nil {
			p = max(p, first.prio)
		}
		m.q.lock.release()
	}
	if p > t.prio {
		v.boost(t, p)
	} else if p < t.prio {
		v.move(t, p)
	}
}

// boost gives t at least priority p, and whoever holds what t waits for, and so on.
func (v *VP) boost(t *thread, p uint8) {
	for t != nil && t.prio < p {
		v.move(t, p)
		if t.wants == nil {
			return
		}
		t = t.wants.owner
	}
}

// move gives t priority p and its place by that in the queue that it is in.
func (v *VP) move(t *thread, p uint8) {
	if q, _ := t.waitsAt(); q != nil {
		q.lock.acquire(v)
		if now, how := t.waitsAt(); now == q {
			q.remove(t)
			t.setPriority(p)
			q.add(t, how)
			q.lock.release()
			return
		}
		q.lock.release()
	}
	for i := range atomic.LoadUint32(&nvp) {
		rq := &vps[i].queue
		rq.lock.acquire(v)
		found := rq.remove(t)
		if found {
			t.setPriority(p)
			rq.push(t)
			rq.tell()
		}
		rq.lock.release()
		if found {
			return
		}
	}
	t.setPriority(p)
	if t == v.cur {
		v.pending = 1
	}
}

// drop takes m out of the list of what t holds.
func (t *thread) drop(m *Mutex) {
	if t.holds == m {
		putMutex(&t.holds, m.nextHeld)
		return
	}
	for x := t.holds; x != nil; x = x.nextHeld {
		if x.nextHeld == m {
			putMutex(&x.nextHeld, m.nextHeld)
			return
		}
	}
}

// gaveUp is for a thread whose wait for m has ended without m.
func (m *Mutex) gaveUp(t *thread) {
	v := enter()
	piLock.acquire(v)
	putMutex(&t.wants, nil)
	if m.owner != nil {
		v.reconsider(m.owner)
	}
	piLock.release()
	v.leave()
}
