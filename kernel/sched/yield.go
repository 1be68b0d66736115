package sched

import "runtime"

// ShouldYield says that the thread ought to call Yield when it conveniently can, at the latest
// before it enters user mode: a more urgent thread is ready.
func (t *Thread) ShouldYield() bool {
	point()
	return t.shouldYield.Load()
}

// Yield lets every ready thread that is as urgent or more run first, wherever it is queued. It
// returns at once if there is none.
func (t *Thread) Yield() {
	t.shouldYield.Store(false)
	if t.s.mostUrgent().atLeast(t.prio) {
		t.ctx.Switch()
	}
}

// Tick is called by a thread that the tick took out of user mode. It ends the thread's time
// slice: Yield, if another thread has a claim to the CPU. In either case the Go runtime's other
// goroutines get a turn; a kernel thread in user mode is to them a goroutine that computes.
func (t *Thread) Tick() {
	t.ticks.Add(1)
	t.shouldYield.Store(false)
	if t.s.mostUrgent().atLeast(t.prio) {
		t.sliceEnded = true // the dispatcher calls Gosched
		t.ctx.Switch()
		return
	}
	before := t.s.counter.Cycles()
	runtime.Gosched()
	t.home.discount(t, t.s.counter.Cycles()-before)
}
