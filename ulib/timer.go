package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// timers is a heap of the threads that wait with a deadline, the earliest first. Locks of wait
// queues are taken under its lock, never the other way round.
var timers struct {
	lock lock
	n    int
	heap *[maxTimers]*thread
	// first is the earliest deadline, or none; read without the lock as a hint.
	first int64
	told  uint32 // whether VPs know that there are timers
}

const (
	maxTimers  = 4 << 20
	noDeadline = int64(1<<63 - 1)

	// lookEvery is how many ticks of the time-stamp counter pass between looks at the clock
	// while threads run: below a millisecond on anything that this runs on.
	lookEvery = 1 << 20
)

var lastLook uint64 // atomic

// lookDue reports whether it is time to look at the clock.
func lookDue() bool {
	now := ticks()
	last := atomic.LoadUint64(&lastLook)
	return now-last >= lookEvery && atomic.CompareAndSwapUint64(&lastLook, last, now)
}

func initTimers() Errno {
	at, e := sys.Mmap(0, maxTimers*8, sys.PROT_READ|sys.PROT_WRITE,
		sys.MAP_PRIVATE|sys.MAP_ANONYMOUS|sys.MAP_NORESERVE, -1, 0)
	if e != 0 {
		return e
	}
	*(*uintptr)(unsafe.Pointer(&timers.heap)) = at
	timers.first = noDeadline
	return 0
}

func nextDeadline() int64 { return atomic.LoadInt64(&timers.first) }

func place(i int, t *thread) {
	put(&timers.heap[i], t)
	t.timer = int32(i + 1)
}

func up(i int) {
	t := timers.heap[i]
	for i > 0 {
		parent := (i - 1) / 2
		if timers.heap[parent].deadline <= t.deadline {
			break
		}
		place(i, timers.heap[parent])
		i = parent
	}
	place(i, t)
}

func down(i int) {
	t := timers.heap[i]
	for {
		child := 2*i + 1
		if child >= timers.n {
			break
		}
		if child+1 < timers.n && timers.heap[child+1].deadline < timers.heap[child].deadline {
			child++
		}
		if timers.heap[child].deadline >= t.deadline {
			break
		}
		place(i, timers.heap[child])
		i = child
	}
	place(i, t)
}

// removeTimer takes t out of the heap. The lock is held.
func removeTimer(t *thread) {
	i := int(t.timer - 1)
	t.timer = 0
	timers.n--
	if i < timers.n {
		last := timers.heap[timers.n]
		place(i, last)
		up(i)
		down(int(last.timer - 1))
	}
	noteFirst()
}

// noteFirst says when to look at the clock. The lock is held.
func noteFirst() {
	if timers.n == 0 {
		atomic.StoreInt64(&timers.first, noDeadline)
		lookAtTimers(0)
		return
	}
	atomic.StoreInt64(&timers.first, timers.heap[0].deadline)
	lookAtTimers(1)
}

// lookAtTimers tells all VPs whether there are timers to look at.
func lookAtTimers(yes uint32) {
	if act.on {
		// The kernel has a VP that computes look at the first tick from then on.
		at := timers.first
		if yes == 0 {
			at = 0
		}
		for i := range nvp {
			vps[i].wakeAt = at
		}
	}
	if timers.told == yes {
		return
	}
	timers.told = yes
	for i := range atomic.LoadUint32(&nvp) {
		if yes != 0 {
			atomic.OrUint32(&vps[i].queue.look, lookTimers)
		} else {
			atomic.AndUint32(&vps[i].queue.look, ^uint32(lookTimers))
		}
	}
}

// arm makes the caller's next wait end at a deadline, until disarm; no deadline: nothing.
func (t *thread) arm(deadline int64) {
	if deadline == noDeadline {
		return
	}
	v := enter()
	timers.lock.acquire(v)
	t.deadline = deadline
	atomic.StoreUint32(&t.expired, 0)
	i := timers.n
	timers.n++
	place(i, t)
	up(i)
	first := timers.heap[0] == t
	noteFirst()
	timers.lock.release()
	if first && atomic.LoadUint64(&idleVPs) != 0 {
		wakeIdle() // it sleeps until a later time
	}
	v.leave()
}

// disarm undoes arm. Nobody looks at what the caller waited for after it has returned.
func (t *thread) disarm(deadline int64) {
	if deadline == noDeadline {
		return
	}
	v := enter()
	timers.lock.acquire(v)
	if t.timer != 0 {
		removeTimer(t)
	}
	atomic.StoreUint32(&t.expired, 0)
	timers.lock.release()
	v.leave()
}

// suspendTimer undoes arm and returns the deadline, to arm again. No deadline: the caller, which is t, is
// not armed.
func (t *thread) suspendTimer() int64 {
	deadline := noDeadline
	v := enter()
	timers.lock.acquire(v)
	switch {
	case t.timer != 0:
		deadline = t.deadline
		removeTimer(t)
	case atomic.SwapUint32(&t.expired, 0) != 0:
		deadline = t.deadline
	}
	timers.lock.release()
	v.leave()
	return deadline
}

// expireTimers ends the waits whose time has come.
func expireTimers(v *VP) {
	first := nextDeadline()
	if first == noDeadline {
		return
	}
	now := Now()
	if first > now {
		return
	}
	timers.lock.acquire(v)
	for timers.n > 0 && timers.heap[0].deadline <= now {
		t := timers.heap[0]
		removeTimer(t)
		// A thread that is about to wait sees expired, or its queue is seen here.
		atomic.SwapUint32(&t.expired, 1)
		point()
		v.interrupt(t, uncancellable, sys.ETIMEDOUT)
	}
	timers.lock.release()
}
