package sched

import (
	"math"
	"sync"
	"sync/atomic"
	"syscall"
)

// timer is the deadline of a thread's wait.
type timer struct {
	t        *Thread
	wait     uint64 // the wait it ends; a later one of t's is not its business
	deadline int64
	index    int // in the heap, or -1
}

// timers are the deadlines of all waiting threads: a binary heap.
type timers struct {
	mu   mutex // guards all below, and the fields of timers in the heap
	m    Machine
	heap []*timer
	room atomic.Int64 // cap(heap)
	wake int64        // what the machine has been asked for
}

// TimerTick ends the waits whose deadline has come. The machine calls it, on a goroutine that is
// not a kernel thread, when the time of SetWake has come; calling it at other times is harmless.
func TimerTick() { running().timers.tick() }

func (ts *timers) tick() {
	now := ts.m.Now()
	for {
		ts.mu.Lock()
		if len(ts.heap) == 0 || ts.heap[0].deadline > now {
			ts.wake = 0
			if len(ts.heap) != 0 {
				ts.wake = ts.heap[0].deadline
			}
			ts.m.SetWake(ts.wake)
			ts.mu.Unlock()
			return
		}
		tm := ts.heap[0]
		ts.remove(0)
		t, wait := tm.t, tm.wait
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
	if n > cap(ts.heap) {
		h := make([]*timer, len(ts.heap), 2*n)
		copy(h, ts.heap)
		ts.heap = h
		ts.room.Store(int64(2 * n))
	}
	ts.mu.Unlock()
}

func (ts *timers) arm(tm *timer, wait uint64, deadline int64) {
	ts.mu.Lock()
	tm.wait, tm.deadline = wait, deadline
	tm.index = len(ts.heap)
	ts.heap = append(ts.heap, tm)
	ts.up(tm.index)
	if ts.wake == 0 || deadline < ts.wake {
		ts.wake = deadline
		ts.m.SetWake(deadline)
	}
	ts.mu.Unlock()
}

// disarm forgets tm. The machine is not told: it calls once in vain at most.
func (ts *timers) disarm(tm *timer) {
	ts.mu.Lock()
	if tm.index >= 0 {
		ts.remove(tm.index)
	}
	ts.mu.Unlock()
}

func (ts *timers) remove(i int) {
	h := ts.heap
	last := len(h) - 1
	ts.swap(i, last)
	h[last].index = -1
	h[last] = nil
	ts.heap = h[:last]
	if i < last {
		ts.down(i)
		ts.up(i)
	}
}

func (ts *timers) swap(i, j int) {
	h := ts.heap
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (ts *timers) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if ts.heap[parent].deadline <= ts.heap[i].deadline {
			return
		}
		ts.swap(i, parent)
		i = parent
	}
}

func (ts *timers) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(ts.heap); c++ {
			if ts.heap[c].deadline < ts.heap[least].deadline {
				least = c
			}
		}
		if least == i {
			return
		}
		ts.swap(i, least)
		i = least
	}
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
