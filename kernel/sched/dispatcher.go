package sched

import (
	"runtime"
	"sync/atomic"
)

// dispatcher is a goroutine that takes ready threads and lets them run, one at a time. There
// are as many as CPUs, but a dispatcher is not a CPU: the Go runtime may move it at any time.
type dispatcher struct {
	s     *scheduler
	ready runQueue
	token token // a parked dispatcher waits for it

	// What runs here, for those who may want to preempt it. rank is the thread's priority plus
	// one, like claim.rank, or idleRank when current is out of date.
	rank    atomic.Uint64
	current atomic.Pointer[Thread]

	// The dispatcher's own.
	clock  uint64 // cycles at the last switch
	rotate bool   // the last thread yielded: among equals, do not prefer our own queue

	// Statistics, written by the dispatcher only.
	switches, steals, parks, idle atomic.Uint64
}

const idleRank = 0

func (d *dispatcher) run() {
	d.clock = d.s.counter.Cycles()
	for {
		d.dispatch(d.next())
	}
}

// next is the thread to run now. It parks the dispatcher until there is one.
func (d *dispatcher) next() *Thread {
	for {
		if t := d.pick(); t != nil {
			return t
		}
		d.park()
	}
}

// pick takes the most urgent thread of any queue, or nil. Among equals it prefers its own queue,
// so that threads tend to stay where they are; but after a yield it takes the one that has
// waited longest, so that threads that compute get equal shares however they are distributed.
func (d *dispatcher) pick() *Thread {
	for {
		from, best := d, claim(d.ready.first.Load())
		for _, o := range d.s.dispatchers {
			point()
			c := claim(o.ready.first.Load())
			if c.rank() > best.rank() || d.rotate && c > best {
				from, best = o, c
			}
		}
		if best == 0 {
			return nil
		}
		if t := from.ready.pop(); t != nil {
			if from != d {
				d.steals.Add(1)
			}
			d.rotate = false
			return t
		}
	}
}

// dispatch lets t run until it switches away, then does what its state asks for. No one but
// dispatch touches a thread between its marking itself Blocking (or yielding) and its being off
// its stack: that is why it is here that a thread is queued again.
func (d *dispatcher) dispatch(t *Thread) {
	t.move(Ready, Running)
	t.home = d
	t.shouldYield.Store(false)
	d.current.Store(t)
	point()
	d.rank.Store(uint64(t.prio) + 1)
	point()
	// A waker queues a thread here, then looks at rank: one of us sees the other.
	if claim(d.ready.first.Load()).rank() > uint64(t.prio)+1 {
		t.shouldYield.Store(true)
	}
	d.begin(t)
	t.onStack = true
	t.ctx.Switch()
	t.onStack = false
	d.rank.Store(idleRank)
	d.charge(t)
	gosched := t.sliceEnded
	t.sliceEnded = false

	point()
	switch t.State() {
	case Running:
		t.involuntary.Add(1)
		t.move(Running, Ready)
		d.ready.push(t)
		d.rotate = true
	case Blocking, Woken:
		t.voluntary.Add(1)
		if !t.tryMove(Blocking, Blocked) { // and if it is, t may be running elsewhere by now
			t.move(Woken, Ready)
			d.ready.push(t)
		}
	case Exited:
		d.s.delist(t)
	default:
		panic("sched: " + t.name + " switched away " + t.State().String())
	}
	// No parked dispatcher need be woken for a thread queued here: this one is about to take it,
	// or another in its stead, for which one has been woken.
	if gosched {
		runtime.Gosched()
		d.clock = d.s.counter.Cycles()
	}
}
