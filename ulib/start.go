package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// mainThread is the program's first, on the stack it was given. Its control block lies in the
// arena all the same.
var mainThread *thread

// mainVP is where the program's first LWP runs.
var (
	mainVP VP
	mainM  sys.ReportM
)

const schedulerStack = 64 << 10

// Start makes the caller, the program's main, a thread. Everything else in this package wants
// that it has been called, once. ENOMEM: no address space for stacks.
func Start() Errno {
	if e := pool.init(); e != 0 {
		return e
	}
	t := pool.carve(minClass)
	t.g = *(*gWords)(unsafe.Pointer(self()))
	t.prio, t.base = DefaultPriority, DefaultPriority
	put(&mainThread, t)
	if e := initTimers(); e != 0 {
		return e
	}
	stack, e := sys.MmapAnon(schedulerStack)
	if e != 0 {
		return e
	}
	v := &mainVP
	v.init(1, &mainM)
	v.sched.g.lo = stack
	v.sched.g.hi = stack + schedulerStack
	v.sched.g.guards = [2]uintptr{stack + stackGuard, stack + stackGuard}
	sp := stack + schedulerStack - 64
	*(*uintptr)(unsafe.Pointer(sp)) = schedulerEntry()
	v.sched.sp = sp
	put(&v.cur, t)
	t.g.m = v.sched.g.m
	mainM.Init(uintptr(unsafe.Pointer(t)))
	if e := setGS(v); e != 0 {
		return e
	}
	become(t)
	*(*uintptr)(unsafe.Pointer(&vps[0])) = uintptr(unsafe.Pointer(v))
	atomic.StoreUint32(&nvp, 1)
	atomic.StoreInt64(&threads, 1)
	return 0
}

// init makes v VP number number1-1, without a stack for its scheduler.
func (v *VP) init(number1 uint32, m *sys.ReportM) {
	*(*uintptr)(unsafe.Pointer(&v.self)) = uintptr(unsafe.Pointer(v))
	v.number1 = number1
	m.Init(uintptr(unsafe.Pointer(&v.sched)))
	at := uintptr(unsafe.Pointer(m))
	*(*uintptr)(unsafe.Pointer(&v.m)) = at
	v.sched.g.m = at
	v.sched.g.split = throwSplit
}

// scheduleMain is the first function on a VP's own stack.
func scheduleMain() {
	v := enter()
	v.schedule()
}

// park sleeps until unpark, or a deadline.
func (v *VP) park(deadline int64) {
	var limit *sys.Timespec
	var ts sys.Timespec
	if deadline != noDeadline {
		left := max(deadline-Now(), 1)
		ts = sys.Timespec{Sec: left / 1e9, Nsec: left % 1e9}
		limit = &ts
	}
	if atomic.LoadUint32(&v.token) == 0 {
		sys.Futex(&v.token, sys.FUTEX_WAIT|sys.FUTEX_PRIVATE, 0, limit, nil, 0)
	}
	atomic.StoreUint32(&v.token, 0)
}

// unpark ends v's sleep, or its next one.
func (v *VP) unpark() {
	if atomic.SwapUint32(&v.token, 1) == 0 {
		sys.Futex(&v.token, sys.FUTEX_WAKE|sys.FUTEX_PRIVATE, 1, nil, nil, 0)
	}
}
