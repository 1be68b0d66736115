package main

import (
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// cpuTimeOf is the CPU time of a process's LWPs, in ns.
func cpuTimeOf(pid int) (ns int64) {
	var info [1]abi.LWPInfo
	for after := 0; ; after = int(info[0].LID) {
		n, e := sys.LWPInfo(pid, after, info[:])
		ok(e, "_lwp_info")
		if n == 0 {
			return ns
		}
		ns += int64(info[0].CPUTime)
	}
}

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
	words := (*[2]uint64)(unsafe.Pointer(word))
	other := ordinarySpins(uintptr(unsafe.Pointer(&words[1])))
	activations := fork(func() {
		saRegister(4, 8)
		saConcurrency(4)
		for t := range 3 {
			saGo(1+t, saShareSpin, word)
		}
		saShareSpin(word)
	})
	sys.Sleep(1e9)
	a, b := cpuTimeOf(activations), cpuTimeOf(other)
	for _, pid := range [...]int{activations, other} {
		sys.Kill(pid, sys.SIGKILL)
		wait(pid)
	}
	out.Out.Str("# activations ").Int(int(a / 1e6)).Str(" ms, the other ").Int(int(b / 1e6)).Str(" ms\n")
	check(a > (a+b)*2/5 && b > (a+b)*2/5, "half of the time")
}
