package proc

import (
	"syscall"

	"gossamer/lwp"
)

// Suspending LWPs, _lwp_suspend(2) and _lwp_continue(2).

// hold is whether an LWP is suspended. It stops where it takes signals, in linger.
//
//	free --_lwp_suspend--> asked --about to enter user mode--> held
//	  ^----------------------+---------- _lwp_continue ----------+
type hold uint8

const (
	free hold = iota
	asked
	held
)

// linger blocks the LWP as long as it is suspended or its process stopped, unless it is to end.
// p.mu is held.
func (l *LWP) linger() {
	p := l.p
	l.quiet = true // whoever is stopped keeps what it has
	defer func() { l.quiet = false }()
	for !p.dying && l.Attention()&lwp.Exit == 0 {
		switch {
		case l.hold != free:
			if l.hold == asked {
				l.hold = held
				l.event.WakeAll()
				p.passOn() // signals of the process are for others to take
			}
			l.lingers = true
			l.event.WaitUninterruptible(l.Thread, &p.mu)
		case p.stopped != 0:
			l.lingers = true
			p.contQ.WaitUninterruptible(l.Thread, &p.mu)
		default:
			l.lingers = false
			return
		}
	}
	l.lingers = false
}

// SuspendLWP suspends the LWP id of the process, and returns when it has really stopped; a call
// that it sleeps in is made again later. Suspending a suspended one does nothing. NetBSD
// _lwp_suspend(2). Errors: ESRCH, there is none, or it has ended meanwhile; EDEADLK, it is the
// caller, and all others are suspended; EPERM, it is an activation.
func (l *LWP) SuspendLWP(id lwp.ID) syscall.Errno {
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.find(id)
	if t == nil {
		return syscall.ESRCH
	}
	if t.act != nil {
		return syscall.EPERM
	}
	if t == l {
		if l.hold == free { // else somebody has asked already
			if len(p.lwps)-p.held <= 1 {
				return syscall.EDEADLK
			}
			l.hold = asked
			p.held++
		}
		l.Remind(lwp.Signal)
		return 0
	}
	if t.hold == free {
		t.hold = asked
		p.held++
		t.Notify(lwp.Signal)
	}
	t.watchers++
	defer func() { t.watchers-- }()
	for t.hold == asked {
		if t.event.Wait(l.Thread, &p.mu) != nil {
			return errRestart
		}
		if t.phase.Load() != alive {
			return syscall.ESRCH
		}
	}
	return 0
}

// ContinueLWP lets the LWP id of the process go on: NetBSD _lwp_continue(2). It does nothing to
// one that is not suspended. ESRCH: there is none.
func (p *Process) ContinueLWP(id lwp.ID) syscall.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.find(id)
	if t == nil {
		return syscall.ESRCH
	}
	if t.hold != free {
		t.hold = free
		p.held--
		t.event.WakeAll()
	}
	return 0
}
