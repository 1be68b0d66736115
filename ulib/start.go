package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// mainThread is the program's first, on the stack it was given. Its control block lies in the
// arena all the same.
var mainThread *thread

const schedulerStack = 64 << 10

const maxSlots = sa.MaxSlot - maxVP

// Start makes the caller, the program's main, a thread, in the model that the environment names.
// Everything else in this package wants that it has been called, once.
func Start() Errno { return StartWith(&Options{}) }

// StartWith is Start with options. EINVAL: these are none, or ULIB_MODEL's value is none; ENOMEM;
// EAGAIN: no LWP; ENOSYS: the kernel has no activations.
func StartWith(o *Options) Errno {
	options = *o
	o = &options
	onGossamer = sys.OnGossamer()
	if o.Model == 0 {
		o.Model = NToOne
		if name, found := sys.Getenv("ULIB_MODEL"); found {
			o.Model = modelOf(name)
		} else if onGossamer {
			o.Model = Activations
		}
	}
	if o.Model < NToOne || o.Model > Activations || o.Slots < 0 || o.Slots > maxSlots || o.LWPs < 0 || o.LWPs > maxVP || mainThread != nil {
		return sys.EINVAL
	}
	if e := initTimers(); e != 0 {
		return e
	}
	startTrace()
	if e := startMain(); e != 0 {
		return e
	}
	if o.Model == Activations {
		n, slots := o.LWPs, o.Slots
		if n == 0 {
			n = min(CPUs(), maxVP)
		}
		if slots == 0 {
			slots = 64
		}
		if e := startActivations(n, n+slots); e != 0 {
			return e
		}
	}
	v := enter()
	v.traceRun(v.cur)
	v.leave()
	if o.Model == MToN {
		n := o.LWPs
		if n == 0 {
			n = CPUs()
		}
		return SetConcurrency(min(n, maxVP))
	}
	return 0
}

// startMain makes the caller the first thread, and its LWP the first VP.
func startMain() Errno {
	if e := reserveArena(); e != 0 {
		return e
	}
	t := pool.carve(minClass)
	if t == nil {
		return sys.ENOMEM
	}
	t.g = *(*gWords)(unsafe.Pointer(self()))
	t.g.reserve()
	t.prio, t.base = DefaultPriority, DefaultPriority
	t.special = traced
	t.done, t.detached = false, false
	put(&mainThread, t)
	atomic.StoreInt64(&threads, 1)
	if options.Model == Activations {
		return 0
	}
	v, e := newVP()
	if e != 0 {
		return e
	}
	stack, e := sys.MmapAnon(schedulerStack)
	if e != 0 {
		return e
	}
	v.sched.g.lo = stack
	v.sched.g.hi = stack + schedulerStack
	v.sched.g.guards = [2]uintptr{stack + stackGuard, stack + stackGuard}
	v.sched.sp = stack + schedulerStack - 64
	*(*uintptr)(unsafe.Pointer(v.sched.sp)) = schedulerEntry()
	v.lid = sys.Gettid()

	put(&v.cur, t)
	t.g.m = v.sched.g.m
	v.m.Init(uintptr(unsafe.Pointer(t)))
	if e := setGS(v); e != 0 {
		return e
	}
	become(t)
	v.catches()
	if options.Model == OneToOne {
		t.bind(v)
		t.duties &^= bound // its end is special anyway
	} else {
		v.join()
	}
	return 0
}

// scheduleMain is the first function on the stack of the first VP's scheduler.
func scheduleMain() {
	v := enter()
	v.schedule()
}
