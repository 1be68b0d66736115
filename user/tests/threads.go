package main

import (
	"gossamer/ulib"
	"gossamer/ulib/sys"
)

var (
	ids    [1000]ulib.ID
	sum    int
	sem    ulib.Semaphore
	other  ulib.Semaphore
	mutex  ulib.Mutex
	record [64]int
)

func startThreads() { ok(ulib.Start(), "start") }

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

func double(n uintptr) uintptr {
	for range n % 5 {
		ulib.Yield()
	}
	return 2 * n
}

// Does every thread run, and hand its result to the one that joins it?
func threadResults() {
	startThreads()
	for range 3 {
		for i := range ids {
			ids[i] = spawn(double, uintptr(i))
		}
		for i := range ids {
			equal(join(ids[i]), 2*i, "result")
		}
	}
}

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

// Do Join, Detach and CreateWith refuse what POSIX says, and does Exit end a thread?
func threadErrors() {
	startThreads()
	id := spawn(exits7, 0)
	equal(join(id), 7, "Exit's result")
	_, e := ulib.Join(id)
	errno(e, sys.ESRCH, "joined twice")
	errno(ulib.Detach(id), sys.ESRCH, "Detach of one that is gone")
	for _, bad := range [...]ulib.ID{0, 1, 12345, 1 << 36, ^ulib.ID(0), id + 1<<48, id + 64} {
		_, e = ulib.Join(bad)
		errno(e, sys.ESRCH, "no thread")
	}
	_, e = ulib.Join(ulib.Self())
	errno(e, ulib.EDEADLK, "oneself")

	id = spawn(waitsForSem, 0)
	waiter := spawn(joins, uintptr(id))
	ulib.Yield()
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
	ulib.Yield()
	_, e = ulib.Join(id)
	errno(e, sys.ESRCH, "a detached thread that has ended")

	id = spawn(exits7, 0)
	ulib.Yield()
	ok(ulib.Detach(id), "Detach of one that has ended")
	errno(ulib.Detach(id), sys.ESRCH, "and again")

	for _, attr := range [...]ulib.Attr{{Stack: -1}, {Stack: ulib.MaxStack + 1}, {Priority: -1}, {Priority: ulib.Priorities}} {
		_, e = ulib.CreateWith(&attr, exits7, 0)
		errno(e, sys.EINVAL, "CreateWith")
	}
}

func notes(n uintptr) uintptr {
	record[sum] = int(n)
	sum++
	return 0
}

// Do threads run by priority, and first come, first served?
func threadPriorities() {
	startThreads()
	for i, p := range [...]int{3, 16, 31, 1, 16, 31, 17} {
		id, e := ulib.CreateWith(&ulib.Attr{Priority: p}, notes, uintptr(i))
		ok(e, "create")
		ids[i] = id
	}
	for i := range 7 {
		join(ids[i])
	}
	for i, want := range [...]int{2, 5, 6, 1, 4, 0, 3} {
		equal(record[i], want, "order")
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

// Has a thread the stack it asked for, and does one that needs more end the program?
func threadStacks() {
	startThreads()
	for size := ulib.MinStack; size <= ulib.MaxStack; size *= 2 {
		id, e := ulib.CreateWith(&ulib.Attr{Stack: size}, deep, uintptr(size/700-12))
		ok(e, "create")
		join(id)
	}
	exits(func() {
		sys.Close(2)
		join(spawn(deep, ulib.DefaultStack/512))
	}, 2, "stack overflow")
	exits(func() {
		sys.Close(2)
		join(spawn(beyond, 512))
	}, 2, "index out of range")
}

func beyond(n uintptr) uintptr {
	var a [512]byte
	return uintptr(a[n])
}

func pingPong(n uintptr) uintptr {
	for range n {
		sem.Wait()
		sum++
		other.Post()
	}
	return 0
}

// Does a semaphore count, and wake those who wait in their order?
func threadSemaphores() {
	startThreads()
	id := spawn(pingPong, 1000)
	for i := range 1000 {
		equal(sum, i, "turns")
		sem.Post()
		other.Wait()
	}
	join(id)
	for range 5 {
		ok(sem.Post(), "post")
	}
	for range 5 {
		ok(sem.Wait(), "wait")
	}
	for i := range 5 {
		ids[i] = spawn(waitsForSem, 0)
	}
	for range 5 {
		ulib.Yield()
	}
	for range 5 {
		sem.Post()
	}
	for i := range 5 {
		join(ids[i])
	}
	errno(sem.Init(1<<31), sys.EINVAL, "a count of 2^31")
	ok(sem.Init(1<<31-1), "the highest count")
	errno(sem.Post(), sys.EOVERFLOW, "more than the highest count")
}

func adds(n uintptr) uintptr {
	for range n {
		mutex.Lock()
		s := sum
		ulib.Yield()
		sum = s + 1
		mutex.Unlock()
	}
	return 0
}

// Does a mutex exclude, and pass from one to the next?
func threadMutexes() {
	startThreads()
	for i := range 10 {
		ids[i] = spawn(adds, 100)
	}
	for i := range 10 {
		join(ids[i])
	}
	equal(sum, 1000, "sum")
	errno(mutex.Unlock(), sys.EPERM, "unlocking what is free")
}

func detachedAdd(uintptr) uintptr {
	sum++
	sem.Post()
	return 0
}

func endsLast(uintptr) uintptr {
	for range 10 {
		ulib.Yield()
	}
	return 5
}

// Is a stack used again, and does the program end with its last thread, or main's return?
func threadEnds() {
	startThreads()
	for range 5000 {
		_, e := ulib.CreateWith(&ulib.Attr{Detached: true, Stack: ulib.MaxStack}, detachedAdd, 0)
		ok(e, "create") // 40 GB, were they not used again
		sem.Wait()
	}
	equal(sum, 5000, "sum")
	exits(func() {
		spawn(endsLast, 0)
		ulib.Exit(9)
	}, 0, "the last thread's end")
	exits(func() { spawn(endsLast, 0) }, 0, "main's return")
}
