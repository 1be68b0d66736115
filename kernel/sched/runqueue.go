package sched

import (
	"math/bits"
	"sync/atomic"
)

// claim orders ready threads by their right to a CPU: the more urgent, and among equals the one
// that has been ready longer, has the greater claim. 0 is no thread.
type claim uint64

const stampBits = 55 // a million stamps a second last a thousand years

func claimOf(t *Thread, prio Priority) claim {
	return (claim(prio)+1)<<stampBits | claim(1<<stampBits-1-t.stamp)
}

// rank is the claim without its age: the priority plus one, or 0.
func (c claim) rank() uint64 { return uint64(c >> stampBits) }

// atLeast says that there is a thread, as urgent as prio or more.
func (c claim) atLeast(prio Priority) bool { return c.rank() > uint64(prio) }

// runQueue holds ready threads. It belongs to a dispatcher, which looks at it first.
type runQueue struct {
	mu    mutex
	first atomic.Uint64 // claim of the thread that pop would return; anybody may read it

	owner   *dispatcher
	number  int32          // Thread.queue of those in it
	stamps  *atomic.Uint64 // shared by all run queues
	ticks   atomic.Uint32  // of the owner, while threads were in user mode
	n       int            // threads in it
	present [256 / 64]uint64
	level   [256]list // by priority
}

// push appends a thread that has become ready, and returns its priority. One that a more urgent
// thread has taken the CPU from comes first again: its turn was not over.
func (q *runQueue) push(t *Thread) Priority {
	if t.onStack {
		t.fault("made ready while on its stack")
	}
	q.mu.Lock()
	// SetClass and Bind write what they change, then look at queue. We write queue, then look at
	// the class, and the caller at the binding.
	t.queue.Store(q.number)
	point()
	if t.base.Load() != t.basis {
		t.assess()
	}
	prio := t.queued()
	t.level, t.yielded = prio, false
	l := &q.level[prio]
	if t.preempted {
		t.preempted = false
		l.pushFront(t)
	} else {
		t.since = q.ticks.Load()
		t.stamp = q.stamps.Add(1)
		l.push(t)
	}
	if l.head == t {
		q.present[prio/64] |= 1 << (prio % 64)
		if c := claimOf(t, prio); c.rank() >= claim(q.first.Load()).rank() {
			q.first.Store(uint64(c))
		}
	}
	q.n++
	q.mu.Unlock()
	return prio
}

// pop takes the thread with the greatest claim, or nil.
func (q *runQueue) pop() *Thread {
	if q.first.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	first := claim(q.first.Load())
	if first == 0 {
		q.mu.Unlock()
		return nil
	}
	prio := Priority(first.rank() - 1)
	l := &q.level[prio]
	t := l.pop()
	t.queue.Store(0)
	q.n--
	if l.head != nil {
		first = claimOf(l.head, prio)
	} else {
		q.present[prio/64] &^= 1 << (prio % 64)
		first = 0
		if q.n != 0 {
			first = q.mostClaim()
		}
	}
	q.first.Store(uint64(first))
	q.mu.Unlock()
	return t
}

// take takes t; false if it is not here any more. t is then nobody's, in state Ready.
func (q *runQueue) take(t *Thread) bool {
	q.mu.Lock()
	here := t.queue.Load() == q.number
	if here {
		q.level[t.level].remove(t)
		q.removed(t, t.level)
	}
	q.mu.Unlock()
	return here
}

// removed does the rest once t, of priority prio, has been taken out of its list. mu is held.
func (q *runQueue) removed(t *Thread, prio Priority) {
	t.queue.Store(0)
	if q.level[prio].head == nil {
		q.present[prio/64] &^= 1 << (prio % 64)
	}
	var c claim
	if q.n--; q.n != 0 {
		c = q.mostClaim()
	}
	q.first.Store(uint64(c))
}

// mostClaim is the greatest claim of a thread here. There is one. mu is held.
func (q *runQueue) mostClaim() claim {
	i := len(q.present) - 1
	for q.present[i] == 0 {
		i--
	}
	prio := Priority(i*64 + bits.Len64(q.present[i]) - 1)
	return claimOf(q.level[prio].head, prio)
}

// starving takes the thread that has waited longest of those less urgent than prio, if that is
// starveTicks ticks or more, to run for a slice; nil if there is none.
func (q *runQueue) starving(prio Priority) (t *Thread) {
	if q.first.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	now := q.ticks.Load()
	for i := 0; i <= int(prio/64); i++ {
		levels := q.present[i]
		if i == int(prio/64) {
			levels &= 1<<(prio%64) - 1
		}
		for ; levels != 0; levels &= levels - 1 {
			h := q.level[i*64+bits.TrailingZeros64(levels)].head
			if now-h.since >= starveTicks && (t == nil || h.stamp < t.stamp) {
				t = h
			}
		}
	}
	if t != nil {
		q.level[t.level].remove(t)
		q.removed(t, t.level)
	}
	q.mu.Unlock()
	return t
}
