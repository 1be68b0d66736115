package sched

import "slices"

// Stats counts since Start.
type Stats struct {
	Threads  int    // live now: started and not exited
	Ready    bool   // some thread is waiting for a dispatcher now
	Switches uint64 // threads resumed
	Steals   uint64 // of these, taken from another dispatcher's queue
	Parks    uint64 // dispatchers found nothing to do
	IdleTime int64  // ns spent parked, all dispatchers together; parks that last are not in it yet
}

// ReadStats is a snapshot; the numbers are not of one instant.
func ReadStats() Stats { return running().stats() }

func (s *scheduler) stats() Stats {
	st := Stats{Ready: s.mostUrgent() != 0}
	s.mu.Lock()
	st.Threads = s.live
	s.mu.Unlock()
	var idle uint64
	for _, d := range s.dispatchers {
		st.Switches += d.switches.Load()
		st.Steals += d.steals.Load()
		st.Parks += d.parks.Load()
		idle += d.idle.Load()
	}
	st.IdleTime = s.counter.Nanoseconds(idle)
	return st
}

// Threads lists the live threads by ID.
func Threads() []*Thread { return running().threads() }

func (s *scheduler) threads() []*Thread {
	s.mu.Lock()
	all := make([]*Thread, 0, s.live)
	for t := s.oldest; t != nil; t = t.newer {
		all = append(all, t)
	}
	s.mu.Unlock()
	slices.SortFunc(all, func(a, b *Thread) int { return a.id - b.id })
	return all
}
