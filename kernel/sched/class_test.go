package sched_test

import (
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

// hold keeps every dispatcher busy with a thread more urgent than what a test is about, until the
// function returned is called.
func hold(t *testing.T, m *schedtest.Machine) (release func()) {
	var stop atomic.Bool
	var all []*schedtest.Running
	for range schedtest.Dispatchers {
		r := m.SpawnAt(t, 255, "holds", func(*sched.Thread) {
			for !stop.Load() {
				time.Sleep(10 * time.Microsecond)
			}
		})
		r.Await(t, sched.Running)
		all = append(all, r)
	}
	return func() {
		stop.Store(true)
		for _, r := range all {
			r.Wait(t)
		}
	}
}

// Do ready threads run in the order of their classes and levels, also if those were set while they
// were queued?
func TestClassesOrder(t *testing.T) {
	m := schedtest.Boot(t)
	release := hold(t, m)
	kinds := []struct {
		class sched.Class
		level int
	}{
		{sched.TimeSharing, 0}, {sched.Fixed, 10}, {sched.TimeSharing, 30}, {sched.Fixed, 59},
		{sched.RoundRobin, 1}, {sched.FIFO, 50}, {sched.RoundRobin, 99}, {sched.Kernel, 240},
	}
	var order []int
	var all []*schedtest.Running
	for i := range kinds {
		r := m.Spawn(t, "t", func(th *sched.Thread) { order = append(order, i) })
		r.Bind(0) // one after another
		r.Await(t, sched.Ready)
		all = append(all, r)
	}
	for i, r := range all {
		r.SetClass(kinds[i].class, kinds[i].level)
		if c, l := r.Class(); c != kinds[i].class || l != kinds[i].level {
			t.Errorf("Class: %v %d", c, l)
		}
	}
	release()
	for _, r := range all {
		r.Wait(t)
	}
	for i := range order {
		if order[i] != len(order)-1-i {
			t.Fatalf("ran in order %v", order)
		}
	}
}

// Does computing cost a time-sharing thread its priority, to a limit, and does it get it back while
// it is blocked? Does a fixed one keep it?
func TestTimeSharingDecays(t *testing.T) {
	m := schedtest.Boot(t)
	m.Manual(t)
	r := m.Spawn(t, "computes", func(th *sched.Thread) {
		for i := range 20 {
			th.Tick()
			if want := sched.PrioUser - sched.Priority(min(i+1, 10)); th.Priority() != want {
				t.Errorf("after %d slices: %d, want %d", i+1, th.Priority(), want)
			}
		}
		th.Sleep(42e6)
		if th.Priority() != sched.PrioUser-6 {
			t.Errorf("after 4.2 slices of sleep: %d", th.Priority())
		}
		for range 2 {
			th.Sleep(6e6)
		}
		if th.Priority() != sched.PrioUser-5 {
			t.Errorf("after 1.2 more: %d", th.Priority())
		}
		th.SetClass(sched.Fixed, 20)
		th.Yield()
		before := th.Priority()
		th.Tick()
		if th.Priority() != before || before != sched.PrioUser-10 {
			t.Errorf("fixed: %d, then %d", before, th.Priority())
		}
	})
	for r.State() < sched.Exited {
		if r.State() == sched.Blocked {
			m.Advance(6 * time.Millisecond)
		} else {
			time.Sleep(10 * time.Microsecond)
		}
	}
	r.Wait(t)
}

// Does a thread that was preempted go on before its equals, which waited longer, when the more urgent
// one is done? Its turn was not over.
func TestPreemptedKeepsItsTurn(t *testing.T) {
	m := schedtest.Boot(t)
	release := hold(t, m)
	var order []string
	var all []*schedtest.Running
	spawn := func(name string, body func(th *sched.Thread)) {
		r := m.Spawn(t, name, func(th *sched.Thread) {
			body(th)
			order = append(order, name)
		})
		r.Bind(0)
		all = append(all, r)
	}
	spawn("first", func(th *sched.Thread) {
		urgent := sched.NewThread("urgent", sched.PrioKernel, func(*sched.Thread) { order = append(order, "urgent") })
		urgent.Bind(0)
		urgent.Start()
		if !th.ShouldYield() {
			t.Error("not told to yield")
		}
		th.Preempt()
	})
	spawn("second", func(*sched.Thread) {})
	release()
	for _, r := range all {
		r.Wait(t)
	}
	if want := []string{"urgent", "first", "second"}; !slices.Equal(order, want) {
		t.Errorf("%v", order)
	}
}

// Does a thread that another makes begin as that is?
func TestInherit(t *testing.T) {
	m := schedtest.Boot(t)
	m.Run(t, func(th *sched.Thread) {
		th.SetClass(sched.TimeSharing, 40)
		th.Bind(1)
		th.Yield()
		for range 3 {
			th.Tick()
		}
		child := sched.NewThread("child", sched.PrioUser, func(c *sched.Thread) {})
		child.Inherit(th)
		if c, l := child.Class(); c != sched.TimeSharing || l != 40 || child.Bound() != 1 || child.Priority() != th.Priority() {
			t.Errorf("%v %d, CPU %d, priority %d; want priority %d", c, l, child.Bound(), child.Priority(), th.Priority())
		}
	})
}

// Does the end of a slice pass the CPU on among equals in RoundRobin, and not in FIFO?
func TestSlicesOfRealTime(t *testing.T) {
	m := schedtest.Boot(t)
	for _, c := range []sched.Class{sched.RoundRobin, sched.FIFO} {
		var log []int
		body := func(i int) func(th *sched.Thread) {
			return func(th *sched.Thread) {
				for range 3 {
					log = append(log, i)
					th.Tick()
				}
			}
		}
		release := hold(t, m)
		var all []*schedtest.Running
		for i := range 2 {
			r := m.Spawn(t, "rt", body(i))
			r.Bind(1)
			r.SetClass(c, 7)
			all = append(all, r)
		}
		release()
		for _, r := range all {
			r.Wait(t)
		}
		changes := 0
		for i := 1; i < len(log); i++ {
			if log[i] != log[i-1] {
				changes++
			}
		}
		if len(log) != 6 || (changes == 1) != (c == sched.FIFO) {
			t.Errorf("%v: %v", c, log)
		}
	}
}

// Does a thread that more urgent ones keep from the CPU get a slice in the end?
func TestStarvingThreadGetsASlice(t *testing.T) {
	m := schedtest.Boot(t)
	var fed atomic.Bool
	var ticks int
	r := m.Spawn(t, "urgent", func(th *sched.Thread) {
		th.SetClass(sched.FIFO, 99)
		th.Bind(0)
		th.Yield()
		poor := sched.NewThread("poor", sched.PrioUser, func(*sched.Thread) { fed.Store(true) })
		poor.SetClass(sched.TimeSharing, 0)
		poor.Bind(0)
		poor.Start()
		for ticks = 0; !fed.Load() && ticks < 1000; ticks++ {
			th.Tick()
			if th.ShouldYield() {
				th.Preempt()
			}
		}
	})
	r.Wait(t)
	if ticks < 20 || ticks > 100 {
		t.Errorf("after %d ticks", ticks)
	}
}

// Is a thread that blocks in the slice that it got for having starved, as urgent as before from then on?
func TestStarvedThreadThatBlocks(t *testing.T) {
	m := schedtest.Boot(t)
	var fed atomic.Bool
	var in, after sched.Priority
	release := hold(t, m)
	poor := m.Spawn(t, "poor", func(th *sched.Thread) {
		in = th.Priority()
		fed.Store(true)
		th.Park(0)
		after = th.Priority()
	})
	poor.SetClass(sched.Fixed, 20)
	poor.Bind(0)
	urgent := m.Spawn(t, "urgent", func(th *sched.Thread) {
		for ticks := 0; !fed.Load() && ticks < 1000; ticks++ {
			th.Tick()
			if th.ShouldYield() {
				th.Preempt()
			}
		}
	})
	urgent.SetClass(sched.FIFO, 99)
	urgent.Bind(0)
	release()
	urgent.Wait(t)
	poor.Await(t, sched.Blocked)
	poor.Unpark()
	poor.Wait(t)
	if want := sched.PrioUser - sched.DefaultLevel + 20; in != sched.PrioStarved || after != want {
		t.Errorf("priority %d as it starved, %d later, want %d", in, after, want)
	}
}

// Does a thread run where it is bound to, wherever it was and whatever it did when it was bound?
func TestBind(t *testing.T) {
	m := schedtest.Boot(t)
	var settled atomic.Bool
	var all []*schedtest.Running
	for i := range 4 {
		all = append(all, m.Spawn(t, "moves", func(th *sched.Thread) {
			for n := 0; !settled.Load(); n++ {
				if n%3 != 0 {
					th.Yield()
				} else {
					th.Sleep(1000)
				}
			}
			th.Yield()
			for range 100 {
				if th.CPU() != i%2 {
					t.Errorf("bound to %d, runs on %d", th.Bound(), th.CPU())
				}
				th.Yield()
			}
		}))
	}
	for i := range 2000 {
		all[i%len(all)].Bind(i%(schedtest.Dispatchers+1) - 1)
	}
	for i, r := range all {
		r.Bind(i % 2)
	}
	settled.Store(true)
	for _, r := range all {
		r.Wait(t)
	}
}

// Park and Unpark: one token, never a count; each way a Park can end.
func TestPark(t *testing.T) {
	m := schedtest.Boot(t)
	m.Manual(t)
	errs := make(chan error, 8)
	r := m.Spawn(t, "parks", func(th *sched.Thread) {
		th.Unpark()
		th.Unpark()
		errs <- th.Park(0) // the token
		errs <- th.Park(0) // Unpark
		errs <- th.Park(m.Now() + 10e6)
		errs <- th.Park(1)
		errs <- th.Park(0) // Interrupt
		th.ClearInterrupt()
		th.Sleep(5e6) // is not ended by Unpark
		errs <- th.Park(1)
	})
	want := func(text string) {
		t.Helper()
		err := <-errs
		if got := "nil"; err != nil {
			got = err.Error()
			if got != text {
				t.Errorf("%s, want %s", got, text)
			}
		} else if got != text {
			t.Errorf("nil, want %s", text)
		}
	}
	want("operation already in progress")
	r.Await(t, sched.Blocked)
	r.Unpark()
	want("nil")
	r.Await(t, sched.Blocked)
	m.Advance(10 * time.Millisecond)
	want("connection timed out")
	want("connection timed out")
	r.Await(t, sched.Blocked)
	r.Interrupt()
	want("interrupted system call")
	r.Await(t, sched.Blocked)
	r.Unpark()
	if s := r.State(); s != sched.Blocked {
		t.Errorf("Unpark of a sleeper: %v", s)
	}
	m.Advance(5 * time.Millisecond)
	want("operation already in progress")
	r.Wait(t)
}

// Does a thread that blocks hand its CPU to the parked one that its OnBlock names, in front of all
// others?
func TestOnBlock(t *testing.T) {
	m := schedtest.Boot(t)
	var log []string
	heir := m.Spawn(t, "heir", func(th *sched.Thread) {
		th.Park(0)
		log = append(log, "heir")
		if err := th.Park(0); err != nil {
			t.Errorf("second Park: %v", err)
		}
	})
	heir.Await(t, sched.Blocked)
	release := hold(t, m)
	first := m.Spawn(t, "first", func(th *sched.Thread) {
		th.OnBlock(func(*sched.Thread) *sched.Thread { return heir.Thread })
		th.Park(0)
		heir.Unpark()
	})
	other := m.Spawn(t, "other", func(*sched.Thread) { log = append(log, "other") })
	first.Bind(0)
	other.Bind(0)
	release()
	other.Wait(t)
	first.Await(t, sched.Blocked)
	first.Unpark()
	first.Wait(t)
	heir.Wait(t)
	if log[0] != "heir" {
		t.Errorf("%v", log)
	}
}

// Is an urgent thread urgent no more if it is woken while nobody waits for what it has to do, and still
// urgent if somebody does?
func TestRelent(t *testing.T) {
	m := schedtest.Boot(t)
	var calm atomic.Uint32
	urgent := m.Spawn(t, "urgent", func(th *sched.Thread) {
		th.RelentIf(&calm)
		for range 2 {
			th.SetUrgent(true)
			th.Park(0)
		}
	})
	for word, want := range []sched.Priority{sched.PrioKernel, sched.PrioUser} {
		urgent.Await(t, sched.Blocked)
		calm.Store(uint32(word))
		release := hold(t, m)
		urgent.Unpark()
		urgent.Await(t, sched.Ready)
		if got := urgent.Priority(); got != want {
			t.Errorf("woken while the word is %d: priority %d, want %d", word, got, want)
		}
		release()
	}
	urgent.Wait(t)
}

// Does an urgent thread, woken, come before others that are more urgent by their class, and only as
// long as it is?
func TestUrgent(t *testing.T) {
	m := schedtest.Boot(t)
	var order []string
	urgent := m.Spawn(t, "urgent", func(th *sched.Thread) {
		th.SetUrgent(true)
		th.Park(0)
		order = append(order, "urgent")
		th.SetUrgent(false)
		th.Park(0)
		order = append(order, "relaxed")
	})
	urgent.Bind(0)
	for i, other := range []string{"first", "second"} {
		urgent.Await(t, sched.Blocked)
		release := hold(t, m)
		r := m.Spawn(t, other, func(*sched.Thread) { order = append(order, other) })
		r.Bind(0)
		r.SetClass(sched.Fixed, 59)
		r.Await(t, sched.Ready)
		urgent.Unpark()
		urgent.Await(t, sched.Ready)
		release()
		r.Wait(t)
		if i == 0 {
			urgent.Await(t, sched.Blocked)
		}
	}
	urgent.Wait(t)
	if want := []string{"urgent", "first", "second", "relaxed"}; !slices.Equal(order, want) {
		t.Errorf("ran in order %v, want %v", order, want)
	}
}

// Is a thread that is urgent no more asked to yield to one that has waited meanwhile?
func TestUrgentNoMore(t *testing.T) {
	m := schedtest.Boot(t)
	m.Run(t, func(th *sched.Thread) {
		th.Bind(0)
		th.Yield()
		th.SetUrgent(true)
		waits := sched.NewThread("waits", sched.PrioUser, func(*sched.Thread) {})
		waits.SetClass(sched.FIFO, 50)
		waits.Bind(0)
		waits.Start()
		if th.Yield(); th.ShouldYield() {
			t.Error("is to yield while it is urgent")
		}
		if th.SetUrgent(false); !th.ShouldYield() {
			t.Error("is not to yield")
		}
	})
}

// The same of one that was to rest, but has been unparked before.
func TestUrgentNoMoreButNoRest(t *testing.T) {
	m := schedtest.Boot(t)
	m.Run(t, func(th *sched.Thread) {
		th.Bind(0)
		th.Yield()
		th.SetUrgent(true)
		waits := sched.NewThread("waits", sched.PrioUser, func(*sched.Thread) {})
		waits.SetClass(sched.FIFO, 50)
		waits.Bind(0)
		waits.Start()
		th.Unpark()
		if err := th.Rest(0); err != syscall.EALREADY || !th.ShouldYield() {
			t.Errorf("%v; is to yield: %v", err, th.ShouldYield())
		}
	})
}

// Does a thread in a long call keep the CPU for a slice, and no longer?
func TestBreathe(t *testing.T) {
	m := schedtest.Boot(t)
	m.Manual(t)
	m.Run(t, func(th *sched.Thread) {
		th.Bind(0)
		th.Yield()
		var ran atomic.Bool
		other := sched.NewThread("other", sched.PrioUser, func(*sched.Thread) { ran.Store(true) })
		other.Bind(0)
		other.Start()
		if th.Breathe(); ran.Load() {
			t.Error("has yielded before its slice was over")
		}
		m.Advance(10e6)
		if th.Breathe(); !ran.Load() {
			t.Error("has not yielded at the end of its slice")
		}
	})
}
