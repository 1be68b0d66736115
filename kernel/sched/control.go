package sched

import "sync/atomic"

// Control is words that a thread shares with its program, in memory that both can reach; what
// _lwp_ctl(2) maps. The scheduler writes CPU, Switches and Owed, the program NoPreempt.
type Control struct {
	CPU       atomic.Int32  // where it runs; NoCPU while it does not
	Switches  atomic.Uint32 // how often it has been switched to
	NoPreempt atomic.Uint32 // not 0: do not take the CPU just now
	Owed      atomic.Uint32 // set to 1 when that was granted: yield as soon as you can
}

// NoCPU is what Control.CPU is of a thread that does not run.
const NoCPU = -1

// SetControl has the scheduler keep c up to date; nil: no more. Only t itself may call it.
func (t *Thread) SetControl(c *Control) {
	if t.control != nil {
		t.control.CPU.Store(NoCPU)
	}
	t.control = c
	if c != nil {
		c.arrive(t.home.Load())
	}
}

func (c *Control) arrive(d *dispatcher) {
	c.CPU.Store(int32(d.index))
	c.Switches.Store(c.Switches.Load() + 1)
}

// grace says that t is to keep the CPU although it ought to yield: its program asks for that, and
// has not been granted it since t yielded last. It lasts until the next tick at most.
func (t *Thread) grace() bool {
	c := t.control
	if c == nil || t.graced || c.NoPreempt.Load() == 0 {
		return false
	}
	t.graced = true
	c.Owed.Store(1)
	return true
}
