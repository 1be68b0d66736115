package sched_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

// Is each thread seen that runs or is ready, bound ones too, and none that is blocked? Does the look
// end when it is told to?
func TestRunnable(t *testing.T) {
	m := schedtest.Boot(t)
	var stop atomic.Bool
	var mu sync.Mutex
	var q sched.WaitQueue
	blocked := m.Spawn(t, "blocked", func(th *sched.Thread) {
		mu.Lock()
		q.Wait(th, &mu)
		mu.Unlock()
	})
	blocked.Await(t, sched.Blocked)
	var all []*schedtest.Running
	m.Spawn(t, "looks", func(th *sched.Thread) {
		want := map[int]int{th.ID(): 0}
		for i := range 2 * schedtest.Dispatchers {
			r := m.Spawn(t, "spins", func(*sched.Thread) {
				for !stop.Load() {
				}
			})
			if i == 0 {
				r.Bind(th.CPU())
			}
			want[r.ID()] = 0
			all = append(all, r)
		}
		for seen := false; !seen; { // those being switched to just now are in neither place
			for id := range want {
				want[id] = 0
			}
			sched.Runnable(func(o *sched.Thread) bool {
				if _, ok := want[o.ID()]; ok {
					want[o.ID()]++
				} else if o.ID() == blocked.ID() {
					t.Error("one that is blocked is seen")
				}
				return true
			})
			seen = true
			for _, n := range want {
				seen = seen && n == 1
			}
		}
		n := 0
		sched.Runnable(func(*sched.Thread) bool { n++; return n < 3 })
		if n != 3 {
			t.Errorf("%d seen of 3", n)
		}
		stop.Store(true)
	}).Wait(t)
	for _, r := range all {
		r.Wait(t)
	}
	q.WakeAll()
	blocked.Wait(t)
}
