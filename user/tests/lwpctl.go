package main

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

var ctls [4]uintptr // addresses of records: a Go pointer could not be stored here

func ctl(i int) *abi.LWPControl { return (*abi.LWPControl)(unsafe.Pointer(ctls[i])) }

func lwpCtlOf(i uintptr) {
	ok(sys.LWPCtl(abi.CtlCPU, (**abi.LWPControl)(unsafe.Pointer(&ctls[i]))), "_lwp_ctl")
	check(uint(ctl(int(i)).CPU) < 64, "CPU")
	sys.LWPPark(0, 0, nil, 0)
}

// Is there a record for each LWP, up to date, that stays whatever one tries?
func lwpCtls() {
	var c, again *abi.LWPControl
	for _, features := range [...]int{0, 8, -1} {
		errno(sys.LWPCtl(features, &c), sys.EINVAL, "features")
	}
	errno(sys.LWPCtl(abi.CtlCPU, (**abi.LWPControl)(unsafe.Pointer(hole()))), sys.EFAULT, "a hole")
	ok(sys.LWPCtl(abi.CtlKnown, &c), "_lwp_ctl")
	ok(sys.LWPCtl(abi.CtlCPU, &again), "_lwp_ctl again")
	equal(int(at(again)), int(at(c)), "address")
	n := atomic.LoadUint32(&c.Switches)
	for tries := 0; atomic.LoadUint32(&c.Switches) < n+10; tries++ {
		check(tries < 1000, "switches are counted")
		sys.Sleep(1e5) // which is no switch if the time has passed before it begins
	}
	check(int(atomic.LoadInt32(&c.CPU)) < cpus() && c.CPU >= 0, "CPU")
	page := at(c) &^ (sys.PageSize - 1)
	errno(sys.Munmap(page, sys.PageSize), sys.EPERM, "munmap")
	errno(sys.Mprotect(page, sys.PageSize, sys.PROT_READ), sys.EPERM, "mprotect")
	raw(sys.Syscall3(syscall.SYS_MADVISE, page, sys.PageSize, syscall.MADV_DONTNEED), sys.EPERM, "madvise")
	_, e := sys.Mmap(page, sys.PageSize, sys.PROT_READ, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS|sys.MAP_FIXED, -1, 0)
	errno(e, sys.EPERM, "mmap over it")
	for range 50 { // records are used again
		for i := range uintptr(4) {
			launch(int(i), lwpCtlOf, 0)
		}
		for i := range 4 {
			untilState(i, abi.StateSleeping)
		}
		for i := range 4 {
			equal(int(atomic.LoadInt32(&ctl(i).CPU)), abi.CPUNone, "CPU of one that sleeps")
			check(ctl(i) != c && (i == 0 || ctls[i] != ctls[i-1]), "one's own")
			equal(int(ctls[i]&^(sys.PageSize-1)), int(page), "page")
			ok(sys.LWPUnpark(lwps[i].ID), "_lwp_unpark")
			await(i)
			equal(int(atomic.LoadInt32(&ctl(i).CPU)), abi.CPUExited, "CPU of one that has ended")
		}
	}
	ctls[0] = at(c)
	before := atomic.LoadUint32(&c.Switches)
	exits(func() {
		n := atomic.LoadUint32(&ctl(0).Switches)
		for atomic.LoadUint32(&ctl(0).Switches) < n+10 { // the child's record counts
			sys.Sleep(1e5)
		}
		var same *abi.LWPControl
		ok(sys.LWPCtl(abi.CtlCPU, &same), "_lwp_ctl in the child")
		equal(int(at(same)), int(ctls[0]), "address in the child")
		atomic.StoreUint32(&ctl(0).NoPreempt, 7)
		atomic.StoreUint32(&ctl(0).NoPreempt, 0)
	}, 0, "a child")
	check(atomic.LoadUint32(&c.Switches)-before < 1000 && c.NoPreempt == 0, "the parent's is its own")
}

// Is an LWP that asks not to be preempted spared once, told that it owes a yield, and preempted
// all the same if it goes on?
func lwpNoPreempt() {
	var c *abi.LWPControl
	ok(sys.LWPCtl(abi.CtlKnown, &c), "_lwp_ctl")
	atomic.StoreUint32(&common[6], 0)
	launch(0, lwpSpinUntil, abi.LWPSuspended)
	ok(sys.LWPBind(lwps[0].ID, 0), "_lwp_bind")
	ok(sys.LWPBind(sys.LWPSelf(), 0), "_lwp_bind")
	ok(sys.LWPContinue(lwps[0].ID), "_lwp_continue")
	for spared := 0; spared < 3; {
		sys.Yield()
		equal(int(atomic.LoadUint32(&c.Owed)), 0, "owed after a yield")
		n := atomic.LoadUint32(&c.Switches)
		atomic.StoreUint32(&c.NoPreempt, 1)
		for atomic.LoadUint32(&c.Owed) == 0 {
		}
		if atomic.LoadUint32(&c.Switches) == n { // or the host kept us from looking in time
			spared++
		}
		for atomic.LoadUint32(&c.Switches) == n {
		}
		atomic.StoreUint32(&c.NoPreempt, 0)
	}
	atomic.StoreUint32(&common[6], 1)
	await(0)
}
