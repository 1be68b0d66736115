package sys

import (
	"unsafe"

	"gossamer/ulib/abi"
)

// Gossamer's own calls for LWPs: NetBSD's, by name, semantics and errors, but for the numbers of
// LWPs: these come from the same space as process IDs, and the first LWP of a process has the
// process's. All of them are about LWPs of the caller's process only: ESRCH for others, and for
// those that have ended (_lwp_wait and _lwp_detach find them until they are waited for).

// LWPCreate makes an LWP that begins in context c, and stores its number at *lid before it runs.
// flags are abi.LWPDetached, abi.LWPSuspended. It has no alternate signal stack, the caller's
// class, priority and binding, and the caller's signal mask unless c has one. _lwp_create(2).
//
// Errors, after which there is no LWP: EINVAL, flags, or a context that user mode cannot have (no
// abi.ContextCPU, flags that are not the program's, an address outside user space, a selector, an
// MXCSR); EFAULT, c or lid; EAGAIN, too many LWPs; ENOMEM.
func LWPCreate(c *abi.LWPContext, flags int, lid *int32) Errno {
	return Err(Syscall3(abi.SysLWPCreate, uintptr(unsafe.Pointer(c)), uintptr(flags), uintptr(unsafe.Pointer(lid))))
}

// LWPExit ends the caller. The last LWP of a process ends the process, with status 0.
// _lwp_exit(2).
func LWPExit() {
	for {
		Syscall0(abi.SysLWPExit)
	}
}

// LWPWait waits for LWP lid to end, or for any that is not detached if lid is 0, and stores its
// number at *departed if that is not nil. _lwp_wait(2).
//
// Errors: ESRCH, there is none, or for 0 none to wait for; EINVAL, it is detached, perhaps since
// the call; EDEADLK, it is the caller, or waits for the caller, or all LWPs are in this call;
// EINTR; EFAULT, and nothing has been waited for.
func LWPWait(lid int, departed *int32) Errno {
	return Err(Syscall2(abi.SysLWPWait, uintptr(lid), uintptr(unsafe.Pointer(departed))))
}

// LWPDetach has an LWP vanish when it ends, or now if it has. EINVAL: it is detached. _lwp_detach(2).
func LWPDetach(lid int) Errno { return Err(Syscall1(abi.SysLWPDetach, uintptr(lid))) }

// LWPSuspend stops an LWP and returns when it has stopped; a call it sleeps in is made again later.
// EDEADLK: it is the caller, and no other LWP is left that is not suspended. _lwp_suspend(2).
func LWPSuspend(lid int) Errno { return Err(Syscall1(abi.SysLWPSuspend, uintptr(lid))) }

// LWPContinue lets a suspended LWP go on. _lwp_continue(2).
func LWPContinue(lid int) Errno { return Err(Syscall1(abi.SysLWPContinue, uintptr(lid))) }

// LWPPark blocks the caller until LWPUnpark, a signal, or the time at ts if that is not nil, on
// CLOCK_MONOTONIC or CLOCK_REALTIME: a point in time with flag abi.ParkAbstime, otherwise the time
// to wait, which is replaced by what is left of it. Before, it unparks the LWP unpark if that is
// not 0. _lwp_park(2).
//
// Errors: EALREADY, the caller had been unparked before; ETIMEDOUT; EINTR, never made again
// after a handler; EINVAL, clock, flags, time; EFAULT; ESRCH, there is no LWP unpark. After the
// last three the caller has not parked, and after EINVAL and EFAULT nobody has been unparked.
func LWPPark(clock, flags int, ts *Timespec, unpark int) Errno {
	return Err(Syscall6(abi.SysLWPPark, uintptr(clock), uintptr(flags), uintptr(unsafe.Pointer(ts)), uintptr(unpark), 0, 0))
}

// LWPUnpark ends an LWP's parking, or has its next one end at once: one, however often this is
// called. _lwp_unpark(2).
func LWPUnpark(lid int) Errno { return Err(Syscall2(abi.SysLWPUnpark, uintptr(lid), 0)) }

// LWPUnparkAll unparks those of n LWPs at lids that there are. n is at most abi.MaxUnpark, which
// is the result if lids is nil. EINVAL: n; EFAULT. _lwp_unpark_all(2).
func LWPUnparkAll(lids *int32, n int) (int, Errno) {
	return Result(Syscall3(abi.SysLWPUnparkAll, uintptr(unsafe.Pointer(lids)), uintptr(n), 0))
}

// LWPWakeup ends the call that an LWP sleeps in with EINTR. ENODEV: it does not sleep, but its
// next sleep will end so (its next parking with EALREADY); EBUSY: it is suspended or stopped.
// _lwp_wakeup(2).
func LWPWakeup(lid int) Errno { return Err(Syscall1(abi.SysLWPWakeup, uintptr(lid))) }

// LWPKill sends a signal to an LWP; 0 only asks whether there is one. EINVAL: no such signal.
// _lwp_kill(2).
func LWPKill(lid, sig int) Errno { return Err(Syscall2(abi.SysLWPKill, uintptr(lid), uintptr(sig))) }

// LWPSelf is the caller's number. _lwp_self(2).
func LWPSelf() int { return int(Syscall0(abi.SysLWPSelf)) }

// LWPSetPrivate sets the caller's FS base. EINVAL: not in user space. _lwp_setprivate(2).
func LWPSetPrivate(base uintptr) Errno { return Err(Syscall1(abi.SysLWPSetPrivate, base)) }

// LWPGetPrivate is the caller's FS base. _lwp_getprivate(2).
func LWPGetPrivate() uintptr { return Syscall0(abi.SysLWPGetPrivate) }

// LWPSetName names an LWP; of a longer name the first abi.NameSize-1 bytes count. name ends with
// a zero. EFAULT. _lwp_setname(2).
func LWPSetName(lid int, name *byte) Errno {
	return Err(Syscall2(abi.SysLWPSetName, uintptr(lid), uintptr(unsafe.Pointer(name))))
}

// LWPGetName stores an LWP's name, which is the process's if it has none of its own, and a zero.
// ENAMETOOLONG: buf is too small; EFAULT. _lwp_getname(2).
func LWPGetName(lid int, buf []byte) Errno {
	return Err(Syscall3(abi.SysLWPGetName, uintptr(lid), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf))))
}

// LWPCtl stores the address of the words that the caller shares with the scheduler, the same at
// each call. A forked child has its own copy of them at the same address. EINVAL: features is 0
// or unknown; EFAULT; ENOMEM. _lwp_ctl(2).
func LWPCtl(features int, at **abi.LWPControl) Errno {
	return Err(Syscall2(abi.SysLWPCtl, uintptr(features), uintptr(unsafe.Pointer(at))))
}

// LWPSetPriority gives an LWP a class (abi.ClassTimeSharing …) and a priority in it. EINVAL: no
// such class, or it has no such priority.
func LWPSetPriority(lid, class, priority int) Errno {
	return Err(Syscall3(abi.SysLWPSetPriority, uintptr(lid), uintptr(class), uintptr(priority)))
}

// LWPBind has an LWP run on one CPU, numbered from 0, or with -1 on any. EINVAL: no such CPU.
func LWPBind(lid, cpu int) Errno { return Err(Syscall2(abi.SysLWPBind, uintptr(lid), uintptr(cpu))) }

// LWPInfo tells of the LWPs of a process (0: the caller's) whose numbers are above after, in
// order, as many as info has room for and the kernel likes, and returns how many these are: 0 at
// the end. ESRCH: no such process; EINVAL: no room; EFAULT.
func LWPInfo(pid, after int, info []abi.LWPInfo) (int, Errno) {
	return Result(Syscall4(abi.SysLWPInfo, uintptr(pid), uintptr(after), uintptr(unsafe.Pointer(unsafe.SliceData(info))), uintptr(len(info))))
}

// lwpEntry returns the address where the LWPs of Prepare begin: there RDX is a function value,
// RAX its argument, R14 a g.
func lwpEntry() uintptr

// Prepare makes c the context of an LWP that runs f(arg), a top-level function, on l's stack and
// then ends. l is to stay where it is until the LWP has ended.
func (l *LWP) Prepare(c *abi.LWPContext, f func(arg uintptr), arg uintptr) Errno {
	if l.stack == 0 {
		p, e := MmapAnon(lwpStack)
		if e != 0 {
			return e
		}
		l.stack = p
	}
	l.g[6] = boot.signalG[6] // g.m
	l.slot[0] = uintptr(unsafe.Pointer(&l.g))
	*c = abi.LWPContext{
		Flags:  abi.ContextCPU,
		RAX:    uint64(arg),
		RDX:    uint64(*(*uintptr)(unsafe.Pointer(&f))),
		RSP:    uint64(l.stack + lwpStack - 64),
		R14:    uint64(l.slot[0]),
		RIP:    uint64(lwpEntry()),
		FSBase: uint64(uintptr(unsafe.Pointer(&l.slot[1]))),
	}
	return 0
}

// Create runs f(arg), a top-level function, in a new LWP, by LWPCreate. Free frees its stack when
// it has been waited for.
func (l *LWP) Create(f func(arg uintptr), arg uintptr, flags int) Errno {
	var c abi.LWPContext
	if e := l.Prepare(&c, f, arg); e != 0 {
		return e
	}
	var id int32
	e := LWPCreate(&c, flags, &id)
	l.ID = int(id)
	return e
}

// Free frees the stack of an LWP that has ended.
func (l *LWP) Free() {
	Munmap(l.stack, lwpStack)
	l.stack = 0
}
