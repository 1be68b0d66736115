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

var (
	pipeRead, pipeWrite int
	stamp, total        uint64
)

func reader(n uintptr) uintptr {
	var b [1]byte
	for range n {
		stamp = sys.RDTSC()
		ulib.Read(pipeRead, b[:])
		total += sys.RDTSC() - stamp
		pong.Post()
	}
	return 0
}

// blocks has a thread read from an empty pipe n times, and writes to it from another. It returns the
// ticks from before the read until another thread runs, and from the write until the first does.
func blocks(n int) (block, unblock uint64) {
	var e sys.Errno
	pipeRead, pipeWrite, e = ulib.Pipe()
	must(e, "pipe")
	total = 0
	pong.Post()
	id, e := ulib.Create(reader, uintptr(n))
	must(e, "create")
	ulib.Yield()
	var b [1]byte
	for range n {
		pong.Wait()
		block += sys.RDTSC() - stamp
		stamp = sys.RDTSC()
		sys.Write(pipeWrite, b[:])
	}
	ulib.Join(id)
	pong.Wait()
	sys.Close(pipeRead)
	sys.Close(pipeWrite)
	return block, total
}

// A thread blocks in the kernel: until the next one runs.
func userBlock(n int) uint64 {
	block, _ := blocks(n)
	return block
}

// What a thread waits for comes: until it runs, the write and a wait included.
func userUnblock(n int) uint64 {
	_, unblock := blocks(n)
	return unblock
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

func contends(n uintptr) uintptr {
	for range n {
		mutex.Lock()
		ulib.Yield()
		mutex.Unlock()
	}
	return 0
}

// Four threads want one mutex, and yield while they have it: one round of one of them.
func userContention(n int) uint64 {
	var ids [4]ulib.ID
	t := sys.RDTSC()
	for i := range ids {
		id, e := ulib.Create(contends, uintptr(n))
		must(e, "create")
		ids[i] = id
	}
	for i := range ids {
		ulib.Join(ids[i])
	}
	return sys.RDTSC() - t
}
