//go:build !explore

package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

// onGossamer: the system has NetBSD's calls for LWPs; otherwise Linux's are used.
var onGossamer bool

// start gives v an LWP, which has all signals blocked until it is ready for them. EAGAIN, ENOMEM.
func (v *VP) start() Errno {
	arg := uintptr(unsafe.Pointer(v))
	if onGossamer {
		var c abi.LWPContext
		if e := v.lwp.Prepare(&c, vpMain, arg); e != 0 {
			return e
		}
		c.Flags |= abi.ContextSigmask
		c.Sigmask = ^uint64(0)
		var id int32
		return sys.LWPCreate(&c, abi.LWPDetached, &id)
	}
	old, _ := sys.Sigprocmask(sys.SIG_SETMASK, ^uint64(0))
	e := sys.StartLWP(&v.lwp, vpMain, arg)
	sys.Sigprocmask(sys.SIG_SETMASK, old)
	return e
}

// vpMain is the first function of a VP's LWP. The LWP's stack is the scheduler's.
func vpMain(arg uintptr) {
	v := (*VP)(unsafe.Pointer(arg))
	setGS(v)
	become(&v.sched)
	v.lid = lwpNumber()
	v.catches()
	sys.Sigprocmask(sys.SIG_SETMASK, 0)
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
	switch {
	case atomic.LoadUint32(&v.token) != 0:
	case onGossamer:
		sys.LWPPark(sys.CLOCK_MONOTONIC, 0, limit, 0)
	default:
		sys.Futex(&v.token, sys.FUTEX_WAIT|sys.FUTEX_PRIVATE, 0, limit, nil, 0)
	}
	atomic.StoreUint32(&v.token, 0)
}

// unpark ends v's sleep, or its next one. It may do so for nothing.
func (v *VP) unpark() {
	if atomic.SwapUint32(&v.token, 1) != 0 {
		return
	}
	if onGossamer {
		sys.LWPUnpark(v.lid)
	} else {
		sys.Futex(&v.token, sys.FUTEX_WAKE|sys.FUTEX_PRIVATE, 1, nil, nil, 0)
	}
}
