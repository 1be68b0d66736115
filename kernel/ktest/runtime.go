package ktest

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"gossamer/kernel/goos"
	"gossamer/kernel/sched"
)

// Does the collector get its way while goroutines run loops without a call, one on every
// CPU? Only the runtime's preemption signal can stop those.
func collectorStopsLoops(*sched.Thread) error {
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for !stop.Load() {
			}
		}()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		garbage = make([]byte, 1<<20)
		runtime.GC()
	}
	runtime.ReadMemStats(&after)
	stop.Store(true)
	wg.Wait()
	if n := after.NumGC - before.NumGC; n < 10 {
		return fmt.Errorf("%d collections, wanted 10", n)
	}
	return nil
}

var garbage []byte

type node struct {
	next *node
	v    uint64
	_    [6]uint64
}

// atOnce runs f on n goroutines, which it tells their numbers, and returns an error of one of them.
func atOnce(n int, f func(k int) error) error {
	errs := make(chan error, n)
	for k := range n {
		go func() { errs <- f(k) }()
	}
	var first error
	for range n {
		if err := <-errs; first == nil {
			first = err
		}
	}
	return first
}

// Is a list whole after collections, with allocation going on on every CPU?
func collectorKeepsReachable(*sched.Thread) error {
	const length = 5000
	return atOnce(runtime.GOMAXPROCS(0), func(int) error {
		for range 4 {
			var l *node
			for i := range uint64(length) {
				l = &node{next: l, v: i * 0x9e3779b97f4a7c15}
			}
			runtime.GC()
			i := uint64(length)
			for p := l; p != nil; p = p.next {
				i--
				if p.v != i*0x9e3779b97f4a7c15 {
					return fmt.Errorf("node %d holds %#x", i, p.v)
				}
			}
			if i != 0 {
				return fmt.Errorf("%d nodes are gone", i)
			}
		}
		return nil
	})
}

// Do frames come back to the allocator when the heap shrinks?
func memoryReturns(*sched.Thread) error {
	debug.FreeOSMemory()
	before := goos.HeapFrames()
	const size = 16 << 20
	b := make([]byte, size)
	for i := 0; i < size; i += 4096 {
		b[i] = 1
	}
	grown := goos.HeapFrames()
	runtime.KeepAlive(b)
	b = nil
	debug.FreeOSMemory()
	after := goos.HeapFrames()
	if grown < before+size/4096*3/4 { // the heap may have had some of them
		return fmt.Errorf("16 MiB took %d frames", grown-before)
	}
	if after > before+size/4096/4 {
		return fmt.Errorf("%d frames before, %d with 16 MiB, %d after their release", before, grown, after)
	}
	return nil
}

// Does memory that the runtime gave back read as zero, as its allocator relies on?
func releasedReadsZero(*sched.Thread) error {
	for range 3 {
		b := make([]uint64, 1<<18)
		for i := range b {
			if b[i] != 0 {
				return fmt.Errorf("word %d of fresh memory at %p is %#x", i, &b[0], b[i])
			}
			b[i] = ^uint64(0)
		}
		b = nil
		debug.FreeOSMemory()
	}
	return nil
}

// Does time.Sleep last at least as long as it was asked to?
func sleepNotShort(*sched.Thread) error {
	for _, d := range []time.Duration{time.Microsecond, time.Millisecond, 20 * time.Millisecond} {
		start := time.Now()
		time.Sleep(d)
		if e := time.Since(start); e < d {
			return fmt.Errorf("slept %v instead of %v", e, d)
		}
	}
	return nil
}

// Does the clock never go back, also between CPUs?
func clockMonotonic(*sched.Thread) error {
	var last atomic.Int64
	return atOnce(runtime.GOMAXPROCS(0), func(int) error {
		for range 20000 {
			before := last.Load()
			now := goos.Now()
			if now < before {
				return fmt.Errorf("%d ns came after %d ns", now, before)
			}
			if now > before {
				last.CompareAndSwap(before, now)
			}
		}
		return nil
	})
}

// Do SSE registers survive the preemption of a kernel goroutine?
func sseSurvives(*sched.Thread) error {
	return atOnce(2*runtime.GOMAXPROCS(0), func(k int) error {
		x := float64(k + 1)
		sum := 0.0
		for range 2_000_000 {
			sum += x
		}
		if sum != 2_000_000*x {
			return fmt.Errorf("goroutine %d: the sum is %v", k, sum)
		}
		return nil
	})
}
