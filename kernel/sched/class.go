package sched

import "sync/atomic"

// Class says how a thread's priority comes about. Levels are a class's own priorities, larger
// more urgent.
type Class uint8

const (
	TimeSharing Class = iota // levels 0 to 59; sinks while the thread computes, rises while it waits
	Fixed                    // levels 0 to 59; stays as set
	RoundRobin               // levels 1 to 99, above all of the first two; time slices
	FIFO                     // levels 1 to 99, the same; runs until it blocks or yields
	Kernel                   // what NewThread was told, if that is not PrioUser; the level is the Priority
)

var classNames = [...]string{"ts", "fx", "rr", "fifo", "kern"}

func (c Class) String() string { return classNames[c] }

// Range is the levels that a class has.
func (c Class) Range() (min, max int) {
	switch c {
	case TimeSharing, Fixed:
		return 0, 59
	case Kernel:
		return 0, 255
	}
	return 1, 99
}

// DefaultLevel is the level, in TimeSharing, of a thread of PrioUser.
const DefaultLevel = 30

// Where the classes' levels begin among the priorities.
const (
	userBand = PrioUser - DefaultLevel
	realTime = 128 - 1
)

// A thread of TimeSharing loses one level with each time slice that it uses up, penaltyMax at
// most, and gets one back for each that it spends blocked. One that yields is as if it had lost
// them all until it runs again: others may have used more than it has.
const penaltyMax = 10

// A ready thread that has seen starveTicks ticks of its CPU go to more urgent ones runs for one
// slice at PrioStarved; every starveTicks/5 ticks a CPU looks for one. So no class, real time
// included, keeps a CPU wholly to itself.
const starveTicks = 50

func packBase(c Class, level int) uint32 { return uint32(c)<<8 | uint32(level) }

// SetUrgent has t run at PrioKernel at least, or no more, whatever its class: it has something to
// finish in the kernel for which others wait. Only t itself may call it. It costs no switch: those
// who have waited behind what was urgent have t asked to yield.
func (t *Thread) SetUrgent(on bool) {
	if on {
		if !t.urgent {
			t.urgent = true
			t.polite = max(t.calmPolite, PrioKernel)
			t.prio.Store(uint32(max(t.calm, PrioKernel)))
		}
		return
	}
	t.giveBack()
	if !t.urgent {
		return
	}
	t.urgent = false
	t.urge()
	t.urgentNoMore()
}

// urgentNoMore has t yield to who has waited behind what was urgent, if it ought to.
func (t *Thread) urgentNoMore() {
	t.bequeath()
	if c := t.home.Load().mostUrgent(); c != 0 {
		if prio := Priority(c.rank() - 1); t.Priority()+margin(prio) < prio {
			t.shouldYield.Store(true)
			t.s.m.Kick(t)
		}
	}
}

// RelentIf has t be urgent no more if it is woken while *calm is not 0: then nobody waits for what it
// has to finish. nil: it is always urgent when it is. Only t itself may call it.
func (t *Thread) RelentIf(calm *atomic.Uint32) { t.relentIf = calm }

// relent is for a thread that is urgent and has been woken, and is the caller's.
func (t *Thread) relent() {
	if t.relentIf != nil && t.relentIf.Load() != 0 {
		t.urgent = false
		t.urge()
	}
}

// assess makes up t's priorities anew. t is the caller's: it runs it, or is about to queue it.
func (t *Thread) assess() {
	t.basis = t.base.Load()
	level := Priority(t.basis)
	var usual, polite Priority
	switch Class(t.basis >> 8) {
	case TimeSharing:
		usual = userBand + level - min(level, Priority(t.penalty))
		polite = userBand + level - min(level, penaltyMax)
	case Fixed:
		usual, polite = userBand+level, userBand+level
	case RoundRobin, FIFO:
		usual, polite = realTime+level, realTime+level
	default:
		usual, polite = level, level
	}
	if t.starved {
		usual = max(usual, PrioStarved)
	}
	t.calm, t.calmPolite = usual, polite
	t.urge()
}

// urge makes up t's priorities from those that it has if it is not urgent.
func (t *Thread) urge() {
	usual, polite := t.calm, t.calmPolite
	if t.urgent {
		usual, polite = max(usual, PrioKernel), max(polite, PrioKernel)
	}
	t.polite = polite
	t.prio.Store(uint32(usual))
}

// queued is the priority at which t is to wait: polite if it has yielded.
func (t *Thread) queued() Priority {
	if t.yielded {
		return t.polite
	}
	return Priority(t.prio.Load())
}

// SetClass gives t another class and the level in it, which the class must have (Class.Range). It
// takes effect at once, wherever t is.
func (t *Thread) SetClass(c Class, level int) {
	if lo, hi := c.Range(); level < lo || level > hi {
		panic("sched: no such level")
	}
	t.base.Store(packBase(c, level))
	point()
	if t.State() != New {
		t.reconsider()
	}
}

// Inherit gives t, which is new, the class, level and binding of from, and what from has used: nobody
// gains by handing the work to a fresh thread. Only from itself may call it.
func (t *Thread) Inherit(from *Thread) {
	t.base.Store(from.base.Load())
	t.bound.Store(from.bound.Load())
	t.penalty = from.penalty
	t.assess()
}

// Class is what SetClass was told.
func (t *Thread) Class() (c Class, level int) {
	base := t.base.Load()
	return Class(base >> 8), int(base & 0xff)
}

// Priority is t's present priority.
func (t *Thread) Priority() Priority { return Priority(t.prio.Load()) }

// reconsider puts t, whose base or binding has changed, where it belongs now: in another list if
// it is in a run queue; if it runs, by a yield. A thread that is on its way into a queue or to a
// CPU looks itself (runQueue.push, dispatcher.pass).
func (t *Thread) reconsider() {
	for {
		point()
		n := t.queue.Load()
		if n == 0 {
			break
		}
		if t.s.queue(n).take(t) {
			t.s.ready(t)
			return
		}
	}
	t.shouldYield.Store(true)
	t.s.m.Kick(t)
}

// sink charges t, of class TimeSharing, for a time slice.
func (t *Thread) sink() {
	t.penalty++
	t.assess()
}

// rested forgives t, which has a penalty, was blocked and has been woken, for the slices it has not
// used. Blocks too short to be told from the switches around them do not count.
func (t *Thread) rested() {
	blocked := t.s.counter.Cycles() - t.left
	if blocked < t.s.slice/16 {
		return
	}
	t.rest += blocked
	if n := t.rest / t.s.slice; n != 0 {
		t.rest -= n * t.s.slice
		t.penalty -= uint8(min(uint64(t.penalty), n))
		t.assess()
	}
}

// restedAtLeast is rested for a thread woken by the one that runs on d, which it may have given the CPU
// to: unless it was blocked for long before that one came, it is not worth a look at the counter.
func (t *Thread) restedAtLeast(d *dispatcher) {
	if !d.alone || int64(d.clock-t.left) >= int64(d.s.slice/16) {
		t.rested()
	}
}

// sliceNS is a time slice, which the kernel's tick ends.
const sliceNS = 10e6
