package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// Threads that compute, and are more than there are slots for them.

func keepFlags(flags, rounds uint64) (got uint64)
func spinDeep(released, count *uint32)
func stackLimit() uintptr
func spinOffStack(stack uintptr, rounds uint64)

const computing = 16

// counts says by thread how far it has come; one that computes never leaves its VP by itself.
var counts [computing]uint32

// Do all threads that compute come to run, however few the slots are, with their registers, flags and
// vectors kept, and with as much on their stacks as fits?
func threadEvictions() {
	for _, n := range [...]int{1, 2, 4} {
		under(&ulib.Options{Model: ulib.Activations, LWPs: n, Slots: 1}, askEvictions)
	}
	under(&ulib.Options{Model: ulib.Activations, LWPs: 1, Slots: 5}, askEvictions)
	for _, n := range [...]int{1, 2} {
		o := ulib.Options{Model: ulib.Activations, LWPs: n, Slots: 1}
		under(&o, askOffStack)
		exits(func() {
			sys.Close(2)
			ok(ulib.StartWith(&o), "start")
			for i := range 2 * n {
				spawn(computesAndCounts, uintptr(i))
			}
			join(spawn(deep, ulib.DefaultStack/512))
		}, 2, "stack overflow among threads that compute")
	}
}

func computesAndCounts(n uintptr) uintptr {
	const (
		carry, parity, adjust, zero, sign, direction, overflow = 1, 4, 16, 64, 128, 1 << 10, 1 << 11
		all                                                    = carry | parity | adjust | zero | sign | direction | overflow
		always                                                 = 1<<1 | 1<<9
	)
	var never uint32
	for round := uintptr(0); atomic.LoadUint32(&released) == 0; round++ {
		equal(int(keepWhile((n+1)<<40+round, &never, 5_000)), 1, "a register changed")
		flags := uint64(carry|adjust|direction) ^ uint64(round%2)*all | always
		equal(int(keepFlags(flags, 5_000)&(all|always)), int(flags), "flags")
		atomic.AddUint32(&counts[n], 1)
	}
	return n
}

// computesDeep computes where no function could be called any more.
//
//go:noinline
func computesDeep(n uintptr) uintptr {
	if uintptr(unsafe.Pointer(&n)) > stackLimit()+192 {
		return computesDeep(n) &^ 0
	}
	spinDeep(&released, &counts[n])
	return n
}

// watches lets the others end when each has been seen to go on several times.
func watches(n uintptr) uintptr {
	for range 2 {
		var before [computing]uint32
		for i := range before {
			before[i] = atomic.LoadUint32(&counts[i])
		}
		for i := range before {
			for i != int(n) && atomic.LoadUint32(&counts[i]) == before[i] {
			}
		}
	}
	atomic.StoreUint32(&released, 1)
	return n
}

func askEvictions() {
	askComputing()
	askSignalEvicted()
	c := ulib.Count()
	check(c.Evicted > computing, "threads were evicted")
	equal(c.FreeSlots, c.Slots, "slots are left")
}

func askComputing() {
	atomic.StoreUint32(&released, 0)
	ids[0] = spawn(watches, 0)
	for i := 1; i < computing-1; i++ {
		f, size := computesAndCounts, ulib.DefaultStack
		if i%4 == 1 {
			f, size = computesDeep, ulib.MinStack
		}
		id, e := ulib.CreateWith(&ulib.Attr{Stack: size}, f, uintptr(i))
		ok(e, "create")
		ids[i] = id
	}
	computesDeep(computing - 1) // on the first stack
	for i := range computing - 1 {
		equal(join(ids[i]), i, "result")
	}
}

// askSignalEvicted: does a thread that computes run a handler, wherever its registers are?
func askSignalEvicted() {
	atomic.StoreUint32(&released, 0)
	ok(ulib.Catch(sys.SIGUSR1, noteSignal, 0), "catch")
	const n = 8
	for i := range n {
		ids[i] = spawn(computesAndCounts, uintptr(i))
	}
	for i := range n {
		ok(ulib.Kill(ids[i], sys.SIGUSR1), "kill")
		tookIt(sys.SIGUSR1, i+1, ids[i], "a signal to one that computes")
	}
	atomic.StoreUint32(&released, 1)
	for i := range n {
		equal(join(ids[i]), i, "result")
	}
}

var elsewhere [4][256]byte

// computesOffStack computes with its stack pointer where nothing can be evicted to, until there were many
// preemptions.
func computesOffStack(n uintptr) uintptr {
	for from := saStatNow().Preempted; saStatNow().Preempted < from+6; {
		spinOffStack(uintptr(unsafe.Pointer(&elsewhere[n]))+128, 1_000_000)
	}
	atomic.AddUint32(&counts[n], 1)
	return n
}

// askOffStack: do all threads end if those in slots cannot be evicted?
func askOffStack() {
	atomic.StoreUint32(&released, 0)
	for i := range elsewhere {
		ids[i] = spawn(computesOffStack, uintptr(i))
	}
	id := spawn(computesAndCounts, computing-1)
	for i := range elsewhere {
		equal(join(ids[i]), i, "result")
	}
	atomic.StoreUint32(&released, 1)
	join(id)
}
