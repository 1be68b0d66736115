//go:build explore

package ulib

import (
	"math/bits"

	"gossamer/ulib/sys"
)

// The kernel's signals for exploring. A scene says which come, in which order; each comes at any moment.
// What proc does with them is done here in the same order (proc/send.go, deliver.go, actsignal.go): an
// ordinary LWP that does not block a signal is told of it and takes it on its way to user mode; if
// there is none, activations are told, and take it by sa_sigtake.

// kernelSignals are a process's.
type kernelSignals struct {
	open    bool
	come    int     // of the scene's, how many have come
	caught  SigSet  // have handlers
	pending SigSet  // of the process
	more    [64]int // how many more of each real-time signal

	defaulted bool // that of the fault does what it does by default
}

// ready says that the next may come: it has a handler.
func (s *kernelSignals) ready() bool {
	return s.open && s.caught&sigBit(ex.k.scene.signals[s.come]) != 0
}

// comeOn lets the scene's signals come.
func comeOn() { ex.k.signals.open = true }

func (s *kernelSignals) add(sig int) {
	if s.pending&sigBit(sig) != 0 && sig > nudge {
		s.more[sig-1]++
	}
	s.pending |= sigBit(sig)
}

// take takes the lowest that is not in mask, 0 if there is none.
func (s *kernelSignals) take(mask SigSet) int {
	set := s.pending & s.caught &^ mask
	if set == 0 {
		return 0
	}
	sig := bits.TrailingZeros64(uint64(set)) + 1
	if s.more[sig-1] > 0 {
		s.more[sig-1]--
	} else {
		s.pending &^= sigBit(sig)
	}
	return sig
}

// raise has the next signal come.
func (k *kernel) raise() {
	s := &k.signals
	sig := k.scene.signals[s.come]
	s.come++
	k.e.check(s.caught&sigBit(sig) != 0, "signal %d does what it does by default", sig)
	s.add(sig)
	if to := k.receiver(sig); to != nil {
		to.told = true
	} else {
		k.tell(true)
	}
}

// tell is proc's tellActivations.
func (k *kernel) tell(more bool) {
	if k.p != nil {
		k.p.Signals(uint64(k.signals.pending&k.signals.caught), more)
	}
}

// receiver is the ordinary LWP that is to take a signal.
func (k *kernel) receiver(sig int) *actor {
	for _, a := range k.e.actors {
		if a.ordinary && a.at != ended && a.mask&sigBit(sig) == 0 {
			return a
		}
	}
	return nil
}

// passOn has others look at what a does not let in now.
func (k *kernel) passOn() {
	for set := k.signals.pending; set != 0; set &= set - 1 {
		if to := k.receiver(bits.TrailingZeros64(uint64(set)) + 1); to != nil {
			to.told = true
		}
	}
}

// deliver is an ordinary LWP that has been told of signals, on its way to user mode.
func (k *kernel) deliver(a *actor) {
	a.told, a.late = false, false
	sig := 0
	if a.nudged && a.mask&sigBit(nudge) == 0 {
		a.nudged, sig = false, nudge
	} else if sig = k.signals.take(a.mask); sig == 0 {
		return
	}
	old := a.mask
	a.mask = ^SigSet(0)
	k.passOn()
	if a.at == blocked {
		a.at, a.on.result = inUser, sys.EINTR
	}
	info := sys.SigInfo{Signo: int32(sig)}
	context := sys.UContext{IP: pcOther, Mask: uint64(old)}
	if a.on.looks {
		context.IP = pcSignal
	}
	caught(sig, &info, &context, a.v)
	k.e.note("-- signal %d on LWP %d, VP.disabled %d", sig, a.n, a.v.disabled)
	if context.IP == pcSignal {
		a.on.looks = true
	}
	a.setMask(SigSet(context.Mask))
}

func (a *actor) setMask(set SigSet) {
	a.mask = set
	a.told = a.told || a.nudged && set&sigBit(nudge) == 0 || a.k.signals.pending&a.k.signals.caught&^set != 0
	a.k.passOn()
}

// sigtake is sa_sigtake.
func (k *kernel) sigtake(a *actor, info *sys.SigInfo) sys.Errno {
	mask := SigSet(k.p.Mask(a.n))
	sig := k.signals.take(mask)
	k.tell(false)
	if sig == 0 {
		return sys.EAGAIN
	}
	*info = sys.SigInfo{Signo: int32(sig)}
	return 0
}

// fault is a signal that a thread brings upon itself: ulib has none caught, but the program may.
func (k *kernel) fault(a *actor) {
	info := [128]byte{sys.SIGFPE}
	a.on.faulty = true
	if k.signals.defaulted || a.ordinary || !k.p.Fault(a.n, &info) {
		k.killed(sys.SIGFPE)
		return
	}
	a.at = atEdge
}

// killed is the end of the process by a signal, which a scene expects or does not.
func (k *kernel) killed(sig int) {
	k.e.note("-- killed by signal %d", sig)
	k.e.check(k.scene.killedBy == sig, "killed by signal %d", sig)
	k.e.ended = true
}

// The machine.

// signalEntry is where a thread enters that has to look.
func signalEntry() uintptr { return pcSignal }

// lookAt has the thread look before its next step: context.looks.
func (t *thread) lookAt(sp, ip uint64) (uint64, uint64) {
	if t.looking {
		return sp, ip
	}
	t.looking = true
	return sp, pcSignal
}

func catchFromKernel(sig int) {
	if k := ex.k; k != nil {
		k.signals.caught |= sigBit(sig)
	}
}

func altStack(at uintptr) {}

func setLWPMask(set SigSet) {
	if ex.k != nil {
		ex.pass()
		ex.cur.setMask(set)
		ex.pass()
	}
}

func nudgeLWP(lid int) {
	ex.pass()
	for _, a := range ex.actors {
		if a.ordinary && a.v.lid == lid && a.at != ended {
			a.nudged, a.told = true, true
		}
	}
}

func wakeLWP(lid int) {
	if ex.k == nil {
		return
	}
	ex.pass()
	for _, a := range ex.actors {
		switch {
		case !a.ordinary || a.v.lid != lid || a.at == ended:
		case a.at == blocked:
			a.at, a.on.result = inUser, sys.EINTR
		default:
			a.cancelled = true
		}
	}
}

func killProcess(sig int) Errno {
	ex.k.killed(sig)
	ex.stop()
	return 0
}

func defaultAction(sig int) { ex.k.signals.defaulted = true }

// attend1 is a context that was made to look: what it was about to do comes after that.
func (c *context) attend1() {
	c.looks = false
	gate, result, resting := c.gate, c.result, c.resting
	c.gate, c.resting = nil, false
	signalPoint()
	c.gate, c.result, c.resting = gate, result, resting
}
