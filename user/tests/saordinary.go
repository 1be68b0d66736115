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
	for slicesOf(activations) < 5 { // until it computes
		sys.Sleep(1e7)
	}
	// Slices, not time: one in which the host has none for us may last for many.
	a, b := slicesOf(activations), slicesOf(other)
	for slicesOf(other) < b+120 {
		sys.Sleep(1e7)
	}
	a, b = slicesOf(activations)-a, slicesOf(other)-b
	for _, pid := range [...]int{activations, other} {
		sys.Kill(pid, sys.SIGKILL)
		wait(pid)
	}
	out.Out.Str("# activations ").Int(a).Str(" slices, the other ").Int(b).NL()
	check(min(a, b) > (a+b)*3/8, "half of the time") // two shares for one would be 2/3
}

// slicesOf is how many time slices the LWPs of a process have used up.
func slicesOf(pid int) (slices int) {
	n, e := sys.LWPInfo(pid, 0, lwpTable[:])
	ok(e, "_lwp_info")
	for i := range n {
		slices += int(lwpTable[i].Involuntary)
	}
	return slices
}
