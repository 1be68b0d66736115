//go:build explore

package sched

import (
	"syscall"
	"testing"
)

// Do yielding threads stay in one queue at a time, and do all get on?
func TestExploreYield(t *testing.T) {
	explore(t, 2, 3, func(sc *scene) {
		for _, name := range []string{"a", "b", "c"} {
			sc.thread(name, PrioUser, func(th *Thread) {
				th.Yield()
				th.Tick()
			})
		}
	})
}

// Does a dispatcher park while a thread that it could run is ready? The first thread never
// blocks: the second must be run by the other dispatcher.
func TestExplorePark(t *testing.T) {
	explore(t, 2, 3, func(sc *scene) {
		done := false
		sc.thread("computes", PrioUser, func(th *Thread) {
			for !done {
				spin()
			}
		})
		late := sc.s.newThread("late", PrioUser, func(th *Thread) { done = true })
		sc.actor("starter", func() { late.Start() })
	})
}

// Is a running thread ever not told that a more urgent one is ready?
func TestExplorePreempt(t *testing.T) {
	for n := 1; n <= 2; n++ {
		explore(t, n, 4-n, func(sc *scene) {
			done := 0
			for i := range n {
				sc.thread([]string{"computes 0", "computes 1"}[i], PrioUser, func(th *Thread) {
					for done == 0 {
						if th.shouldYield.Load() {
							th.Yield()
						} else {
							spin()
						}
					}
				})
			}
			urgent := sc.s.newThread("urgent", PrioKernel, func(th *Thread) { done++ })
			sc.actor("starter", func() { urgent.Start() })
		})
	}
}

// Does a thread that is bound anywhere on its way get to that CPU, by its next yield at the latest?
func TestExploreBind(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		bound := false
		var th *Thread
		th = sc.thread("bound", PrioUser, func(th *Thread) {
			th.Yield()
			if bound {
				th.Yield()
				sc.check(th.CPU() == 1, "runs on %d", th.CPU())
			}
		})
		sc.thread("other", PrioUser, func(th *Thread) { th.Yield() })
		sc.actor("binder", func() {
			th.Bind(1)
			bound = true
		})
	})
}

// Is a change of class ever lost, wherever the thread is?
func TestExploreSetClass(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		set := false
		th := sc.thread("changed", PrioUser, func(th *Thread) {
			th.Yield()
			if !set {
				return
			}
			if th.ShouldYield() {
				th.Preempt()
			}
			sc.check(th.Priority() == realTime+7, "priority %d", th.Priority())
		})
		sc.thread("other", PrioUser, func(th *Thread) { th.Yield() })
		sc.actor("setter", func() {
			th.SetClass(FIFO, 7)
			set = true
		})
	})
}

// Does a thread that hands its CPU over at a block, and may be woken at once, always go on, and the
// heir too, wherever that was on its way to park?
func TestExploreHandOver(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		heir := sc.thread("heir", PrioUser, func(th *Thread) { th.Park(0) })
		first := sc.thread("first", PrioUser, func(th *Thread) {
			th.OnBlock(func(*Thread) *Thread { return heir })
			if th.Park(0) == syscall.EALREADY { // did not block
				heir.Unpark()
			}
		})
		sc.actor("waker", func() { first.Unpark() })
	})
}

// Is a binding or a class that comes while its thread is granted a moment more not forgotten?
func TestExploreGraceForgetsNothing(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		var c Control
		c.NoPreempt.Store(1)
		begun, changed := false, false
		th := sc.thread("a", PrioUser, func(th *Thread) {
			th.SetControl(&c)
			th.shouldYield.Store(true)
			begun = true
			th.Preempt()
			await(&changed, true)
			if th.ShouldYield() {
				th.Preempt()
			}
			if th.misplacedOn(th.home.Load()) {
				sc.fail("runs on CPU %d", th.CPU())
			}
			if th.base.Load() != th.basis {
				sc.fail("has the priority of its old class")
			}
			th.SetControl(nil)
		})
		sc.actor("other", func() {
			await(&begun, true)
			th.Bind(1 - th.CPU())
			th.SetClass(Fixed, 1)
			changed = true
		})
	})
}

// Does a CPU that was unparked for one thread, and takes another that is bound to it, see to it that
// the first one runs on another CPU?
func TestExploreBoundTakesOthersCPU(t *testing.T) {
	explore(t, 3, 1, func(sc *scene) {
		done := false
		wait := func(*Thread) { await(&done, true) }
		sc.thread("computes", PrioUser, wait)
		bound := sc.s.newThread("bound", PrioUser, wait)
		bound.bound.Store(3)
		free := sc.s.newThread("free", PrioUser, func(*Thread) { done = true })
		sc.actor("waker", func() { free.Start() })
		sc.actor("other waker", func() { bound.Start() })
	})
}

// Does whom WakeNext has woken go on, whatever the waker does next, and with the class that it has been
// given meanwhile?
func TestExploreWakeNext(t *testing.T) {
	for _, then := range []func(*Thread){
		func(th *Thread) { th.Park(0) }, (*Thread).Yield, (*Thread).Tick, func(*Thread) {},
	} {
		explore(t, 1, 2, func(sc *scene) {
			set := false
			heir := sc.thread("heir", PrioUser, func(th *Thread) {
				th.Park(0)
				await(&set, true)
				if th.ShouldYield() {
					th.Preempt()
				}
				sc.check(th.base.Load() == th.basis, "has the priority of its old class")
			})
			first := sc.thread("first", PrioUser, func(th *Thread) {
				if !heir.parking.WakeNext(th) {
					heir.Unpark()
				}
				then(th)
			})
			sc.actor("waker", func() { first.Unpark() })
			sc.actor("setter", func() { heir.SetClass(Fixed, 5); set = true })
		})
	}
}
