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
