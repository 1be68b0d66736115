package sched

// ShouldYield says that the thread ought to call Yield when it conveniently can, at the latest
// before it enters user mode: a more urgent thread is ready, or its class or binding has changed.
func (t *Thread) ShouldYield() bool {
	point()
	return t.shouldYield.Load()
}

// Preempt is Yield for a thread that ShouldYield, unless its program has asked to keep the CPU
// for a moment (Control.NoPreempt).
func (t *Thread) Preempt() {
	if t.grace() {
		t.shouldYield.Store(false)
		point()
		// Bind and SetClass write what they change, then set shouldYield.
		if !t.misplacedOn(t.home.Load()) {
			if t.base.Load() != t.basis {
				t.assess()
			}
			return
		}
	}
	t.giveWay()
}

// Yield lets every ready thread that is as urgent or more run first, wherever it is queued; one of
// class TimeSharing those, too, that are only less urgent for having computed more. It returns at
// once if there is none.
func (t *Thread) Yield() {
	if t.control != nil || t.shouldYield.Load() {
		t.settle()
	}
	d := t.home.Load()
	if !d.mostUrgent().atLeast(t.polite) && !t.misplacedOn(d) {
		return
	}
	t.yielded = true
	t.prio.Store(uint32(t.polite))
	if !t.rotate(d) {
		t.yielded = false
		t.prio.Store(uint32(t.usual))
	}
}

// giveWay is Yield for the sake of a more urgent thread.
func (t *Thread) giveWay() {
	t.settle()
	d := t.home.Load()
	most := d.mostUrgent()
	if !most.atLeast(t.Priority()) && !t.misplacedOn(d) {
		return
	}
	t.preempted = most.rank() > uint64(t.Priority())+1
	if !t.rotate(d) {
		t.preempted = false
	}
}

// settle does away with what has been asked of t while it ran.
func (t *Thread) settle() {
	if t.shouldYield.Load() {
		t.shouldYield.Store(false)
		t.assess()
	}
	if c := t.control; c != nil {
		t.graced = false
		c.Owed.Store(0)
	}
}

// rotate switches to the thread with the greatest claim of those that may run here, and says
// whether there still was one. A thread that may not run here itself goes away in any case.
func (t *Thread) rotate(d *dispatcher) bool {
	next := d.pick(true)
	if next == nil && !t.misplacedOn(d) {
		return false
	}
	t.leave(next)
	t.home.Load().finish()
	return true
}

// misplacedOn says that t is bound to another CPU than d.
func (t *Thread) misplacedOn(d *dispatcher) bool {
	b := t.bound.Load()
	return b != 0 && int(b)-1 != d.index
}

// Tick is called by a thread that the tick took out of user mode. It ends the thread's time
// slice: the thread yields if another has a claim to the CPU, for a thread of class FIFO a more
// urgent one. In either case the Go runtime's other goroutines get a turn.
func (t *Thread) Tick() {
	d := t.home.Load()
	t.ticked()
	d.ticked(t.Priority())
	if t.misplacedOn(d) || d.mostUrgent().atLeast(t.leastClaim()) && !t.grace() {
		t.settle()
		d.gosched = true // whoever comes next sees to it
		if t.rotate(d) {
			return
		}
		d.gosched = false
	}
	d.yieldToGo()
}

// Breathe is called by a thread between two pieces of a call that takes long. It yields if it ought
// to, and if it has used up its time slice, whose end the tick does not tell in the kernel.
func (t *Thread) Breathe() {
	d := t.home.Load()
	if d.s.counter.Cycles()-d.clock >= d.s.slice {
		t.Tick()
	} else if t.ShouldYield() {
		t.giveWay()
	}
}

// leastClaim is the priority that ends t's time slice.
func (t *Thread) leastClaim() Priority {
	prio := t.Priority()
	if t.base.Load()>>8 == uint32(FIFO) {
		prio++
	}
	return prio
}

// ticked counts a tick, and now and then gives the thread that has waited longest here, because
// all others were more urgent, a slice.
func (d *dispatcher) ticked(prio Priority) {
	n := d.ready.ticks.Load() + 1
	d.ready.ticks.Store(n)
	d.bound.ticks.Store(n)
	if n%(starveTicks/5) != 0 {
		return
	}
	t := d.ready.starving(prio)
	if t == nil {
		t = d.bound.starving(prio)
	}
	if t != nil {
		t.starved = true
		t.assess()
		d.s.ready(t)
	}
}

// Bind has t run on one CPU only, numbered from 0; -1 lets it run anywhere. It takes effect at
// once: a thread that runs elsewhere is made to move.
func (t *Thread) Bind(cpu int) {
	if cpu < -1 || cpu >= len(t.s.dispatchers) {
		panic("sched: no such CPU")
	}
	t.bound.Store(int32(cpu + 1))
	point()
	t.reconsider()
}

// Bound is the CPU that t is bound to, or -1.
func (t *Thread) Bound() int { return int(t.bound.Load()) - 1 }

// CPU is where t runs, or ran last; -1 if it has not been started.
func (t *Thread) CPU() int {
	if d := t.home.Load(); d != nil {
		return d.index
	}
	return -1
}
