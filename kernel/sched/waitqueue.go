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
	return q.block(t, l, interruptible, deadline, nil)
}

// block is the rest of wait; it releases mu, which the caller has taken. l may be nil. heir, if not
// nil, is a thread in state Ready that is in no queue: it gets the CPU unless somebody as urgent waits
// for it, or t need not block.
func (q *WaitQueue) block(t *Thread, l sync.Locker, interruptible bool, deadline int64, heir *Thread) error {
	t.waitq.Store(q)
	point()
	if interruptible {
		// Interrupt sets the flag, then looks at waitq: one of us sees the other.
		if t.interrupted.Load() {
			t.waitq.Store(nil)
			q.mu.Unlock()
			if heir != nil {
				t.s.ready(heir)
			}
			return syscall.EINTR
		}
	}
	t.wait++
	t.interruptible = interruptible
	t.move(Running, Blocking)
	q.waiters.push(t)
	if trace.Active() != nil {
		t.traceBlock(q)
	}
	q.mu.Unlock()
	if deadline != 0 {
		t.s.timers.arm(&t.timer, t.wait, deadline)
	}
	if l != nil {
		l.Unlock()
	}

	d := t.home.Load()
	if h := t.heir; h != nil {
		link(&t.heir, nil)
		if heir == nil && t.onBlock == nil {
			heir = h
		} else {
			t.s.ready(h)
		}
	}
	if t.onBlock != nil {
		heir = t.followOnBlock(heir)
	} else if heir != nil {
		if d.mostUrgent().atLeast(heir.Priority()) {
			t.s.ready(heir)
			heir = nil
		}
	}
	if heir == nil {
		point()
		if t.State() == Woken {
			t.move(Woken, Running) // no need to switch
			return t.unblocked(q, l, deadline)
		}
		heir = d.pick(false)
	}
	if t.starved {
		t.starved = false
		t.assess()
	}
	d.pass(t, heir)
	t.home.Load().finish(t)
	if deadline != 0 {
		return t.unblocked(q, l, deadline)
	}
	if l != nil {
		l.Lock()
	}
	runtime.KeepAlive(q) // while t.waitq has it (word)
	if t.outcome != woken {
		return t.outcome.error()
	}
	return nil
}

// unblocked is the end of block in every case.
func (t *Thread) unblocked(q *WaitQueue, l sync.Locker, deadline int64) error {
	if deadline != 0 {
		t.s.timers.disarm(&t.timer)
	}
	if l != nil {
		l.Lock()
	}
	runtime.KeepAlive(q)
	return t.outcome.error()
}

// followOnBlock is the thread that gets the CPU if there is a function of OnBlock.
func (t *Thread) followOnBlock(heir *Thread) *Thread {
	if heir != nil {
		t.s.ready(heir)
	}
	t.giveBack()
	return t.onBlock(t).takeOver(AnyTag, t)
}

func (o outcome) error() error {
	switch o {
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

// WakeNext is WakeAll for a thread, t, that is likely to block soon; false if nobody waits. On a machine
// of one CPU, if one thread waits, that gets the CPU when t blocks, without having been in a queue; if
// it is urgent (SetUrgent), as soon as t can give way. If t does not block, it becomes ready when t
// yields or its time slice ends; if it preempts t for another reason, at once. Only t itself may call it.
func (q *WaitQueue) WakeNext(t *Thread) bool {
	d := t.home.Load()
	if !d.alone {
		return q.WakeAll() != 0
	}
	if t.heir != nil {
		return q.WakeAll() != 0
	}
	if trace.Active() != nil {
		return q.WakeAll() != 0
	}
	q.mu.Lock()
	w := q.waiters.head
	if w != q.waiters.tail {
		q.mu.Unlock()
		return q.WakeAll() != 0
	}
	if w == nil {
		q.mu.Unlock()
		return false
	}
	q.waiters.popOnly(w)
	w.decide(woken)
	q.mu.Unlock()
	if w.tryMove(Blocking, Woken) {
		return true
	}
	w.move(Blocked, Ready)
	if w.penalty != 0 {
		w.restedAtLeast(d)
	}
	if w.bound.Load() != 0 {
		w.s.ready(w)
		return true
	}
	if prio := w.Priority(); prio > t.Priority() {
		if w.urgent {
			w.relent()
			prio = w.Priority()
		}
		if prio > t.Priority()+margin(prio) {
			if !w.urgent {
				w.s.ready(w)
				return true
			}
			t.doubt()
		}
	}
	link(&t.heir, w)
	return true
}

// bequeath makes the heir of WakeNext, if there is one, ready: t does not block.
func (t *Thread) bequeath() {
	if heir := t.heir; heir != nil {
		link(&t.heir, nil)
		t.s.ready(heir)
	}
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
