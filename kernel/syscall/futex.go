package ksyscall

import (
	"syscall"

	"gossamer/kernel/futex"
	"gossamer/kernel/mem"
	"gossamer/proc"
)

// Operations of futex(2).
const (
	futexWait        = 0
	futexWake        = 1
	futexRequeue     = 3
	futexCmpRequeue  = 4
	futexWakeOp      = 5
	futexWaitBitset  = 9
	futexWakeBitset  = 10
	futexPrivate     = 128
	futexRealtime    = 256
	futexCommandMask = ^int32(futexPrivate | futexRealtime)
)

// futexCall is futex(2) but for priority inheritance: ENOSYS, which its callers expect.
func futexCall(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	op := int32(a[1])
	word := futex.Word{Space: l.Space(), Addr: mem.VirtAddr(a[0])}
	switch op {
	case futexWait | futexPrivate:
		if a[3] == 0 {
			return 0, l.FutexWait(word, uint32(a[2]), futex.AnyBit, 0)
		}
	case futexWake | futexPrivate:
		if int32(a[2]) <= 1 {
			n, errno := l.Process().System().Futexes.WakeNext(l.Thread, word)
			return uint64(n), errno
		}
	}
	word.Shared = op&futexPrivate == 0
	return futexRest(l, word, op, a)
}

// futexRest is all but the two operations that locks make, which do with a shorter way.
func futexRest(l *proc.LWP, word futex.Word, op int32, a *[6]uint64) (uint64, syscall.Errno) {
	other := word
	other.Addr = mem.VirtAddr(a[4])
	t := &l.Process().System().Futexes
	if op&futexRealtime != 0 && op&futexCommandMask != futexWaitBitset {
		return 0, syscall.ENOSYS
	}
	var n int
	var errno syscall.Errno
	switch op & futexCommandMask {
	case futexWait:
		errno = futexBlock(l, word, uint32(a[2]), futex.AnyBit, a[3], op, false)
	case futexWaitBitset:
		errno = futexBlock(l, word, uint32(a[2]), uint32(a[5]), a[3], op, true)
	case futexWake:
		n, errno = t.Wake(word, int(int32(a[2])), futex.AnyBit)
	case futexWakeBitset:
		n, errno = t.Wake(word, int(int32(a[2])), uint32(a[5]))
	case futexRequeue:
		n, errno = t.Requeue(word, other, int(int32(a[2])), int(int32(a[3])), nil)
	case futexCmpRequeue:
		cmp := uint32(a[5])
		n, errno = t.Requeue(word, other, int(int32(a[2])), int(int32(a[3])), &cmp)
	case futexWakeOp:
		n, errno = t.WakeOp(word, other, int(int32(a[2])), int(int32(a[3])), uint32(a[5]))
	default:
		errno = syscall.ENOSYS
	}
	return uint64(n), errno
}

// futexBlock waits, until the time that the timespec at limit says if that is not 0.
func futexBlock(l *proc.LWP, word futex.Word, val, bitset uint32, limit uint64, op int32, absolute bool) syscall.Errno {
	var deadline int64
	if limit != 0 {
		d, errno := durationAt(l, limit)
		if errno != 0 {
			return errno
		}
		s := l.Process().System()
		if absolute && op&futexRealtime != 0 {
			d -= s.WallClock()
		} else if absolute {
			d -= s.Now()
		}
		deadline = l.Resume(max(1, later(s.Now(), d)))
	}
	errno := l.FutexWait(word, val, bitset, deadline)
	if errno == syscall.EINTR && deadline != 0 {
		l.Interrupt(deadline)
	}
	return errno
}
