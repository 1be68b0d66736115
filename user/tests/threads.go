package main

import (
	"sync/atomic"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// What the threads of a test share.
var (
	ids    [1000]ulib.ID
	sum    uint32
	sem    ulib.Semaphore
	other  ulib.Semaphore
	mutex  ulib.Mutex
	record [64]int
)

// underModels runs f in a program of its own under each model.
func underModels(f func()) {
	for m := ulib.NToOne; m <= lastModel(); m++ {
		under(&ulib.Options{Model: m}, f)
	}
	under(&ulib.Options{Model: ulib.MToN, LWPs: 1}, f)
	under(&ulib.Options{Model: ulib.MToN, LWPs: 5}, f)
	if gossamer {
		under(&ulib.Options{Model: ulib.Activations, LWPs: 1}, f)
		under(&ulib.Options{Model: ulib.Activations, LWPs: 5}, f)
		under(&ulib.Options{Model: ulib.Activations, Slots: 1}, f)
	}
}

// lastModel is the last of those that this system has.
func lastModel() ulib.Model {
	if gossamer {
		return ulib.Activations
	}
	return ulib.MToN
}

// under runs f in a program of its own whose threads are as o says.
func under(o *ulib.Options, f func()) {
	pid := fork(func() {
		ok(ulib.StartWith(o), "start")
		f()
	})
	if status := wait(pid); status != 0 {
		out.Out.Str("# under model ").Str(ulib.ModelName(o.Model)).Str(" with ").Int(o.LWPs)
		out.Out.Str(" LWPs: status ").Int(status.Code()).NL().Flush()
		sys.Exit(1)
	}
}

func spawn(f ulib.Func, arg uintptr) ulib.ID {
	id, e := ulib.Create(f, arg)
	ok(e, "create")
	return id
}

func join(id ulib.ID) int {
	result, e := ulib.Join(id)
	ok(e, "join")
	return int(result)
}

// is waits for a thread to be in a state.
func is(id ulib.ID, state ulib.State) {
	for {
		i, e := ulib.Look(id)
		ok(e, "look")
		if i.State == state {
			return
		}
		ulib.Yield()
	}
}

// soon is a deadline that passes while one waits for it; never is one that does not.
func soon() int64  { return ulib.Now() + 2e6 }
func never() int64 { return ulib.Now() + 1e15 }

func add() { atomic.AddUint32(&sum, 1) }

// Does every thread run, and hand its result to the one that joins it?
func threadResults() { underModels(askResults) }

func double(n uintptr) uintptr {
	for range n % 5 {
		ulib.Yield()
	}
	return 2 * n
}

func askResults() {
	n := len(ids)
	if ulib.CurrentModel() == ulib.OneToOne {
		n = 100
	}
	for range 3 {
		for i := range n {
			ids[i] = spawn(double, uintptr(i))
		}
		for i := range n {
			equal(join(ids[i]), 2*i, "result")
		}
	}
}

// Do Join, Detach and CreateWith refuse what POSIX says, and does Exit end a thread?
func threadErrors() { underModels(askErrors) }

func exits7(uintptr) uintptr {
	ulib.Exit(7)
	return 8
}

func waitsForSem(uintptr) uintptr {
	sem.Wait()
	return 1
}

func joins(id uintptr) uintptr {
	_, e := ulib.Join(ulib.ID(id))
	return uintptr(e)
}

func askErrors() {
	id := spawn(exits7, 0)
	equal(join(id), 7, "Exit's result")
	_, e := ulib.Join(id)
	errno(e, sys.ESRCH, "joined twice")
	errno(ulib.Detach(id), sys.ESRCH, "Detach of one that is gone")
	errno(ulib.Cancel(id), sys.ESRCH, "Cancel")
	errno(ulib.SetPriority(id, 5), sys.ESRCH, "SetPriority")
	errno(ulib.SetName(id, "x"), sys.ESRCH, "SetName")
	_, e = ulib.Look(id)
	errno(e, sys.ESRCH, "Look")
	for _, bad := range [...]ulib.ID{0, 1, 12345, 1 << 36, ^ulib.ID(0), id + 1<<48, id + 64, id & (1<<48 - 1)} {
		_, e = ulib.Join(bad)
		errno(e, sys.ESRCH, "no thread")
	}
	_, e = ulib.Join(ulib.Self())
	errno(e, ulib.EDEADLK, "oneself")

	id = spawn(waitsForSem, 0)
	waiter := spawn(joins, uintptr(id))
	is(waiter, ulib.Waiting)
	_, e = ulib.Join(id)
	errno(e, sys.EINVAL, "two who join")
	errno(ulib.Detach(id), sys.EINVAL, "Detach while joined")
	sem.Post()
	equal(join(waiter), 0, "the first who joins")

	id = spawn(waitsForSem, 0)
	ok(ulib.Detach(id), "Detach")
	errno(ulib.Detach(id), sys.EINVAL, "Detach twice")
	_, e = ulib.Join(id)
	errno(e, sys.EINVAL, "Join of a detached thread")
	sem.Post()
	for e == sys.EINVAL {
		ulib.Yield()
		_, e = ulib.Join(id)
	}
	errno(e, sys.ESRCH, "a detached thread that has ended")

	id = spawn(exits7, 0)
	is(id, ulib.Done)
	ok(ulib.Cancel(id), "Cancel of one that has ended")
	ok(ulib.Detach(id), "Detach of one that has ended")
	errno(ulib.Detach(id), sys.ESRCH, "and again")

	for _, attr := range [...]ulib.Attr{{Stack: -1}, {Stack: ulib.MaxStack + 1}, {Priority: -1}, {Priority: ulib.Priorities}, {Scope: 3}} {
		_, e = ulib.CreateWith(&attr, exits7, 0)
		errno(e, sys.EINVAL, "CreateWith")
	}
	_, e = ulib.CreateWith(&ulib.Attr{Scope: ulib.ScopeProcess, Detached: true}, waitsForSem, 0)
	if ulib.CurrentModel() == ulib.OneToOne {
		errno(e, ulib.ENOTSUP, "process scope")
	} else {
		ok(e, "process scope")
	}
	errno(ulib.StartWith(&ulib.Options{}), sys.EINVAL, "Start twice")
	errno(ulib.SetConcurrency(-1), sys.EINVAL, "SetConcurrency")
	errno(ulib.SetConcurrency(65), sys.EINVAL, "SetConcurrency")
}

// Do threads on one LWP run by priority, and first come, first served?
func threadPriorities() {
	under(&ulib.Options{Model: ulib.NToOne}, askPriorities)
	under(&ulib.Options{Model: ulib.MToN, LWPs: 1, Fixed: true}, askPriorities)
}

func notes(n uintptr) uintptr {
	record[sum] = int(n)
	add()
	return 0
}

func lowers(uintptr) uintptr {
	ok(ulib.SetPriority(ulib.Self(), 2), "SetPriority")
	return notes(9)
}

func askPriorities() {
	for i, p := range [...]int{3, 16, 31, 1, 16, 31, 17} {
		id, e := ulib.CreateWith(&ulib.Attr{Priority: p}, notes, uintptr(i))
		ok(e, "create")
		ids[i] = id
	}
	equal(int(sum), 3, "threads that were more urgent than the one that made them")
	ids[7] = spawn(lowers, 0)
	ok(ulib.SetPriority(ids[3], 4), "SetPriority of one that is ready")
	errno(ulib.SetPriority(ids[3], 32), sys.EINVAL, "priority 32")
	for i := range 8 {
		join(ids[i])
	}
	for i, want := range [...]int{2, 5, 6, 1, 4, 3, 0, 9} {
		equal(record[i], want, "order")
	}
	sum = 0
	for i := range 4 {
		id, e := ulib.CreateWith(&ulib.Attr{Priority: 20 + i%3}, waitsAndNotes, uintptr(i))
		ok(e, "create")
		ids[i] = id
	}
	ok(ulib.SetPriority(ids[1], 17), "SetPriority of one that waits")
	for i := range 4 {
		sem.Post()
		equal(int(sum), i+1, "woken and more urgent")
	}
	for i, want := range [...]int{2, 0, 3, 1} {
		equal(record[i], want, "order of those who wait")
		join(ids[i])
	}
}

func waitsAndNotes(n uintptr) uintptr {
	sem.Wait()
	return notes(n)
}

// Has a thread the stack it asked for, and does one that needs more end the program?
func threadStacks() {
	underModels(askStacks)
	for m := ulib.NToOne; m <= lastModel(); m++ {
		exits(func() {
			sys.Close(2)
			ulib.StartWith(&ulib.Options{Model: m})
			join(spawn(deep, ulib.DefaultStack/512))
		}, 2, "stack overflow")
		exits(func() {
			sys.Close(2)
			ulib.StartWith(&ulib.Options{Model: m})
			join(spawn(beyond, 512))
		}, 2, "index out of range")
	}
}

func deep(n uintptr) uintptr {
	var a [512]byte
	a[n%512] = byte(n)
	if n == 0 {
		return uintptr(a[0])
	}
	return deep(n-1) + uintptr(a[n%512])&0
}

func beyond(n uintptr) uintptr {
	var a [512]byte
	return uintptr(a[n])
}

func askStacks() {
	for size := ulib.MinStack; size <= ulib.MaxStack; size *= 2 {
		id, e := ulib.CreateWith(&ulib.Attr{Stack: size}, deep, uintptr(size/700-12))
		ok(e, "create")
		join(id)
	}
}

// Is a stack used again, and does the program end with its last thread, or main's return?
func threadEnds() {
	underModels(askEnds)
	for m := ulib.NToOne; m <= lastModel(); m++ {
		o := &ulib.Options{Model: m}
		exits(func() {
			ok(ulib.StartWith(o), "start")
			spawn(endsLast, 0)
			ulib.Exit(9)
		}, 0, "the last thread's end")
		exits(func() {
			ok(ulib.StartWith(o), "start")
			is(spawn(joinsMain, uintptr(ulib.Self())), ulib.Waiting)
			ulib.Exit(9)
		}, 0, "the first thread's end")
		exits(func() {
			ok(ulib.StartWith(o), "start")
			spawn(waitsForSem, 0)
		}, 0, "main's return")
		exits(func() {
			ok(ulib.StartWith(o), "start")
			join(spawn(forks, 0))
			spawn(exitsProgram, 0)
			sem.Wait()
		}, 6, "exit by a thread")
	}
}

func joinsMain(id uintptr) uintptr {
	equal(join(ulib.ID(id)), 9, "the first thread's result")
	errno(ulib.Kill(ulib.ID(id), 0), sys.ESRCH, "kill one that has been joined")
	_, e := ulib.Join(ulib.ID(id))
	errno(e, sys.ESRCH, "join again")
	return 0
}

func detachedAdd(uintptr) uintptr {
	add()
	other.Post()
	return 0
}

func endsLast(uintptr) uintptr {
	for range 10 {
		ulib.Yield()
	}
	return 5
}

func exitsProgram(uintptr) uintptr {
	sys.Exit(6)
	return 0
}

// forks checks that a child has one thread, and can make others.
func forks(uintptr) uintptr {
	spawn(waitsForSem, 0)
	out.Out.Flush()
	pid, e := ulib.Fork()
	ok(e, "fork")
	if pid == 0 {
		equal(join(spawn(double, 21)), 42, "a thread of the child")
		sys.Exit(3)
	}
	var status sys.WaitStatus
	ulib.WaitProcess(pid, &status)
	equal(status.Status(), 3, "the child's status")
	return 0
}

func askEnds() {
	for range 500 {
		_, e := ulib.CreateWith(&ulib.Attr{Detached: true, Stack: ulib.MaxStack}, detachedAdd, 0)
		ok(e, "create")
		other.Wait()
	}
	equal(int(sum), 500, "sum")
}

// Can threads of system scope and of process scope be mixed?
func threadScopes() {
	under(&ulib.Options{Model: ulib.NToOne}, askScopes)
	under(&ulib.Options{Model: ulib.MToN}, askScopes)
}

func passesOn(n uintptr) uintptr {
	for range 100 {
		ring[n].Wait()
		add()
		ring[(n+1)%8].Post()
	}
	i, _ := ulib.Look(ulib.Self())
	return uintptr(i.Scope)
}

var ring [8]ulib.Semaphore

func askScopes() {
	for i := range 8 {
		id, e := ulib.CreateWith(&ulib.Attr{Scope: ulib.ScopeProcess + ulib.Scope(i%2)}, passesOn, uintptr(i))
		ok(e, "create")
		ids[i] = id
	}
	ring[0].Post()
	for i := range 8 {
		equal(join(ids[i]), int(ulib.ScopeProcess)+i%2, "scope")
	}
	equal(int(sum), 800, "turns")
}

// Is a thread cancelled where it waits, with its handlers and destructors, and nowhere else?
func threadCancel() { underModels(askCancel) }

var (
	condition ulib.Cond
	channel   ulib.Channel
	pipeRead  int
)

func inSem(uintptr) uintptr   { sem.Wait(); return 0 }
func inSleep(uintptr) uintptr { ulib.Sleep(1e15); return 0 }
func inJoin(id uintptr) uintptr {
	ulib.Join(ulib.ID(id))
	return 0
}

func inReceive(uintptr) uintptr {
	var b byte
	receiveByte(&channel, &b)
	return 0
}

func unlockHandler(uintptr) { ok(mutex.Unlock(), "the mutex is locked for the handler") }

func inCond(uintptr) uintptr {
	mutex.Lock()
	c := ulib.Cleanup{F: unlockHandler}
	ulib.PushCleanup(&c)
	for {
		condition.Wait(&mutex)
	}
}

func inTest(uintptr) uintptr {
	for {
		ulib.TestCancel()
		ulib.Yield()
	}
}

func notCancelled(uintptr) uintptr {
	check(ulib.SetCancel(false), "it could be cancelled")
	other.Post()
	sem.Wait()
	check(!ulib.SetCancel(true), "it could not be cancelled")
	add()
	ulib.TestCancel()
	return 1
}

func noteHandler(n uintptr) { record[atomic.AddUint32(&sum, 1)] = int(n) }
func destructor(n uintptr)  { record[atomic.AddUint32(&sum, 1)] = int(n) }
func withHandlers(k uintptr) uintptr {
	a, b, c := ulib.Cleanup{F: noteHandler, Arg: 1}, ulib.Cleanup{F: noteHandler, Arg: 2}, ulib.Cleanup{F: noteHandler, Arg: 3}
	ulib.PushCleanup(&a)
	ulib.PushCleanup(&b)
	ulib.PushCleanup(&c)
	ok(ulib.SetSpecific(ulib.Key(k), 4), "SetSpecific")
	ulib.PopCleanup(false)
	sem.Wait()
	return 0
}

func cancelled(id ulib.ID, what string) {
	ok(ulib.Cancel(id), what)
	result, e := ulib.Join(id)
	ok(e, what)
	check(result == ulib.Canceled, what)
}

func askCancel() {
	ok(channel.Init(1, 0), "channel")
	sleeper := spawn(inSleep, 0)
	for i, f := range [...]ulib.Func{inSem, inSleep, inJoin, inReceive, inCond, inTest} {
		arg := uintptr(0)
		if i == 2 {
			arg = uintptr(sleeper)
		}
		id := spawn(f, arg)
		if i != 5 {
			is(id, ulib.Waiting)
		}
		cancelled(id, "cancelled in a wait")
		cancelled(spawn(f, arg), "cancelled before")
		ok(mutex.TryLock(), "the mutex is free")
		mutex.Unlock()
	}
	cancelled(sleeper, "the one that was waited for")

	id := spawn(notCancelled, 0)
	other.Wait()
	ok(ulib.Cancel(id), "Cancel")
	for range 10 {
		ulib.Yield()
	}
	equal(int(sum), 0, "it goes on")
	sem.Post()
	equal(join(id), -1, "cancelled in the end")
	equal(int(sum), 1, "after it has gone on")

	sum = 0
	key, e := ulib.CreateKey(destructor)
	ok(e, "CreateKey")
	id = spawn(withHandlers, uintptr(key))
	is(id, ulib.Waiting)
	cancelled(id, "with handlers")
	equal(int(sum), 3, "handlers and destructors")
	for i, want := range [...]int{2, 1, 4} {
		equal(record[1+i], want, "order of handlers and destructors")
	}

	mutex.Lock()
	id = spawn(locks, 0)
	is(id, ulib.Waiting)
	ok(ulib.Cancel(id), "Cancel of one that waits for a mutex")
	i, e := ulib.Look(id)
	ok(e, "look")
	check(i.State == ulib.Waiting, "Lock is no cancellation point")
	mutex.Unlock()
	equal(join(id), 5, "Lock is no cancellation point")
}

func locks(uintptr) uintptr {
	mutex.Lock()
	mutex.Unlock()
	return 5
}

// Are values by key each thread's own, and forgotten when the key is?
func threadKeys() { underModels(askKeys) }

func ownValue(k uintptr) uintptr {
	check(ulib.GetSpecific(ulib.Key(k)) == 0, "the value at first")
	ulib.SetSpecific(ulib.Key(k), uintptr(ulib.Self()))
	ulib.Yield()
	check(ulib.GetSpecific(ulib.Key(k)) == uintptr(ulib.Self()), "the value after")
	return 0
}

func setsAgain(value uintptr) {
	add()
	ulib.SetSpecific(ulib.Key(value-1), value)
}

func setsOnce(k uintptr) uintptr {
	ulib.SetSpecific(ulib.Key(k), k+1)
	return 0
}

func askKeys() {
	k, e := ulib.CreateKey(nil)
	ok(e, "CreateKey")
	for i := range 20 {
		ids[i] = spawn(ownValue, uintptr(k))
	}
	for i := range 20 {
		join(ids[i])
	}
	ok(ulib.SetSpecific(k, 7), "SetSpecific")
	ok(ulib.DeleteKey(k), "DeleteKey")
	errno(ulib.DeleteKey(k), sys.EINVAL, "DeleteKey twice")
	errno(ulib.SetSpecific(k, 7), sys.EINVAL, "SetSpecific")
	again, e := ulib.CreateKey(setsAgain)
	ok(e, "CreateKey")
	equal(int(again), int(k), "the key used again")
	check(ulib.GetSpecific(again) == 0, "the value of the earlier key")
	join(spawn(setsOnce, uintptr(again)))
	equal(int(sum), 4, "destructor's rounds")
	for range ulib.MaxKeys - 1 {
		_, e = ulib.CreateKey(nil)
		ok(e, "CreateKey")
	}
	_, e = ulib.CreateKey(nil)
	errno(e, sys.EAGAIN, "one key too many")
	errno(ulib.SetSpecific(ulib.MaxKeys, 1), sys.EINVAL, "no key")
	check(ulib.GetSpecific(ulib.MaxKeys) == 0, "no key")

	ok(ulib.SetName(ulib.Self(), "a name of more than fifteen"), "SetName")
	i, e := ulib.Look(ulib.Self())
	ok(e, "look")
	same(sys.Text(i.Name[:]), "a name of more \x00", "name")
}
