package proc

import (
	"syscall"

	"gossamer/lwp"
	"gossamer/ulib/abi"
)

// How LWPs come to be: by _lwp_create(2) here, by clone(2) in clone.go. Both make the LWP, give
// it a number, tell whoever wants to know the number, and only then let it be found and run.

// phase is the life of an LWP as others see it.
type phase = uint32

const (
	embryo phase = iota // has a number, but cannot be found by it
	alive
	zombie // ended, and to be waited for
	gone   // ended for good
)

// CreateLWP makes an LWP of the caller's process that begins in a context of the caller's
// making: NetBSD _lwp_create(2). flags are abi.LWPDetached and abi.LWPSuspended. tell stores the
// new number; if it fails there is no LWP. It may overwrite c. In a process that is being stopped
// the LWP is stopped.
//
// Errors: EINVAL, flags, or a context that user mode cannot have; EAGAIN, too many LWPs; ENOMEM,
// the kernel's heap is used up; those of tell.
func (l *LWP) CreateLWP(c *abi.LWPContext, flags uint64, tell func(lwp.ID) syscall.Errno) syscall.Errno {
	p := l.p
	if flags&^(abi.LWPDetached|abi.LWPSuspended) != 0 || c.Flags&abi.ContextCPU == 0 || c.Flags&^uint32(abi.ContextKnown) != 0 {
		return syscall.EINVAL
	}
	if !p.sys.HeapOK() {
		return syscall.ENOMEM
	}
	n := p.fresh()
	if errno := n.Ctx.Load(c); errno != 0 {
		n.Ctx.Release()
		return errno
	}
	l.equip(n)
	n.mask = l.mask // which only the LWP itself changes
	if c.Flags&abi.ContextSigmask != 0 {
		n.mask = Sigset(c.Sigmask) &^ unblockable
	}
	n.detached = flags&abi.LWPDetached != 0
	if flags&abi.LWPSuspended != 0 {
		n.hold = asked
	}
	if errno := p.sys.number(n); errno != 0 {
		n.Ctx.Release()
		return errno
	}
	if errno := tell(n.ID); errno != 0 {
		n.abort()
		return errno
	}
	return l.publish(n)
}

// equip gives a fresh LWP of the caller's process, which nobody knows of, what it needs beside its
// registers.
func (l *LWP) equip(n *LWP) {
	if a := l.p.act.Load(); a != nil {
		n.Ctx.SetGS(a.page(a.nvp)) // it serves no VP
	}
	n.enter(l.space)
	n.bind(l.Thread.Name())
}

// number gives an LWP a number that nobody else has. EAGAIN: there are too many.
func (s *System) number(n *LWP) syscall.Errno {
	s.mu.Lock()
	if s.lwps.n >= s.MaxLWPs {
		s.mu.Unlock()
		return syscall.EAGAIN
	}
	n.setID(lwp.ID(s.newPID()))
	s.lwps.put(n)
	s.mu.Unlock()
	return 0
}

// publish makes the LWP one of the process's and lets it run. If the caller is to end there will
// be no more LWPs: the call is made again, which comes to nothing.
func (l *LWP) publish(n *LWP) syscall.Errno {
	p := l.p
	p.mu.Lock()
	if l.Attention()&lwp.Exit != 0 {
		p.mu.Unlock()
		n.abort()
		return errRestart
	}
	n.inherit(l)
	p.join(n)
	if n.hold != free {
		p.held++
	}
	if p.stopped != 0 || n.hold != free || p.pending.set&^n.mask != 0 {
		n.Remind(lwp.Signal)
	}
	n.phase.Store(alive)
	p.mu.Unlock()
	n.Thread.Start()
	return 0
}

// abort takes back what number has done for an LWP that was not published.
func (n *LWP) abort() {
	n.p.sys.forget(n)
	n.Ctx.Release()
}

// forget frees an LWP's number, unless that is another's already (takeNumber).
func (s *System) forget(l *LWP) {
	s.mu.Lock()
	s.lwps.remove(l.ID, l)
	s.mu.Unlock()
}

// find returns the process's living LWP with that number, nil if it has none. It may be gone, and its
// record another's, unless p.mu is held.
func (p *Process) find(id lwp.ID) *LWP {
	if l := p.sys.lwps.find(id); l != nil && l.p == p && l.phase.Load() == alive {
		return l
	}
	return nil
}

// findAny is find that finds zombies too. p.mu is held.
func (p *Process) findAny(id lwp.ID) *LWP {
	if l := p.sys.lwps.find(id); l != nil && l.p == p {
		if ph := l.phase.Load(); ph == alive || ph == zombie {
			return l
		}
	}
	return nil
}
