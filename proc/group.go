package proc

import "syscall"

// Process groups and sessions, credentials(7).

// Pgid and Sid return the process group and the session of a process, 0 meaning the caller. ESRCH.
func (p *Process) Pgid(pid PID) (PID, syscall.Errno) {
	pgid, _, errno := p.groups(pid)
	return pgid, errno
}

func (p *Process) Sid(pid PID) (PID, syscall.Errno) {
	_, sid, errno := p.groups(pid)
	return sid, errno
}

func (p *Process) groups(pid PID) (pgid, sid PID, errno syscall.Errno) {
	s := p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	if pid != 0 {
		if p, errno = s.lookup(pid); errno != 0 {
			return 0, 0, errno
		}
	}
	return p.pgid, p.sid, 0
}

// Setpgid moves the caller or a child of its that has not called execve to a process group
// of the session, or to a new one of its own: setpgid(2), with its errors.
func (p *Process) Setpgid(pid, pgid PID) syscall.Errno {
	s := p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	if pgid < 0 {
		return syscall.EINVAL
	}
	c := p
	if pid != 0 && pid != p.ID {
		c = s.procs[pid]
		switch {
		case c == nil || c.parent != p:
			return syscall.ESRCH
		case c.sid != p.sid:
			return syscall.EPERM
		case c.didExec:
			return syscall.EACCES
		}
	}
	if pgid == 0 {
		pgid = c.ID
	}
	if c.sid == c.ID || pgid != c.ID && !s.groupIn(pgid, p.sid) {
		return syscall.EPERM
	}
	c.pgid = pgid
	return 0
}

// groupIn reports whether a session has a process group. s.mu is held.
func (s *System) groupIn(pgid, sid PID) bool {
	for _, p := range s.procs {
		if p.pgid == pgid && p.sid == sid {
			return true
		}
	}
	return false
}

// Setsid makes the caller the leader of a new session and a new group: setsid(2).
// EPERM: it leads a group.
func (p *Process) Setsid() (PID, syscall.Errno) {
	s := p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.procs {
		if q.pgid == p.ID {
			return 0, syscall.EPERM
		}
	}
	p.pgid, p.sid = p.ID, p.ID
	return p.ID, 0
}

// orphaned reports whether p's process group has no member whose parent is in the same
// session but another group: nobody is there to continue it if the terminal stops it
// (POSIX, "orphaned process group"). Process 1, the parent of orphans, is not counted on.
// s.mu is held.
func (p *Process) orphaned() bool {
	for _, q := range p.sys.procs {
		if q.pgid == p.pgid && q.state == Alive && q.parent != nil &&
			q.parent.ID != 1 && q.parent.pgid != p.pgid && q.parent.sid == p.sid {
			return false
		}
	}
	return true
}

// hangUpOrphans sends SIGHUP and SIGCONT to the groups of p's stopped children that the end
// of p leaves orphaned, as exit(3p) has it. s.mu is held; p is a zombie already and its
// children still its own.
func (s *System) hangUpOrphans(p *Process) {
	for c := p.child; c != nil; c = c.next {
		if c.pgid == p.pgid || c.sid != p.sid || !c.isStopped() {
			continue
		}
		c.parent = s.init // as it will be
		if c.orphaned() {
			s.sendGroup(c.pgid, &Siginfo{Signal: int(syscall.SIGHUP), Code: SiKernel})
			s.sendGroup(c.pgid, &Siginfo{Signal: sigCONT, Code: SiKernel})
		}
		c.parent = p
	}
}

func (p *Process) isStopped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopped != 0
}
