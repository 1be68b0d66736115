package goos

import (
	"sync/atomic"
	"unsafe"

	"gossamer/arch/amd64"
)

// Futexes: the runtime uses FUTEX_WAIT_PRIVATE with a relative timeout or none, and
// FUTEX_WAKE_PRIVATE. Waiters stand in the bucket of their word, first come first served,
// through thread.next and prev. Guarded by sched.
const (
	futexWait    = 0
	futexWake    = 1
	futexPrivate = 128
	futexBuckets = 64
)

var futexHead, futexTail [futexBuckets]uintptr

func bucket(p uintptr) uintptr { return p >> 3 * 0x9e3779b97f4a7c15 >> 58 }

func futex(c *amd64.CPU, t *thread) {
	p := uintptr(t.DI)
	switch t.SI &^ futexPrivate {
	case futexWait:
		if atomic.LoadUint32((*uint32)(unsafe.Pointer(p))) != uint32(t.DX) {
			t.AX = errno(eagain)
			return
		}
		b := bucket(p)
		t.AX, t.state, t.futex = 0, waitFutex, p
		t.next, t.prev = 0, futexTail[b]
		if t.prev != 0 {
			at(t.prev).next = t.addr()
		} else {
			futexHead[b] = t.addr()
		}
		futexTail[b] = t.addr()
		if t.R10 != 0 {
			sleepUntil(c, t, amd64.RDTSC()+timespecTicks(t.R10))
		}
		schedule(c)
	case futexWake:
		n := uint64(0)
		for q := futexHead[bucket(p)]; q != 0 && n < t.DX; {
			w := at(q)
			q = w.next
			if w.futex == p {
				leaveFutex(w)
				wake(c, w)
				n++
			}
		}
		t.AX = n
	default:
		t.AX = errno(enosys)
	}
}

// leaveFutex takes t out of its bucket.
func leaveFutex(t *thread) {
	b := bucket(t.futex)
	if t.prev != 0 {
		at(t.prev).next = t.next
	} else {
		futexHead[b] = t.next
	}
	if t.next != 0 {
		at(t.next).prev = t.prev
	} else {
		futexTail[b] = t.prev
	}
	t.next, t.prev, t.futex = 0, 0, 0
}
