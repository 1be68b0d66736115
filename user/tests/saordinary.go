package main

import (
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// ordinarySpins begins a process that computes and has never heard of activations.
func ordinarySpins(at uintptr) (pid int) { return fork(func() { saShareSpin(at) }) }

// Does a process that computes on one LWP get a processor of one that has as many VPs as there are
// processors, and half of the only one? Does it go back when that ends?
func saOrdinary() {
	word := uintptr(unsafe.Pointer(anonShared()))
	n := min(cpus(), 4)
	if n == 1 {
		saOnlyProcessor(word)
		return
	}
	first := ordinarySpins(word)
	saRegister(4, 8)
	saQuanta(1)
	equal(saConcurrency(4), n, "concurrency")
	for t := range 3 {
		saGo(1+t, saShareSpin, word)
	}
	for saStatNow().Granted != uint32(n-1) {
	}
	if n == 4 {
		second := ordinarySpins(word)
		for saStatNow().Granted != 2 {
		}
		sys.Kill(second, sys.SIGKILL)
		wait(second)
		for saStatNow().Granted != 3 {
		}
	}
	sys.Kill(first, sys.SIGKILL)
	wait(first)
	for saStatNow().Granted != uint32(n) {
	}
	for s := saStatNow(); s.Running != s.Granted; s = saStatNow() {
	}
}

func saOnlyProcessor(word uintptr) {
	other := ordinarySpins(word)
	activations := fork(func() {
		saRegister(4, 8)
		saConcurrency(4)
		for t := range 3 {
			saGo(1+t, saShareSpin, word)
		}
		saShareSpin(word)
	})
	for cpuTimeOf(activations) < 50e6 { // until it computes
		sys.Sleep(1e7)
	}
	// For long: what the host takes from us is charged to whoever happens to run.
	a0, b0 := cpuTimeOf(activations), cpuTimeOf(other)
	a, b := 0, 0
	for a+b < 3e9 {
		sys.Sleep(1e8)
		a, b = cpuTimeOf(activations)-a0, cpuTimeOf(other)-b0
	}
	for _, pid := range [...]int{activations, other} {
		sys.Kill(pid, sys.SIGKILL)
		wait(pid)
	}
	out.Out.Str("# activations ").Int(a / 1e6).Str(" ms, the other ").Int(b / 1e6).Str(" ms\n")
	check(min(a, b) > (a+b)*3/8, "half of the time") // two shares for one would be 2/3
}

// cpuTimeOf is the CPU time of a process's LWPs, in ns.
func cpuTimeOf(pid int) (ns int) {
	n, e := sys.LWPInfo(pid, 0, lwpTable[:])
	ok(e, "_lwp_info")
	for i := range n {
		ns += int(lwpTable[i].CPUTime)
	}
	return ns
}
