package proc

import (
	"math/bits"
	"syscall"

	"gossamer/lwp"
)

// Sending: what kill(2) and the kernel's own events do to a process. Taking is in deliver.go.

// Kill sends a signal as kill(2): pid > 0 a process, 0 the caller's process group, -1 all but
// process 1 and the caller, less the group -pid. Signal 0 only asks whether that exists.
// Errors: EINVAL, ESRCH.
func (l *LWP) Kill(pid PID, sig int) syscall.Errno {
	if sig < 0 || sig > NSIG {
		return syscall.EINVAL
	}
	p, s := l.p, l.p.sys
	info := &Siginfo{Signal: sig, Code: SiUser, PID: p.ID}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case pid > 0:
		to, errno := s.lookup(pid)
		if errno == 0 {
			to.send(info)
		}
		return errno
	case pid == 0:
		return s.sendGroup(p.pgid, info)
	case pid == -1:
		errno := syscall.ESRCH
		for _, to := range s.procs {
			if to != p && to.ID != 1 {
				to.send(info)
				errno = 0
			}
		}
		return errno
	case pid == -1<<31:
		return syscall.ESRCH
	}
	return s.sendGroup(-pid, info)
}

// SignalGroup sends a signal of the kernel's to a process group, for the terminal.
func (s *System) SignalGroup(pgid PID, sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sendGroup(pgid, &Siginfo{Signal: int(sig), Code: SiKernel})
}

// KillAll sends SIGKILL to every process but 1, when the machine goes down.
func (s *System) KillAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.procs {
		if p.ID != 1 {
			p.send(&Siginfo{Signal: sigKILL, Code: SiKernel})
		}
	}
}

// sendGroup sends to all members of a group; ESRCH if it has none. s.mu is held.
func (s *System) sendGroup(pgid PID, info *Siginfo) syscall.Errno {
	errno := syscall.ESRCH
	for _, p := range s.procs {
		if p.pgid == pgid {
			p.send(info)
			errno = 0
		}
	}
	return errno
}

// send makes a signal pending for the process and tells an LWP that can take it. Nothing
// happens to a process that ends or has ended, nor by signal 0. Signals that the process
// ignores are dropped, unless blocked. Process 1 gets only signals that it has handlers for:
// nobody ends it. sys.mu is held; p.mu is not.
func (p *Process) send(info *Siginfo) { p.post(info, nil) }

// post is send, to one LWP if only is not nil: that one alone may run the handler. Stopping,
// continuing and ending are the process's even so.
func (p *Process) post(info *Siginfo, only *LWP) {
	if info.Signal == 0 || p.state != Alive {
		return
	}
	p.mu.Lock()
	_, cont := p.deliver(info, only)
	p.mu.Unlock()
	if cont {
		p.notifyParent(continuedStatus)
	}
}

// deliver says whether the signal is pending now, and whether it has continued the process, of
// which the parent is to be told. sys.mu and p.mu are held.
func (p *Process) deliver(info *Siginfo, only *LWP) (kept, cont bool) {
	sig := info.Signal
	if p.dying || only != nil && only.phase.Load() != alive {
		return false, false
	}
	if only != nil && only.act != nil {
		only = nil
	}
	act := &p.actions[sig]
	if p.ID == 1 && act.Handler == SigDfl {
		return false, false
	}
	switch {
	case sig == sigKILL:
		p.die(Killed(syscall.SIGKILL))
		return false, false
	case sig == sigCONT:
		p.dropPending(stopSignals)
		p.conts++
		if p.stopped != 0 {
			p.stopped = 0
			if a := p.act.Load(); a != nil {
				a.core.Pause(false)
			}
			p.contQ.WakeAll()
			cont = true
		}
	case stopSignals.Has(sig):
		p.dropPending(bit(sigCONT))
	}
	to, set := p.receiver(sig), &p.pending
	if only != nil {
		to, set = nil, &only.pending
		if only.lets(sig) {
			to = only
		}
	}
	if to != nil && act.ignores(sig) && !to.mask.Has(sig) {
		return false, cont
	}
	set.add(info)
	if to != nil {
		to.Notify(lwp.Signal)
	} else if only == nil && act.Handler > SigIgn {
		p.tellActivations(true)
	}
	return true, cont
}

// KillLWP sends a signal to one LWP: tkill(2), and tgkill(2) if pid is not 0: then the LWP
// must be of that process. Signal 0 only asks whether it exists. Errors: EINVAL, ESRCH.
func (l *LWP) KillLWP(pid PID, id lwp.ID, sig int) syscall.Errno {
	if id <= 0 || sig < 0 || sig > NSIG {
		return syscall.EINVAL
	}
	s := l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.lookupLWP(id)
	if to == nil || pid != 0 && to.p.ID != pid {
		return syscall.ESRCH
	}
	to.p.post(&Siginfo{Signal: sig, Code: SiTkill, PID: l.p.ID}, to)
	return 0
}

// passOn has the process's pending signals looked at by LWPs that do not block them, when
// the one that was told of them may not take them after all. p.mu is held.
func (p *Process) passOn() {
	for set := p.pending.set; set != 0; set &= set - 1 {
		if to := p.receiver(bits.TrailingZeros64(uint64(set)) + 1); to != nil {
			to.Notify(lwp.Signal)
		}
	}
}

// receiver returns an LWP that does not block sig, if possible one that is not suspended; nil if
// all do. p.mu is held.
func (p *Process) receiver(sig int) (to *LWP) {
	for _, l := range p.lwps {
		if !l.lets(sig) || l.Attention()&lwp.Exit != 0 {
			continue
		}
		if l.hold == free {
			return l
		}
		if to == nil {
			to = l
		}
	}
	return to
}

func (p *Process) dropPending(set Sigset) {
	p.pending.drop(set)
	for _, l := range p.lwps {
		l.pending.drop(set)
	}
}

// die makes all LWPs of the process end; the first status given is the process's.
// p.mu is held.
func (p *Process) die(status WaitStatus) {
	if !p.dying {
		p.dying, p.exit = true, status
	}
	p.stopped = 0
	p.contQ.WakeAll()
	if a := p.act.Load(); a != nil {
		a.core.Die()
	}
	for _, l := range p.lwps {
		l.tellToEnd()
	}
}

// tellToEnd makes an LWP end, suspended or not. p.mu is held.
func (l *LWP) tellToEnd() {
	l.Notify(lwp.Exit)
	if l.hold != free {
		l.event.WakeAll()
	}
}

// Exit ends the process with a status: exit_group(2). The caller's own LWP ends when it is
// about to enter user mode.
func (p *Process) Exit(status WaitStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.die(status)
}

// ExitLWP ends one LWP: exit(2). It returns ErrEnd. If the process ends without anybody saying
// how, the last code is its status, as on Linux. EPERM: it is an activation.
func (l *LWP) ExitLWP(code int) syscall.Errno {
	p := l.p
	if l.act != nil {
		return syscall.EPERM
	}
	p.mu.Lock()
	if len(p.lwps) == 1 {
		p.die(Exited(code))
	} else {
		if !p.dying {
			p.exit = Exited(code) // in case the others are leaving too
		}
		l.Remind(lwp.Exit)
	}
	p.mu.Unlock()
	return ErrEnd
}

// Raise sends a signal to the LWP itself, for what its own call has done (SIGPIPE). It is
// taken before the LWP enters user mode.
func (l *LWP) Raise(sig syscall.Signal) {
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.actions[sig].ignores(int(sig)) && !l.mask.Has(int(sig)) {
		return
	}
	info := &Siginfo{Signal: int(sig), Code: SiUser, PID: p.ID}
	if l.act != nil {
		l.raiseActivation(info)
		return
	}
	l.pending.add(info)
	l.Remind(lwp.Signal)
}

// force makes a signal pending that the program cannot put off, because it cannot go on
// without: a fault. It returns false if no handler can run, since there is none or since
// the signal is blocked or ignored: then the process is to end.
func (l *LWP) force(info *Siginfo) bool {
	if l.act != nil {
		return l.forceActivation(info)
	}
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	sig := info.Signal
	if l.mask.Has(sig) || p.actions[sig].Handler <= SigIgn {
		return false
	}
	l.pending.add(info)
	l.Remind(lwp.Signal)
	return true
}

// notifyParent tells p's parent that p has stopped or continued. sys.mu is held.
func (p *Process) notifyParent(status WaitStatus) {
	p.report = status
	parent := p.parent
	if parent == nil {
		return
	}
	parent.childChange.WakeAll()
	if !parent.chldFlag(SaNoCldStop) {
		parent.sendChld(p, status)
	}
}

// sendChld sends SIGCHLD about a child. sys.mu is held.
func (p *Process) sendChld(child *Process, status WaitStatus) {
	code, st := status.chld()
	p.send(&Siginfo{Signal: sigCHLD, Code: code, PID: child.ID, Status: st})
}

// chldFlag reports whether SIGCHLD's action has a flag.
func (p *Process) chldFlag(flag uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.actions[sigCHLD].Flags&flag != 0
}
