package timer

import (
	"sync"

	"gossamer/kernel/sched"
)

// A Ringer is an owner of timers.
type Ringer interface{ Ring() }

// A Timer is a time at which its owner wants to be called. Init comes first; it must not be
// copied.
type Timer struct {
	q     *Queue
	owner Ringer

	// Guarded by q.mu.
	deadline int64
	index    int // in the heap, from 1; 0: not set
}

// Init says who is to be called, by whose thread.
func (t *Timer) Init(q *Queue, owner Ringer) { t.q, t.owner = q, owner }

// Queue is the timers that are set. Now is filled in first; the rest is zero.
type Queue struct {
	Now func() int64 // CLOCK_MONOTONIC, ns

	mu      sync.Mutex
	heap    []*Timer
	serving bool // there is a thread
	changed sched.WaitQueue
}

// Set has the owner called once at deadline, on the clock of Queue.Now, instead of at the time
// that was set before; 0: not at all.
func (t *Timer) Set(deadline int64) {
	q := t.q
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.index == 0 && deadline == 0 {
		return
	}
	if t.index != 0 {
		q.remove(t)
	}
	if t.deadline = deadline; deadline != 0 {
		q.add(t)
	}
	switch {
	case q.serving:
		q.changed.WakeAll() // it looks for itself what comes first now
	case len(q.heap) > 0:
		q.serving = true
		sched.Go("timers", sched.PrioKernel, q.serve)
	}
}

// Len returns how many timers are set.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.heap)
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
	for len(q.heap) > 0 {
		first := q.heap[0]
		if first.deadline <= q.Now() {
			q.remove(first)
			return first.owner
		}
		q.changed.WaitDeadline(t, &q.mu, first.deadline)
	}
	q.serving = false
	return nil
}

func (q *Queue) add(t *Timer) {
	q.heap = append(q.heap, t)
	t.index = len(q.heap)
	q.up(t.index - 1)
}

func (q *Queue) remove(t *Timer) {
	i, last := t.index-1, len(q.heap)-1
	q.swap(i, last)
	q.heap[last] = nil
	q.heap = q.heap[:last]
	t.index = 0
	if i < last {
		q.down(i)
		q.up(i)
	}
}

func (q *Queue) swap(i, j int) {
	h := q.heap
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i+1, j+1
}

func (q *Queue) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if q.heap[parent].deadline <= q.heap[i].deadline {
			return
		}
		q.swap(i, parent)
		i = parent
	}
}

func (q *Queue) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(q.heap); c++ {
			if q.heap[c].deadline < q.heap[least].deadline {
				least = c
			}
		}
		if least == i {
			return
		}
		q.swap(i, least)
		i = least
	}
}
