package sched

import (
	"runtime"
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
	ready runQueue // threads that any dispatcher may take
	bound runQueue // threads that only this one may
	token token    // a parked dispatcher waits for it

	current word[Thread] // what runs here; nil: nothing, or about to change

	// Whoever runs here.
	left    *Thread // has switched away, and is to be dealt with by whom it switched to
	clock   uint64  // cycles at the last switch
	gosched bool    // that was the end of a time slice: the Go runtime's goroutines get a turn

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
	t.stack.ctx.Switch()
	d.finish()
}

// pick takes the most urgent thread of any queue, or nil. Among equals it prefers its own queues,
// so that threads tend to stay where they are; but after a yield (rotate) it takes the one that
// has waited longest, so that threads that compute get equal shares however they are distributed.
func (d *dispatcher) pick(rotate bool) *Thread {
	for {
		from, best := &d.ready, claim(d.ready.first.Load())
		if c := claim(d.bound.first.Load()); c > best {
			from, best = &d.bound, c
		}
		if len(d.s.dispatchers) > 1 {
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
	if len(d.s.dispatchers) > 1 {
		for _, o := range d.s.dispatchers {
			point()
			best = max(best, claim(o.ready.first.Load()))
		}
	}
	return best
}

// leave gives the CPU to next, or to the thread that pick takes if that is nil. t has said by its
// state why, and is dealt with by whom it switches to (finish): until then nobody may resume it,
// for it is on its stack. leave returns when t is resumed, perhaps by another dispatcher; but for
// a thread that has ended, when its stack has another thread or is to end.
func (t *Thread) leave(next *Thread) {
	d := t.home.Load()
	if next == nil {
		next = d.pick(false)
	}
	k := t.stack
	d.pass(t, next)
	if next == nil {
		k.ctx.Switch()
	} else {
		k.ctx.SwitchTo(next.stack.ctx)
	}
}

// pass hands the CPU's books over from one thread to another, at the switch; nil stands for the
// dispatcher itself.
func (d *dispatcher) pass(from, to *Thread) {
	if trace.Active() != nil {
		d.traceSwitch(from, to)
	}
	now := d.s.counter.Cycles()
	if from != nil {
		d.left = from
		d.charge(from, now)
		if from.control != nil {
			from.control.CPU.Store(NoCPU)
		}
	}
	d.clock = now
	if to == nil {
		d.current.Store(nil)
		return
	}
	d.switches.Store(d.switches.Load() + 1)
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
		to.yielded = false
		to.assess()
	} else if to.yielded {
		to.yielded = false
		to.prio.Store(uint32(to.usual))
	}
	d.current.Store(to)
	point()
	// A waker queues a thread here, then looks at current: one of us sees the other.
	if d.own().rank() > uint64(to.prio.Load())+1 || to.misplacedOn(d) {
		to.shouldYield.Store(true)
		d.s.m.Kick(to)
	}
	d.begin(to)
	if to.control != nil {
		to.control.arrive(d)
	}
}

// finish deals with the thread that has switched to the caller, which runs here now. No one else
// touches a thread between its marking itself Blocking (or yielding) and its being off its stack:
// that is why it is here that a thread is queued again.
func (d *dispatcher) finish() {
	t := d.left
	if t == nil {
		return
	}
	d.left = nil
	t.onStack = false
	point()
	switch t.State() {
	case Running:
		t.involuntary.Store(t.involuntary.Load() + 1)
		t.move(Running, Ready)
		d.requeue(t)
	case Blocking, Woken:
		t.voluntary.Store(t.voluntary.Load() + 1)
		if !t.tryMove(Blocking, Blocked) { // and if it is, t may be running elsewhere by now
			t.move(Woken, Ready)
			d.s.ready(t)
		}
	case Exited:
		d.s.delist(t)
	default:
		t.fault("switched away " + t.State().String())
	}
	if d.gosched {
		d.gosched = false
		d.yieldToGo()
	}
}

// requeue is ready for a thread that has given way to another here.
func (d *dispatcher) requeue(t *Thread) {
	if len(d.s.dispatchers) > 1 || t.bound.Load() != 0 {
		d.s.ready(t)
		return
	}
	prio := d.ready.push(t)
	if uint32(prio) > d.current.Load().prio.Load() {
		d.preempt(prio)
	}
}

// yieldToGo lets the Go runtime's other goroutines run. A kernel thread in user mode is to them a
// goroutine that computes.
func (d *dispatcher) yieldToGo() {
	before := d.s.counter.Cycles()
	runtime.Gosched()
	d.discount(d.s.counter.Cycles() - before)
}
