package main

import (
	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// User threads on one virtual processor: a reader that blocks in the kernel for each byte, a writer
// that then runs in its stead, two that hand each other a turn without the kernel, and one that
// computes for longer than its time.

const (
	reads   = 10
	passes  = 5
	compute = 50e6 // nanoseconds
)

var (
	asked, left, right ulib.Semaphore
	pipeRead, pipeOut  int
)

// userThreads runs them in a child, and returns how many bytes the reader has got.
func userThreads() int {
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		must(ulib.StartWith(&ulib.Options{Model: ulib.Activations, LWPs: 1, Slots: 4}), "activations")
		sys.Exit(int(runThreads()))
	}
	var status sys.WaitStatus
	sys.Wait4(pid, &status, 0, nil)
	return int(status >> 8)
}

func runThreads() uintptr {
	pipeRead, pipeOut, _ = ulib.Pipe()
	r := start("reader", reader, 0)
	w := start("writer", writer, 0)
	ulib.Join(w)
	got, _ := ulib.Join(r)
	a := start("left", passer, 0)
	b := start("right", passer, 1)
	left.Post()
	ulib.Join(a)
	ulib.Join(b)
	c := start("computes", computes, 0)
	d := start("waits", computes, 0)
	ulib.Join(c)
	ulib.Join(d)
	return got
}

func start(name string, f ulib.Func, arg uintptr) ulib.ID {
	id, e := ulib.Create(f, arg)
	must(e, "create")
	ulib.SetName(id, name)
	return id
}

// reader asks for a byte and reads it, which blocks.
func reader(uintptr) (got uintptr) {
	var b [1]byte
	for range reads {
		asked.Post()
		n, _ := ulib.Read(pipeRead, b[:])
		got += uintptr(n)
	}
	return got
}

func writer(uintptr) uintptr {
	for range reads {
		asked.Wait()
		ulib.Write(pipeOut, sys.Bytes("x"))
	}
	return 0
}

// passer has a turn and gives it to the other.
func passer(second uintptr) uintptr {
	mine, other := &left, &right
	if second != 0 {
		mine, other = other, mine
	}
	for range passes {
		mine.Wait()
		other.Post()
	}
	return 0
}

// computes for several times what a thread may have while others are ready.
func computes(uintptr) uintptr {
	n := 0
	for end := ulib.Now() + compute; ulib.Now() < end; {
		for range 1_000_000 {
			n++
		}
	}
	return uintptr(n)
}
