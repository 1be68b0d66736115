package sched

import (
	"runtime"
	"sync"
	"syscall"

	"gossamer/kernel/trace"
)

// WaitQueue is a queue of threads that wait for something to become true: a condition variable
// for threads (sync.Cond's contract, with interrupts and deadlines). The zero value is ready for
// use; it must not be copied.
//
// The lock l given to the Wait functions guards the condition. It is held at the call, released
// while the thread is blocked, and held again at return, whatever the result. A wake between the
// release and the switch is not lost. The wakers need not hold l, though the condition must have
// been changed under it; waking after l has been released is cheaper, since the woken thread
// takes l first thing. A thread that was woken looks at the condition again.
//
// Each wait ends in exactly one way. A wake that WakeOne reports as given ends one wait with nil:
// it is never spent on a wait that ended by an interrupt or a deadline.
type WaitQueue struct {
	mu      mutex // guards all below, and the wait fields of the threads in the list
	waiters list
}

// outcome is how a wait ended.
type outcome uint8

const (
	woken outcome = iota
	interrupted
	timedOut
)

// Wait blocks t until it is woken: nil, or syscall.EINTR if t is interrupted before it is woken.
func (q *WaitQueue) Wait(t *Thread, l sync.Locker) error {
	return q.wait(t, l, true, 0)
}

// WaitUninterruptible blocks t until it is woken, and leaves an interrupt for the next wait.
func (q *WaitQueue) WaitUninterruptible(t *Thread, l sync.Locker) {
	q.wait(t, l, false, 0)
}

// WaitDeadline is Wait until a point in time: syscall.ETIMEDOUT once Machine.Now has reached
// deadline. A deadline of 0 means none.
func (q *WaitQueue) WaitDeadline(t *Thread, l sync.Locker, deadline int64) error {
	return q.wait(t, l, true, deadline)
}

func (q *WaitQueue) wait(t *Thread, l sync.Locker, interruptible bool, deadline int64) error {
	if deadline != 0 && deadline <= t.s.m.Now() {
		if t.interrupted.Load() {
			return syscall.EINTR
		}
		return syscall.ETIMEDOUT
	}
	q.mu.Lock()
	return q.block(t, l, interruptible, deadline)
}

// block is the rest of wait; it releases mu, which the caller has taken.
func (q *WaitQueue) block(t *Thread, l sync.Locker, interruptible bool, deadline int64) error {
	t.waitq.Store(q)
	point()
	// Interrupt sets the flag, then looks at waitq: one of us sees the other.
	if interruptible && t.interrupted.Load() {
		t.waitq.Store(nil)
		q.mu.Unlock()
		return syscall.EINTR
	}
	t.wait++
	t.interruptible = interruptible
	t.move(Running, Blocking)
	q.waiters.push(t)
	wait := t.wait
	if trace.Active() != nil {
		t.traceBlock(q)
	}
	q.mu.Unlock()
	if deadline != 0 {
		t.s.timers.arm(&t.timer, wait, deadline)
	}
	l.Unlock()

	next := t.heir
	if next != nil {
		t.heir = nil
		if t.onBlock != nil || t.home.Load().mostUrgent().atLeast(next.Priority()) {
			t.s.ready(next)
			next = nil
		}
	}
	if t.onBlock != nil {
		next = t.onBlock(t).takeOver(AnyTag)
	}
	point()
	if next == nil && t.State() == Woken {
		t.move(Woken, Running) // no need to switch
	} else {
		t.starved = false
		t.leave(next)
		t.home.Load().finish()
	}

	if deadline != 0 {
		t.s.timers.disarm(&t.timer)
	}
	l.Lock()
	runtime.KeepAlive(q) // while t.waitq has it (word)
	switch t.outcome {
	case interrupted:
		return syscall.EINTR
	case timedOut:
		return syscall.ETIMEDOUT
	}
	return nil
}

// WakeOne ends the wait of the thread that has waited longest; false if nobody waits.
func (q *WaitQueue) WakeOne() bool {
	q.mu.Lock()
	if q.waiters.head == nil {
		q.mu.Unlock()
		return false
	}
	t := q.waiters.pop()
	t.decide(woken)
	if trace.Active() != nil {
		t.traceWake()
	}
	q.mu.Unlock()
	t.s.wake(t)
	return true
}

// WakeAll ends the wait of every thread that waits, and says how many those were.
func (q *WaitQueue) WakeAll() int {
	q.mu.Lock()
	if t := q.waiters.head; t == q.waiters.tail { // one or none, as usual
		if t != nil {
			q.waiters.pop()
			t.decide(woken)
			if trace.Active() != nil {
				t.traceWake()
			}
		}
		q.mu.Unlock()
		if t == nil {
			return 0
		}
		t.s.wake(t)
		return 1
	}
	var all list
	n := 0
	for q.waiters.head != nil {
		t := q.waiters.pop()
		t.decide(woken)
		if trace.Active() != nil {
			t.traceWake()
		}
		all.push(t)
		n++
	}
	q.mu.Unlock()
	for all.head != nil {
		t := all.pop()
		t.s.wake(t)
	}
	return n
}

// decide says how t's wait ends. The caller has taken t out of its queue, whose mu it holds, and
// calls wake after releasing it.
func (t *Thread) decide(how outcome) {
	t.outcome = how
	t.waitq.Store(nil)
}

// Interrupt ends t's wait with EINTR if it is an interruptible one. Otherwise t's next
// interruptible wait fails at once, and t is made to come out of user mode soon. The interrupt
// stays, and fails every interruptible wait, until t calls ClearInterrupt.
func (t *Thread) Interrupt() {
	point()
	t.interrupted.Store(true)
	if !t.endWait(interrupted, 0) {
		t.s.m.Kick(t)
	}
}

// Interrupted says whether an interrupt has not been cleared yet.
func (t *Thread) Interrupted() bool { return t.interrupted.Load() }

// ClearInterrupt takes the interrupt back and says whether there was one. What made it (a
// signal) is to be looked for after this call: a later Interrupt is then not lost.
func (t *Thread) ClearInterrupt() bool {
	return t.interrupted.Load() && t.interrupted.Swap(false)
}

// endWait ends the wait t is in, if it is of the kind that may end in this way: an interruptible
// one for an interrupt, the wait with the number given for a deadline.
func (t *Thread) endWait(how outcome, wait uint64) bool {
	point()
	q := t.waitq.Load()
	if q == nil {
		return false
	}
	q.mu.Lock()
	// If t is in q now it stays so: only holders of q.mu take it out. If it is not, it has been
	// woken since, and its next wait sees the interrupt itself.
	if t.waitq.Load() != q ||
		how == interrupted && !t.interruptible ||
		how == timedOut && t.wait != wait {
		q.mu.Unlock()
		return false
	}
	q.waiters.remove(t)
	t.decide(how)
	if trace.Active() != nil {
		t.traceWake()
	}
	q.mu.Unlock()
	t.s.wake(t)
	return true
}
