package proc

import "syscall"

// Options of wait4(2) and waitid(2).
const (
	WNOHANG    = 1
	WUNTRACED  = 2 // waitid's WSTOPPED
	WEXITED    = 4 // waitid only; wait4 always means it
	WCONTINUED = 8
	WNOWAIT    = 0x01000000                           // waitid only: leave it to be waited for
	waitLinux  = 0x20000000 | 0x40000000 | 0x80000000 // __WNOTHREAD, __WALL, __WCLONE: no clones here
)

// Waited is what a child has to report.
type Waited struct {
	ID     PID // 0: nothing, WNOHANG
	Status WaitStatus
	CPU    int64 // time in ns, its own and that of the children it has waited for
}

// Wait waits for a child to change: wait4(2). pid > 0 waits for that child, -1 for any, 0 for
// any of the caller's group, less for any of the group -pid. Errors: ECHILD, EINTR, EINVAL, ESRCH.
func (l *LWP) Wait(pid PID, options int) (Waited, syscall.Errno) {
	if uint32(options)&^(WNOHANG|WUNTRACED|WCONTINUED|waitLinux) != 0 {
		return Waited{}, syscall.EINVAL
	}
	if pid == -1<<31 {
		return Waited{}, syscall.ESRCH
	}
	p := l.p
	return l.wait(options|WEXITED, func(c *Process) bool {
		return pid == -1 || pid == c.ID || pid == 0 && c.pgid == p.pgid || pid < -1 && c.pgid == -pid
	})
}

// Whom waitid(2) waits for.
const (
	WaitAll   = 0
	WaitPID   = 1
	WaitGroup = 2 // 0 is the caller's
)

// WaitID waits as waitid(2) does. Errors: ECHILD, EINTR, EINVAL.
func (l *LWP) WaitID(kind int, id PID, options int) (Waited, syscall.Errno) {
	const events = WEXITED | WUNTRACED | WCONTINUED
	if uint32(options)&^(WNOHANG|WNOWAIT|events|waitLinux) != 0 || options&events == 0 {
		return Waited{}, syscall.EINVAL
	}
	switch {
	case kind == WaitAll, kind == WaitPID && id > 0, kind == WaitGroup && id >= 0:
	default:
		return Waited{}, syscall.EINVAL
	}
	p := l.p
	return l.wait(options, func(c *Process) bool {
		switch {
		case kind == WaitPID:
			return c.ID == id
		case kind == WaitGroup && id == 0:
			return c.pgid == p.pgid
		case kind == WaitGroup:
			return c.pgid == id
		}
		return true
	})
}

// wait waits for one of the children that want says yes to.
func (l *LWP) wait(options int, want func(*Process) bool) (Waited, syscall.Errno) {
	p, s := l.p, l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		found := false
		for c := p.child; c != nil; c = c.next {
			if !want(c) || c.state == Zombie && options&WEXITED == 0 {
				continue // a zombie has nothing else to tell any more
			}
			found = true
			switch {
			case c.state == Zombie:
				w := Waited{c.ID, c.wstatus, c.cpuGone + c.childCPU}
				if options&WNOWAIT == 0 {
					s.reap(c)
				}
				return w, 0
			case c.report == continuedStatus && options&WCONTINUED != 0,
				c.report&0xff == 0x7f && options&WUNTRACED != 0:
				w := Waited{c.ID, c.report, c.CPUTime() + c.childCPU}
				if options&WNOWAIT == 0 {
					c.report = 0
				}
				return w, 0
			}
		}
		if !found {
			return Waited{}, syscall.ECHILD
		}
		if options&WNOHANG != 0 {
			return Waited{}, 0
		}
		if err := p.childChange.Wait(l.Thread, &s.mu); err != nil {
			return Waited{}, Errno(err)
		}
	}
}

// Info is what waitid(2) tells if there is something, in the form of a SIGCHLD.
func (w Waited) Info() Siginfo {
	code, status := w.Status.chld()
	return Siginfo{Signal: sigCHLD, Code: code, PID: w.ID, Status: status}
}
