package sched

// CPU time is charged where threads are switched: a dispatcher reads the counter once per switch
// and gives the thread all since the last reading, the switch itself included.
//
// Thread.cpu is what others read, one word that is right at any time: the cycles used so far if
// the thread does not run; if it does, accruing | the instant at which it would have been resumed
// had it run from then on without a break.
const accruing = 1 << 63

// begin starts to charge t, which is about to be resumed.
func (d *dispatcher) begin(t *Thread) {
	t.cpu.Store(accruing | d.clock - t.ran)
}

// charge gives t the time since begin.
func (d *dispatcher) charge(t *Thread, now uint64) {
	t.ran += now - d.clock
	t.left = now
	t.cpu.Store(t.ran)
}

// discount takes back part of what the thread that runs here is being charged: it was spent on
// other goroutines.
func (d *dispatcher) discount(cycles uint64) {
	d.clock += cycles
	if t := d.current.Load(); t != nil {
		d.begin(t)
	}
}

// CPUTime is the time in ns for which t has run, user and kernel mode together, up to now.
func (t *Thread) CPUTime() int64 {
	for {
		c := t.cpu.Load()
		if c&accruing == 0 {
			return t.s.counter.Nanoseconds(c)
		}
		used := t.s.counter.Cycles() - c&^accruing
		if t.cpu.Load() == c {
			return t.s.counter.Nanoseconds(used)
		}
	}
}

// Switches says how often t has switched away: by blocking, and by yielding.
func (t *Thread) Switches() (voluntary, involuntary uint64) {
	return t.voluntary.Load(), t.involuntary.Load()
}

// Ticks is the number of ticks that found t in user mode.
func (t *Thread) Ticks() uint64 { return t.ticks.Load() }
