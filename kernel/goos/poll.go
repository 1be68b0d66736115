package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
)

// The runtime's network poller, which it also sleeps in: one epoll descriptor with one
// eventfd, by which the runtime interrupts the sleeper. Guarded by sched.
const (
	pollFD      = 100
	pollEventFD = 101
	epollIn     = 1
)

var (
	pollCount uint64 // of the eventfd
	pollData  uint64 // what epoll_ctl gave for it
)

func pollCtl(t *thread) uint64 {
	if t.DX == pollEventFD && t.R10 != 0 {
		pollData = *(*uint64)(unsafe.Pointer(uintptr(t.R10 + 4)))
	}
	return 0
}

// pollWait serves epoll_pwait(fd, events, n, ms).
func pollWait(c *amd64.CPU, t *thread) {
	ms := int32(t.R10)
	t.pollEvents = t.SI
	if pollCount != 0 || ms == 0 {
		pollReturn(t)
		return
	}
	t.AX, t.state = 0, waitPoll
	if ms > 0 {
		sleepUntil(c, t, amd64.RDTSC()+ticks(uint64(ms)*1e6))
	}
	schedule(c)
}

// pollReturn sets the result of t's epoll_pwait: the eventfd's event, if there is one.
func pollReturn(t *thread) {
	t.AX = 0
	if pollCount != 0 {
		*(*uint32)(unsafe.Pointer(uintptr(t.pollEvents))) = epollIn
		*(*uint64)(unsafe.Pointer(uintptr(t.pollEvents + 4))) = pollData
		t.AX = 1
	}
}

func pollWrite(c *amd64.CPU) uint64 {
	pollCount++
	for i := uint64(1); i <= nthreads; i++ {
		if w := at(threads[i]); w.state == waitPoll {
			pollReturn(w)
			wake(c, w)
		}
	}
	return 8
}

func pollRead(t *thread) uint64 {
	if t.DI != pollEventFD {
		return errno(ebadf)
	}
	if pollCount == 0 {
		return errno(eagain)
	}
	*word(t.SI) = pollCount
	pollCount = 0
	return 8
}
