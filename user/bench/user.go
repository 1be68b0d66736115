package main

import (
	"gossamer/ulib"
	"gossamer/ulib/sys"
)

var (
	ping, pong ulib.Semaphore
	mutex      ulib.Mutex
	over       bool
)

func returns(arg uintptr) uintptr { return arg }

// A thread is made, runs, ends, and is joined.
func userCreateJoin(n int) uint64 {
	t := sys.RDTSC()
	for range n {
		id, e := ulib.Create(returns, 0)
		must(e, "create")
		ulib.Join(id)
	}
	return sys.RDTSC() - t
}

func yielder(uintptr) uintptr {
	for !over {
		ulib.Yield()
	}
	return 0
}

// Two threads yield to each other.
func userYieldSwitch(n int) uint64 {
	over = false
	id, e := ulib.Create(yielder, 0)
	must(e, "create")
	ulib.Yield()
	t := sys.RDTSC()
	for range n {
		ulib.Yield()
	}
	t = sys.RDTSC() - t
	over = true
	ulib.Join(id)
	return t
}

func answer(uintptr) uintptr {
	for {
		ping.Wait()
		if over {
			return 0
		}
		pong.Post()
	}
}

// Two threads wake each other and wait: two hand-offs.
func userSignalWait(n int) uint64 {
	over = false
	id, e := ulib.Create(answer, 0)
	must(e, "create")
	for range 2 {
		ping.Post()
		pong.Wait()
	}
	t := sys.RDTSC()
	for range n {
		ping.Post()
		pong.Wait()
	}
	t = sys.RDTSC() - t
	over = true
	ping.Post()
	ulib.Join(id)
	return t
}

// A mutex that nobody else wants.
func userMutex(n int) uint64 {
	t := sys.RDTSC()
	for i := 0; i < n; i += 8 {
		mutex.Lock()
		mutex.Unlock()
		mutex.Lock()
		mutex.Unlock()
		mutex.Lock()
		mutex.Unlock()
		mutex.Lock()
		mutex.Unlock()
		mutex.Lock()
		mutex.Unlock()
		mutex.Lock()
		mutex.Unlock()
		mutex.Lock()
		mutex.Unlock()
		mutex.Lock()
		mutex.Unlock()
	}
	return sys.RDTSC() - t
}
