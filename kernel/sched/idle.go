package sched

import "sync/atomic"

// idleSet holds the dispatchers that have found nothing to run. Each of them is parked or about
// to park; whoever takes one out of the set gives it its token.
type idleSet struct {
	n      atomic.Int32 // len(parked), for a look without the lock
	mu     mutex
	parked []*dispatcher
}

// unpark wakes one parked dispatcher; false if there is none.
func (s *idleSet) unpark() bool {
	s.mu.Lock()
	n := len(s.parked)
	if n == 0 {
		s.mu.Unlock()
		return false
	}
	d := s.parked[n-1]
	s.parked = s.parked[:n-1]
	s.n.Store(int32(n - 1))
	s.mu.Unlock()
	point()
	d.token.give()
	return true
}

// unparkThis wakes d if it is parked.
func (s *idleSet) unparkThis(d *dispatcher) bool {
	if !s.remove(d) {
		return false
	}
	point()
	d.token.give()
	return true
}

func (s *idleSet) add(d *dispatcher) {
	s.mu.Lock()
	s.parked = append(s.parked, d)
	s.n.Store(int32(len(s.parked)))
	s.mu.Unlock()
}

// remove takes d back; false if somebody else has taken it out.
func (s *idleSet) remove(d *dispatcher) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.parked {
		if p == d {
			n := len(s.parked) - 1
			s.parked[i] = s.parked[n]
			s.parked = s.parked[:n]
			s.n.Store(int32(n))
			return true
		}
	}
	return false
}

// park waits until there may be a thread to run. It looks once more after it has joined the set:
// a waker queues its thread, then looks at the set, so that one of the two sees the other.
func (d *dispatcher) park() {
	s := d.s
	s.idle.add(d)
	if d.mostUrgent() != 0 && s.idle.remove(d) {
		return
	}
	d.parks.Add(1)
	d.token.take()
	now := s.counter.Cycles()
	d.idle.Add(now - d.clock)
	d.clock = now
}
