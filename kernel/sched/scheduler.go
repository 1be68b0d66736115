package sched

import "sync/atomic"

// scheduler is one set of dispatchers and the threads they serve.
type scheduler struct {
	m           Machine
	counter     Counter
	yielder     Yielder
	slice       uint64 // sliceNS in cycles
	dispatchers []*dispatcher
	stamps      atomic.Uint64
	idle        idleSet
	timers      timers

	lastID   atomic.Int64
	nextHome atomic.Uint32

	mu             mutex   // guards what follows
	oldest, newest *Thread // the live threads
	live           int
	spare          []*stack
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
	s := &scheduler{m: m, spare: make([]*stack, 0, spareStacks)}
	s.counter, _ = m.(Counter)
	if s.counter == nil {
		s.counter = nowCounter{m}
	}
	s.yielder, _ = m.(Yielder)
	if s.yielder == nil {
		s.yielder = goscheder{s.counter}
	}
	const long = 1 << 40
	s.slice = uint64(sliceNS * (long / float64(s.counter.Nanoseconds(long))))
	s.timers.m = m
	s.idle.parked = make([]*dispatcher, 0, ncpu)
	for i := range ncpu {
		d := &dispatcher{s: s, index: i, alone: ncpu == 1, token: newToken()}
		d.ready.owner, d.bound.owner = d, d
		d.ready.number, d.bound.number = int32(2*i+1), int32(2*i+2)
		d.ready.stamps, d.bound.stamps = &s.stamps, &s.stamps
		s.dispatchers = append(s.dispatchers, d)
	}
	return s
}

// queue is the run queue with that number.
func (s *scheduler) queue(n int32) *runQueue {
	if d := s.dispatchers[(n-1)/2]; n%2 != 0 {
		return &d.ready
	} else {
		return &d.bound
	}
}

// spread chooses the first home of a new thread: each dispatcher in turn.
func (s *scheduler) spread() *dispatcher {
	return s.dispatchers[s.nextHome.Add(1)%uint32(len(s.dispatchers))]
}

// enlist puts a thread that starts into the list of live threads, and gives it a stack.
func (s *scheduler) enlist(t *Thread) {
	s.mu.Lock()
	t.older = s.newest
	if s.newest != nil {
		s.newest.newer = t
	} else {
		s.oldest = t
	}
	s.newest = t
	s.live++
	n := s.live
	var k *stack
	if last := len(s.spare) - 1; last >= 0 {
		k = s.spare[last]
		s.spare = s.spare[:last]
	}
	s.mu.Unlock()
	s.stackFor(t, k)
	s.timers.reserve(n)
}

// delist is the end of a thread, off its stack. The stack is kept, or comes to its end too.
func (s *scheduler) delist(t *Thread) {
	k := t.stack
	t.stack, k.t = nil, nil
	s.mu.Lock()
	if t.older != nil {
		t.older.newer = t.newer
	} else {
		s.oldest = t.newer
	}
	if t.newer != nil {
		t.newer.older = t.older
	} else {
		s.newest = t.older
	}
	t.older, t.newer = nil, nil
	s.live--
	keep := !k.gone && len(s.spare) < spareStacks
	if keep {
		s.spare = append(s.spare, k)
	}
	s.mu.Unlock()
	t.move(Exited, Ended) // from here on it may be another thread
	if !keep && !k.gone {
		k.ctx.Switch()
	}
}

// mostUrgent is the greatest claim in any run queue, for a look from outside.
func (s *scheduler) mostUrgent() claim {
	var best claim
	for _, d := range s.dispatchers {
		best = max(best, claim(d.ready.first.Load()), claim(d.bound.first.Load()))
	}
	return best
}
