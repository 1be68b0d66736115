package sched

import (
	"math"
	"sync"
	"sync/atomic"
	"syscall"

	"gossamer/kernel/deadline"
)

// timer is the deadline of a thread's wait.
type timer struct {
	deadline.Entry[*Thread]
	wait uint64 // the wait it ends; a later one of the thread's is not its business
}

// timers are the deadlines of all waiting threads.
type timers struct {
	mu   mutex // guards all below, and the timers in the heap
	m    Machine
	heap deadline.Heap[*Thread]
	room atomic.Int64 // so many fit without an allocation
	wake int64        // what the machine has been asked for
}

// TimerTick ends the waits whose deadline has come. The machine calls it, on a goroutine that is
// not a kernel thread, when the time of SetWake has come; calling it at other times is harmless.
func TimerTick() { running().timers.tick() }

func (ts *timers) tick() {
	now := ts.m.Now()
	for {
		ts.mu.Lock()
		first := ts.heap.First()
		if first == nil || first.At() > now {
			ts.wake = 0
			if first != nil {
				ts.wake = first.At()
			}
			ts.m.SetWake(ts.wake)
			ts.mu.Unlock()
			return
		}
		ts.heap.Remove(first)
		t := first.Owner
		wait := t.timer.wait
		ts.mu.Unlock()
		t.endWait(timedOut, wait)
	}
}

// reserve makes room for the timers of n threads, so that arm never allocates.
func (ts *timers) reserve(n int) {
	if int64(n) <= ts.room.Load() {
		return
	}
	ts.mu.Lock()
	if int64(n) > ts.room.Load() {
		ts.heap.Reserve(2 * n)
		ts.room.Store(int64(2 * n))
	}
	ts.mu.Unlock()
}

func (ts *timers) arm(tm *timer, wait uint64, at int64) {
	ts.mu.Lock()
	tm.wait = wait
	ts.heap.Add(&tm.Entry, at)
	if ts.wake == 0 || at < ts.wake {
		ts.wake = at
		ts.m.SetWake(at)
	}
	ts.mu.Unlock()
}

// disarm forgets tm. The machine is not told: it calls once in vain at most.
func (ts *timers) disarm(tm *timer) {
	ts.mu.Lock()
	ts.heap.Remove(&tm.Entry)
	ts.mu.Unlock()
}

// AwaitInterrupt blocks t until it is interrupted, EINTR, or until a point in time (0: none),
// ETIMEDOUT. l is as WaitQueue has it.
func (t *Thread) AwaitInterrupt(l sync.Locker, deadline int64) error {
	return t.sleepq.WaitDeadline(t, l, deadline)
}

// Sleep blocks t for ns nanoseconds or more: nil, or syscall.EINTR if t is interrupted before.
// It returns nil at once if ns is not positive.
func (t *Thread) Sleep(ns int64) error {
	if ns <= 0 {
		return nil
	}
	deadline := t.s.m.Now()
	if ns > math.MaxInt64-deadline {
		deadline = math.MaxInt64
	} else {
		deadline += ns
	}
	if err := t.AwaitInterrupt(nil, deadline); err != syscall.ETIMEDOUT {
		return err
	}
	return nil
}
