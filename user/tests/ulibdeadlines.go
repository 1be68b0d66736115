package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// Does each call with a deadline take one that is past, just now, soon, far, or none, and one that makes
// no sense?
func threadDeadlines() { underModels(askDeadlines) }

var (
	lockedMutex [4]ulib.Mutex // of each kind, and one that inherits
	readRW      ulib.RWMutex
	writtenRW   ulib.RWMutex
	fullChannel ulib.Channel
	noChannel   ulib.Channel
	timedCond   ulib.Cond
	condMutex   ulib.Mutex
)

// timedCalls is how many calls there are with a deadline.
const timedCalls = 12

// timedCall makes call i, of a thread that has to wait, with a deadline.
func timedCall(i int, deadline int64) sys.Errno {
	var b byte
	switch i {
	case 0, 1, 2, 3:
		return lockedMutex[i].LockUntil(deadline)
	case 4:
		return readRW.LockUntil(deadline)
	case 5:
		return writtenRW.RLockUntil(deadline)
	case 6:
		return writtenRW.LockUntil(deadline)
	case 7:
		return sem.WaitUntil(deadline)
	case 8:
		return fullChannel.SendUntil(unsafe.Pointer(&b), deadline)
	case 9:
		return noChannel.ReceiveUntil(unsafe.Pointer(&b), deadline)
	case 10:
		ok(condMutex.Lock(), "lock")
		e := timedCond.WaitUntil(&condMutex, deadline)
		errno(condMutex.TryLock(), sys.EBUSY, "locked again")
		ok(condMutex.Unlock(), "unlock")
		return e
	case 11:
		_, e := ulib.SigWaitUntil(ulib.SigSet(sys.SigBit(sys.SIGHUP)), nil, deadline)
		return e
	}
	return sys.ENOSYS
}

// give has the thread that waits in call i go on.
func give(i int) {
	var b byte
	switch i {
	case 0, 1, 2, 3:
		ok(lockedMutex[i].Unlock(), "unlock")
	case 4:
		ok(readRW.Unlock(), "unlock")
	case 5, 6:
		ok(writtenRW.Unlock(), "unlock")
	case 7:
		ok(sem.Post(), "post")
	case 8:
		ok(fullChannel.Receive(unsafe.Pointer(&b)), "receive")
	case 9:
		ok(noChannel.Send(unsafe.Pointer(&b)), "send")
	case 10:
		ok(condMutex.Lock(), "lock")
		timedCond.Signal()
		ok(condMutex.Unlock(), "unlock")
	case 11:
		ok(sys.Kill(sys.Getpid(), sys.SIGHUP), "kill")
	}
}

// takeBack undoes give, and what the call has got.
func takeBack(i int) {
	switch i {
	case 0, 1, 2, 3:
		ok(lockedMutex[i].Lock(), "lock")
	case 4:
		ok(readRW.RLock(), "lock")
	case 5, 6:
		ok(writtenRW.Lock(), "lock")
	}
}

// timesOutSoon makes a call that does not succeed in time.
func timesOutSoon(i uintptr) uintptr {
	end := soon()
	e := timedCall(int(i), end)
	check(ulib.Now() >= end, "not before the deadline")
	return uintptr(e)
}

// waitsFor makes calls with deadlines that do not come, the last of them as if there were none.
func waitsFor(i uintptr) uintptr {
	for _, deadline := range [...]int64{never(), 1<<63 - 2, 1<<63 - 1} {
		ok(timedCall(int(i), deadline), "in time")
		switch {
		case i < 4:
			ok(lockedMutex[i].Unlock(), "unlock")
		case i == 4:
			ok(readRW.Unlock(), "unlock")
		case i < 7:
			ok(writtenRW.Unlock(), "unlock")
		}
		add()
		other.Wait()
	}
	return 0
}

func timesOutAtOnce(i uintptr) uintptr {
	for _, deadline := range [...]int64{-1 << 63, -1, 0, 1, ulib.Now()} {
		e := timedCall(int(i), deadline)
		if i == 11 && e == sys.EAGAIN {
			e = sys.ETIMEDOUT
		}
		errno(e, sys.ETIMEDOUT, "a deadline that is past")
	}
	return 0
}

func askDeadlines() {
	ulib.SigMask(sys.SIG_BLOCK, ulib.SigSet(sys.SigBit(sys.SIGHUP)))
	for i := range lockedMutex {
		ok(lockedMutex[i].Init(ulib.MutexKind(i%3), i == 3), "init")
		ok(lockedMutex[i].Lock(), "lock")
	}
	ok(readRW.RLock(), "lock")
	ok(writtenRW.Lock(), "lock")
	ok(fullChannel.Init(1, 1), "init")
	var b byte
	ok(fullChannel.SendUntil(unsafe.Pointer(&b), -1), "what needs no waiting, with a deadline that is past")
	ok(noChannel.Init(1, 0), "init")
	for i := range timedCalls {
		equal(join(spawn(timesOutAtOnce, uintptr(i))), 0, "past")
		want := sys.ETIMEDOUT
		if i == 11 {
			want = sys.EAGAIN
		}
		equal(join(spawn(timesOutSoon, uintptr(i))), int(want), "soon")
		id := spawn(waitsFor, uintptr(i))
		for range 3 {
			is(id, ulib.Waiting)
			had := atomic.LoadUint32(&sum)
			give(i)
			for atomic.LoadUint32(&sum) == had {
				ulib.Yield()
			}
			takeBack(i)
			ok(other.Post(), "post")
		}
		equal(join(id), 0, "far")
	}

	// What needs no waiting succeeds, whatever the deadline.
	for i := range lockedMutex {
		ok(lockedMutex[i].Unlock(), "unlock")
		ok(lockedMutex[i].LockUntil(-1), "a free mutex")
	}
	ok(sem.Post(), "post")
	ok(sem.WaitUntil(-1<<63), "a semaphore above 0")
	ok(readRW.RLockUntil(0), "beside a reader")
	ok(writtenRW.Unlock(), "unlock")
	ok(writtenRW.LockUntil(-1), "a free rwlock")
	ok(fullChannel.ReceiveUntil(unsafe.Pointer(&b), -1), "a value that is there")
	for _, past := range [...]int64{-1 << 63, -1, 0, 1} {
		ulib.SleepUntil(past)
		ulib.Sleep(min(past, 0))
	}
	for _, far := range [...]int64{1<<63 - 2, 1<<63 - 1} {
		id := spawn(sleepsTo, uintptr(far))
		is(id, ulib.Waiting)
		cancelled(id, "asleep for ever")
		id = spawn(sleepsFor, uintptr(far))
		is(id, ulib.Waiting)
		cancelled(id, "asleep for as long as there is")
	}
}

func sleepsTo(deadline uintptr) uintptr { ulib.SleepUntil(int64(deadline)); return 0 }
func sleepsFor(ns uintptr) uintptr      { ulib.Sleep(int64(ns)); return 0 }
