package sched

import "runtime"

// CPU time is charged where threads are switched: the counter is read once in a switch
// (dispatcher.clock), where one thread's time ends and the next one's begins.
//
// Thread.cpu is the cycles used so far if the thread does not run; if it does, accruing | the
// instant at which it would have been resumed had it run from then on without a break. Who has got
// the CPU writes both its own and its predecessor's (finish). Until then the predecessor's says that
// it goes on, though it is not current any more.
const accruing = 1 << 63

// begin starts to charge t, which has been resumed.
func (t *Thread) begin(now uint64) {
	t.cpu.Store(accruing | now - t.cpu.Load())
}

// depart ends what begin began: t has switched away.
func (t *Thread) depart(now uint64) {
	t.left = now
	t.cpu.Store(now - t.cpu.Load()&^accruing)
}

// discount takes back part of what t, which runs, is being charged: it was spent on other goroutines.
func (t *Thread) discount(cycles uint64) {
	t.cpu.Store(t.cpu.Load() + cycles)
}

// CPUTime is the time in ns for which t has run, user and kernel mode together, up to now.
func (t *Thread) CPUTime() int64 {
	for {
		c := t.cpu.Load()
		if c&accruing == 0 {
			return t.s.counter.Nanoseconds(c)
		}
		used := t.s.counter.Cycles() - c&^accruing
		if t.home.Load().current.Load() == t && t.cpu.Load() == c {
			return t.s.counter.Nanoseconds(used)
		}
		runtime.Gosched() // it is about to be written
	}
}

// Switches says how often t has switched away: by blocking, and by yielding.
func (t *Thread) Switches() (voluntary, involuntary uint64) {
	return t.voluntary.Load(), t.involuntary.Load()
}

// Ticks is the number of ticks that found t in user mode.
func (t *Thread) Ticks() uint64 { return t.ticks.Load() }
