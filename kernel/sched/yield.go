package sched

import "gossamer/kernel/trace"

// ShouldYield says that the thread ought to call Yield when it conveniently can, at the latest
// before it enters user mode: a more urgent thread is ready, or its class or binding has changed.
func (t *Thread) ShouldYield() bool {
	point()
	return t.shouldYield.Load()
}

// Preempt is Yield for a thread that ShouldYield, unless its program has asked to keep the CPU
// for a moment (Control.NoPreempt).
func (t *Thread) Preempt() {
	if t.control != nil {
		t.bequeath()
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
	}
	t.giveWay()
}

// Yield lets every ready thread that is as urgent or more run first, wherever it is queued; one of
// class TimeSharing those, too, that are only less urgent for having computed more. It returns at
// once if there is none.
func (t *Thread) Yield() {
	t.takeTurns(t.polite, yields)
}

// yield is Yield in every case.
func (t *Thread) yield() {
	if t.control != nil || t.shouldYield.Load() {
		t.settle()
	}
	d := t.home.Load()
	if !d.mostUrgent().atLeast(t.polite) && !t.misplacedOn(d) {
		return
	}
	t.yielded = true
	if !t.rotate(d) {
		t.yielded = false
	}
}

// giveWay is Yield for the sake of a more urgent thread.
func (t *Thread) giveWay() {
	d := t.home.Load()
	next := t.heir
	if next != nil {
		link(&t.heir, nil)
		if !next.urgent || next.Priority() < t.Priority() || d.mostUrgent().atLeast(next.Priority()) {
			t.s.ready(next)
			next = nil
		}
	}
	t.settle()
	if next == nil {
		most := d.mostUrgent()
		if !most.atLeast(t.Priority()) && !t.misplacedOn(d) {
			return
		}
		t.preempted = most.rank() > uint64(t.Priority())+1
		if next = d.pick(true); next == nil && !t.misplacedOn(d) {
			t.preempted = false
			return
		}
	} else {
		t.preempted = next.Priority() > t.Priority()
	}
	if next != nil {
		t.lendTo(next)
	}
	d.pass(t, next)
	t.home.Load().finish(t)
	t.preempted = false
}

// settle does away with what has been asked of t while it ran.
func (t *Thread) settle() {
	if t.shouldYield.Load() {
		t.shouldYield.Store(false)
		point()
		if t.base.Load() != t.basis {
			t.assess()
		}
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
	d.pass(t, next)
	t.home.Load().finish(t)
	return true
}

// takeTurns is Yield and the end of a time slice in the usual case: the next to run is the first of
// this CPU's open queue, and prio is both its level there and that at which t is to wait. t takes
// its place in the queue under the one hold of the lock under which it takes next out, and it is next
// that releases the lock: until then nobody finds t there, for it is on its stack. In any other case
// it is giveTurn.
//
// It is push, pop, pass and finish in one, without what cannot be here. Conditions stand one by one
// because the compiler makes more of them than of a disjunction.
func (t *Thread) takeTurns(prio Priority, why reason) {
	d := t.home.Load()
	q := &d.ready
	rank := uint64(prio) + 1
	if claim(q.first.Load()).rank() != rank {
		t.giveTurn(why)
		return
	}
	if d.bound.first.Load() != 0 {
		t.giveTurn(why)
		return
	}
	if t.control != nil {
		t.giveTurn(why)
		return
	}
	if t.heir != nil {
		t.giveTurn(why)
		return
	}
	if t.shouldYield.Load() {
		t.giveTurn(why)
		return
	}
	if trace.Active() != nil {
		t.giveTurn(why)
		return
	}
	if !d.alone && !d.ownOldest() {
		t.giveTurn(why)
		return
	}
	q.mu.Lock()
	// As in push: what SetClass and Bind change is looked at once queue is written.
	t.queue.Store(q.number)
	point()
	if claim(q.first.Load()).rank() != rank {
		t.stay(q, why)
		return
	}
	if t.base.Load() != t.basis {
		t.stay(q, why)
		return
	}
	if t.bound.Load() != 0 {
		t.stay(q, why)
		return
	}
	t.since = q.ticks.Load()
	stamp := q.stamps.Add(1)
	t.stamp = stamp
	t.level = prio
	l := &q.level[prio]
	next := l.head
	first := next.next
	if first == nil {
		first = t
		link(&l.head, t)
		link(&l.tail, t)
	} else {
		last := l.tail
		link(&l.head, first)
		link(&l.tail, t)
		link(&first.prev, nil)
		link(&next.next, nil)
		link(&last.next, t)
		link(&t.prev, last)
	}
	next.linked, t.linked = false, true
	q.first.Store(uint64(claimOf(first, prio)))
	next.queue.Store(0)

	t.state.Store(uint32(Ready))
	next.move(Ready, Running)
	if next.home.Load() != d {
		next.home.Store(d)
	}
	if next.onStack {
		next.fault("resumed while on its stack")
	}
	next.onStack = true
	point()
	if next.shouldYield.Load() {
		next.shouldYield.Store(false)
		next.assess()
	}
	link(&d.left, t)
	d.queued = true
	bump(&d.switches)
	d.current.Store(next)
	point()
	if d.bound.first.Load() != 0 {
		next.doubt()
	}
	if next.bound.Load() != 0 {
		next.doubt()
	}
	t.stack.ctx.SwitchTo(next.stack.ctx, &d.clock)

	d = t.home.Load()
	if !d.queued {
		d.finish(t)
		return
	}
	now := d.clock
	t.begin(now)
	t = d.left
	t.depart(now)
	t.onStack = false
	d.queued = false
	bump(&t.involuntary)
	if d.alone {
		d.ready.mu.Unlock()
		return
	}
	level := t.level
	d.ready.mu.Unlock() // from here on t may be running, or gone
	d.offer(level)
}

// stay takes back that t is in q, whose lock is held.
func (t *Thread) stay(q *runQueue, why reason) {
	t.queue.Store(0)
	q.mu.Unlock()
	t.giveTurn(why)
}

// doubt has t see to it that it should run where it does.
func (t *Thread) doubt() {
	t.shouldYield.Store(true)
	t.s.m.Kick(t)
}

// reason is why a thread gives way.
type reason uint8

const (
	yields reason = iota
	expires
)

// giveTurn is takeTurns in every case.
func (t *Thread) giveTurn(why reason) {
	t.bequeath()
	if why == yields {
		t.yield()
		return
	}
	d := t.home.Load()
	if t.misplacedOn(d) || d.mostUrgent().atLeast(t.leastClaim()) && !t.grace() {
		t.settle()
		t.expired = true
		t.rotate(d)
		t.expired = false
	}
}

// ownOldest says that d's open queue has a greater claim than any other.
func (d *dispatcher) ownOldest() bool {
	own := claim(d.ready.first.Load())
	for _, o := range d.s.dispatchers {
		point()
		if claim(o.ready.first.Load()) > own {
			return false
		}
	}
	return true
}

// misplacedOn says that t is bound to another CPU than d.
func (t *Thread) misplacedOn(d *dispatcher) bool {
	b := t.bound.Load()
	return b != 0 && int(b)-1 != d.index
}

// Tick is called by a thread that the tick took out of user mode. It ends the thread's time
// slice: the Go runtime's other goroutines get a turn, and then the thread yields if another has a
// claim to the CPU, for a thread of class FIFO a more urgent one.
func (t *Thread) Tick() {
	t.discount(t.s.yielder.YieldToGo())
	bump(&t.ticks)
	if t.starved {
		t.starved = false
		t.assess()
	}
	class := Class(t.base.Load() >> 8)
	if class == TimeSharing && t.penalty < penaltyMax {
		t.sink()
	}
	d := t.home.Load()
	n := d.ready.ticks.Load() + 1
	d.ready.ticks.Store(n)
	d.bound.ticks.Store(n)
	if n%(starveTicks/5) == 0 {
		d.feed(t.Priority())
	}
	if class == FIFO { // an equal one has no claim
		t.giveTurn(expires)
	} else {
		t.takeTurns(t.Priority(), expires)
	}
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

// feed gives the thread that has waited longest here, because all others were more urgent than prio
// or as urgent, a slice.
func (d *dispatcher) feed(prio Priority) {
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
