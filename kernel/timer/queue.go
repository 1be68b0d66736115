package timer

import (
	"sync"

	"gossamer/kernel/deadline"
	"gossamer/kernel/sched"
)

// A Ringer is an owner of timers.
type Ringer interface{ Ring() }

// A Timer is a time at which its owner wants to be called. Init comes first; it must not be
// copied.
type Timer struct {
	q     *Queue
	entry deadline.Entry[Ringer] // in q.heap while it is set; guarded by q.mu
}

// Init says who is to be called, by whose thread.
func (t *Timer) Init(q *Queue, owner Ringer) { t.q, t.entry.Owner = q, owner }

// Queue is the timers that are set. Now is filled in first; the rest is zero.
type Queue struct {
	Now func() int64 // CLOCK_MONOTONIC, ns

	mu      sync.Mutex
	heap    deadline.Heap[Ringer]
	serving bool // there is a thread
	changed sched.WaitQueue
}

// Set has the owner called once at a time, on the clock of Queue.Now, instead of at the one that was
// set before; 0: not at all.
func (t *Timer) Set(at int64) {
	q := t.q
	q.mu.Lock()
	defer q.mu.Unlock()
	if !t.entry.Queued() && at == 0 {
		return
	}
	q.heap.Remove(&t.entry)
	if at != 0 {
		q.heap.Add(&t.entry, at)
	}
	switch {
	case q.serving:
		q.changed.WakeAll() // it looks for itself what comes first now
	case at != 0:
		q.serving = true
		sched.Go("timers", sched.PrioKernel, q.serve)
	}
}

// Len returns how many timers are set.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.heap.Len()
}

// serve is the thread.
func (q *Queue) serve(t *sched.Thread) {
	for {
		owner := q.next(t)
		if owner == nil {
			return
		}
		owner.Ring()
	}
}

// next waits for the next timer and takes it; nil when none is set.
func (q *Queue) next(t *sched.Thread) Ringer {
	q.mu.Lock()
	defer q.mu.Unlock()
	for first := q.heap.First(); first != nil; first = q.heap.First() {
		if first.At() <= q.Now() {
			q.heap.Remove(first)
			return first.Owner
		}
		q.changed.WaitDeadline(t, &q.mu, first.At())
	}
	q.serving = false
	return nil
}
