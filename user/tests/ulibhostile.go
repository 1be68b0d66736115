package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// Has whatever a program may do to ulib that makes no sense an errno or a defined effect?
func threadHostile() { underModels(askHostile) }

// notThreads checks that an ID names nobody, whatever is asked.
func notThreads(id ulib.ID) {
	_, e := ulib.Join(id)
	errno(e, sys.ESRCH, "Join of nobody")
	_, e = ulib.Look(id)
	errno(e, sys.ESRCH, "Look at nobody")
	for _, e := range [...]sys.Errno{ulib.Detach(id), ulib.Cancel(id), ulib.SetPriority(id, 5), ulib.SetName(id, "x"), ulib.Kill(id, 0), ulib.Kill(id, sys.SIGUSR1)} {
		errno(e, sys.ESRCH, "a call about nobody")
	}
}

func exitsAgain(n uintptr) { add(); ulib.Exit(n) }

func waitsInCleanup(uintptr) {
	add()
	ok(ulib.Cancel(ulib.Self()), "cancel one that is ending")
	ulib.TestCancel()
	ulib.Sleep(1e6)
	ok(sem.WaitUntil(never()), "wait")
	add()
}

// endsOddly has handlers and destructors that do what they should not.
func endsOddly(k uintptr) uintptr {
	a, b, c := ulib.Cleanup{F: exitsAgain, Arg: 4}, ulib.Cleanup{F: waitsInCleanup}, ulib.Cleanup{F: exitsAgain, Arg: 5}
	ulib.PushCleanup(&a)
	ulib.PushCleanup(&b)
	ulib.PushCleanup(&c)
	ok(ulib.SetSpecific(ulib.Key(k), 6), "SetSpecific")
	ulib.Exit(3)
	return 0
}

var oddKey ulib.Key

func neverRun(uintptr) { fail("a handler that was pushed by a destructor has run") }

// leavesHandler returns with a handler pushed.
func leavesHandler(n uintptr) {
	add()
	c := ulib.Cleanup{F: neverRun}
	ulib.PushCleanup(&c)
}

// oddDestructor deletes its own key and ends the thread.
func oddDestructor(n uintptr) {
	add()
	ok(ulib.SetSpecific(oddKey, n), "SetSpecific in a destructor")
	ok(ulib.DeleteKey(oddKey), "DeleteKey in a destructor")
	errno(ulib.SetSpecific(oddKey, n), sys.EINVAL, "SetSpecific of what is deleted")
	ulib.Exit(n)
}

var oddOnce ulib.Once

func doesAgain() {
	add()
	oddOnce.Do(doesAgain)
}

func exitsInOnce() {
	add()
	ulib.Exit(8)
}

func doesOnceAnd(n uintptr) uintptr {
	if n == 0 {
		oddOnce.Do(exitsInOnce)
	}
	oddOnce.Do(doesAgain)
	return n
}

func cancelsItself(uintptr) uintptr {
	ok(ulib.Cancel(ulib.Self()), "cancel oneself")
	ok(ulib.Cancel(ulib.Self()), "and again")
	add()
	// None of these is a cancellation point.
	var m ulib.Mutex
	var s ulib.Semaphore
	ok(m.Lock(), "lock")
	ok(m.Unlock(), "unlock")
	ok(s.Post(), "post")
	ok(s.TryWait(), "TryWait")
	condition.Signal()
	condition.Broadcast()
	ulib.Yield()
	ulib.SigMask(sys.SIG_BLOCK, 0)
	ulib.SigPending()
	p, e := ulib.Alloc(10)
	ok(e, "alloc")
	ok(ulib.Free(p), "free")
	equal(join2(ulib.Create(double, 1)), 0, "create")
	ulib.Look(ulib.Self())
	r, w, e := ulib.Pipe()
	ok(e, "pipe")
	sys.Close(r)
	sys.Close(w)
	check(ulib.SetCancel(false), "it could be cancelled")
	check(!ulib.SetCancel(true), "it could not")
	add()
	ulib.TestCancel()
	return 1
}

// join2 detaches a thread.
func join2(id ulib.ID, e sys.Errno) int {
	ok(e, "create")
	ok(ulib.Detach(id), "detach")
	return 0
}

func upgrades(uintptr) uintptr {
	var m ulib.RWMutex
	ok(m.RLock(), "RLock")
	errno(m.LockUntil(soon()), sys.ETIMEDOUT, "a reader who wants to write")
	errno(m.TryLock(), sys.EBUSY, "TryLock by the reader")
	ok(m.RLock(), "RLock again, for nobody waits")
	ok(m.Unlock(), "unlock")
	ok(m.Unlock(), "unlock")
	errno(m.Unlock(), sys.EPERM, "once too often")
	return 0
}

var partner [2]ulib.ID

// joinsPartner joins one who joins it.
func joinsPartner(n uintptr) uintptr {
	sem.Wait()
	result, _ := ulib.Join(partner[1-n])
	return result
}

func forksHere(sig int, info *sys.SigInfo) {
	pid, e := ulib.Fork()
	ok(e, "fork in a handler")
	if pid == 0 {
		equal(ulib.Count().Threads, 1, "threads of the child")
		equal(join(spawn(double, 4)), 8, "a thread of the child")
		ulib.Sleep(1e6)
		sys.Exit(5)
	}
	atomic.StoreUint32(&released, uint32(pid))
}

// forksAndJoins forks from wherever it runs.
func forksAndJoins(uintptr) uintptr {
	pid, e := ulib.Fork()
	ok(e, "fork")
	if pid == 0 {
		for i := range 8 {
			ids[i] = spawn(adds, 20)
		}
		for i := range 8 {
			join(ids[i])
		}
		equal(ulib.Count().Threads, 1, "threads of the child")
		sys.Exit(6)
	}
	return uintptr(pid)
}

func endedWith(pid, status int) {
	var s sys.WaitStatus
	for {
		_, e := sys.Wait4(pid, &s, 0, nil)
		if e == 0 {
			break
		}
		errno(e, sys.EINTR, "wait")
	}
	equal(s.Status(), status, "the child's status")
}

func askHostile() {
	gone := spawn(double, 1)
	join(gone)
	again := spawn(waitsForSem, 0) // on the same stack, most often
	for _, id := range [...]ulib.ID{0, 1, 12345, 1 << 36, 1 << 40, 1<<63 - 1, ^ulib.ID(0), gone, again + 1<<48, again ^ 1<<63, again + 64, again - 1<<16, again & (1<<48 - 1)} {
		notThreads(id)
	}
	sem.Post()
	equal(join(again), 1, "who has its stack")
	for _, size := range [...]int{-1 << 63, -1, ulib.MaxStack + 1, 1<<63 - 1} {
		_, e := ulib.CreateWith(&ulib.Attr{Stack: size}, double, 1)
		errno(e, sys.EINVAL, "a stack of no size")
	}
	for _, size := range [...]int{1, ulib.MinStack - 1, ulib.MinStack + 1, ulib.MaxStack} {
		id, e := ulib.CreateWith(&ulib.Attr{Stack: size}, double, 3)
		ok(e, "an odd stack")
		equal(join(id), 6, "result")
	}
	for _, scope := range [...]ulib.Scope{-1, 3, 1 << 40} {
		_, e := ulib.CreateWith(&ulib.Attr{Scope: scope}, double, 1)
		errno(e, sys.EINVAL, "no scope")
	}

	sum = 0
	key, e := ulib.CreateKey(exitsAgain)
	ok(e, "CreateKey")
	sem.Post()
	equal(join(spawn(endsOddly, uintptr(key))), 6, "the last Exit's result")
	equal(int(sum), 5, "handlers and destructors that Exit")
	ok(ulib.DeleteKey(key), "DeleteKey")

	sum = 0
	oddKey, e = ulib.CreateKey(oddDestructor)
	ok(e, "CreateKey")
	equal(join(spawn(setsOnce, uintptr(oddKey))), int(oddKey)+1, "Exit's result in a destructor")
	equal(int(sum), 1, "destructors")
	key, e = ulib.CreateKey(leavesHandler)
	ok(e, "CreateKey")
	equal(join(spawn(setsOnce, uintptr(key))), 0, "result")
	for range 4 { // on that stack
		c := spawn(returnsAfterPop, uintptr(key))
		ok(ulib.Detach(c), "detach")
		_, e := ulib.Join(spawn(double, 1))
		ok(e, "join")
	}

	sum = 0
	equal(join(spawn(doesOnceAnd, 0)), 8, "Exit in Once")
	equal(join(spawn(doesOnceAnd, 1)), 1, "Once in Once")
	equal(join(spawn(doesOnceAnd, 2)), 2, "Once that is done")
	equal(int(sum), 2, "times")

	sum = 0
	equal(join(spawn(cancelsItself, 0)), -1, "who cancels itself")
	equal(int(sum), 2, "up to the cancellation point")
	equal(join(spawn(upgrades, 0)), 0, "a reader")

	for n := range partner {
		partner[n] = spawn(joinsPartner, uintptr(n))
	}
	sem.Post()
	sem.Post()
	is(partner[0], ulib.Waiting)
	is(partner[1], ulib.Waiting)
	ok(ulib.Cancel(partner[0]), "cancel one of two who join each other")
	equal(join(partner[1]), -1, "the other's result, which is that of the first")

	for free := range 4 {
		errno(ulib.Free(uintptr(unsafe.Pointer(&partner))+uintptr(free)+1), sys.EINVAL, "free of what is no memory of ours")
	}
	askHostileForks()
}

// askHostileForks forks while others hold locks, from a handler, and from threads of either scope.
func askHostileForks() {
	out.Out.Flush()
	atomic.StoreUint32(&released, 0)
	for i := range 4 {
		ids[20+i] = spawn(contendsUntilReleased, 0)
	}
	scopes := [...]ulib.Scope{ulib.ScopeModel, ulib.ScopeSystem, ulib.ScopeModel, ulib.ScopeSystem}
	for _, scope := range scopes {
		id, e := ulib.CreateWith(&ulib.Attr{Scope: scope}, forksAndJoins, 0)
		ok(e, "create")
		endedWith(join(id), 6)
	}
	atomic.StoreUint32(&released, 1)
	for i := range 4 {
		join(ids[20+i])
	}
	ok(ulib.Catch(sys.SIGUSR1, forksHere, 0), "catch")
	atomic.StoreUint32(&released, 0)
	ok(ulib.Kill(ulib.Self(), sys.SIGUSR1), "kill")
	endedWith(int(atomic.LoadUint32(&released)), 5)
	atomic.StoreUint32(&released, 0)
	id := spawn(waitsForOther, 0)
	is(id, ulib.Waiting)
	ok(ulib.Kill(id, sys.SIGUSR1), "kill")
	for atomic.LoadUint32(&released) == 0 {
		ulib.Yield()
	}
	endedWith(int(atomic.LoadUint32(&released)), 5)
	ok(other.Post(), "post")
	equal(join(id), 3, "who has forked in a handler, in a wait")
}

// contendsUntilReleased creates, allocates, sleeps and locks what no child of a fork uses.
func contendsUntilReleased(uintptr) uintptr {
	for atomic.LoadUint32(&released) == 0 {
		second.Lock()
		p, e := ulib.Alloc(100)
		ok(e, "alloc")
		ulib.Sleep(1e5)
		ok(ulib.Free(p), "free")
		second.Unlock()
		join(spawn(double, 2))
	}
	return 0
}
