package sched_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
	"gossamer/kernel/trace"
)

// record runs f with tracing on, waits for its threads to be gone, and returns what was recorded.
func record(t *testing.T, f func()) *trace.Log {
	t.Helper()
	before := sched.ReadStats().Threads
	var now atomic.Uint64
	tr := trace.Start(trace.Config{Dispatchers: schedtest.Dispatchers, Events: 1 << 16, Hz: 1e9,
		Clock: func() uint64 { return now.Add(1) }, CPU: func() int { return 0 }})
	if tr == nil {
		t.Fatal("tracing is on already")
	}
	defer tr.Stop()
	f()
	for end := time.Now().Add(schedtest.Patience); sched.ReadStats().Threads > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("threads left behind")
		}
	}
	log := tr.Snapshot(func(uint64) string { return "" })
	if _, lost := log.Count(); lost != 0 {
		t.Fatalf("%d events lost", lost)
	}
	return log
}

// count counts the events of a kind about a thread; by is word A, if not 0.
func count(log *trace.Log, k trace.Kind, thread, by int) (n int) {
	for _, r := range log.Rings {
		for _, e := range r.Events {
			if e.Kind == k && int(e.Thread) == thread && (by == 0 || e.A == uint64(by)) {
				n++
			}
		}
	}
	return n
}

// Two threads hand a turn to each other: the trace has what they must have done for that, and
// who woke whom.
func TestTraceOfAPingPong(t *testing.T) {
	m := schedtest.Boot(t)
	const rounds = 200
	var mu sync.Mutex
	var q [2]sched.WaitQueue
	turn, waits := 0, [2]int{}
	var id [2]int
	log := record(t, func() {
		var both [2]*schedtest.Running
		for me := range both {
			both[me] = m.Spawn(t, [2]string{"ping", "pong"}[me], func(th *sched.Thread) {
				mu.Lock()
				defer mu.Unlock()
				id[me] = th.ID()
				for range rounds {
					for turn != me {
						waits[me]++
						q[me].WaitUninterruptible(th, &mu)
					}
					turn = 1 - me
					q[1-me].WakeOne()
				}
			})
		}
		for _, r := range both {
			r.Wait(t)
		}
	})
	woken := 0
	for me := range 2 {
		if n := count(log, trace.Block, id[me], 0); n != waits[me] {
			t.Errorf("%d blocks of %d, want %d", n, me, waits[me])
		}
		n := count(log, trace.Wake, id[me], 0)
		if by := count(log, trace.Wake, id[me], id[1-me]); by != n {
			t.Errorf("of %d wakes of %d only %d are the other's", n, me, by)
		}
		if n != waits[me] {
			t.Errorf("%d wakes of %d, which waited %d times", n, me, waits[me])
		}
		woken += n
		for k, want := range map[trace.Kind]int{trace.Create: 1, trace.Name: 1, trace.Exit: 1} {
			if got := count(log, k, id[me], 0); got != want {
				t.Errorf("%d events %v of %d, want %d", got, k, me, want)
			}
		}
	}
	if woken < rounds/2 {
		t.Errorf("%d wakes in %d turns: this was no ping-pong", woken, 2*rounds)
	}
	checkSwitches(t, log)
}

// checkSwitches: on a dispatcher each switch leaves what the one before went to, and nothing runs
// in two places.
func checkSwitches(t *testing.T, log *trace.Log) {
	t.Helper()
	var all []trace.Event
	for d, r := range log.Rings[:log.Dispatchers] {
		last := uint64(0)
		first := true
		for _, e := range r.Events {
			if e.Kind != trace.Switch {
				continue
			}
			if e.A != last && !first {
				t.Fatalf("dispatcher %d went to %d, but leaves %d", d, last, e.A)
			}
			last, first = uint64(e.Thread), false
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b trace.Event) int { return int(a.Time) - int(b.Time) })
	runs := map[uint64]bool{}
	for _, e := range all {
		delete(runs, e.A)
		if e.Thread != 0 {
			if runs[uint64(e.Thread)] {
				t.Fatalf("thread %d runs twice at %d", e.Thread, e.Time)
			}
			runs[uint64(e.Thread)] = true
		}
	}
	if len(all) == 0 {
		t.Error("no switches")
	}
}

// Why a thread left, and how its wait ended.
func TestTraceSaysWhy(t *testing.T) {
	m := schedtest.Boot(t)
	var id int
	yielderIDs := map[uint64]bool{}
	var slept atomic.Bool
	log := record(t, func() {
		r := m.Spawn(t, "waiter", func(th *sched.Thread) {
			id = th.ID()
			if err := th.Sleep(5e6); err != nil {
				t.Error(err)
			}
			slept.Store(true)
			if err := th.Sleep(1 << 60); err != syscall.EINTR {
				t.Error(err)
			}
		})
		for !slept.Load() {
			time.Sleep(time.Millisecond)
		}
		r.Await(t, sched.Blocked)
		r.Interrupt()
		r.Wait(t)
		// One more than can run: somebody's Yield lets the last one run.
		var rotated atomic.Bool
		var yielders [schedtest.Dispatchers + 1]*schedtest.Running
		for i := range yielders {
			yielders[i] = m.Spawn(t, "yielder", func(th *sched.Thread) {
				for !rotated.Load() {
					th.Yield()
					if _, n := th.Switches(); n > 0 {
						rotated.Store(true)
					}
				}
			})
		}
		for _, y := range yielders {
			y.Wait(t)
			yielderIDs[uint64(y.ID())] = true
		}
	})
	how := map[uint64]int{}
	why := map[uint64]int{}
	for _, r := range log.Rings {
		for _, e := range r.Events {
			if e.Kind == trace.Wake && int(e.Thread) == id {
				how[e.B]++
			}
			if e.Kind == trace.Switch && (e.A == uint64(id) || yielderIDs[e.A]) {
				why[e.B]++
			}
		}
	}
	if how[trace.TimedOut] != 1 || how[trace.Interrupted] != 1 || len(how) != 2 {
		t.Errorf("waits ended %v, want one timed out and one interrupted", how)
	}
	if why[trace.Exited] != 1+len(yielderIDs) || why[trace.Yielded] == 0 {
		t.Errorf("threads left %v, want %d that exited and some that yielded", why, 1+len(yielderIDs))
	}
	checkSwitches(t, log)
}
