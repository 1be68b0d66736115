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
	next    *pullContext
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
	if c.inside {
		c.inside = false
		c.suspend(struct{}{})
		return
	}
	for c != nil {
		c.inside = true
		c.resume()
		c, c.next = c.next, nil
	}
}

func (c *pullContext) SwitchTo(next Context, at *uint64) {
	*at = 1
	c.inside, c.next = false, next.(*pullContext)
	c.suspend(struct{}{})
}

// inThread runs f as a thread, beside threads with the bodies given, on one dispatcher that the
// caller drives until f returns. The others are left as they are.
func inThread(f func(t *Thread), others ...func(t *Thread)) {
	s := newScheduler(pullMachine{}, 1)
	for _, body := range others {
		s.newThread("other", PrioUser, body).Start()
	}
	over := false
	first := s.newThread("first", PrioUser, func(t *Thread) {
		f(t)
		over = true
		t.move(Running, Blocking)
		s.dispatchers[0].pass(t, nil)
	})
	first.Start()
	for d := s.dispatchers[0]; !over; {
		d.dispatch(d.pick(false))
	}
}

// pingPong has a thread that wakes another and waits for it call f; one step is there and back.
func pingPong(deadline int64, f func(step func())) {
	var mu sync.Mutex
	var q [2]WaitQueue
	inThread(func(t *Thread) {
		f(func() {
			mu.Lock()
			q[1].WakeOne()
			q[0].WaitDeadline(t, &mu, deadline)
			mu.Unlock()
		})
	}, func(t *Thread) {
		for {
			mu.Lock()
			q[0].WakeOne()
			q[1].WaitDeadline(t, &mu, deadline)
			mu.Unlock()
		}
	})
}

func TestHotPathsDoNotAllocate(t *testing.T) {
	check := func(name string, step func()) {
		for range 10 {
			step()
		}
		if n := testing.AllocsPerRun(1000, step); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	pingPong(0, func(step func()) { check("wait, wake and switch", step) })
	pingPong(1<<60, func(step func()) { check("the same with a deadline", step) })

	turn := func(t *Thread) {
		t.Yield()
		t.Tick()
	}
	inThread(func(t *Thread) { check("yield and tick", func() { turn(t) }) }, func(t *Thread) {
		for {
			turn(t)
		}
	})

	var first *Thread
	var other *Thread
	inThread(func(t *Thread) {
		first = t
		check("park and unpark", func() {
			other.Unpark()
			t.Park(0)
		})
	}, func(t *Thread) {
		for other = t; ; {
			t.Park(0)
			first.Unpark()
		}
	})
}

func BenchmarkWaitWakeSwitch(b *testing.B) {
	pingPong(0, func(step func()) {
		for b.Loop() {
			step()
		}
	})
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
		if got := d.pick(false); got != w {
			t.Errorf("pick %d: priority %d", i, got.Priority())
		}
	}
	d.ready.push(hi)
	if got := d.pick(false); got != hi {
		t.Error("not the most urgent")
	}
	if got := d.pick(false); got != a {
		t.Error("not the own of equals")
	}
	if got := d.pick(true); got != b {
		t.Error("after a yield: not the one that has waited longest")
	}
	if d.pick(false) != c || d.pick(false) != idle || d.pick(false) != nil {
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

// Does whom WakeNext has woken run when its waker blocks, without having been in a queue; and if the
// waker yields instead, or ends?
func TestWakeNext(t *testing.T) {
	var q, back WaitQueue
	var heir *Thread
	ran := 0
	waits := func(th *Thread) {
		for heir = th; ; ran++ {
			q.Wait(th, nil)
			back.WakeNext(th)
		}
	}
	wake := func(th *Thread) {
		t.Helper()
		before := ran
		if !q.WakeNext(th) {
			t.Fatal("nobody was woken")
		}
		if heir.State() != Ready || heir.queue.Load() != 0 || ran != before {
			t.Fatalf("heir is %v, in queue %d", heir.State(), heir.queue.Load())
		}
	}
	inThread(func(th *Thread) {
		th.Yield() // it waits
		for i := range 5 {
			wake(th)
			back.Wait(th, nil)
			if ran != i+1 {
				t.Fatalf("ran %d times, want %d", ran, i+1)
			}
		}
		wake(th)
		th.Yield()
		if ran != 6 {
			t.Error("did not run when its waker yielded")
		}
		wake(th)
		if th.Tick(); ran != 7 {
			t.Error("did not run when its waker's slice ended")
		}
		th.SetClass(Fixed, DefaultLevel+1)
		wake(th)
		if th.Yield(); ran != 7 || heir.queue.Load() == 0 {
			t.Error("is not ready behind a more urgent thread that has yielded")
		}
	}, waits)
}

// Does WakeNext leave somebody asleep if several wait, or say so if nobody does?
func TestWakeNextOfSeveral(t *testing.T) {
	var q WaitQueue
	ran := 0
	waits := func(th *Thread) {
		q.Wait(th, nil)
		ran++
	}
	inThread(func(th *Thread) {
		th.Yield() // they wait
		if !q.WakeNext(th) || q.waiters.head != nil || th.heir != nil {
			t.Error("has not woken all")
		}
		if th.Yield(); ran != 3 {
			t.Errorf("%d went on, want 3", ran)
		}
		if q.WakeNext(th) {
			t.Error("has woken somebody")
		}
	}, waits, waits, waits)
}

// Do the Go runtime's goroutines get a turn at each end of a slice, at no cost for the thread?
func TestTickYieldsToGo(t *testing.T) {
	m := &countingMachine{}
	s := newScheduler(m, 1)
	th := s.newThread("computes", PrioUser, func(th *Thread) {
		for i := range 10 {
			if m.yields != i {
				t.Errorf("%d turns at tick %d", m.yields, i)
			}
			th.Tick()
		}
		if used := th.CPUTime(); used != 0 {
			t.Errorf("pays %d for them", used)
		}
	})
	th.Start()
	s.dispatchers[0].dispatch(th.s.dispatchers[0].pick(false))
	if m.yields != 10 {
		t.Errorf("%d turns, want 10", m.yields)
	}
}

// countingMachine has a clock that only YieldToGo moves.
type countingMachine struct {
	pullMachine
	now    uint64
	yields int
}

func (m *countingMachine) Cycles() uint64 { return m.now }

func (m *countingMachine) YieldToGo() uint64 {
	m.yields++
	m.now += 100
	return 100
}
