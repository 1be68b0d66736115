package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
)

// Linux numbers of the calls that the runtime and package syscall make.
const (
	nrRead         = 0
	nrWrite        = 1
	nrClose        = 3
	nrMmap         = 9
	nrMprotect     = 10
	nrMunmap       = 11
	nrSigaction    = 13
	nrSigprocmask  = 14
	nrSigreturn    = 15
	nrPread        = 17
	nrYield        = 24
	nrMincore      = 27
	nrMadvise      = 28
	nrNanosleep    = 35
	nrGetpid       = 39
	nrClone        = 56
	nrExit         = 60
	nrFcntl        = 72
	nrSigaltstack  = 131
	nrPrctl        = 157
	nrArchPrctl    = 158
	nrGettid       = 186
	nrFutex        = 202
	nrGetaffinity  = 204
	nrClockGettime = 228
	nrExitGroup    = 231
	nrEpollCtl     = 233
	nrTgkill       = 234
	nrOpenat       = 257
	nrEpollPwait   = 281
	nrEventfd      = 290
	nrEpollCreate  = 291
	nrPrlimit      = 302
	nrGetrandom    = 318
	nrWaitIRQ      = 5000 // ours: wait for an interrupt line
	archSetFS      = 0x1002
	madvDontneed   = 4
	madvFree       = 8
	mapFixed       = 0x10
)

// Error numbers.
const (
	enoent    = 2
	ebadf     = 9
	eagain    = 11
	enomem    = 12
	einval    = 22
	enosys    = 38
	etimedout = 110
)

func errno(e uint64) uint64 { return -e }

func word(p uint64) *uint64 { return (*uint64)(unsafe.Pointer(uintptr(p))) }

// unlocked serves the calls that need no scheduler lock, and reports whether it did.
func unlocked(c *amd64.CPU, t *thread) bool {
	switch t.AX {
	case nrClockGettime:
		ns := now()
		if t.DI == 0 {
			ns += bootWall
		}
		*word(t.SI), *word(t.SI + 8) = ns/1e9, ns%1e9
		t.AX = 0
	case nrMmap:
		t.AX = mmap(c, t.DI, t.SI, t.R10)
	case nrMunmap:
		release(c, t.DI, t.SI)
		unreserve(c, t.DI, t.SI)
		t.AX = 0
	case nrMadvise:
		if t.DX == madvDontneed || t.DX == madvFree {
			release(c, t.DI, t.SI)
		}
		t.AX = 0
	case nrWrite:
		if t.DI == pollEventFD {
			return false
		}
		logWrite(c, uintptr(t.SI), t.DX)
		t.AX = t.DX
	case nrGetrandom:
		t.AX = random(c, uintptr(t.DI), t.SI)
	case nrExitGroup:
		exitGroup(c, t.DI)
	default:
		return false
	}
	return true
}

// call serves the others. sched is held. A call that waits leaves another current thread.
func call(c *amd64.CPU, t *thread) {
	var r uint64
	switch t.AX {
	case nrFutex:
		futex(c, t)
		return
	case nrEpollPwait:
		pollWait(c, t)
		return
	case nrNanosleep:
		t.AX, t.state = 0, waitSleep
		sleepUntil(c, t, amd64.RDTSC()+timespecTicks(t.DI))
		schedule(c)
		return
	case nrWaitIRQ:
		waitForIRQ(c, t)
		return
	case nrYield:
		t.AX = 0
		yield(c, true)
		return
	case nrExit:
		t.state = free
		schedule(c)
		return
	case nrSigreturn:
		sigreturn(t)
		return
	case nrClone:
		r = clone(c, t)
	case nrTgkill:
		r = tgkill(c, t.SI, t.DX)
	case nrSigaction:
		r = sigaction(t)
	case nrSigaltstack:
		r = sigaltstack(t)
	case nrSigprocmask, nrClose, nrMprotect, nrFcntl, nrPread:
		// Masks serve the runtime around clone and fork only; there is nothing to close.
	case nrArchPrctl:
		r = errno(einval)
		if t.DI == archSetFS {
			t.FS = t.SI
			r = 0
		}
	case nrGettid:
		r = t.id
	case nrGetpid:
		r = 1
	case nrGetaffinity:
		r = affinity(t)
	case nrRead:
		r = pollRead(t)
	case nrWrite:
		r = pollWrite(c)
	case nrEventfd:
		r = pollEventFD
	case nrEpollCreate:
		r = pollFD
	case nrEpollCtl:
		r = pollCtl(t)
	case nrPrctl:
		r = errno(einval) // no names for mappings: the runtime stops asking
	case nrOpenat:
		r = errno(enoent)
	case nrPrlimit, nrMincore:
		r = errno(enosys)
	default:
		unknown(c, t.AX)
		r = errno(enosys)
	}
	t.AX = r
}

// clone makes a thread as the runtime's newosproc wants it: the registers of the caller,
// AX = 0, the given stack and TLS.
func clone(c *amd64.CPU, t *thread) uint64 {
	w := newThread(c.ID)
	if w == nil {
		return errno(eagain)
	}
	fx := w.FX
	w.Regs = t.Regs
	w.FX = fx
	w.AX, w.SP, w.FS = 0, t.SI, t.R8
	w.Pend, w.inSignal, w.altSP, w.altSize = 0, 0, 0, 0
	w.cpu = c.ID
	wake(c, w)
	return w.id
}

// affinity tells the runtime how many Ps are worth having.
func affinity(t *thread) uint64 {
	n := amd64.CPUs()
	if t.SI < 8 {
		return errno(einval)
	}
	*word(t.DX) = 1<<n - 1
	if n == 64 {
		*word(t.DX) = ^uint64(0)
	}
	return 8
}

// unknown logs a call that nobody expected, once for each number.
func unknown(c *amd64.CPU, nr uint64) {
	if nr < 512 {
		if unknownSeen[nr/64]&(1<<(nr%64)) != 0 {
			return
		}
		unknownSeen[nr/64] |= 1 << (nr % 64)
	}
	logString("goos: the runtime made system call ")
	logNumber(nr)
	logString(", which is not served\n")
}

var unknownSeen [8]uint64
