package proc

import (
	"syscall"

	"gossamer/lwp"
)

// Fork makes a process that is a copy of the caller's, with one LWP that is a copy of the
// caller: fork(2), and clone(2) without CLONE_THREAD. The call returns 0 in the child. With
// CloneVM the child runs in the same address space; with CloneVfork the caller waits until
// the child has called execve or ended.
//
// Errors: EAGAIN, too many processes; ENOMEM, of page frames or kernel heap.
func (l *LWP) Fork(o CloneOptions) (PID, syscall.Errno) {
	s := l.p.sys
	vfork := o.Flags&CloneVfork != 0
	if errno := s.reserve(); errno != 0 {
		return 0, errno
	}
	c, cl, errno := l.copyProcess(&o)
	if errno == 0 {
		if errno = l.link(c); errno != 0 {
			c.discard()
		}
	}
	if errno != 0 {
		s.release()
		return 0, errno
	}
	id := c.ID
	o.tell(l, cl)
	cl.Thread.Start()
	if vfork {
		l.awaitVfork(c)
	}
	return id, 0
}

// copyProcess makes the child, in no table yet.
func (l *LWP) copyProcess(o *CloneOptions) (*Process, *LWP, syscall.Errno) {
	p := l.p
	sp := l.space
	if o.Flags&CloneVM != 0 {
		sp.share()
	} else {
		var err error
		if sp, err = l.space.copy(); err != nil {
			return nil, nil, Errno(err)
		}
	}
	c := &Process{sys: p.sys, start: p.sys.Now(), vforked: o.Flags&CloneVfork != 0, space: sp}
	c.files = p.files.fork()
	cl := c.newLWP()
	o.context(l, cl)
	if o.Flags&CloneVM == 0 {
		cl.forkControl(l, sp)
		c.areaAt = p.areaAt
	}
	if a := p.act.Load(); a != nil {
		if o.Flags&CloneVM == 0 {
			a.quiesce(sp.AddressSpace)
			c.areaAt = a.at
		} else {
			cl.Ctx.SetGS(a.page(a.nvp)) // not its parent's VP
		}
	}
	if o.Flags&(CloneVM|CloneVfork) != CloneVM {
		cl.altStack = l.altStack
	}
	cl.clearTID = o.clearTID()
	cl.enter(sp)

	p.mu.Lock()
	defer p.mu.Unlock()
	cl.mask = l.mask
	c.actions, c.cwd, c.umask = p.actions, p.cwd, p.umask
	c.name, c.exe, c.cmdline, c.stackMax = p.name, p.exe, p.cmdline, p.stackMax
	if o.Flags&CloneClearSighand != 0 {
		c.uncatch()
	}
	cl.bind(c.name)
	cl.inherit(l)
	return c, cl, 0
}

// link gives the child its number and its place in the tree. A signal that has come
// meanwhile is taken first, and then the fork made again: sent to the process group, it would
// otherwise miss the child (^C while a shell forks).
func (l *LWP) link(c *Process) syscall.Errno {
	p, s := l.p, l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.Attention() != 0 {
		return errRestart
	}
	c.ID = s.newPID()
	c.lwps[0].enroll(lwp.ID(c.ID))
	c.pgid, c.sid = p.pgid, p.sid
	p.adopt(c)
	s.procs[c.ID] = c
	c.state = Alive
	return 0
}

// discard takes apart a child that has not been linked.
func (c *Process) discard() {
	c.files.closeAll()
	c.space.drop()
	c.lwps[0].Ctx.Release()
}

// awaitVfork waits until the child has its own address space. Only the end of the caller's
// process ends the wait early.
func (l *LWP) awaitVfork(c *Process) {
	s := l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	for c.vforked {
		if c.vforkDone.Wait(l.Thread, &s.mu) == nil {
			continue
		}
		// Other signals wait: their attention bits stay. The order matters: what is noted
		// after the clearing interrupts the next wait.
		l.Thread.ClearInterrupt()
		if l.Attention()&lwp.Exit != 0 {
			return
		}
	}
}

// endVfork lets the parent go on.
func (p *Process) endVfork() {
	s := p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.vforked {
		p.vforked = false
		p.vforkDone.WakeAll()
	}
}

// Errno turns an error of the layers below into the number that a program sees.
func Errno(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	if errno, ok := err.(syscall.Errno); ok {
		return errno
	}
	return syscall.EIO
}
