package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

// Gossamer's own calls for LWPs.

// launch runs f(i) in LWP number i.
func launch(i int, f func(uintptr), flags int) {
	ok(lwps[i].Create(f, uintptr(i), flags), "_lwp_create")
}

// await waits for LWP number i and frees its stack.
func await(i int) {
	var departed int32
	ok(sys.LWPWait(lwps[i].ID, &departed), "_lwp_wait")
	equal(int(departed), lwps[i].ID, "departed")
	lwps[i].Free()
}

// lwpTable is where lwpState looks.
var lwpTable [16]abi.LWPInfo

// lwpInfo finds an LWP of this process; false if there is none.
func lwpInfo(lid int) (*abi.LWPInfo, bool) {
	for after := 0; ; {
		n, e := sys.LWPInfo(0, after, lwpTable[:])
		ok(e, "_lwp_info")
		if n == 0 {
			return nil, false
		}
		for i := range n {
			if int(lwpTable[i].LID) == lid {
				return &lwpTable[i], true
			}
		}
		after = int(lwpTable[n-1].LID)
	}
}

// lwpCount is how many LWPs the process has, zombies included.
func lwpCount() (total int) {
	for after := 0; ; {
		n, e := sys.LWPInfo(0, after, lwpTable[:])
		ok(e, "_lwp_info")
		if n == 0 {
			return total
		}
		total += n
		after = int(lwpTable[n-1].LID)
	}
}

// untilState waits for LWP number i to be in one of abi's states.
func untilState(i int, state uint8) {
	for {
		info, found := lwpInfo(lwps[i].ID)
		check(found, "the LWP is there")
		if info.State == state {
			return
		}
		sys.Yield()
	}
}

func lwpEnd(uintptr) {}

func lwpSelf(i uintptr) { atomic.StoreUint32(&common[i], uint32(sys.LWPSelf())) }

// Does an LWP run, know its number, and can it be waited for, by number and as any?
func lwpCreates() {
	errno(sys.LWPWait(0, nil), sys.ESRCH, "wait for any, being alone")
	for range 50 {
		for i := range 4 {
			launch(i, lwpSelf, 0)
		}
		await(2)
		for range 3 {
			var departed int32
			ok(sys.LWPWait(0, &departed), "wait for any")
			found := false
			for i := range 4 {
				if lwps[i].ID == int(departed) {
					found = true
					lwps[i].Free()
					lwps[i].ID = 0
					equal(int(common[i]), int(departed), "number")
				}
			}
			check(found, "any is one of ours")
		}
		equal(int(common[2]), lwps[2].ID, "number")
	}
	errno(sys.LWPWait(0, nil), sys.ESRCH, "wait for any when all are gone")
	equal(sys.LWPSelf(), sys.Getpid(), "the first LWP's number")
}

func lwpAddOne(uintptr) { atomic.AddUint32(&common[0], 1) }

// Do detached LWPs vanish by themselves, and does one made suspended not run?
func lwpDetached() {
	for n := range uint32(200) {
		launch(0, lwpAddOne, abi.LWPDetached)
		for atomic.LoadUint32(&common[0]) != n+1 {
			sys.Yield()
		}
		for _, found := lwpInfo(lwps[0].ID); found; _, found = lwpInfo(lwps[0].ID) {
			sys.Yield()
		}
	}
	launch(1, lwpAddOne, abi.LWPSuspended)
	untilState(1, abi.StateSuspended)
	sys.Sleep(20e6)
	equal(int(common[0]), 200, "count before _lwp_continue")
	ok(sys.LWPContinue(lwps[1].ID), "_lwp_continue")
	await(1)
	equal(int(common[0]), 201, "count after")
}

var lid int32 // what _lwp_create stores

// refused checks that c is refused, and makes it good again.
func refused(c, good *abi.LWPContext, what string) {
	errno(sys.LWPCreate(c, 0, &lid), sys.EINVAL, what)
	equal(int(lid), -7, "number stored")
	*c = *good
}

// Does a bad context, flag or pointer create nothing?
func lwpCreateErrors() {
	var good, c abi.LWPContext
	ok(lwps[0].Prepare(&good, lwpAddOne, 0), "stack")
	lid = -7
	c = good
	c.Flags = 0
	refused(&c, &good, "no registers")
	c.Flags |= 8
	refused(&c, &good, "unknown part")
	for _, bit := range [...]int{3, 5, 12, 13, 14, 15, 16, 17, 19, 20, 22, 28, 31, 32, 63} {
		c.RFLAGS = 1 << bit
		refused(&c, &good, "RFLAGS")
	}
	for _, at := range [...]uint64{0x7ffffffff000, 1 << 47, 1 << 63, 0xffff800000000000, 0xffffffff80200000, ^uint64(0)} {
		c.RIP = at
		refused(&c, &good, "RIP")
		if at != 0x7ffffffff000 {
			c.RSP = at
			refused(&c, &good, "RSP")
			c.FSBase = at
			refused(&c, &good, "FS base")
		}
	}
	for _, sel := range [...]uint16{0x08, 0x10, 0x13, 3, 0xffff} {
		c.CS = sel
		refused(&c, &good, "CS")
		c.SS = sel
		refused(&c, &good, "SS")
		c.DS = sel
		refused(&c, &good, "DS")
		c.ES = sel
		refused(&c, &good, "ES")
		c.FS = sel
		refused(&c, &good, "FS")
		c.GS = sel
		refused(&c, &good, "GS")
	}
	c.Flags |= abi.ContextFPU
	c.FX[26] = 1
	refused(&c, &good, "MXCSR")
	for _, flags := range [...]int{1, 0x20, 0x100, 1 << 40} {
		errno(sys.LWPCreate(&good, flags, &lid), sys.EINVAL, "flags")
	}

	nowhere := hole()
	errno(sys.LWPCreate((*abi.LWPContext)(unsafe.Pointer(nowhere)), 0, &lid), sys.EFAULT, "context")
	errno(sys.LWPCreate((*abi.LWPContext)(unsafe.Pointer(nowhere-abi.LWPContextHeadSize+1)), 0, &lid), sys.EFAULT, "context's end")
	raw(sys.Syscall3(abi.SysLWPCreate, 1<<63, 0, uintptr(unsafe.Pointer(&lid))), sys.EFAULT, "context in the kernel")
	errno(sys.LWPCreate(&good, 0, (*int32)(unsafe.Pointer(nowhere))), sys.EFAULT, "number at a hole")
	raw(sys.Syscall3(abi.SysLWPCreate, uintptr(unsafe.Pointer(&good)), 0, 0), sys.EFAULT, "number at 0")
	p := anon(sys.PageSize)
	ok(sys.Mprotect(p, sys.PageSize, sys.PROT_READ), "mprotect")
	errno(sys.LWPCreate(&good, 0, (*int32)(unsafe.Pointer(p))), sys.EFAULT, "number where one cannot write")

	equal(lwpCount(), 1, "LWPs")
	equal(int(common[0]), 0, "runs")
	errno(sys.LWPWait(0, nil), sys.ESRCH, "wait")
	good.CS, good.SS, good.DS = abi.UserCodeSelector, abi.UserDataSelector, abi.UserDataSelector
	good.RFLAGS = 0xcd5 | 1<<21 | 1<<9 | 2
	good.RFLAGS &^= 1 << 8 // no single steps
	good.RFLAGS &^= 1 << 10
	ok(sys.LWPCreate(&good, 0, &lid), "what is allowed")
	ok(sys.LWPWait(int(lid), nil), "_lwp_wait")
	equal(int(common[0]), 1, "runs")
}

func lwpWaitForFirst(uintptr) {
	atomic.StoreUint32(&common[0], 1)
	e := sys.LWPWait(sys.Getpid(), nil)
	atomic.StoreUint32(&common[1], uint32(e))
}

func lwpWaitForNext(i uintptr) {
	atomic.StoreUint32(&common[i], 1)
	e := sys.LWPWait(lwps[i+1].ID, nil)
	atomic.StoreUint32(&common[i], 100+uint32(e))
}

func lwpPark(i uintptr) {
	atomic.StoreUint32(&common[i], 1)
	e := sys.LWPPark(0, 0, nil, 0)
	atomic.StoreUint32(&common[i], 100+uint32(e))
}

func wakeMain(int, *sys.SigInfo, *sys.UContext) {}

func lwpKillMain(uintptr) {
	for {
		info, _ := lwpInfo(sys.Getpid())
		if info.State == abi.StateSleeping {
			break
		}
		sys.Yield()
	}
	ok(sys.LWPKill(sys.Getpid(), sys.SIGUSR1), "_lwp_kill")
}

// What does _lwp_wait refuse?
func lwpWaitErrors() {
	errno(sys.LWPWait(sys.LWPSelf(), nil), sys.EDEADLK, "oneself")
	errno(sys.LWPWait(1<<30, nil), sys.ESRCH, "none")
	errno(sys.LWPWait(-1, nil), sys.ESRCH, "a negative one")
	errno(sys.LWPWait(sys.Getppid(), nil), sys.ESRCH, "another process's")

	launch(0, lwpWaitForFirst, 0)
	for info, _ := lwpInfo(lwps[0].ID); info.State != abi.StateSleeping; info, _ = lwpInfo(lwps[0].ID) {
		sys.Yield()
	}
	errno(sys.LWPWait(lwps[0].ID, nil), sys.EDEADLK, "one that waits for the caller")
	ok(sys.LWPWakeup(lwps[0].ID), "_lwp_wakeup")
	until(&common[1], uint32(sys.EINTR))
	await(0)

	launch(0, lwpPark, abi.LWPDetached)
	errno(sys.LWPWait(lwps[0].ID, nil), sys.EINVAL, "a detached one")
	errno(sys.LWPWait(0, nil), sys.ESRCH, "any, where there is a detached one only")
	ok(sys.LWPUnpark(lwps[0].ID), "_lwp_unpark")

	ok(sys.Catch(sys.SIGUSR1, wakeMain, 0, 0), "sigaction")
	launch(1, lwpPark, 0)
	launch(2, lwpKillMain, abi.LWPDetached)
	errno(sys.LWPWait(lwps[1].ID, nil), sys.EINTR, "interrupted")
	nowhere := hole()
	errno(sys.LWPWait(lwps[1].ID, (*int32)(unsafe.Pointer(nowhere))), sys.EFAULT, "nowhere to tell")
	ok(sys.LWPUnpark(lwps[1].ID), "_lwp_unpark")
	await(1)
	errno(sys.LWPWait(lwps[1].ID, nil), sys.ESRCH, "one that is gone")
	raw(sys.Syscall2(abi.SysLWPWait, 0, 1), sys.EFAULT, "any, told at 1")
}

// Does nobody wait for ever when all LWPs wait in a ring, or for each other?
func lwpAllWait() {
	lwps[3].ID = sys.Getpid() // 0 waits for 1, 1 for 2, 2 for the first, which waits for 0
	launch(2, lwpWaitForNext, 0)
	launch(1, lwpWaitForNext, 0)
	for atomic.LoadUint32(&common[1])&atomic.LoadUint32(&common[2]) == 0 {
		sys.Yield()
	}
	untilState(1, abi.StateSleeping)
	untilState(2, abi.StateSleeping)
	errno(sys.LWPWait(lwps[1].ID, nil), sys.EDEADLK, "the last of a ring")
	ok(sys.LWPWakeup(lwps[2].ID), "_lwp_wakeup")
	until(&common[2], 100+uint32(sys.EINTR))
	await(1)
	equal(int(common[1]), 100, "the one that waited for it")
}

// Do two waiters for one LWP both come back, one with the LWP and one with ESRCH?
func lwpTwoWaiters() {
	for range 20 {
		common = [8]uint32{}
		launch(3, lwpPark, 0)
		lwps[1].ID, lwps[2].ID = lwps[3].ID, lwps[3].ID
		ok(lwps[4].Create(lwpWaitForNext, 0, 0), "_lwp_create")
		ok(lwps[5].Create(lwpWaitForNext, 1, 0), "_lwp_create")
		for i := 3; i <= 5; i++ {
			untilState(i, abi.StateSleeping)
		}
		ok(sys.LWPUnpark(lwps[3].ID), "_lwp_unpark")
		await(4)
		await(5)
		equal(int(min(common[0], common[1])), 100, "who got it")
		equal(int(max(common[0], common[1])), 100+int(sys.ESRCH), "who did not")
		errno(sys.LWPWait(lwps[3].ID, nil), sys.ESRCH, "who comes late")
		lwps[3].Free()
	}
}

func lwpWaitAny(i uintptr) {
	e := sys.LWPWait(0, nil)
	atomic.StoreUint32(&common[i], 100+uint32(e))
}

// Does a detach end the waits for the LWP, and what does _lwp_detach refuse?
func lwpDetaches() {
	errno(sys.LWPDetach(1<<30), sys.ESRCH, "none")
	errno(sys.LWPDetach(sys.Getppid()), sys.ESRCH, "another process's")
	launch(1, lwpPark, 0)
	launch(0, lwpWaitForNext, 0)
	untilState(0, abi.StateSleeping)
	ok(sys.LWPDetach(lwps[1].ID), "_lwp_detach")
	await(0)
	equal(int(common[0]), 100+int(sys.EINVAL), "who waited for it")
	errno(sys.LWPDetach(lwps[1].ID), sys.EINVAL, "twice")

	ok(sys.LWPDetach(sys.Getpid()), "detach the first")
	launch(2, lwpWaitAny, 0)
	await(2) // there is nothing it could wait for
	equal(int(common[2]), 100+int(sys.ESRCH), "wait for any")
	ok(sys.LWPUnpark(lwps[1].ID), "_lwp_unpark")
	for atomic.LoadUint32(&common[1]) == 1 {
		sys.Yield()
	}

	launch(3, lwpEnd, 0)
	untilState(3, abi.StateZombie)
	ok(sys.LWPDetach(lwps[3].ID), "detach a zombie")
	errno(sys.LWPWait(lwps[3].ID, nil), sys.ESRCH, "wait for it")
	errno(sys.LWPDetach(lwps[3].ID), sys.ESRCH, "detach it again")
	for _, e := range [...]sys.Errno{sys.LWPKill(lwps[3].ID, 0), sys.LWPUnpark(lwps[3].ID), sys.LWPSuspend(lwps[3].ID),
		sys.LWPContinue(lwps[3].ID), sys.LWPWakeup(lwps[3].ID), sys.LWPBind(lwps[3].ID, -1)} {
		errno(e, sys.ESRCH, "a call about it")
	}
}

// Does nothing but _lwp_wait and _lwp_detach know an LWP that has ended?
func lwpZombie() {
	launch(0, lwpEnd, 0)
	untilState(0, abi.StateZombie)
	id := lwps[0].ID
	var name [16]byte
	for _, e := range [...]sys.Errno{sys.LWPKill(id, 0), sys.LWPUnpark(id), sys.LWPSuspend(id), sys.LWPContinue(id),
		sys.LWPWakeup(id), sys.LWPBind(id, -1), sys.LWPSetPriority(id, 0, 0), sys.LWPSetName(id, &name[0]),
		sys.LWPGetName(id, name[:]), sys.LWPPark(0, 0, nil, id), sys.Tgkill(sys.Getpid(), id, 0)} {
		errno(e, sys.ESRCH, "a call about a zombie")
	}
	await(0)
}

func lwpExitNow(uintptr) { sys.LWPExit() }

func lwpExitLater(uintptr) {
	sys.Sleep(5e6)
	sys.LWPExit()
}

// Does the end of the last LWP end the process with status 0?
func lwpLastExit() {
	exits(func() { sys.LWPExit() }, 0, "alone")
	exits(func() { launch(0, lwpExitLater, 0); sys.LWPExit() }, 0, "the other last")
	exits(func() { launch(0, lwpExitLater, abi.LWPDetached); sys.ExitLWP(4) }, 0, "after exit(4)")
	exits(func() { launch(0, lwpExitNow, 0); untilState(0, abi.StateZombie); sys.LWPExit() }, 0, "with a zombie")
}
