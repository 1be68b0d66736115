package main

import (
	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// Is a thread whose call would keep its VP, since every slot is in use, cancelled, sent signals, and
// ended in a handler, wherever it is on its way to sleep? It is preempted at each instruction of that way.
func threadAwake() {
	under(&ulib.Options{Model: ulib.Activations, LWPs: 4, Slots: 1}, askAwake)
}

func stepNoMore(uintptr) { sys.SingleStep(false) }

func stepsNoMoreAndExits(sig int, info *sys.SigInfo) {
	sys.SingleStep(false)
	ulib.Exit(uintptr(sig))
}

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
	ok(ulib.Catch(sys.SIGUSR2, stepsNoMoreAndExits, 0), "catch")
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
	const turns = 120 // more than it takes to be asleep, if both run in turn
	asleep := 0
	for turn := range turns {
		before := saStatNow().Plain
		id := spawn(readsInSteps, 0)
		ok(other.Wait(), "wait")
		for range turn {
			ulib.Yield()
		}
		if saStatNow().Plain != before {
			asleep++
		}
		if turn%3 == 2 {
			ok(ulib.Kill(id, sys.SIGUSR2), "kill")
			equal(join(id), sys.SIGUSR2, "ended in a handler on its way to sleep")
			id = spawn(double, 1)
			look, e := ulib.Look(id)
			ok(e, "look")
			check(look.State != ulib.InCall, "who comes after it is in no call")
			equal(join(id), 2, "a thread's result")
			continue
		}
		if turn%3 == 1 {
			n := count(sys.SIGUSR1)
			ok(ulib.Kill(id, sys.SIGUSR1), "kill")
			tookIt(sys.SIGUSR1, n+1, id, "a signal to one on its way to sleep")
		}
		ok(ulib.Cancel(id), "cancel")
		equal(join(id), -1, "cancelled on its way to sleep")
	}
	out.Out.Str("# asleep at ").Int(asleep).Str(" of ").Int(turns).Str(" steps\n").Flush()
	check(asleep > 0, "they do sleep in the end")
	equal(int(saStatNow().InKernel), 1, "the slot was in use")
	_, e = ulib.Write(pipeWrite, sys.Bytes("x"))
	ok(e, "write")
	equal(join(holder), 'x', "the byte")
	sys.Close(fill)
}
