//go:build !explore

package sched

import (
	"iter"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// pullMachine has real coroutines and no clock.
type pullMachine struct{}

func (pullMachine) Now() int64                 { return 1 }
func (pullMachine) SetWake(int64)              {}
func (pullMachine) Kick(*Thread)               {}
func (pullMachine) Cycles() uint64             { return 1 }
func (pullMachine) Nanoseconds(c uint64) int64 { return int64(c) }

type pullContext struct {
	inside  bool
	resume  func() (struct{}, bool)
	suspend func(struct{}) bool
}

func (pullMachine) NewContext(body func()) Context {
	c := &pullContext{}
	c.resume, _ = iter.Pull(func(yield func(struct{}) bool) {
		c.suspend = yield
		body()
	})
	return c
}

func (c *pullContext) Switch() {
	c.inside = !c.inside
	if c.inside {
		c.resume()
	} else {
		c.suspend(struct{}{})
	}
}

// pingPong is two threads, each of which wakes the other and waits, on one dispatcher that the
// caller drives: two steps are two times wait, wake and switch.
func pingPong(deadline int64) (step func()) {
	s := newScheduler(pullMachine{}, 1)
	var mu sync.Mutex
	var q [2]WaitQueue
	for i := range 2 {
		s.newThread("player", PrioUser, func(t *Thread) {
			for {
				mu.Lock()
				q[1-i].WakeOne()
				q[i].WaitDeadline(t, &mu, deadline)
				mu.Unlock()
			}
		}).Start()
	}
	d := s.dispatchers[0]
	return func() { d.dispatch(d.pick()) }
}

func TestHotPathsDoNotAllocate(t *testing.T) {
	for name, deadline := range map[string]int64{"wait": 0, "wait with deadline": 1 << 60} {
		step := pingPong(deadline)
		for range 10 {
			step()
		}
		if n := testing.AllocsPerRun(1000, step); n != 0 {
			t.Errorf("%s, wake and switch: %v allocations", name, n)
		}
	}
	s := newScheduler(pullMachine{}, 1)
	for range 2 {
		s.newThread("yields", PrioUser, func(t *Thread) {
			for {
				t.Yield()
				t.Tick()
			}
		}).Start()
	}
	d := s.dispatchers[0]
	if n := testing.AllocsPerRun(1000, func() { d.dispatch(d.pick()) }); n != 0 {
		t.Errorf("yield and tick: %v allocations", n)
	}
}

func BenchmarkWaitWakeSwitch(b *testing.B) {
	step := pingPong(0)
	for b.Loop() {
		step()
	}
}

// The explorer is the same package built with other locks (sync.go).
func TestExplore(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	begin := time.Now()
	out, err := exec.Command("go", "test", "-tags", "explore", "-run", "^TestExplore", "-v", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%v\n%s", time.Since(begin).Round(time.Second), out)
}

// Is the most urgent thread taken first, and among equals the one that has waited longest, in
// whichever queues they are?
func TestRunQueueOrder(t *testing.T) {
	s := newScheduler(pullMachine{}, 2)
	var want []*Thread
	add := func(d int, prio Priority) *Thread {
		th := s.newThread("t", prio, nil)
		s.dispatchers[d].ready.push(th)
		return th
	}
	idle := add(1, PrioIdle)
	a, b, c := add(0, 64), add(1, 64), add(0, 64)
	hi, top := add(1, 65), add(1, 255)
	d := s.dispatchers[0]
	want = append(want, top, hi)
	for i, w := range want {
		if got := d.pick(); got != w {
			t.Errorf("pick %d: priority %d", i, got.prio)
		}
	}
	d.ready.push(hi)
	if got := d.pick(); got != hi {
		t.Error("not the most urgent")
	}
	if got := d.pick(); got != a {
		t.Error("not the own of equals")
	}
	d.rotate = true
	if got := d.pick(); got != b {
		t.Error("after a yield: not the one that has waited longest")
	}
	if d.pick() != c || d.pick() != idle || d.pick() != nil {
		t.Error("the rest")
	}
}

// Does a thread that is on its stack get into a run queue?
func TestTrapRequeueBeforeSwitch(t *testing.T) {
	s := newScheduler(pullMachine{}, 1)
	th := s.newThread("t", PrioUser, nil)
	th.onStack = true
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s.dispatchers[0].ready.push(th)
}
