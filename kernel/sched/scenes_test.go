//go:build explore

package sched

import (
	"flag"
	"strings"
	"syscall"
	"testing"
	"time"
)

var deeper = flag.Int("deeper", 0, "explore with so many more preemptions")

// scene is a scheduler with its dispatchers and whatever a test adds.
type scene struct {
	*explorer
	s       *scheduler
	m       *modelMachine
	threads []*Thread
	atEnd   []func()
}

func (sc *scene) thread(name string, prio Priority, body func(t *Thread)) *Thread {
	t := sc.s.newThread(name, prio, body)
	sc.threads = append(sc.threads, t)
	return t
}

func (sc *scene) end(f func()) { sc.atEnd = append(sc.atEnd, f) }

// clock lets time pass to the instant given, at any moment, and calls timers when they are due.
func (sc *scene) clock(at int64) {
	sc.actor("clock", func() { point(); sc.m.setNow(at) })
	sc.actor("timer", func() {
		for {
			await(&sc.m.due, true)
			sc.s.timers.tick()
		}
	})
}

// explore runs a scene in every order with at most bound preemptions, and holds it to what must
// be so in all: every thread ends, and nothing is left in any queue.
//
// The bounds given are what takes seconds; -deeper adds to them.
func explore(t *testing.T, dispatchers, bound int, build func(sc *scene)) {
	t.Helper()
	bound += *deeper
	var path []decision
	begin := time.Now()
	run := func(logging bool) *explorer {
		e := &explorer{bound: bound, path: path, logging: logging}
		sc := &scene{explorer: e, m: &modelMachine{now: 1}}
		sc.s = newScheduler(sc.m, dispatchers)
		for i, d := range sc.s.dispatchers {
			e.actor([]string{"dispatcher 0", "dispatcher 1", "dispatcher 2"}[i], d.run)
		}
		build(sc)
		for _, th := range sc.threads {
			th.Start()
		}
		ex = e
		e.run()
		for _, k := range sc.s.spare {
			k.ctx.Switch() // to its end
		}
		ex = nil
		if e.fault == "" {
			sc.verify()
			for _, f := range sc.atEnd {
				f()
			}
		}
		path = e.path
		return e
	}
	for n := 1; ; n++ {
		e := run(false)
		if e.fault != "" {
			again := run(true)
			t.Fatalf("run %d: %s\n  %s", n, e.fault, strings.Join(again.log, "\n  "))
		}
		if !e.next() {
			t.Logf("%d orders with up to %d preemptions in %v", n, bound, time.Since(begin).Round(time.Millisecond))
			return
		}
		path = e.path
	}
}

func (sc *scene) verify() {
	for _, t := range sc.threads {
		if t.State() != Ended {
			sc.fail("%s is left %v", t.name, t.State())
		}
		if t.linked || t.onStack || t.queue.Load() != 0 || t.waitq.Load() != nil || t.timer.Queued() {
			sc.fail("%s is left in some queue", t.name)
		}
	}
	if n := sc.s.live; n != 0 || sc.s.oldest != nil || sc.s.newest != nil {
		sc.fail("%d threads left in the list", n)
	}
	if n := int(sc.s.idle.n.Load()); n != len(sc.s.dispatchers) || n != len(sc.s.idle.parked) {
		sc.fail("%d dispatchers parked", n)
	}
	for _, d := range sc.s.dispatchers {
		if d.ready.first.Load() != 0 || d.ready.n != 0 || d.bound.n != 0 || *d.token.given {
			sc.fail("a run queue or a token is left over")
		}
	}
	if sc.s.timers.heap.Len() != 0 {
		sc.fail("a timer is left over")
	}
}

// Is a wake ever lost, wherever the waiter is when it comes?
func TestExploreWake(t *testing.T) {
	explore(t, 2, 3, func(sc *scene) {
		var l mutex
		var q WaitQueue
		ready := false
		sc.thread("waiter", PrioUser, func(th *Thread) {
			l.Lock()
			for !ready {
				if err := q.Wait(th, &l); err != nil {
					sc.fail("Wait: %v", err)
				}
			}
			l.Unlock()
		})
		sc.actor("waker", func() {
			l.Lock()
			ready = true
			l.Unlock()
			q.WakeOne()
		})
	})
}

// tally counts how waits ended, and checks that a wake given is a wait ended by it.
type tally struct{ given, woken, interrupted, timedOut int }

func (c *tally) ended(err error) {
	switch err {
	case nil:
		c.woken++
	case syscall.EINTR:
		c.interrupted++
	case syscall.ETIMEDOUT:
		c.timedOut++
	}
}

func (c *tally) wake(q *WaitQueue) {
	if q.WakeOne() {
		c.given++
	}
}

func (c *tally) verify(sc *scene, waits int) {
	sc.end(func() {
		if c.given != c.woken {
			sc.fail("%d wakes given, %d waits ended by one", c.given, c.woken)
		}
		if c.woken+c.interrupted+c.timedOut != waits {
			sc.fail("%+v: want %d ends", *c, waits)
		}
	})
}

// Does a wait that a wake and an interrupt compete for end by exactly one of them, and does the
// loser leave no trace (a wake) or stay (an interrupt)?
func TestExploreWakeInterrupt(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		var l mutex
		var q WaitQueue
		var c tally
		waiter := sc.thread("waiter", PrioUser, func(th *Thread) {
			l.Lock()
			err := q.Wait(th, &l)
			c.ended(err)
			l.Unlock()
			if err == syscall.EINTR && !th.ClearInterrupt() {
				sc.fail("EINTR without an interrupt")
			}
		})
		sc.actor("waker", func() { c.wake(&q) })
		sc.actor("interrupter", func() {
			waiter.Interrupt()
			// A wake may have come too early, and the interrupt may have lost: but not both.
		})
		c.verify(sc, 1)
		sc.end(func() {
			if c.woken == 1 && !waiter.Interrupted() {
				sc.fail("the interrupt that lost is gone")
			}
		})
	})
}

// The same for a wake and a deadline.
func TestExploreWakeDeadline(t *testing.T) {
	for n := 1; n <= 2; n++ {
		explore(t, n, 3-n, wakeDeadline)
	}
}

func wakeDeadline(sc *scene) {
	var l mutex
	var q WaitQueue
	var c tally
	sc.thread("waiter", PrioUser, func(th *Thread) {
		l.Lock()
		c.ended(q.WaitDeadline(th, &l, 10))
		l.Unlock()
	})
	sc.actor("waker", func() { c.wake(&q) })
	sc.clock(10)
	c.verify(sc, 1)
}

// Does a deadline that comes late end the wait it was set for only? The second wait has none.
func TestExploreLateDeadline(t *testing.T) {
	explore(t, 1, 3, func(sc *scene) {
		var l mutex
		var q WaitQueue
		var c tally
		second := false
		sc.thread("waiter", PrioUser, func(th *Thread) {
			l.Lock()
			c.ended(q.WaitDeadline(th, &l, 10))
			for !second {
				if err := q.Wait(th, &l); err != nil {
					sc.fail("second wait: %v", err)
				}
			}
			l.Unlock()
		})
		sc.actor("waker", func() {
			q.WakeOne()
			l.Lock()
			second = true
			l.Unlock()
			q.WakeOne()
		})
		sc.clock(10)
	})
}

// All three at once, with a sleep behind that uses the same timer again.
func TestExploreWakeInterruptDeadline(t *testing.T) {
	explore(t, 2, 1, func(sc *scene) {
		var l mutex
		var q WaitQueue
		var c tally
		waiter := sc.thread("waiter", PrioUser, func(th *Thread) {
			l.Lock()
			c.ended(q.WaitDeadline(th, &l, 10))
			l.Unlock()
			if err := th.Sleep(3); err != nil && err != syscall.EINTR {
				sc.fail("Sleep: %v", err)
			}
		})
		sc.actor("waker", func() { c.wake(&q) })
		sc.actor("interrupter", func() { waiter.Interrupt() })
		sc.clock(20)
		c.verify(sc, 1)
	})
}

// Do two waiters and two wakes come out even, when one of the waiters may be interrupted and a
// wake must then go to the other?
func TestExploreTwoWaiters(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		var l mutex
		var q WaitQueue
		permits := 0
		var got tally
		body := func(th *Thread) {
			l.Lock()
			for permits == 0 {
				if err := q.Wait(th, &l); err != nil {
					got.interrupted++
					l.Unlock()
					return
				}
			}
			permits--
			got.woken++
			l.Unlock()
		}
		a := sc.thread("a", PrioUser, body)
		sc.thread("b", PrioUser, body)
		sc.actor("waker", func() {
			for range 2 {
				l.Lock()
				permits++
				l.Unlock()
				q.WakeOne()
			}
		})
		sc.actor("interrupter", func() { a.Interrupt() })
		sc.end(func() {
			if got.woken+got.interrupted != 2 || got.interrupted > 1 || permits != 2-got.woken {
				sc.fail("%+v, %d permits left", got, permits)
			}
		})
	})
}

// Does WakeAll wake everybody, also somebody who is being interrupted?
func TestExploreWakeAll(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		var l mutex
		var q WaitQueue
		open := false
		woke := 0
		body := func(th *Thread) {
			l.Lock()
			for !open {
				if q.Wait(th, &l) == nil {
					woke--
				}
				th.ClearInterrupt()
			}
			l.Unlock()
		}
		a := sc.thread("a", PrioUser, body)
		sc.thread("b", PrioUser, body)
		sc.actor("waker", func() {
			l.Lock()
			open = true
			l.Unlock()
			woke += q.WakeAll()
		})
		sc.actor("interrupter", func() { a.Interrupt() })
		sc.end(func() {
			if woke != 0 {
				sc.fail("WakeAll is wrong by %d", woke)
			}
		})
	})
}

// Does an interrupt leave an uninterruptible wait alone, and fail the next one?
func TestExploreUninterruptible(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		var l mutex
		var q WaitQueue
		ready, interrupted := false, false
		waiter := sc.thread("waiter", PrioUser, func(th *Thread) {
			l.Lock()
			for !ready {
				q.WaitUninterruptible(th, &l)
				if !ready {
					sc.fail("ended by an interrupt")
				}
			}
			for !interrupted {
				if err := q.Wait(th, &l); err == nil {
					continue // the late wake of the first
				} else if err != syscall.EINTR || !th.Interrupted() {
					sc.fail("second wait: %v", err)
				}
				break
			}
			l.Unlock()
		})
		sc.actor("interrupter", func() {
			waiter.Interrupt()
			l.Lock()
			interrupted = true
			l.Unlock()
		})
		sc.actor("waker", func() {
			l.Lock()
			ready = true
			l.Unlock()
			q.WakeOne()
		})
	})
}

// Do two threads that hand control to each other on two dispatchers ever both wait?
func TestExplorePingPong(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		var l mutex
		var q [2]WaitQueue
		turn := 0
		body := func(me int) func(*Thread) {
			return func(th *Thread) {
				for range 2 {
					l.Lock()
					for turn != me {
						q[me].Wait(th, &l)
					}
					turn = 1 - me
					l.Unlock()
					q[1-me].WakeOne()
				}
			}
		}
		sc.thread("a", PrioUser, body(0))
		sc.thread("b", PrioUser, body(1))
	})
}

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

// Do two threads that unpark each other and park ever both stay parked? And is a token ever lost
// that somebody else leaves?
func TestExploreParkUnpark(t *testing.T) {
	explore(t, 2, 2, func(sc *scene) {
		var a, b *Thread
		a = sc.thread("a", PrioUser, func(th *Thread) {
			b.Unpark()
			th.Park(0)
		})
		b = sc.thread("b", PrioUser, func(th *Thread) {
			a.Unpark()
			th.Park(0)
		})
		c := sc.thread("c", PrioUser, func(th *Thread) { th.Park(0) })
		sc.actor("unparker", func() { c.Unpark() })
	})
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
