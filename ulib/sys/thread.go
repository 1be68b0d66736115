package sys

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

// Flags of clone(2).
const (
	CLONE_VM             = 0x00000100
	CLONE_FS             = 0x00000200
	CLONE_FILES          = 0x00000400
	CLONE_SIGHAND        = 0x00000800
	CLONE_VFORK          = 0x00004000
	CLONE_THREAD         = 0x00010000
	CLONE_SYSVSEM        = 0x00040000
	CLONE_SETTLS         = 0x00080000
	CLONE_PARENT_SETTID  = 0x00100000
	CLONE_CHILD_CLEARTID = 0x00200000
	CLONE_CHILD_SETTID   = 0x01000000

	// CLONE_LWP is what makes an LWP.
	CLONE_LWP = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
)

// Operations of futex(2).
const (
	FUTEX_WAIT        = 0
	FUTEX_WAKE        = 1
	FUTEX_REQUEUE     = 3
	FUTEX_CMP_REQUEUE = 4
	FUTEX_WAKE_OP     = 5
	FUTEX_LOCK_PI     = 6
	FUTEX_WAIT_BITSET = 9
	FUTEX_WAKE_BITSET = 10
	FUTEX_PRIVATE     = 128
	FUTEX_REALTIME    = 256
)

// lwpStack is the stack of an LWP. Go code on it runs without a lower bound, as a signal
// handler does: it must be frugal.
const lwpStack = 64 << 10

// An LWP is a second flow of control in this process.
type LWP struct {
	tid   uint32 // until it ends
	ID    int
	stack uintptr
	// What the runtime's g and TLS are to the code that runs there.
	g    [80]uint64
	slot [2]uintptr
}

func clone(flags, stack, parentTID, childTID, tls uintptr) uintptr

// Clone is clone(2) that must not return twice on one stack: without a stack only for what
// is refused.
func Clone(flags, stack, parentTID, childTID, tls uintptr) (int, Errno) {
	return Result(Syscall5(syscall.SYS_CLONE, flags, stack, parentTID, childTID, tls))
}

// StartLWP runs f(arg), a top-level function, in a new LWP. l is to stay where it is until
// JoinLWP has returned.
func StartLWP(l *LWP, f func(arg uintptr), arg uintptr) Errno {
	if l.stack == 0 {
		p, e := MmapAnon(lwpStack)
		if e != 0 {
			return e
		}
		l.stack = p
	}
	l.g[6] = boot.signalG[6] // g.m
	l.slot[0] = uintptr(unsafe.Pointer(&l.g))
	sp := (*[3]uintptr)(unsafe.Pointer(l.stack + lwpStack - 64))
	sp[0] = *(*uintptr)(unsafe.Pointer(&f))
	sp[1] = arg
	sp[2] = l.slot[0]
	tid := uintptr(unsafe.Pointer(&l.tid))
	id, e := Result(clone(CLONE_LWP|CLONE_SETTLS|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID,
		uintptr(unsafe.Pointer(sp)), tid, tid, uintptr(unsafe.Pointer(&l.slot[1]))))
	l.ID = id
	return e
}

// JoinLWP waits for the LWP to have ended, and frees its stack.
func JoinLWP(l *LWP) {
	for {
		tid := atomic.LoadUint32(&l.tid)
		if tid == 0 {
			break
		}
		Futex(&l.tid, FUTEX_WAIT, tid, nil, nil, 0) // shared, as the kernel's wake-up
	}
	Munmap(l.stack, lwpStack)
	l.stack = 0
}

// ExitLWP ends the LWP that calls it.
func ExitLWP(status int) {
	for {
		Syscall1(syscall.SYS_EXIT, uintptr(status))
	}
}

// Futex is futex(2).
func Futex(word *uint32, op int, val uint32, limit *Timespec, other *uint32, val3 uint32) (int, Errno) {
	return Result(Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), uintptr(op), uintptr(val),
		uintptr(unsafe.Pointer(limit)), uintptr(unsafe.Pointer(other)), uintptr(val3)))
}

func Gettid() int { return int(Syscall0(syscall.SYS_GETTID)) }

// Tgkill sends a signal to one LWP.
func Tgkill(pid, id, sig int) Errno {
	return Err(Syscall3(syscall.SYS_TGKILL, uintptr(pid), uintptr(id), uintptr(sig)))
}
