package proc

import (
	"syscall"

	"gossamer/lwp"
)

// Mask returns the LWP's signal mask.
func (l *LWP) Mask() Sigset {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return l.mask
}

// SetMask replaces the LWP's signal mask; SIGKILL and SIGSTOP stay out of it. Signals that
// it lets in are taken before the LWP enters user mode.
func (l *LWP) SetMask(mask Sigset) {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	l.setMask(mask)
}

func (l *LWP) setMask(mask Sigset) {
	more := mask &^ l.mask
	l.mask = mask &^ unblockable
	if l.p.pending.set&more != 0 {
		l.p.passOn()
	}
	if (l.pending.set|l.p.pending.set)&^l.mask != 0 {
		l.Remind(lwp.Signal)
	}
}

// Pending returns the signals that are pending for the LWP and blocked: rt_sigpending(2).
func (l *LWP) Pending() Sigset {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return (l.pending.set | l.p.pending.set) & l.mask
}

// Action returns what a signal does, and changes it if act is not nil: rt_sigaction(2).
// A pending signal that the new action ignores is dropped. EINVAL: no such signal, or one
// that cannot be caught.
func (p *Process) Action(sig int, act *Sigaction) (old Sigaction, errno syscall.Errno) {
	if sig < 1 || sig > NSIG || act != nil && unblockable.Has(sig) {
		return old, syscall.EINVAL
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	old = p.actions[sig]
	if act != nil {
		a := *act
		a.Mask &^= unblockable
		a.Flags &= saKnown
		p.actions[sig] = a
		if a.ignores(sig) {
			p.dropPending(bit(sig))
		}
	}
	return old, 0
}

// Suspend waits for a signal to be taken, with mask in force meanwhile: rt_sigsuspend(2).
// It returns EINTR.
func (l *LWP) Suspend(mask Sigset) syscall.Errno {
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	l.oldMask, l.suspended = l.mask, true
	l.setMask(mask)
	return l.pause()
}

// WithMask makes a call that waits, with mask in force meanwhile if it is not nil: ppoll(2).
// The mask comes back when the call has ended, or after the handler that interrupted it.
func (l *LWP) WithMask(mask *Sigset, wait func() syscall.Errno) syscall.Errno {
	if mask == nil {
		return wait()
	}
	if !l.swapMask(*mask) {
		return syscall.EINTR
	}
	errno := wait()
	if errno != syscall.EINTR {
		l.p.mu.Lock()
		defer l.p.mu.Unlock()
		l.suspended = false
		l.setMask(l.oldMask)
	}
	return errno
}

// swapMask puts the mask in force; false if there is something to attend to first.
func (l *LWP) swapMask(mask Sigset) bool {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	l.oldMask, l.suspended = l.mask, true
	l.setMask(mask)
	return l.Attention() == 0
}

// Pause waits for a signal to be taken: pause(2). It returns EINTR.
func (l *LWP) Pause() syscall.Errno {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return l.pause()
}

// pause waits for a signal. p.mu is held.
func (l *LWP) pause() syscall.Errno {
	if l.Attention() == 0 {
		l.Thread.AwaitInterrupt(&l.p.mu, 0)
	}
	return syscall.EINTR
}

// SleepUntil waits until Now reaches deadline: 0, or EINTR. A relative sleep that was
// interrupted and is made again without a handler having run goes on with its old deadline.
func (l *LWP) SleepUntil(deadline int64, relative bool) syscall.Errno {
	if relative {
		deadline = l.Resume(deadline)
	}
	err := l.Thread.Sleep(deadline - l.p.sys.Now())
	if err != nil && relative {
		l.sleepUntil = deadline
	}
	return Errno(err)
}

// Resume returns the deadline of a wait that is to end at deadline: an earlier one if the wait
// was interrupted (Interrupt) and is made again without a handler having run.
func (l *LWP) Resume(deadline int64) int64 {
	if l.sleepUntil != 0 {
		deadline, l.sleepUntil = l.sleepUntil, 0
	}
	return deadline
}

// Interrupt notes the deadline of a wait that a signal has interrupted. A call with a
// deadline is not made again after a handler, whatever SA_RESTART says, signal(7).
func (l *LWP) Interrupt(deadline int64) { l.sleepUntil = deadline }

// SleepDeadline returns the deadline of the relative sleep just interrupted.
func (l *LWP) SleepDeadline() int64 { return l.sleepUntil }
