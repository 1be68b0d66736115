package ksyscall

import (
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/proc"
)

// The machine as a whole, limits and usage.

func uname(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	s := l.Process().System()
	var u syscall.Utsname
	for _, f := range []struct {
		to   *[65]int8
		text string
	}{
		{&u.Sysname, "Gossamer"}, {&u.Nodename, "gossamer"}, {&u.Release, s.Release},
		{&u.Version, s.Version}, {&u.Machine, "x86_64"}, {&u.Domainname, "(none)"},
	} {
		for i := 0; i < len(f.text) && i < len(f.to)-1; i++ {
			f.to[i] = int8(f.text[i])
		}
	}
	return 0, put(l, a[0], &u)
}

// Resources of getrlimit(2) whose limit is a number.
const (
	rlimitStack  = 3
	rlimitCore   = 4
	rlimitNproc  = 6
	rlimitNofile = 7
	rlimitCount  = 16
)

// rlimit is struct rlimit64; syscall.Rlimit is the same.
func rlimit(p *proc.Process, resource int32) syscall.Rlimit {
	infinity := ^uint64(0)
	switch resource {
	case rlimitStack:
		return syscall.Rlimit{Cur: p.StackLimit(), Max: proc.MaxStack}
	case rlimitCore:
		return syscall.Rlimit{}
	case rlimitNproc:
		n := uint64(p.System().MaxProcesses)
		return syscall.Rlimit{Cur: n, Max: n}
	case rlimitNofile:
		return syscall.Rlimit{Cur: uint64(p.Files().Limit()), Max: proc.MaxFiles}
	}
	return syscall.Rlimit{Cur: infinity, Max: infinity}
}

// setRlimit changes a soft limit. Hard limits are the kernel's: EPERM.
func setRlimit(p *proc.Process, resource int32, r syscall.Rlimit) syscall.Errno {
	old := rlimit(p, resource)
	switch {
	case r.Cur > r.Max:
		return syscall.EINVAL
	case r.Max != old.Max:
		return syscall.EPERM
	case resource == rlimitStack:
		return p.SetStackLimit(r.Cur)
	case resource == rlimitNofile:
		return p.Files().SetLimit(r.Cur)
	case r.Cur != old.Cur:
		return syscall.EPERM
	}
	return 0
}

func getrlimit(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if uint32(a[0]) >= rlimitCount {
		return 0, syscall.EINVAL
	}
	r := rlimit(l.Process(), int32(a[0]))
	return 0, put(l, a[1], &r)
}

// prlimit64 works on the caller only: EPERM for another process.
func prlimit64(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	p := l.Process()
	if pid := proc.PID(a[0]); pid != 0 && pid != p.ID {
		if _, errno := p.Pgid(pid); errno != 0 {
			return 0, errno
		}
		return 0, syscall.EPERM
	}
	if uint32(a[1]) >= rlimitCount {
		return 0, syscall.EINVAL
	}
	var r syscall.Rlimit
	old := rlimit(p, int32(a[1]))
	if a[2] != 0 {
		if errno := get(l, a[2], &r); errno != 0 {
			return 0, errno
		}
		if errno := setRlimit(p, int32(a[1]), r); errno != 0 {
			return 0, errno
		}
	}
	if a[3] != 0 {
		return 0, put(l, a[3], &old)
	}
	return 0, 0
}

// getrusage counts user and system time together, as user time.
func getrusage(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	const self, children, thread = 0, -1, 1
	var ns int64
	switch int32(a[0]) {
	case self:
		ns = l.Process().CPUTime()
	case children:
		ns = l.Process().ChildCPUTime()
	case thread:
		ns = l.Thread.CPUTime()
	default:
		return 0, syscall.EINVAL
	}
	ru := syscall.Rusage{Utime: timeval(ns)}
	return 0, put(l, a[1], &ru)
}

func sysinfo(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	s := l.Process().System()
	m := s.MemInfo()
	si := syscall.Sysinfo_t{
		Uptime:   s.Uptime() / 1e9,
		Totalram: m.Total,
		Freeram:  m.Free,
		Procs:    uint16(s.Count()),
		Unit:     1,
	}
	return 0, put(l, a[0], &si)
}

func getrandom(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	const known = 1 | 2 | 4 // GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE: all the same here
	if uint32(a[2])&^known != 0 || a[2]&6 == 6 {
		return 0, syscall.EINVAL
	}
	count := min(a[1], maxCount)
	for done := uint64(0); ; {
		b := l.Buffer()[:min(count-done, proc.BufferSize)]
		if _, err := l.Process().System().Random.Read(b); err != nil {
			return 0, syscall.EIO
		}
		if err := l.Space().CopyOut(mem.VirtAddr(a[0]+done), b); err != nil {
			if done > 0 {
				return done, 0
			}
			return result(err)
		}
		done += uint64(len(b))
		if done == count || l.Interrupted() {
			return done, 0
		}
		if done%bigBuffer == 0 {
			l.Thread.Breathe()
		}
	}
}

// Magic numbers and commands of reboot(2).
const (
	rebootMagic1   = 0xfee1dead
	rebootMagic2   = 672274793
	rebootMagic2A  = 85072278
	rebootMagic2B  = 369367448
	rebootMagic2C  = 537993216
	rebootRestart  = 0x01234567
	rebootHalt     = 0xcdef0123
	rebootPowerOff = 0x4321fedc
	rebootCadOn    = 0x89abcdef
	rebootCadOff   = 0
)

func reboot(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if uint32(a[0]) != rebootMagic1 {
		return 0, syscall.EINVAL
	}
	switch uint32(a[1]) {
	case rebootMagic2, rebootMagic2A, rebootMagic2B, rebootMagic2C:
	default:
		return 0, syscall.EINVAL
	}
	s := l.Process().System()
	switch uint32(a[2]) {
	case rebootPowerOff:
		s.Power(proc.PowerOff)
	case rebootRestart:
		s.Power(proc.PowerRestart)
	case rebootHalt:
		s.Power(proc.PowerHalt)
	case rebootCadOn, rebootCadOff: // there is no such key
	default:
		return 0, syscall.EINVAL
	}
	return 0, 0
}

func gossamerExit(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	l.Process().System().Exit(int(uint8(a[0])))
	return 0, 0
}
