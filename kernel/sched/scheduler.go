package sched

import "sync/atomic"

// scheduler is one set of dispatchers and the threads they serve.
type scheduler struct {
	m           Machine
	counter     Counter
	dispatchers []*dispatcher
	stamps      atomic.Uint64
	idle        idleSet
	timers      timers

	lastID   atomic.Int64
	nextHome atomic.Uint32

	mu   mutex // guards live
	live map[int]*Thread
}

var system atomic.Pointer[scheduler]

// Start makes ncpu dispatchers and lets them run. It comes before everything else in this
// package, once.
func Start(m Machine, ncpu int) {
	s := newScheduler(m, ncpu)
	if !system.CompareAndSwap(nil, s) {
		panic("sched: started twice")
	}
	for _, d := range s.dispatchers {
		go d.run()
	}
}

func running() *scheduler {
	s := system.Load()
	if s == nil {
		panic("sched: not started")
	}
	return s
}

func newScheduler(m Machine, ncpu int) *scheduler {
	s := &scheduler{m: m, live: make(map[int]*Thread)}
	s.counter, _ = m.(Counter)
	if s.counter == nil {
		s.counter = nowCounter{m}
	}
	s.timers.m = m
	s.idle.parked = make([]*dispatcher, 0, ncpu)
	for range ncpu {
		d := &dispatcher{s: s, token: newToken()}
		d.ready.stamps = &s.stamps
		d.rank.Store(idleRank)
		s.dispatchers = append(s.dispatchers, d)
	}
	return s
}

// spread chooses the first home of a new thread: each dispatcher in turn.
func (s *scheduler) spread() *dispatcher {
	return s.dispatchers[s.nextHome.Add(1)%uint32(len(s.dispatchers))]
}

// enlist puts a thread that starts into the list of live threads.
func (s *scheduler) enlist(t *Thread) {
	s.mu.Lock()
	s.live[t.id] = t
	n := len(s.live)
	s.mu.Unlock()
	s.timers.reserve(n)
}

// delist is the end of a thread, off its stack.
func (s *scheduler) delist(t *Thread) {
	t.ctx, t.body = nil, nil
	s.mu.Lock()
	delete(s.live, t.id)
	s.mu.Unlock()
}

// mostUrgent is the greatest claim in any run queue.
func (s *scheduler) mostUrgent() claim {
	var best claim
	for _, d := range s.dispatchers {
		point()
		best = max(best, claim(d.ready.first.Load()))
	}
	return best
}
