//go:build explore

package sched

import "testing"

// Does whom an urgent thread has borrowed the CPU from go on, whatever that one does next, and at once
// when it rests?
func TestExploreLending(t *testing.T) {
	nobody := func(*Thread) *Thread { return nil }
	for _, c := range []struct {
		cpus, bound int
		then        func(*Thread)
	}{
		{1, 1, func(th *Thread) { th.Rest(0) }},
		{1, 1, func(th *Thread) { th.Park(0) }},
		{1, 1, func(th *Thread) { th.SetUrgent(false); th.OnBlock(nil); th.Park(0) }},
		{1, 1, func(th *Thread) { th.Tick(); th.Rest(0) }},
		{1, 1, func(*Thread) {}}, // ends
		{2, 0, func(th *Thread) { th.Rest(0) }},
	} {
		lent := 0
		explore(t, c.cpus, c.bound, func(sc *scene) {
			ready, rests := false, false
			urgent := sc.thread("urgent", PrioUser, func(th *Thread) {
				th.OnBlock(nobody)
				th.SetUrgent(true)
				ready = true
				th.Park(0)
				if th.lender != nil {
					lent++
				}
				rests = true
				c.then(th)
			})
			lends := sc.thread("lends", PrioUser, func(th *Thread) {
				th.Park(0)
				urgent.Unpark()
				if th.ShouldYield() {
					th.Preempt()
				}
				sc.check(!th.lent && !th.preempted, "goes on as a lender")
				th.Yield()
			})
			third := sc.thread("third", PrioUser, func(th *Thread) { th.Park(0) })
			sc.actor("waker", func() { await(&ready, true); lends.Unpark() })
			sc.actor("other waker", func() { third.Unpark() })
			sc.actor("last waker", func() { await(&rests, true); urgent.Unpark() })
			sc.actor("setter", func() { lends.SetClass(Fixed, 40) })
		})
		if lent == 0 {
			t.Error("nobody has lent anything")
		}
	}
}

// Does an urgent thread that WakeNext has woken get the CPU from its waker when that gives way, without
// having been in a queue, and give it back; and does it go on whatever the waker does instead?
func TestExploreUrgentHeir(t *testing.T) {
	nobody := func(*Thread) *Thread { return nil }
	for i, then := range []func(*Thread){
		(*Thread).Preempt, func(th *Thread) { th.Park(0) }, (*Thread).Yield, (*Thread).Tick, (*Thread).Breathe, nil,
	} {
		at, lent := 0, 0
		explore(t, 1, 1, func(sc *scene) {
			ready, over := false, false
			urgent := sc.thread("urgent", PrioUser, func(th *Thread) {
				th.OnBlock(nobody)
				th.SetUrgent(true)
				ready = true
				th.Park(0)
				if over = true; th.lender != nil {
					lent++
				}
				th.Rest(0)
			})
			sc.thread("wakes", PrioUser, func(th *Thread) {
				th.Park(0)
				if !urgent.parking.WakeNext(th) {
					urgent.Unpark()
				} else if th.heir == urgent {
					at++
					sc.check(urgent.queue.Load() == 0, "is in a queue")
					if i == 0 {
						sc.check(th.ShouldYield(), "is not asked to give way")
					}
				}
				if then == nil {
					return
				}
				then(th)
				sc.check(th.heir == nil && !th.lent && !th.preempted, "goes on with what it has given")
				sc.check(i != 0 || over, "goes on before the urgent one")
			})
			third := sc.thread("third", PrioUser, func(th *Thread) { th.Park(0) })
			sc.actor("waker", func() { await(&ready, true); sc.threads[1].Unpark() })
			sc.actor("other waker", func() { third.Unpark() })
			sc.actor("last wakers", func() {
				await(&over, true)
				urgent.Unpark()
				sc.threads[1].Unpark()
			})
		})
		if at == 0 || i == 0 && lent == 0 {
			t.Errorf("way %d: heir %d times, lent to %d times", i, at, lent)
		}
	}
}
