package sched

import "math/bits"

// Runnable calls f for each thread that runs or is ready, as long as f says true: a look from outside,
// in which a thread that moves meanwhile, or that WakeNext has woken, may be missed or seen twice. f is called with the lock of a
// run queue held: it is short, and takes no lock that anybody holds who makes a thread ready.
func Runnable(f func(t *Thread) bool) {
	for _, d := range running().dispatchers {
		if t := d.current.Load(); t != nil && !f(t) {
			return
		}
		if !d.ready.each(f) || !d.bound.each(f) {
			return
		}
	}
}

// each calls f for each thread of q as long as f says true, and says whether it always did.
func (q *runQueue) each(f func(t *Thread) bool) bool {
	if q.first.Load() == 0 {
		return true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, present := range q.present {
		for ; present != 0; present &= present - 1 {
			for t := q.level[i*64+bits.TrailingZeros64(present)].head; t != nil; t = t.next {
				if !f(t) {
					return false
				}
			}
		}
	}
	return true
}
