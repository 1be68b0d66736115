// Nbody computes how bodies attract each other, by Barnes and Hut's tree, with several threads,
// while only a part of the tree is in memory: who comes to a piece that is not waits for it in the
// kernel, as for a disk. It is the experiment of Anderson et al., "Scheduler Activations", 1992:
// with the pieces in memory user threads are ahead, for they cost less; with fewer of them, those
// fall behind whose threads keep their LWPs while they wait; activations do well throughout.
//
//	nbody [BODIES [STEPS]]     all models, and how much is in memory, on one table
//
// Files: main.go (the experiment), tree.go (the tree), cache.go (memory that is too small).
package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const (
	maxBodies = 2000
	workers   = 8
)

var (
	bodies = 200
	steps  = 1
	shares = [...]int{100, 80, 60, 40}
)

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("nbody", what, e)
	}
}

// next is the body that the next idle worker takes.
var (
	next  int
	guard ulib.Mutex
)

func take() int {
	guard.Lock()
	b := next
	next++
	guard.Unlock()
	return b
}

func work(uintptr) uintptr {
	for b := take(); b < bodies; b = take() {
		atomic.AddUint32(&clock, 1)
		attract(b)
	}
	return 0
}

// simulate makes the steps and returns a sum of the bodies' places, the same for all models.
func simulate() int64 {
	place()
	for range steps {
		build()
		next = 0
		var ids [workers]ulib.ID
		for i := range ids {
			id, e := ulib.Create(work, 0)
			must(e, "create")
			ids[i] = id
		}
		for i := range ids {
			ulib.Join(ids[i])
		}
		move()
	}
	return checksum()
}

type result struct {
	ns, sum, misses int64
}

// measure runs the experiment in a program of its own.
func measure(m ulib.Model, share int) (r result) {
	var fd [2]int32
	must(sys.Pipe2(&fd, 0), "pipe")
	pid, e := sys.Fork()
	must(e, "fork")
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&r)), int(unsafe.Sizeof(r)))
	if pid == 0 {
		must(ulib.StartWith(&ulib.Options{Model: m}), "threads")
		fit(share)
		from := ulib.Now()
		r.sum = simulate()
		r.ns, r.misses = ulib.Now()-from, int64(misses)
		sys.Write(int(fd[1]), bytes)
		sys.Exit(0)
	}
	sys.Close(int(fd[1]))
	n, _ := sys.Read(int(fd[0]), bytes)
	sys.Close(int(fd[0]))
	var status sys.WaitStatus
	sys.Wait4(pid, &status, 0, nil)
	if status != 0 || n != len(bytes) {
		out.Fatal("nbody", ulib.ModelName(m), sys.EIO)
	}
	return r
}

func argument(i, otherwise, most int) int {
	if sys.Argc() <= i {
		return otherwise
	}
	n, ok := sys.ParseInt(sys.Arg(i))
	if !ok || n < 2 || n > most {
		out.Usage("nbody [BODIES [STEPS]]")
	}
	return n
}

func main() {
	bodies = argument(1, bodies, maxBodies)
	steps = argument(2, steps, 1000)
	last := ulib.Activations
	if !sys.OnGossamer() {
		last = ulib.MToN
	}
	out.Out.Str("in memory   waits")
	for m := ulib.NToOne; m <= last; m++ {
		out.Out.Str("      ").Str(ulib.ModelName(m)).Str("/ms")
	}
	out.Out.NL().Flush()
	var sum int64
	for _, share := range shares {
		out.Out.IntWidth(share, 7).Str(" %")
		for m := ulib.NToOne; m <= last; m++ {
			r := measure(m, share)
			if m == ulib.NToOne {
				out.Out.IntWidth(int(r.misses), 8)
				if share == shares[0] {
					sum = r.sum
				}
			}
			if r.sum != sum {
				out.Out.Str("\nwrong: the models do not agree\n")
				out.Exit(1)
			}
			out.Out.IntWidth(int(r.ns/1e6), 11).Flush()
		}
		out.Out.NL().Flush()
	}
	out.Exit(0)
}
