//go:build explore

package sched

import (
	"syscall"
	"testing"
)

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
