package sched_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

func TestSleepTakesItsTime(t *testing.T) {
	m := schedtest.Boot(t)
	m.Manual(t)
	var err error
	r := m.Spawn(t, "sleeper", func(th *sched.Thread) { err = th.Sleep(int64(10 * time.Millisecond)) })
	r.Await(t, sched.Blocked)
	m.Advance(9 * time.Millisecond)
	if s := r.State(); s != sched.Blocked {
		t.Fatalf("awake after 9 ms of 10: %v", s)
	}
	m.Advance(time.Millisecond)
	r.Wait(t)
	if err != nil {
		t.Errorf("Sleep: %v", err)
	}
}

func TestSleepersWakeInOrder(t *testing.T) {
	m := schedtest.Boot(t)
	m.Manual(t)
	const n = 100
	var awake atomic.Int32
	var all []*schedtest.Running
	for i := range n {
		ms := (i*37)%n + 1
		all = append(all, m.Spawn(t, "sleeper", func(th *sched.Thread) {
			if err := th.Sleep(int64(ms) * 1e6); err != nil {
				t.Errorf("Sleep: %v", err)
			}
			awake.Add(1)
		}))
	}
	for _, r := range all {
		r.Await(t, sched.Blocked)
	}
	for i := range n {
		m.Advance(time.Millisecond)
		for end := time.Now().Add(schedtest.Patience); int(awake.Load()) != i+1; time.Sleep(10 * time.Microsecond) {
			if time.Now().After(end) {
				t.Fatalf("after %d ms %d are awake", i+1, awake.Load())
			}
		}
	}
	for _, r := range all {
		r.Wait(t)
	}
}

func TestSleepInRealTime(t *testing.T) {
	m := schedtest.Boot(t)
	m.Run(t, func(th *sched.Thread) {
		begin := time.Now()
		if err := th.Sleep(int64(5 * time.Millisecond)); err != nil {
			t.Error(err)
		}
		if d := time.Since(begin); d < 5*time.Millisecond {
			t.Errorf("slept %v of 5 ms", d)
		}
	})
}

// What if the sleep is longer than the clock can count, or no sleep at all?
func TestSleepRidiculous(t *testing.T) {
	m := schedtest.Boot(t)
	var forever error
	r := m.Spawn(t, "forever", func(th *sched.Thread) {
		for _, ns := range []int64{0, -1, -1 << 63} {
			if err := th.Sleep(ns); err != nil {
				t.Errorf("Sleep(%d): %v", ns, err)
			}
		}
		forever = th.Sleep(1<<63 - 1)
	})
	r.Await(t, sched.Blocked)
	r.Interrupt()
	r.Wait(t)
	if forever != syscall.EINTR {
		t.Errorf("got %v, want EINTR", forever)
	}
}

func TestDeadlineInThePast(t *testing.T) {
	m := schedtest.Boot(t)
	m.Run(t, func(th *sched.Thread) {
		var mu sync.Mutex
		var q sched.WaitQueue
		mu.Lock()
		if err := q.WaitDeadline(th, &mu, 1); err != syscall.ETIMEDOUT {
			t.Errorf("got %v, want ETIMEDOUT", err)
		}
		if mu.TryLock() {
			t.Error("the lock is not held after a wait that failed")
		}
	})
}

func TestInterruptStaysUntilCleared(t *testing.T) {
	m := schedtest.Boot(t)
	m.Run(t, func(th *sched.Thread) {
		var mu sync.Mutex
		var q sched.WaitQueue
		th.Interrupt()
		mu.Lock()
		for range 2 {
			if err := q.Wait(th, &mu); err != syscall.EINTR {
				t.Errorf("got %v, want EINTR", err)
			}
		}
		if mu.TryLock() {
			t.Error("the lock is not held after a wait that failed")
		}
		mu.Unlock()
		if !th.ClearInterrupt() || th.ClearInterrupt() || th.Interrupted() {
			t.Error("ClearInterrupt should be true once")
		}
		if err := th.Sleep(1); err != nil {
			t.Errorf("after ClearInterrupt: %v", err)
		}
	})
}

func TestWakeOrderAndCount(t *testing.T) {
	m := schedtest.Boot(t)
	var mu sync.Mutex
	var q sched.WaitQueue
	var order []int
	var all []*schedtest.Running
	for i := range 5 {
		r := m.Spawn(t, "waiter", func(th *sched.Thread) {
			mu.Lock()
			q.Wait(th, &mu)
			order = append(order, i)
			mu.Unlock()
		})
		r.Await(t, sched.Blocked)
		all = append(all, r)
	}
	for i := range 2 {
		if !q.WakeOne() {
			t.Fatal("nobody to wake")
		}
		all[i].Wait(t)
	}
	if n := q.WakeAll(); n != 3 {
		t.Errorf("WakeAll = %d, want 3", n)
	}
	for _, r := range all {
		r.Wait(t)
	}
	if order[0] != 0 || order[1] != 1 {
		t.Errorf("woken in order %v", order)
	}
	if q.WakeOne() || q.WakeAll() != 0 {
		t.Error("woke somebody who is not there")
	}
}

// lockstep makes the dispatchers' slices of user mode equally long, whatever the host does: they end
// in turn, each when all dispatchers are in user mode.
type lockstep struct {
	mu      sync.Mutex
	cond    sync.Cond
	in, out int // slices begun, and ended
	slices  int // to be ended
}

// slice is one slice; false if there are no more.
func (l *lockstep) slice() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := l.in
	l.in++
	l.cond.Broadcast()
	for l.out < l.slices && (l.out != mine || l.in-l.out < schedtest.Dispatchers) {
		l.cond.Wait()
	}
	if l.out >= l.slices {
		return false
	}
	l.out++
	l.cond.Broadcast()
	return true
}

// Do n programs that never block share the CPUs evenly?
func TestComputersShareEvenly(t *testing.T) {
	m := schedtest.Boot(t)
	for _, n := range []int{2, 3, 5, 8} {
		clock := lockstep{slices: 200 * n}
		clock.cond.L = &clock.mu
		counts := make([]int, n)
		var present atomic.Int32
		var bodies []func(*sched.Thread)
		for i := range n {
			bodies = append(bodies, func(th *sched.Thread) {
				present.Add(1)
				for int(present.Load()) < n {
					th.Yield()
				}
				for clock.slice() {
					counts[i]++
					th.Tick()
				}
			})
		}
		m.Run(t, bodies...)
		for _, c := range counts {
			if c < 200*8/10 || c > 200*12/10 {
				t.Errorf("%d programs, slices each %v, want about 200", n, counts)
				break
			}
		}
	}
}

// Does an urgent thread get a CPU from programs that compute, without waiting for their slices?
func TestPreemption(t *testing.T) {
	m := schedtest.Boot(t)
	var stop atomic.Bool
	var all []*schedtest.Running
	for range schedtest.Dispatchers {
		all = append(all, m.Spawn(t, "computer", func(th *sched.Thread) {
			for !stop.Load() {
				if th.ShouldYield() {
					th.Yield()
				}
				time.Sleep(10 * time.Microsecond)
			}
		}))
	}
	for _, r := range all {
		r.Await(t, sched.Running)
	}
	m.SpawnAt(t, sched.PrioKernel, "urgent", func(*sched.Thread) {}).Wait(t)
	if m.Kicks(all[0].Thread)+m.Kicks(all[1].Thread) == 0 {
		t.Error("nobody was kicked")
	}
	// One that is not more urgent waits for a slice to end.
	r := m.Spawn(t, "ordinary", func(*sched.Thread) {})
	time.Sleep(5 * time.Millisecond)
	if s := r.State(); s != sched.Ready {
		t.Errorf("an equal is %v, want ready", s)
	}
	stop.Store(true)
	r.Wait(t)
	for _, r := range all {
		r.Wait(t)
	}
}

// Does a yield or a tick go on at once if only less urgent threads are ready?
func TestYieldToNobody(t *testing.T) {
	m := schedtest.Boot(t)
	var begin, stop atomic.Bool
	hold := func(th *sched.Thread) {
		for !begin.Load() {
			time.Sleep(10 * time.Microsecond)
		}
		for !stop.Load() {
			time.Sleep(10 * time.Microsecond)
			th.Yield()
			th.Tick()
		}
		if v, i := th.Switches(); v+i != 0 {
			t.Errorf("switched %d times by blocking, %d by yielding", v, i)
		}
	}
	var all []*schedtest.Running
	for range schedtest.Dispatchers {
		all = append(all, m.SpawnAt(t, sched.PrioKernel, "holds", hold))
	}
	for _, r := range all {
		r.Await(t, sched.Running)
	}
	begin.Store(true)
	r := m.SpawnAt(t, sched.PrioIdle, "idle", func(*sched.Thread) {})
	time.Sleep(5 * time.Millisecond)
	if r.State() != sched.Ready {
		t.Errorf("the idle thread is %v", r.State())
	}
	stop.Store(true)
	r.Wait(t)
	for _, r := range all {
		r.Wait(t)
	}
}

func TestCPUTime(t *testing.T) {
	m := schedtest.Boot(t)
	m.Run(t, func(th *sched.Thread) {
		before := th.CPUTime()
		begin := time.Now()
		for time.Since(begin) < 3*time.Millisecond {
		}
		ran := th.CPUTime() - before
		if ran < 3e6 {
			t.Errorf("computed for 3 ms, charged %d ns", ran)
		}
		// The host may stop us just before the sleep, but not every time.
		least := int64(1 << 62)
		for range 20 {
			before = th.CPUTime()
			th.Sleep(20e6)
			if least = min(least, th.CPUTime()-before); least <= 15e6 {
				return
			}
		}
		t.Errorf("slept for 20 ms, charged %d ns at least", least)
	})
}

func TestThreadsList(t *testing.T) {
	m := schedtest.Boot(t)
	var stop atomic.Bool
	r := m.Spawn(t, "listed", func(th *sched.Thread) {
		for !stop.Load() {
			th.Sleep(1e5)
		}
	})
	find := func() bool {
		for _, th := range sched.Threads() {
			if th == r.Thread {
				return th.Name() == "listed" && th.ID() == r.ID()
			}
		}
		return false
	}
	if !find() {
		t.Error("a live thread is not in the list")
	}
	stop.Store(true)
	r.Wait(t)
	for end := time.Now().Add(schedtest.Patience); find(); {
		if time.Now().After(end) {
			t.Fatal("a dead thread is in the list")
		}
	}
}

// What if everything happens at once? Threads pass permits through a semaphore while others
// interrupt them, deadlines pass, threads start and end. Permits must be conserved.
func TestStress(t *testing.T) {
	m := schedtest.Boot(t)
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	const threads, permits = 12, 3
	var (
		mu      sync.Mutex
		q       sched.WaitQueue
		free    = permits
		holders int
		stop    atomic.Bool
		stats   [3]atomic.Int64
	)
	body := func(th *sched.Thread) {
		rnd := rand.New(rand.NewPCG(uint64(th.ID()), 1))
		for range rounds {
			mu.Lock()
			ok := true
			for free == 0 && ok {
				deadline := int64(0)
				if rnd.IntN(2) == 0 {
					deadline = m.Now() + rnd.Int64N(100_000)
				}
				switch q.WaitDeadline(th, &mu, deadline) {
				case nil:
					stats[0].Add(1)
				case syscall.EINTR:
					stats[1].Add(1)
					th.ClearInterrupt()
					ok = false
				case syscall.ETIMEDOUT:
					stats[2].Add(1)
					ok = false
				}
			}
			if ok {
				free--
				if holders++; holders > permits {
					t.Errorf("%d holders", holders)
				}
			}
			mu.Unlock()
			switch rnd.IntN(8) {
			case 0:
				th.Tick()
			case 1:
				th.Yield()
			case 2:
				th.Sleep(rnd.Int64N(20_000))
			}
			if ok {
				mu.Lock()
				holders--
				free++
				mu.Unlock()
			}
			// One wake for a permit given back; one for a wait that ended without taking its.
			q.WakeOne()
		}
	}
	var all []*schedtest.Running
	for i := range threads {
		all = append(all, m.SpawnAt(t, sched.PrioUser+sched.Priority(i%2), "worker", body))
	}
	go func() {
		for i := 0; !stop.Load(); i++ {
			all[i%threads].Interrupt()
			all[(i+5)%threads].CPUTime()
			if i%7 == 0 {
				sched.Go("short", sched.PrioKernel, func(th *sched.Thread) { th.Sleep(1000) })
				sched.ReadStats()
			}
			time.Sleep(30 * time.Microsecond)
		}
	}()
	for _, r := range all {
		r.Wait(t)
	}
	stop.Store(true)
	if free != permits || holders != 0 {
		t.Errorf("%d permits of %d left, %d holders", free, permits, holders)
	}
	t.Logf("woken %d, interrupted %d, timed out %d; %+v", stats[0].Load(), stats[1].Load(), stats[2].Load(), sched.ReadStats())
}
