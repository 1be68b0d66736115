package sched

// wake makes t go on. The caller has ended t's wait, and is the only one to have done so.
func (s *scheduler) wake(t *Thread) {
	if t.tryMove(Blocking, Woken) {
		return // t itself, or whom it switches to, sees it
	}
	t.move(Blocked, Ready)
	if t.penalty != 0 {
		t.rested()
	}
	if t.urgent {
		t.relent()
	}
	s.ready(t)
}

// ready queues a thread in state Ready, and sees to it that it runs as soon as its priority
// demands: by one parked dispatcher if there is any, else by preempting a less urgent thread.
func (s *scheduler) ready(t *Thread) {
	if b := t.bound.Load(); b != 0 {
		s.readyAt(t, s.dispatchers[b-1])
		return
	}
	d := t.home.Load()
	if !d.alone {
		point()
		if s.idle.n.Load() == 0 {
			d = s.victim(d, uint64(t.queued())+1)
		}
	}
	prio := d.ready.push(t) // from here on t may be running, or gone
	point()
	if s.idle.n.Load() != 0 && s.idle.unpark() {
		return
	}
	point()
	if c := d.current.Load(); c != nil {
		if Priority(c.prio.Load()) < prio {
			d.preempt(prio)
		}
	}
	point()
	if t.bound.Load() != 0 { // since it was pushed, perhaps
		t.reconsider()
	}
}

// readyAt is ready for a thread that may run on d only.
func (s *scheduler) readyAt(t *Thread, d *dispatcher) {
	prio := d.bound.push(t)
	point()
	if s.idle.n.Load() == 0 || !s.idle.unparkThis(d) {
		d.preempt(prio)
	}
	point()
	if t.bound.Load() != int32(d.index+1) {
		t.reconsider()
	}
}

// victim is where a thread of that rank should run if all dispatchers are busy: at home if it is
// more urgent than what runs there, else where the least urgent thread runs.
func (s *scheduler) victim(home *dispatcher, rank uint64) *dispatcher {
	point()
	if home.rank() < rank {
		return home
	}
	v := home
	for _, d := range s.dispatchers {
		point()
		if r := d.rank(); r < rank {
			v, rank = d, r
		}
	}
	return v
}

// rank is the priority plus one of the thread that runs on d. If that is about to change, it is
// more than any: d looks at the queues then.
func (d *dispatcher) rank() uint64 {
	if t := d.current.Load(); t != nil {
		return uint64(t.prio.Load()) + 1
	}
	return 1 << 9
}

// preempt asks the thread that runs on d to yield if it is less urgent than prio. The thread found
// may have switched away, or be another by now; then it may yield once for nothing.
func (d *dispatcher) preempt(prio Priority) {
	point()
	if t := d.current.Load(); t != nil && Priority(t.prio.Load())+margin(prio) < prio {
		point()
		t.shouldYield.Store(true)
		d.s.m.Kick(t)
	}
}

// margin is by how much a thread that becomes ready with priority prio must be more urgent, and one
// more, for a running one to be preempted: by more than a few slices used, if it is the classes'
// without real time.
func margin(prio Priority) Priority {
	if prio <= realTime {
		return penaltyMax / 2
	}
	return 0
}
