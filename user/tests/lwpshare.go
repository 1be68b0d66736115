package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

func lwpSpinUntil(i uintptr) {
	atomic.StoreUint32(&common[i], 1)
	for atomic.LoadUint32(&common[6]) == 0 {
	}
}

func lwpCallUntil(i uintptr) {
	for atomic.LoadUint32(&common[6]) == 0 {
		sys.Getppid()
	}
}

// Does an LWP that is in the kernel most of the time, but never waits, get more than its share of a
// CPU? Its slices end there too.
func lwpCallsShare() { lwpShare(lwpCallUntil, 6) }

// lwpReadUntil makes calls that take long.
func lwpReadUntil(uintptr) {
	fd := open("/dev/zero", sys.O_RDONLY)
	p, e := sys.Mmap(0, 1<<20, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS, -1, 0)
	ok(e, "mmap")
	for atomic.LoadUint32(&common[6]) == 0 {
		sys.Read(fd, unsafe.Slice((*byte)(unsafe.Pointer(p)), 1<<20))
	}
}

// Does one that makes calls that take long get its share, too?
func lwpLongCallsShare() { lwpShare(lwpReadUntil, 6) }

func lwpShare(calls func(uintptr), limit int64) {
	atomic.StoreUint32(&common[6], 0)
	launch(0, lwpSpinUntil, abi.LWPSuspended)
	launch(1, calls, abi.LWPSuspended)
	for i := range 2 {
		ok(sys.LWPBind(lwps[i].ID, 0), "_lwp_bind")
		ok(sys.LWPContinue(lwps[i].ID), "_lwp_continue")
	}
	sys.Sleep(1e9)
	var used [2]int64
	for i := range 2 {
		info, _ := lwpInfo(lwps[i].ID)
		used[i] = int64(info.CPUTime)
	}
	atomic.StoreUint32(&common[6], 1)
	await(0)
	await(1)
	out.Out.Str("# computing ").Int(int(used[0] / 1e6)).Str(" ms, calling ").Int(int(used[1] / 1e6)).Str(" ms\n")
	check(used[0] < limit*used[1] && used[1] < limit*used[0], "fair")
}
