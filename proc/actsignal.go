package proc

import (
	"syscall"

	"gossamer/lwp"
	"gossamer/lwp/sa"
)

// Signals of a process with activations: K13. What a signal does by default is done by whichever
// LWP takes it, mask or no mask. Caught ones stay pending for the process until ulib takes them;
// those meant for one activation too, which are nobody's by the time they are taken.

// caught returns those of a set that have handlers. p.mu is held.
func (p *Process) caught(set Sigset) (caught Sigset) {
	for rest := set; rest != 0; rest &= rest - 1 {
		if sig := rest.lowest(); p.actions[sig].Handler > SigIgn {
			caught |= bit(sig)
		}
	}
	return caught
}

// tellActivations has ulib look at the caught signals that are pending; more: one has come.
// p.mu is held.
func (p *Process) tellActivations(more bool) {
	if a := p.act.Load(); a != nil {
		a.core.Signals(uint64(p.caught(p.pending.set)), more)
	}
}

// takes returns the signals that the LWP takes on its way to user mode. p.mu is held.
func (l *LWP) takes() Sigset {
	if l.act == nil {
		return ^l.mask
	}
	return ^l.p.caught(l.p.pending.set | l.pending.set)
}

// trapTrace is TRAP_TRACE: Code of SIGTRAP after an instruction with RFLAGS.TF.
const trapTrace = 2

// forceActivation is force for an activation: the signal goes to ulib with the thread. A single step
// of a process that ignores SIGTRAP is a preemption.
func (l *LWP) forceActivation(info *Siginfo) bool {
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	core := l.act.core
	if info.Signal == int(syscall.SIGTRAP) && info.Code == trapTrace && p.actions[info.Signal].Handler == SigIgn {
		return core.Step(l.number)
	}
	if p.actions[info.Signal].Handler <= SigIgn || Sigset(core.Mask(l.number)).Has(info.Signal) {
		return false
	}
	b := info.Bytes()
	return core.Fault(l.number, &b)
}

// Sigtake takes a caught signal that the caller's VP does not mask: sa_sigtake(2). EPERM: the
// caller is no activation; EAGAIN: there is none.
func (l *LWP) Sigtake() (info Siginfo, errno syscall.Errno) {
	if l.act == nil {
		return info, syscall.EPERM
	}
	p := l.p
	mask := Sigset(l.act.core.Mask(l.number))
	p.mu.Lock()
	defer p.mu.Unlock()
	info, ok := p.pending.take(p.caught(p.pending.set) &^ mask)
	p.tellActivations(false)
	if !ok {
		return info, syscall.EAGAIN
	}
	return info, 0
}

// Activation returns the kernel's side of the caller's process and the caller's number in it.
// EPERM: the caller is no activation.
func (l *LWP) Activation() (core *sa.Process, n int, errno syscall.Errno) {
	if l.act == nil {
		return nil, 0, syscall.EPERM
	}
	return l.act.core, l.number, 0
}

// Activations returns the kernel's side of the process that is enabled. EPERM: there is none.
func (p *Process) Activations() (*sa.Process, syscall.Errno) {
	a := p.act.Load()
	if a == nil || !a.core.Enabled() {
		return nil, syscall.EPERM
	}
	return a.core, 0
}

// raiseActivation is Raise for an activation. p.mu is held.
func (l *LWP) raiseActivation(info *Siginfo) {
	p := l.p
	p.pending.add(info)
	if p.actions[info.Signal].Handler > SigIgn {
		p.tellActivations(true)
	} else {
		l.Remind(lwp.Signal)
	}
}
