package proc

import (
	"syscall"

	"gossamer/lwp"
)

// AwaitSignal waits until a signal of a set is pending, and takes it without its action:
// rt_sigtimedwait(2). A deadline of 0 means none. EAGAIN: the deadline has come; EINTR: another
// signal has.
func (l *LWP) AwaitSignal(set Sigset, deadline int64) (Siginfo, syscall.Errno) {
	set &^= unblockable
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	l.awaits = set // those of it that are blocked end the wait too
	defer func() { l.awaits = 0 }()
	for over := false; ; {
		info, ok := l.pending.take(set)
		if !ok {
			info, ok = p.pending.take(set)
		}
		switch {
		case ok:
			return info, 0
		case over:
			return info, syscall.EAGAIN
		case l.Attention() != 0:
			return info, syscall.EINTR
		}
		err := l.Thread.AwaitInterrupt(&p.mu, deadline)
		over = err == syscall.ETIMEDOUT
		if err == syscall.EINTR && l.Attention() == 0 {
			return info, syscall.EINTR
		}
	}
}

// lets reports whether a signal that comes now ends a wait of the LWP's. p.mu is held.
func (l *LWP) lets(sig int) bool {
	if l.act != nil {
		return l.p.actions[sig].Handler <= SigIgn || l.awaits.Has(sig)
	}
	return !l.mask.Has(sig) || l.awaits.Has(sig)
}

// mayClaim reports whether the LWP may say about a signal to process to that it was sent with
// si_code code: only to itself may it pass for the kernel, kill(2) or tkill(2).
func (l *LWP) mayClaim(to *Process, code int32) bool {
	return to == l.p || code < 0 && code != SiTkill
}

// Queue sends a signal with information of the caller's: rt_sigqueueinfo(2). Errors: EINVAL,
// ESRCH; EPERM, the information is not the caller's to give; EAGAIN, too many are pending.
func (l *LWP) Queue(pid PID, info *Siginfo) syscall.Errno {
	if info.Signal < 0 || info.Signal > NSIG {
		return syscall.EINVAL
	}
	s := l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.procs[pid]
	if to == nil {
		if pid != l.p.ID && !l.mayClaim(nil, info.Code) {
			return syscall.EPERM
		}
		return syscall.ESRCH
	}
	return l.queue(to, info, nil)
}

// QueueLWP is Queue to one LWP of process pid: rt_tgsigqueueinfo(2).
func (l *LWP) QueueLWP(pid PID, id lwp.ID, info *Siginfo) syscall.Errno {
	if pid <= 0 || id <= 0 || info.Signal < 0 || info.Signal > NSIG {
		return syscall.EINVAL
	}
	s := l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.lookupLWP(id)
	if to == nil || to.p.ID != pid {
		if !l.mayClaim(nil, info.Code) {
			return syscall.EPERM
		}
		return syscall.ESRCH
	}
	return l.queue(to.p, info, to)
}

func (l *LWP) queue(to *Process, info *Siginfo, only *LWP) syscall.Errno {
	if !l.mayClaim(to, info.Code) {
		return syscall.EPERM
	}
	if info.Signal >= sigRTMin && to.queueFull(only) {
		return syscall.EAGAIN
	}
	to.post(info, only)
	return 0
}

// queueFull reports whether a real-time signal would be dropped for want of room.
func (p *Process) queueFull(only *LWP) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	set := &p.pending
	if only != nil {
		set = &only.pending
	}
	return len(set.queue) >= maxQueued
}
