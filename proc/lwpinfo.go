package proc

import (
	"syscall"

	"gossamer/kernel/sched"
	"gossamer/lwp"
	"gossamer/ulib/abi"
)

// Name returns the LWP's name, which is the process's unless it has got one.
func (l *LWP) Name() string {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return l.nameNow()
}

func (l *LWP) nameNow() string {
	if l.name != "" {
		return l.name
	}
	return l.p.name
}

// SetLWPName names the process's LWP id, with what fits into abi.NameSize: NetBSD
// _lwp_setname(2). ESRCH.
func (p *Process) SetLWPName(id lwp.ID, name string) syscall.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.find(id)
	if t == nil {
		return syscall.ESRCH
	}
	t.name = name[:min(len(name), abi.NameSize-1)]
	return 0
}

// LWPName returns the name of the process's LWP id: NetBSD _lwp_getname(2). ESRCH.
func (p *Process) LWPName(id lwp.ID) (string, syscall.Errno) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.find(id)
	if t == nil {
		return "", syscall.ESRCH
	}
	return t.nameNow(), 0
}

// NextLWP returns the LWP of the process with the least number above id, zombies included; nil
// if there is none. Its record is that LWP's for good.
func (p *Process) NextLWP(id lwp.ID) (l *LWP) {
	for {
		l, id = p.sys.lwps.next(id, func(l *LWP) bool {
			ph := l.phase.Load()
			return l.p == p && (ph == alive || ph == zombie)
		})
		if l == nil || p.keep(id) == l {
			return l
		}
	}
}

// keep returns the process's LWP with that number, nil if it has none. Its record is that LWP's for
// good.
func (p *Process) keep(id lwp.ID) *LWP {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.findAny(id)
	if l != nil {
		l.kept = true
	}
	return l
}

// Info says how an LWP is at the moment.
func (l *LWP) Info() abi.LWPInfo {
	p, t := l.p, l.Thread
	p.mu.Lock()
	defer p.mu.Unlock()
	class, level := t.Class()
	i := abi.LWPInfo{
		LID:      int32(l.ID),
		State:    l.stateNow(),
		Class:    uint8(class),
		Priority: int16(level),
		CPU:      int32(t.CPU()),
		Bound:    int32(t.Bound()),
		CPUTime:  uint64(t.CPUTime()),
		Faults:   l.faults.Load(),
	}
	i.Voluntary, i.Involuntary = t.Switches()
	if l.detached {
		i.Flags |= abi.InfoDetached
	}
	if PID(l.ID) == p.ID {
		i.Flags |= abi.InfoFirst
	}
	if l.hold != free {
		i.Flags |= abi.InfoSuspended
	}
	copy(i.Name[:abi.NameSize-1], l.nameNow())
	if i.State == abi.StateSleeping {
		copy(i.WaitChannel[:len(i.WaitChannel)-1], l.waitChannel())
	}
	return i
}

// waitChannel names what the LWP, which sleeps, waits for: the call, and for reads and writes what
// kind of file: "futex", "pipe-read". Nothing is noted when a wait begins; all of it is found when
// somebody asks. p.mu is held.
func (l *LWP) waitChannel() string {
	name := l.p.sys.CallName(l.Ctx.LastCall())
	switch name {
	case "read", "readv", "write", "writev":
		if kind := l.p.files.streamKind(int(int32(l.Ctx.Call().Args[0]))); kind != "" {
			return kind + "-" + name
		}
	}
	return name
}

// stateNow returns one of abi's states. p.mu is held.
func (l *LWP) stateNow() uint8 {
	switch {
	case l.phase.Load() != alive:
		return abi.StateZombie
	case l.lingers && l.hold != free:
		return abi.StateSuspended
	case l.lingers:
		return abi.StateStopped
	}
	switch l.Thread.State() {
	case sched.Running, sched.Blocking:
		return abi.StateRunning
	case sched.Blocked:
		return abi.StateSleeping
	}
	return abi.StateReady
}

// SetLWPPriority gives the process's LWP id a class and a priority in it. NetBSD has this as
// _sched_setparam(2). EINVAL: there is no such class, or it has no such priority; ESRCH.
func (p *Process) SetLWPPriority(id lwp.ID, class sched.Class, level int) syscall.Errno {
	if class > sched.FIFO {
		return syscall.EINVAL
	}
	if lo, hi := class.Range(); level < lo || level > hi {
		return syscall.EINVAL
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.find(id)
	if t == nil {
		return syscall.ESRCH
	}
	t.sched.nice = t.niceNow()
	t.sched.policy = PolicyOther
	t.Thread.SetClass(class, level)
	return 0
}

// BindLWP has the process's LWP id run on one CPU, or with -1 on any: Solaris processor_bind(2).
// EINVAL: there is no such CPU; ESRCH.
func (p *Process) BindLWP(id lwp.ID, cpu int) syscall.Errno {
	if cpu < -1 || cpu >= p.sys.CPUs() {
		return syscall.EINVAL
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.find(id)
	if t == nil {
		return syscall.ESRCH
	}
	t.sched.cpus = 0
	if cpu >= 0 {
		t.sched.cpus = 1 << cpu
	}
	t.Thread.Bind(cpu)
	return 0
}
