package proc

import (
	"fmt"
	"syscall"
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
	l.pending.drop(^Sigset(0))
	if p.pending.set != 0 {
		p.passOn()
	}
	p.cpuGone += l.Thread.CPUTime()
	l.Ctx.Release()
	if p.execing != nil {
		p.lwpGone.WakeAll()
	}
	if last = end == 0; last {
		l.detached = true // nobody is left to wait
		p.dying = true
		p.stopTimers()
		sp, p.space = p.space, nil
	}
	freed := p.ended(l)
	p.mu.Unlock()
	if freed {
		p.sys.forget(l.ID)
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

// Options of wait4(2).
const (
	WNOHANG    = 1
	WUNTRACED  = 2
	WCONTINUED = 8
	waitLinux  = 0x20000000 | 0x40000000 | 0x80000000 // __WNOTHREAD, __WALL, __WCLONE: no clones here
)

// Wait waits for a child to change: wait4(2). pid > 0 waits for that child, -1 for any, 0 for
// any of the caller's group, less for any of the group -pid. It returns the child, its status
// and the CPU time in ns of it and the children it has waited for; with WNOHANG, 0 if there is
// nothing to report. Errors: ECHILD, EINTR, EINVAL, ESRCH.
func (l *LWP) Wait(pid PID, options int) (id PID, status WaitStatus, cpu int64, errno syscall.Errno) {
	if uint32(options)&^(WNOHANG|WUNTRACED|WCONTINUED|waitLinux) != 0 {
		return 0, 0, 0, syscall.EINVAL
	}
	if pid == -1<<31 {
		return 0, 0, 0, syscall.ESRCH
	}
	p, s := l.p, l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		found := false
		for c := p.child; c != nil; c = c.next {
			if !(pid == -1 || pid == c.ID || pid == 0 && c.pgid == p.pgid || pid < -1 && c.pgid == -pid) {
				continue
			}
			found = true
			switch {
			case c.state == Zombie:
				id, status, cpu = c.ID, c.wstatus, c.cpuGone+c.childCPU
				s.reap(c)
				return id, status, cpu, 0
			case c.report == continuedStatus && options&WCONTINUED != 0,
				c.report&0xff == 0x7f && options&WUNTRACED != 0:
				id, status, cpu = c.ID, c.report, c.CPUTime()+c.childCPU
				c.report = 0
				return id, status, cpu, 0
			}
		}
		if !found {
			return 0, 0, 0, syscall.ECHILD
		}
		if options&WNOHANG != 0 {
			return 0, 0, 0, 0
		}
		if err := p.childChange.Wait(l.Thread, &s.mu); err != nil {
			return 0, 0, 0, Errno(err)
		}
	}
}
