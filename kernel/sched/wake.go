package sched

// wake makes t go on. The caller has ended t's wait, and is the only one to have done so.
func (s *scheduler) wake(t *Thread) {
	if t.tryMove(Blocking, Woken) {
		return // t itself, or its dispatcher after the switch, sees it
	}
	t.move(Blocked, Ready)
	s.ready(t)
}

// ready queues a thread in state Ready, and sees to it that it runs as soon as its priority
// demands: by one parked dispatcher if there is any, else by preempting a less urgent thread.
func (s *scheduler) ready(t *Thread) {
	d := t.home
	prio := t.prio
	point()
	busy := s.idle.n.Load() == 0
	if busy {
		d = s.victim(d, prio)
	}
	d.ready.push(t) // from here on t may be running, or gone
	point()
	if s.idle.n.Load() != 0 && s.idle.unpark() {
		return
	}
	point()
	if d.rank.Load()-1 < uint64(prio) { // idleRank-1 is a very large number
		d.preempt(prio)
	}
}

// victim is where a thread of that priority should run if all dispatchers are busy: at home if
// it is more urgent than what runs there, else where the least urgent thread runs.
func (s *scheduler) victim(home *dispatcher, prio Priority) *dispatcher {
	rank := uint64(prio) + 1
	point()
	if home.rank.Load() < rank {
		return home
	}
	v := home
	for _, d := range s.dispatchers {
		point()
		if r := d.rank.Load(); r < rank {
			v, rank = d, r
		}
	}
	return v
}

// preempt asks the thread that runs on d, less urgent than prio, to yield. The thread found may
// have switched away, or be another by now; then it may yield once for nothing.
func (d *dispatcher) preempt(prio Priority) {
	point()
	if t := d.current.Load(); t.prio < prio {
		point()
		t.shouldYield.Store(true)
		d.s.m.Kick(t)
	}
}
