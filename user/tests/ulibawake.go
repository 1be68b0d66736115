package main

import (
	"sync/atomic"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// Is a thread whose call would keep its VP, since every slot is in use, cancelled, and sent signals,
// wherever it is on its way to sleep? It is preempted at each instruction of that way.
func threadAwake() {
	under(&ulib.Options{Model: ulib.Activations, LWPs: 4, Slots: 1}, askAwake)
}

func stepNoMore(uintptr) { sys.SingleStep(false) }

var emptyPipe int

// readsInSteps reads what comes when it is told to end.
func readsInSteps(uintptr) uintptr {
	c := ulib.Cleanup{F: stepNoMore}
	ulib.PushCleanup(&c)
	var b [1]byte
	other.Post()
	sys.SingleStep(true)
	n, e := ulib.Read(emptyPipe, b[:])
	sys.SingleStep(false)
	ulib.PopCleanup(false)
	ok(e, "read")
	return uintptr(n)
}

func holdsSlot(uintptr) uintptr { return readsByte(0) }

func askAwake() {
	ok(sys.Ignore(sys.SIGTRAP), "ignore")
	ok(ulib.Catch(sys.SIGUSR1, noteSignal, 0), "catch")
	var e sys.Errno
	pipeRead, pipeWrite, e = ulib.Pipe()
	ok(e, "pipe")
	var fill int
	emptyPipe, fill, e = ulib.Pipe()
	ok(e, "pipe")
	holder := spawn(holdsSlot, 0)
	for saStatNow().InKernel == 0 {
		ulib.Yield()
	}
	plain, turns := saStatNow().Plain, 0
	for asleep := 0; asleep < 2; turns++ {
		id := spawn(readsInSteps, 0)
		ok(other.Wait(), "wait")
		before := count(sys.SIGUSR1)
		for range turns {
			ulib.Yield()
		}
		if saStatNow().Plain != plain {
			asleep++ // on its way no longer
		}
		if turns%2 == 0 {
			ok(ulib.Kill(id, sys.SIGUSR1), "kill")
			tookIt(sys.SIGUSR1, before+1, id, "a signal to one on its way to sleep")
		}
		ok(ulib.Cancel(id), "cancel")
		equal(join(id), -1, "cancelled on its way to sleep")
		plain = saStatNow().Plain
	}
	out.Out.Str("# cancelled at ").Int(turns).Str(" steps\n").Flush()
	check(turns > 20, "steps on the way to sleep")
	equal(int(saStatNow().InKernel), 1, "the slot was in use")
	_, e = ulib.Write(pipeWrite, sys.Bytes("x"))
	ok(e, "write")
	equal(join(holder), 'x', "the byte")
	check(atomic.LoadUint32(&ran) > 0, "signals were taken")
	sys.Close(fill)
}
