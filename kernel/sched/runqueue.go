package sched

import (
	"math/bits"
	"sync/atomic"
)

// claim orders ready threads by their right to a CPU: the more urgent, and among equals the one
// that has been ready longer, has the greater claim. 0 is no thread.
type claim uint64

const stampBits = 55 // a million stamps a second last a thousand years

func claimOf(t *Thread) claim {
	return (claim(t.prio)+1)<<stampBits | claim(1<<stampBits-1-t.stamp)
}

// rank is the claim without its age: the priority plus one, or 0.
func (c claim) rank() uint64 { return uint64(c >> stampBits) }

// atLeast says that there is a thread, as urgent as prio or more.
func (c claim) atLeast(prio Priority) bool { return c.rank() > uint64(prio) }

// runQueue holds the ready threads that one dispatcher is the first to serve; others may take
// from it too.
type runQueue struct {
	mu    mutex
	first atomic.Uint64 // claim of the thread that pop would return; anybody may read it

	stamps  *atomic.Uint64 // shared by all run queues
	n       int            // threads in it
	present [256 / 64]uint64
	level   [256]list // by priority
}

// push appends a thread that has become ready.
func (q *runQueue) push(t *Thread) {
	if t.onStack {
		panic("sched: " + t.name + " made ready while on its stack")
	}
	q.mu.Lock()
	q.n++
	t.stamp = q.stamps.Add(1)
	q.level[t.prio].push(t)
	q.present[t.prio/64] |= 1 << (t.prio % 64)
	if c := claimOf(t); c > claim(q.first.Load()) {
		q.first.Store(uint64(c))
	}
	q.mu.Unlock()
}

// pop takes the thread with the greatest claim, or nil.
func (q *runQueue) pop() *Thread {
	q.mu.Lock()
	first := claim(q.first.Load())
	if first == 0 {
		q.mu.Unlock()
		return nil
	}
	prio := uint8(first.rank() - 1)
	l := &q.level[prio]
	t := l.pop()
	if l.head == nil {
		q.present[prio/64] &^= 1 << (prio % 64)
	}
	var c claim
	if q.n--; q.n != 0 {
		c = claimOf(q.most(prio).head)
	}
	q.first.Store(uint64(c))
	q.mu.Unlock()
	return t
}

// most is the most urgent list that is not empty. There is one, of priority prio or less.
func (q *runQueue) most(prio uint8) *list {
	i := prio / 64
	for q.present[i] == 0 {
		i--
	}
	return &q.level[i*64+uint8(bits.Len64(q.present[i])-1)]
}
