package proc

import (
	"fmt"
)

// finish is the end of an LWP: the last thing that its thread does. The last LWP of a
// process takes the process with it.
func (l *LWP) finish() {
	p := l.p
	l.letGo()
	sp, last := p.leave(l)
	if !last {
		return
	}
	p.endActivations()
	p.files.closeAll()
	sp.drop()
	p.endVfork()
	p.bury()
}

// leave takes an LWP out of its process. The last one gets the address space to drop.
func (p *Process) leave(l *LWP) (sp *space, last bool) {
	p.mu.Lock()
	end := len(p.lwps) - 1
	p.lwps[l.index] = p.lwps[end]
	p.lwps[l.index].index = l.index
	p.lwps[end] = nil
	p.lwps = p.lwps[:end]
	if l.pending.set != 0 {
		l.pending.drop(^Sigset(0))
	}
	if p.pending.set != 0 {
		p.passOn()
	}
	p.cpuGone += l.Thread.CPUTime()
	if p.execing != nil {
		p.lwpGone.WakeAll()
	}
	if last = end == 0; last {
		l.detached = true // nobody is left to wait
		p.dying = true
		p.stopTimers()
		sp, p.space = p.space, nil
		l.Ctx.Release()
		p.dropSpares()
	}
	freed := p.ended(l)
	p.mu.Unlock()
	if freed {
		p.sys.forget(l)
		if !last {
			p.recycle(l)
		}
	}
	if last {
		p.dropZombies()
	}
	return sp, last
}

// bury turns the process into a zombie, or, if the parent does not want to know, nothing.
// Its children become process 1's.
func (p *Process) bury() {
	s := p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	p.wstatus = p.exit
	p.state = Zombie
	p.report = 0
	if p.ID == 1 {
		s.init = nil
		s.InitDied(fmt.Sprintf("process 1 (%s) ended with status %#x", p.name, uint32(p.wstatus)))
	}
	s.hangUpOrphans(p)
	for c := p.child; c != nil; c = p.child {
		c.abandon()
		c.ppid.Store(0)
		if s.init != nil {
			s.init.adopt(c)
		}
		if c.state == Zombie {
			s.announce(c)
		}
	}
	s.announce(p)
}

// announce tells the parent of a zombie, or, if it does not want to know (SIGCHLD ignored,
// or SA_NOCLDWAIT), reaps. s.mu is held.
func (s *System) announce(c *Process) {
	parent := c.parent
	if parent == nil {
		s.reap(c)
		return
	}
	if parent.ignoresChld() {
		s.reap(c)
	}
	parent.childChange.WakeAll()
	parent.sendChld(c, c.wstatus)
}

// ignoresChld reports whether the process's children vanish when they end.
func (p *Process) ignoresChld() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	act := &p.actions[sigCHLD]
	return act.Handler == SigIgn || act.Flags&SaNoCldWait != 0
}

// reap removes a zombie from every table. s.mu is held.
func (s *System) reap(c *Process) {
	if c.parent != nil {
		c.parent.childCPU += c.cpuGone + c.childCPU
		c.abandon()
	}
	c.state = Reaped
	delete(s.procs, c.ID)
	s.count--
}
