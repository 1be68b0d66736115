package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// shortage is shared by the threads of threadShortage and a process beside them.
type shortage struct{ turns, seen uint32 }

var shortageAt uintptr // no pointer: bare Go has no write barriers

func short() *shortage { return (*shortage)(unsafe.Pointer(shortageAt)) }

const shortages = 10

// Does another process go on that wakes a thread from its call, in a process whose VP is short of slots
// and gets that call's, if the thread computes from then on?
func threadShortage() {
	shortageAt = uintptr(unsafe.Pointer(anonShared()))
	begin, beginWrite := pipe()
	end, endWrite := pipe()
	pipeRead, pipeWrite = pipe()
	beside := fork(func() {
		var b [1]byte
		for round := range uint32(shortages) {
			_, e := sys.Read(begin, b[:])
			ok(e, "read")
			sys.WriteString(pipeWrite, "x")
			for atomic.LoadUint32(&short().seen) <= round {
				atomic.AddUint32(&short().turns, 1)
			}
			sys.WriteString(endWrite, "x")
		}
	})
	under(&ulib.Options{Model: ulib.Activations, LWPs: 1, Slots: 1}, func() {
		id := spawn(computesWhenRead, 0)
		for range shortages {
			for saStatNow().InKernel == 0 {
				ulib.Yield()
			}
			ok(ulib.WriteAll(beginWrite, sys.Bytes("x")), "write")
			var b [1]byte
			_, e := ulib.Read(end, b[:])
			ok(e, "read")
		}
		join(id)
		check(saStatNow().Converted > 0, "the VP got the slot of a call that ended")
	})
	ended(wait(beside), 0, "the process beside")
}

// computesWhenRead computes, after each byte, until the process beside has gone on.
func computesWhenRead(uintptr) uintptr {
	for round := range uint32(shortages) {
		readsByte(0)
		from, limit := atomic.LoadUint32(&short().turns), ulib.Now()+10e9
		for atomic.LoadUint32(&short().turns) == from {
			check(ulib.Now() < limit, "the other process goes on")
		}
		atomic.StoreUint32(&short().seen, round+1)
	}
	return 0
}
