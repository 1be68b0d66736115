package ktest

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"gossamer/kernel/goos"
	"gossamer/kernel/sched"
)

// Do threads that switch to each other at all depths of their stacks keep what is on these, while
// the collector scans, grows and shrinks them and others walk them?
func switchesAndCollector(me *sched.Thread) error {
	const threads, rounds = 12, 50
	var wrong atomic.Int64
	var mu sync.Mutex
	var ended sched.WaitQueue
	left := threads
	ring := make([]*sched.Thread, threads)
	for i := range ring {
		ring[i] = sched.NewThread("switches", sched.PrioUser, func(t *sched.Thread) {
			for r := range rounds {
				v := uint64(i)<<32 + uint64(r)
				if !descend(t, ring[(i+1)%threads], int(v*0x9e3779b97f4a7c15>>56), v) {
					wrong.Add(1)
				}
			}
			mu.Lock()
			left--
			mu.Unlock()
			ended.WakeOne()
		})
	}
	var stop atomic.Bool
	var wg sync.WaitGroup
	for _, f := range []func(){runtime.GC, func() { runtime.Stack(make([]byte, 1<<16), true) }} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for !stop.Load() {
				f()
			}
		}()
	}
	for _, t := range ring {
		t.Start()
	}
	mu.Lock()
	for left > 0 {
		ended.WaitUninterruptible(me, &mu)
	}
	mu.Unlock()
	stop.Store(true)
	wg.Wait()
	if n := wrong.Load(); n != 0 {
		return fmt.Errorf("%d of %d stacks were not what they had been", n, threads*rounds)
	}
	return nil
}

// descend switches to another thread at some depth, and says whether all of its frames are as they
// were before.
func descend(t, next *sched.Thread, depth int, v uint64) bool {
	n := fresh(v)
	var at [8]uint64
	at[depth%8] = v
	ok := true
	if depth > 0 {
		ok = descend(t, next, depth-1, v+1)
	} else {
		t.UnparkAndPark(next, sched.AnyTag, goos.Now()+1e5)
		t.Yield()
	}
	return ok && n.v == v && at[depth%8] == v
}

//go:noinline
func fresh(v uint64) *node { return &node{v: v} }
