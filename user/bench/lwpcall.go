package main

import (
	"sync/atomic"

	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// What LWPs cost by Gossamer's own calls.

var stop uint32 // tells a partner to end

// begin runs f in an LWP beside this one.
func begin(f func(uintptr)) {
	atomic.StoreUint32(&stop, 0)
	must(partner.Create(f, 0, 0), "_lwp_create")
}

// finish waits for it to have ended.
func finish() {
	must(sys.LWPWait(partner.ID, nil), "_lwp_wait")
	partner.Free()
}

// An LWP is made, ends, and is waited for. Its stack is there before.
func lwpCreateExitWait(n int) uint64 {
	var c abi.LWPContext
	var id int32
	must(partner.Prepare(&c, nothing, 0), "stack")
	t := sys.RDTSC()
	for range n {
		must(sys.LWPCreate(&c, 0, &id), "_lwp_create")
		must(sys.LWPWait(int(id), nil), "_lwp_wait")
	}
	t = sys.RDTSC() - t
	partner.Free()
	return t
}

func yieldUntilStop(uintptr) {
	for atomic.LoadUint32(&stop) == 0 {
		sys.Yield()
	}
}

// Two LWPs yield to each other: on one processor, two switches a round.
func lwpYieldSwitch(n int) uint64 {
	begin(yieldUntilStop)
	for range 10 {
		sys.Yield()
	}
	t := sys.RDTSC()
	for range n {
		sys.Yield()
	}
	t = sys.RDTSC() - t
	atomic.StoreUint32(&stop, 1)
	finish()
	return t
}

func parkUntilStop(uintptr) {
	first := sys.Getpid()
	sys.LWPPark(0, 0, nil, 0) // it is the other's turn
	for atomic.LoadUint32(&stop) == 0 {
		sys.LWPPark(0, 0, nil, first)
	}
}

// An LWP unparks the other and parks, in one call, and the other does the same: two hand-offs.
func lwpParkPingPong(n int) uint64 {
	begin(parkUntilStop)
	for range 10 {
		sys.LWPPark(0, 0, nil, partner.ID)
	}
	t := sys.RDTSC()
	for range n {
		sys.LWPPark(0, 0, nil, partner.ID)
	}
	t = sys.RDTSC() - t
	atomic.StoreUint32(&stop, 1)
	must(sys.LWPUnpark(partner.ID), "_lwp_unpark")
	finish()
	ts := sys.Timespec{Nsec: 1}
	sys.LWPPark(sys.CLOCK_MONOTONIC, 0, &ts, 0) // a token may be left
	return t
}

var (
	runner uintptr   // who has run last
	seen   [2]uint64 // each one's last counter
	gaps   uint64    // sum of the gaps from one's last look at the counter to the other's first
	left   int       // how many gaps are still to be seen
)

// compute looks at the counter until all gaps have been seen. It may be interrupted anywhere:
// what it then writes late is its own.
func compute(me uintptr) {
	for left > 0 {
		if runner != me {
			t := sys.RDTSC()
			runner = me
			gaps += t - seen[me^1]
			left--
		}
		seen[me] = sys.RDTSC()
	}
}

// Two LWPs compute; the tick takes the processor from one and gives it to the other.
func preemptSwitch(n int) uint64 {
	runner, left = 0, n+1
	begin(computeBeside)
	for runner == 0 { // its first gap has its beginning in it
		seen[0] = sys.RDTSC()
	}
	gaps = 0
	compute(0)
	finish()
	return gaps
}

func computeBeside(uintptr) { compute(1) }

func computeUntilStop(uintptr) {
	for atomic.LoadUint32(&stop) == 0 {
	}
}

// A real-time LWP sleeps while another one computes: how late is it, in nanoseconds, when it takes the
// processor from that? With -icount shift=0 an instruction takes one.
func wakePreempt(n int) (late uint64) {
	begin(computeUntilStop)
	must(sys.LWPSetPriority(sys.LWPSelf(), abi.ClassRoundRobin, 50), "_lwp_setpriority")
	for range n {
		at := sys.Now() + 1e6
		ts := sys.Timespec{Sec: at / 1e9, Nsec: at % 1e9}
		sys.LWPPark(sys.CLOCK_MONOTONIC, abi.ParkAbstime, &ts, 0)
		late += uint64(sys.Now() - at)
	}
	must(sys.LWPSetPriority(sys.LWPSelf(), abi.ClassTimeSharing, 30), "_lwp_setpriority")
	atomic.StoreUint32(&stop, 1)
	finish()
	return late
}

func parkOnce() uintptr

const many = 4096

var (
	parked  [2 * many]int32
	memText [4096]byte
)

// lwpBytes measures the kernel memory behind an LWP that is parked and has no stack of its own:
// what goes from the free frames for each of many more, when there are as many already.
func lwpBytes() {
	park(parked[:many])
	before := freeKiB()
	park(parked[many:])
	out.Out.Str("BENCH lwp_bytes ").Frac((before-freeKiB())*1024*10/many, 10).Str(" bytes\n").Flush()
	for i := 0; i < len(parked); i += abi.MaxUnpark {
		sys.LWPUnparkAll(&parked[i], abi.MaxUnpark)
	}
	for range parked {
		must(sys.LWPWait(0, nil), "_lwp_wait")
	}
}

func park(lids []int32) {
	c := abi.LWPContext{Flags: abi.ContextCPU, RAX: abi.SysLWPPark, RIP: uint64(parkOnce())}
	for i := range lids {
		must(sys.LWPCreate(&c, 0, &lids[i]), "_lwp_create")
		sys.Yield() // it parks
	}
}

// freeKiB is the memory that nobody has.
func freeKiB() int {
	text, e := sys.ReadFile("/proc/meminfo", memText[:])
	must(e, "/proc/meminfo")
	for text != "" {
		var line string
		line, text = sys.Line(text)
		if sys.HasPrefix(line, "MemFree:") {
			w, _ := sys.Field(line[len("MemFree:"):])
			kib, _ := sys.ParseInt(w)
			return kib
		}
	}
	must(sys.EIO, "/proc/meminfo")
	return 0
}
