package sched

import (
	"sync/atomic"

	"gossamer/kernel/trace"
)

// dispatcher is what one CPU's worth of running threads shares. Its goroutine runs only when there
// is nothing else to run here, to park: threads switch to each other directly. There are as many
// as CPUs, and programs are told that they are CPUs; but the Go runtime may move what runs here
// from one CPU of the machine to another.
type dispatcher struct {
	s     *scheduler
	index int
	alone bool     // there is no other
	ready runQueue // threads that any dispatcher may take
	bound runQueue // threads that only this one may
	token token    // a parked dispatcher waits for it

	current word[Thread] // what runs here; nil: nothing, or about to change

	// Whoever runs here.
	left   *Thread // has switched away, and is to be dealt with by whom it switched to; by link
	queued bool    // left has queued itself, and whom it switched to is to unlock ready.mu
	clock  uint64  // cycles at the last switch

	// Statistics, written by whoever runs here.
	switches, steals, parks, idle atomic.Uint64
}

// run is the dispatcher's goroutine.
func (d *dispatcher) run() {
	d.clock = d.s.counter.Cycles()
	for {
		d.dispatch(d.next())
	}
}

// next is the thread to run now. It parks the dispatcher until there is one.
func (d *dispatcher) next() *Thread {
	for {
		if t := d.pick(false); t != nil {
			if t.bound.Load() != 0 {
				d.passOn()
			}
			return t
		}
		d.park()
	}
}

// passOn has a CPU look at the open queues in d's place: whoever unparked d may have done so for a
// thread that is there still, since d takes one that is bound to it.
func (d *dispatcher) passOn() {
	var c claim
	for _, o := range d.s.dispatchers {
		point()
		c = max(c, claim(o.ready.first.Load()))
	}
	point()
	if c != 0 && (d.s.idle.n.Load() == 0 || !d.s.idle.unpark()) {
		d.s.victim(d, c.rank()).preempt(Priority(c.rank() - 1))
	}
}

// dispatch lets t run, and whom that switches to, until there is nobody to switch to.
func (d *dispatcher) dispatch(t *Thread) {
	d.pass(nil, t)
	d.finish(nil)
}

// pick takes the most urgent thread of any queue, or nil. Among equals it prefers its own queues,
// so that threads tend to stay where they are; but after a yield (rotate) it takes the one that
// has waited longest, so that threads that compute get equal shares however they are distributed.
func (d *dispatcher) pick(rotate bool) *Thread {
	if d.alone && d.bound.first.Load() == 0 {
		return d.ready.pop()
	}
	return d.pickAny(rotate)
}

// pickAny is pick in every case.
func (d *dispatcher) pickAny(rotate bool) *Thread {
	for {
		from, best := &d.ready, claim(d.ready.first.Load())
		if c := claim(d.bound.first.Load()); c > best {
			from, best = &d.bound, c
		}
		if !d.alone {
			for _, o := range d.s.dispatchers {
				point()
				c := claim(o.ready.first.Load())
				if c.rank() > best.rank() || rotate && c > best {
					from, best = &o.ready, c
				}
			}
		}
		if best == 0 {
			return nil
		}
		if t := from.pop(); t != nil {
			if from.owner != d {
				d.steals.Store(d.steals.Load() + 1)
			}
			return t
		}
	}
}

// own is the greatest claim in d's own queues.
func (d *dispatcher) own() claim {
	return max(claim(d.ready.first.Load()), claim(d.bound.first.Load()))
}

// mostUrgent is the greatest claim of a thread that may run here.
func (d *dispatcher) mostUrgent() claim {
	best := d.own()
	if !d.alone {
		for _, o := range d.s.dispatchers {
			point()
			best = max(best, claim(o.ready.first.Load()))
		}
	}
	return best
}

// pass gives the CPU from one thread to another; nil stands for the dispatcher itself. from has said
// by its state why, and is dealt with by whom it switches to (finish): until then nobody may resume
// it, for it is on its stack. pass returns when from is resumed, perhaps by another dispatcher; but
// for a thread that has ended, when its stack has another thread or is to end.
func (d *dispatcher) pass(from, to *Thread) {
	if trace.Active() != nil {
		d.traceSwitch(from, to)
	}
	link(&d.left, from)
	if to == nil {
		d.current.Store(nil)
		d.clock = d.s.counter.Cycles()
		from.stack.ctx.Switch()
		return
	}
	bump(&d.switches)
	to.move(Ready, Running)
	if to.home.Load() != d {
		to.home.Store(d)
	}
	if to.onStack {
		to.fault("resumed while on its stack")
	}
	to.onStack = true
	point()
	if to.shouldYield.Load() { // SetClass may be the reason
		to.shouldYield.Store(false)
		to.assess()
	}
	d.current.Store(to)
	point()
	// A waker queues a thread here, then looks at current: one of us sees the other.
	if d.own().rank() > uint64(to.prio.Load())+1 {
		to.doubt()
	}
	if to.bound.Load() != 0 && to.misplacedOn(d) {
		to.doubt()
	}
	if from == nil {
		d.clock = d.s.counter.Cycles()
		to.stack.ctx.Switch()
		return
	}
	from.stack.ctx.SwitchTo(to.stack.ctx, &d.clock)
}

// abandon is pass to the dispatcher for a thread whose coroutine ends.
func (d *dispatcher) abandon(t *Thread) {
	if trace.Active() != nil {
		d.traceSwitch(t, nil)
	}
	link(&d.left, t)
	d.current.Store(nil)
	d.clock = d.s.counter.Cycles()
}

// finish deals with the thread that has switched to the caller, which runs here now; self is nil
// if that is the dispatcher. No one else touches a thread between its marking itself Blocking (or
// yielding) and its being off its stack: that is why it is here that a thread is queued again.
func (d *dispatcher) finish(self *Thread) {
	if self != nil {
		self.begin(d.clock)
		if self.control != nil {
			self.control.arrive(d)
		}
	}
	t := d.left
	if t == nil { // the dispatcher itself
		return
	}
	t.depart(d.clock)
	if t.control != nil {
		t.control.CPU.Store(NoCPU)
	}
	t.onStack = false
	if d.queued {
		d.release(t)
		return
	}
	point()
	if t.State() != Blocking {
		d.settleLeft(t)
		return
	}
	bump(&t.voluntary)
	if !t.tryMove(Blocking, Blocked) { // and if it is, t may be running elsewhere by now
		t.move(Woken, Ready)
		d.s.ready(t)
	}
}

// settleLeft is finish for a thread that does not block.
func (d *dispatcher) settleLeft(t *Thread) {
	switch t.State() {
	case Running:
		bump(&t.involuntary)
		if t.lent {
			t.lent = false
			t.move(Running, Ready)
			return
		}
		t.move(Running, Ready)
		d.requeue(t)
	case Woken:
		bump(&t.voluntary)
		t.move(Woken, Ready)
		d.s.ready(t)
	case Exited:
		link(&d.left, nil)
		d.s.delist(t)
	default:
		t.fault("switched away " + t.State().String())
	}
}

// release ends what takeTurns of t began, now that t is off its stack.
func (d *dispatcher) release(t *Thread) {
	d.queued = false
	bump(&t.involuntary)
	prio := t.level
	d.ready.mu.Unlock() // from here on t may be running, or gone
	if !d.alone {
		d.offer(prio)
	}
}

// offer has a thread of that priority, which waits in d's open queue, run elsewhere if that can be.
func (d *dispatcher) offer(prio Priority) {
	s := d.s
	point()
	if s.idle.n.Load() != 0 && s.idle.unpark() {
		return
	}
	if v := s.victim(d, uint64(prio)+1); v != d {
		v.preempt(prio)
	}
}

// requeue is ready for a thread that has given way to another here.
func (d *dispatcher) requeue(t *Thread) {
	if !d.alone || t.bound.Load() != 0 {
		d.s.ready(t)
		return
	}
	prio := d.ready.push(t)
	if uint32(prio) > d.current.Load().prio.Load() {
		d.preempt(prio)
	}
}
