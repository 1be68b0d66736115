// Nbody computes how bodies attract each other, by Barnes and Hut's tree, with several threads,
// while only a part of the tree is in memory: who comes to a piece that is not waits for it in the
// kernel, as for a disk. It is the experiment of Anderson et al., "Scheduler Activations", 1992:
// with the pieces in memory user threads are ahead, for they cost less; with fewer of them, those
// fall behind whose threads keep their LWPs while they wait; activations do well throughout.
//
//	nbody [BODIES [STEPS]]            all models, and how much is in memory, on one table
//	nbody speedup [BODIES [STEPS]]    what a second CPU brings, and what two copies lose
//
// Files: main.go (the experiment), tree.go (the tree), cache.go (memory that is too small),
// speedup.go.
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

// A result is what a program of its own tells when it has run the experiment.
type result struct {
	from, to, sum, misses int64
}

func (r *result) bytes() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(r)), int(unsafe.Sizeof(*r)))
}

// A runner is such a program.
type runner struct{ pid, fd int }

// start has one run the experiment with a share of the tree in memory.
func start(o *ulib.Options, share int) runner {
	var fd [2]int32
	must(sys.Pipe2(&fd, 0), "pipe")
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		must(ulib.StartWith(o), "threads")
		fit(share)
		r := result{from: ulib.Now()}
		r.sum = simulate()
		r.to, r.misses = ulib.Now(), int64(misses)
		sys.Write(int(fd[1]), r.bytes())
		sys.Exit(0)
	}
	sys.Close(int(fd[1]))
	return runner{pid, int(fd[0])}
}

// result waits for it to end.
func (p runner) result() (r result) {
	n, _ := sys.Read(p.fd, r.bytes())
	sys.Close(p.fd)
	var status sys.WaitStatus
	sys.Wait4(p.pid, &status, 0, nil)
	if status != 0 || n != len(r.bytes()) {
		out.Fatal("nbody", "a run", sys.EIO)
	}
	return r
}

func main() {
	const usage = "nbody [speedup] [BODIES [STEPS]]"
	at, measured := 1, sys.Argc() > 1 && sys.Arg(1) == "speedup"
	if measured {
		at, bodies, steps = 2, 1000, 8
	}
	bodies = out.Argument(at, bodies, 2, maxBodies, usage)
	steps = out.Argument(at+1, steps, 2, 1000, usage)
	if measured {
		speedup()
	}
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
			r := start(&ulib.Options{Model: m}, share).result()
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
			out.Out.IntWidth(int((r.to-r.from)/1e6), 11).Flush()
		}
		out.Out.NL().Flush()
	}
	out.Exit(0)
}
