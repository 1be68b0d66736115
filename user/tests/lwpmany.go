package main

import (
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// Is nothing left of ten thousand LWPs?
func leakLWPCalls() {
	leaks(1000, 10_000, func() {
		launch(0, lwpEnd, 0)
		await(0)
	})
}

const manyMost = 100_000

// How many parked LWPs can a process have, and do all of them come back?
func lwpMany() {
	total, _ := meminfo("MemTotal:")
	n := min(manyMost, total/10)
	c := abi.LWPContext{Flags: abi.ContextCPU, RAX: abi.SysLWPPark, RIP: uint64(parkOnce())}
	list := anon(uintptr(4*n + sys.PageSize))
	lids := unsafe.Slice((*int32)(unsafe.Pointer(list)), n)
	before, _ := meminfo("MemFree:")
	for i := range lids {
		if e := sys.LWPCreate(&c, 0, &lids[i]); e != 0 {
			out.Out.Str("# after ").Int(i).Str(" of ").Int(n).NL()
			ok(e, "_lwp_create")
		}
	}
	for _, id := range lids { // all are parked
		for {
			m, e := sys.LWPInfo(0, int(id)-1, lwpTable[:1])
			ok(e, "_lwp_info")
			equal(m, 1, "LWPs")
			if lwpTable[0].State == abi.StateSleeping {
				break
			}
			sys.Yield()
		}
	}
	after, _ := meminfo("MemFree:")
	out.Out.Str("# ").Int(n).Str(" LWPs parked, ").Int((before - after) * 1024 / n).Str(" bytes each\n")
	for i := 0; i < n; i += abi.MaxUnpark {
		_, e := sys.LWPUnparkAll(&lids[i], min(abi.MaxUnpark, n-i))
		ok(e, "_lwp_unpark_all")
	}
	for range n {
		ok(sys.LWPWait(0, nil), "_lwp_wait")
	}
	errno(sys.LWPWait(0, nil), sys.ESRCH, "when all are gone")
}
