package proc

import (
	"syscall"

	"gossamer/kernel/sched"
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
	l.mask = mask &^ unblockable
	if (l.pending.set|l.p.pending.set)&^l.mask != 0 {
		l.Recheck(lwp.Signal)
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

// Pause waits for a signal to be taken: pause(2). It returns EINTR.
func (l *LWP) Pause() syscall.Errno {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return l.pause()
}

// pause waits on a queue that nobody wakes. p.mu is held.
func (l *LWP) pause() syscall.Errno {
	var never sched.WaitQueue
	for l.Attention() == 0 {
		if never.Wait(l.Thread, &l.p.mu) != nil {
			break
		}
	}
	return syscall.EINTR
}

// SleepUntil waits until Now reaches deadline: 0, or EINTR. A relative sleep that was
// interrupted and is made again without a handler having run goes on with its old deadline.
func (l *LWP) SleepUntil(deadline int64, relative bool) syscall.Errno {
	if relative && l.sleepUntil != 0 {
		deadline = l.sleepUntil
	}
	l.sleepUntil = 0
	err := l.Thread.Sleep(deadline - l.p.sys.Now())
	if err != nil && relative {
		l.sleepUntil = deadline
	}
	return Errno(err)
}

// SleepDeadline returns the deadline of the relative sleep just interrupted.
func (l *LWP) SleepDeadline() int64 { return l.sleepUntil }
