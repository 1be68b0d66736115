package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// Does a thread run handlers wherever it waits, as often as they come, and then wait on, until the same
// deadline? And may a handler end it there?
func threadWaits() { underModels(askWaits) }

// What main holds up until it is told to let them in.
var held struct {
	normal, inherit, check ulib.Mutex
	read, write            ulib.RWMutex
	barrier                ulib.Barrier
	sem                    ulib.Semaphore
	channel                ulib.Channel
}

func hold() {
	ok(held.inherit.Init(ulib.Normal, true), "init")
	ok(held.check.Init(ulib.ErrorCheck, false), "init")
	ok(held.normal.Lock(), "lock")
	ok(held.inherit.Lock(), "lock")
	ok(held.check.Lock(), "lock")
	ok(held.read.RLock(), "lock")
	ok(held.write.Lock(), "lock")
	ok(held.barrier.Init(2), "init")
	ok(held.channel.Init(1, 0), "init")
}

func locksHeld(m *ulib.Mutex, deadline int64) uintptr {
	ok(m.LockUntil(deadline), "lock")
	ok(m.Unlock(), "unlock")
	return 0
}

func atNormal(uintptr) uintptr {
	ok(held.normal.Lock(), "lock")
	ok(held.normal.Unlock(), "unlock")
	return 0
}
func atInherit(uintptr) uintptr { return locksHeld(&held.inherit, never()) }
func atCheck(uintptr) uintptr   { return locksHeld(&held.check, never()) }

func atHeldWrite(uintptr) uintptr {
	ok(held.read.LockUntil(never()), "lock")
	ok(held.read.Unlock(), "unlock")
	return 0
}

func atHeldRead(uintptr) uintptr {
	ok(held.write.RLock(), "lock")
	ok(held.write.Unlock(), "unlock")
	return 0
}

func atHeldBarrier(uintptr) uintptr {
	_, e := held.barrier.Wait()
	ok(e, "barrier")
	return 0
}

func atHeldSem(uintptr) uintptr {
	ok(held.sem.WaitUntil(never()), "wait")
	return 0
}

func atHeldChannel(uintptr) uintptr {
	var b byte
	ok(held.channel.SendUntil(unsafe.Pointer(&b), never()), "send")
	return 0
}

// letIn lets one of the waiters above go on.
func letIn(which int) {
	var b byte
	switch which {
	case 0:
		ok(held.normal.Unlock(), "unlock")
	case 1:
		ok(held.inherit.Unlock(), "unlock")
	case 2:
		ok(held.check.Unlock(), "unlock")
	case 3:
		ok(held.read.Unlock(), "unlock")
	case 4:
		ok(held.write.Unlock(), "unlock")
	case 5:
		_, e := held.barrier.Wait()
		ok(e, "barrier")
	case 6:
		ok(held.sem.Post(), "post")
	case 7:
		ok(held.channel.Receive(unsafe.Pointer(&b)), "receive")
	}
}

func exitsInHandler(sig int, info *sys.SigInfo) { ulib.Exit(uintptr(sig)) }

func askWaits() {
	ok(ulib.Catch(sys.SIGUSR1, noteSignal, 0), "catch")
	ok(ulib.Catch(sys.SIGUSR2, exitsInHandler, 0), "catch")
	hold()
	for i, f := range [...]ulib.Func{atNormal, atInherit, atCheck, atHeldWrite, atHeldRead, atHeldBarrier, atHeldSem, atHeldChannel} {
		leaver := spawn(f, 0)
		is(leaver, ulib.Waiting)
		n := count(sys.SIGUSR1)
		if i == 5 {
			// The barrier would open for two.
			ok(ulib.Kill(leaver, sys.SIGUSR2), "kill")
			equal(join(leaver), sys.SIGUSR2, "ended in a handler")
		}
		id := spawn(f, 0)
		for k := range 3 {
			is(id, ulib.Waiting)
			ok(ulib.Kill(id, sys.SIGUSR1), "kill")
			tookIt(sys.SIGUSR1, n+1+k, id, "a signal to one that waits")
		}
		is(id, ulib.Waiting)
		if i != 5 {
			ok(ulib.Kill(leaver, sys.SIGUSR2), "kill")
			equal(join(leaver), sys.SIGUSR2, "ended in a handler")
		}
		priority(ulib.Self(), ulib.DefaultPriority, "of who holds what others wait for")
		letIn(i)
		equal(join(id), 0, "who has waited on")
	}

	// The deadline is the same after handlers, and is kept while one runs.
	ok(held.normal.Lock(), "lock")
	end := ulib.Now() + 30e6
	id := spawn(timesOut, uintptr(end))
	for n := count(sys.SIGUSR1) + 1; ; n++ {
		i, e := ulib.Look(id)
		ok(e, "look")
		if i.State == ulib.Done {
			break
		}
		ok(ulib.Kill(id, sys.SIGUSR1), "kill")
		ulib.Sleep(1e6)
	}
	equal(join(id), int(sys.ETIMEDOUT), "the deadline")
	check(ulib.Now() >= end, "not before the deadline")
	ok(held.normal.Unlock(), "unlock")

	// In a call, and between calls, with what an LWP of the pool is counted by.
	if ulib.CurrentModel() != ulib.NToOne {
		var e sys.Errno
		pipeRead, pipeWrite, e = ulib.Pipe()
		ok(e, "pipe")
		for range 3 {
			id := spawn(readsByte, 0)
			is(id, ulib.InCall)
			ok(ulib.Kill(id, sys.SIGUSR2), "kill")
			equal(join(id), sys.SIGUSR2, "ended in a handler, in read")
			look, e := ulib.Look(ulib.Self())
			ok(e, "look")
			check(look.State == ulib.Runnable, "oneself runs")
		}
	}
	atomic.StoreUint32(&released, 0)
	for range 3 {
		id := spawn(endsAsleep, 0)
		is(id, ulib.Waiting)
		ok(ulib.Kill(id, sys.SIGUSR2), "kill")
		equal(join(id), sys.SIGUSR2, "ended in a handler, asleep")
	}
	equal(int(atomic.LoadUint32(&released)), 3, "clean-up handlers")
	id = spawn(waitsOn, 0) // in the place of one of them
	is(id, ulib.Waiting)
	ulib.Sleep(2 * nap)
	ok(other.Post(), "post")
	equal(join(id), 0, "the deadline of another")
	equal(ulib.Count().Threads, 1, "threads left")
}

func timesOut(deadline uintptr) uintptr {
	e := held.normal.LockUntil(int64(deadline))
	if e == 0 {
		held.normal.Unlock()
	}
	return uintptr(e)
}

const nap = 30e6

func notesEnd(uintptr) { atomic.AddUint32(&released, 1) }

func endsAsleep(uintptr) uintptr {
	c := ulib.Cleanup{F: notesEnd}
	ulib.PushCleanup(&c)
	ulib.Sleep(nap)
	for { // it was late, but it is to come
		ulib.Sleep(1e15)
	}
}

func waitsOn(uintptr) uintptr { return uintptr(other.Wait()) }
