package proc

import (
	"math/bits"
	"syscall"

	"gossamer/kernel/sched"
	"gossamer/lwp"
)

// How LWPs are scheduled, in the terms of Linux's calls, sched(7): a policy, a priority for the
// real-time ones and niceness for the others, and a mask of CPUs. The scheduler's terms are a
// class and a level in it, and one CPU or any:
//
//	SCHED_OTHER, SCHED_BATCH  TimeSharing   nice -20 … 0 … 19 is level 59 … 30 … 2
//	SCHED_IDLE                TimeSharing   level 0
//	SCHED_FIFO, SCHED_RR      FIFO, RoundRobin, priority 1 to 99

// Policy is one of sched_setscheduler(2)'s.
type Policy int32

const (
	PolicyOther Policy = 0
	PolicyFIFO  Policy = 1
	PolicyRR    Policy = 2
	PolicyBatch Policy = 3
	PolicyIdle  Policy = 5
)

// schedule is what the scheduler does not keep of it.
type schedule struct {
	policy Policy // which of those that are TimeSharing
	nice   int    // where the level does not say
	cpus   uint64 // the CPUs that sched_setaffinity(2) allows, 0: all
	reset  bool   // SCHED_RESET_ON_FORK
}

// Range returns the priorities that a policy has: 0 and 0 for those without. EINVAL: there is
// no such policy.
func (p Policy) Range() (lo, hi int, errno syscall.Errno) {
	switch p {
	case PolicyFIFO, PolicyRR:
		return 1, 99, 0
	case PolicyOther, PolicyBatch, PolicyIdle:
		return 0, 0, 0
	}
	return 0, 0, syscall.EINVAL
}

// Niceness: what setpriority(2) clamps to.
const (
	MinNice = -20
	MaxNice = 19
)

// niceLevel returns the level of TimeSharing that stands for a niceness; levelNice the reverse,
// for levels in between the next stronger one.
func niceLevel(nice int) int {
	_, most := sched.TimeSharing.Range()
	return min(sched.DefaultLevel-nice*3/2, most)
}

func levelNice(level int) int {
	d := 2 * (sched.DefaultLevel - level)
	if d < 0 {
		return max((d-2)/3, MinNice)
	}
	return min((d+2)/3, MaxNice)
}

// policyNow returns the policy in force and its priority. p.mu is held.
func (l *LWP) policyNow() (Policy, int) {
	switch c, level := l.Thread.Class(); c {
	case sched.FIFO:
		return PolicyFIFO, level
	case sched.RoundRobin:
		return PolicyRR, level
	}
	return l.sched.policy, 0
}

// niceNow returns the niceness, which real-time LWPs have for later. p.mu is held.
func (l *LWP) niceNow() int {
	if c, level := l.Thread.Class(); c <= sched.Fixed && l.sched.policy != PolicyIdle {
		return levelNice(level)
	}
	return l.sched.nice
}

// setPolicy sets a policy and a priority that it has. p.mu is held.
func (l *LWP) setPolicy(policy Policy, priority int) {
	l.sched.nice = l.niceNow()
	switch policy {
	case PolicyFIFO:
		l.Thread.SetClass(sched.FIFO, priority)
	case PolicyRR:
		l.Thread.SetClass(sched.RoundRobin, priority)
	case PolicyIdle:
		l.sched.policy = policy
		l.Thread.SetClass(sched.TimeSharing, 0)
	default:
		l.sched.policy = policy
		l.Thread.SetClass(sched.TimeSharing, niceLevel(l.sched.nice))
	}
}

// setNice sets the niceness. p.mu is held.
func (l *LWP) setNice(nice int) {
	l.sched.nice = nice
	if c, _ := l.Thread.Class(); c <= sched.Fixed && l.sched.policy != PolicyIdle {
		l.Thread.SetClass(c, niceLevel(nice))
	}
}

// inherit has a new LWP, which has its thread, scheduled as its maker is. The maker's p.mu is held.
func (l *LWP) inherit(from *LWP) {
	l.sched = from.sched
	l.Thread.Inherit(from.Thread)
	if from.sched.reset {
		l.sched.reset = false
		if policy, _ := l.policyNow(); policy == PolicyFIFO || policy == PolicyRR {
			l.setPolicy(PolicyOther, 0)
		}
		if l.niceNow() < 0 {
			l.setNice(0)
		}
	}
}

// onLWP calls f for an LWP, 0 being the caller, with the lock of its process. ESRCH.
func (l *LWP) onLWP(id lwp.ID, f func(to *LWP)) syscall.Errno {
	s := l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	to := l
	if id != 0 {
		if to = s.lookupLWP(id); to == nil {
			return syscall.ESRCH
		}
	}
	to.p.mu.Lock()
	defer to.p.mu.Unlock()
	f(to)
	return 0
}

// Policy returns an LWP's policy and priority, and whether its children begin with the default:
// sched_getscheduler(2), sched_getparam(2). ESRCH.
func (l *LWP) Policy(id lwp.ID) (policy Policy, priority int, reset bool, errno syscall.Errno) {
	errno = l.onLWP(id, func(to *LWP) {
		policy, priority = to.policyNow()
		reset = to.sched.reset
	})
	return
}

// SetPolicy sets them: sched_setscheduler(2). EINVAL: the policy does not exist, or does not have
// the priority; ESRCH.
func (l *LWP) SetPolicy(id lwp.ID, policy Policy, priority int, reset bool) syscall.Errno {
	if lo, hi, errno := policy.Range(); errno != 0 || priority < lo || priority > hi {
		return syscall.EINVAL
	}
	return l.onLWP(id, func(to *LWP) {
		to.setPolicy(policy, priority)
		to.sched.reset = reset
	})
}

// SetPriority sets the priority in the policy that the LWP has: sched_setparam(2). EINVAL, ESRCH.
func (l *LWP) SetPriority(id lwp.ID, priority int) (errno syscall.Errno) {
	e := l.onLWP(id, func(to *LWP) {
		policy, _ := to.policyNow()
		if lo, hi, _ := policy.Range(); priority < lo || priority > hi {
			errno = syscall.EINVAL
		} else if hi > 0 {
			to.setPolicy(policy, priority)
		}
	})
	return max(e, errno)
}

// Whom getpriority(2) and setpriority(2) are about.
const (
	PrioProcess = 0 // one LWP
	PrioGroup   = 1 // a process group
	PrioUser    = 2 // everybody: there is one user
)

// eachOf calls f for those that which and who mean, with the lock of their process. EINVAL: no
// such kind; ESRCH: nobody.
func (l *LWP) eachOf(which, who int, f func(to *LWP)) syscall.Errno {
	switch which {
	case PrioProcess:
		return l.onLWP(lwp.ID(who), f)
	case PrioGroup, PrioUser:
	default:
		return syscall.EINVAL
	}
	s := l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	errno := syscall.ESRCH
	for _, p := range s.procs {
		switch {
		case p.state != Alive,
			which == PrioUser && who != 0,
			which == PrioGroup && who == 0 && p.pgid != l.p.pgid,
			which == PrioGroup && who != 0 && p.pgid != PID(who):
			continue
		}
		p.each(f)
		errno = 0
	}
	return errno
}

// each calls f for all LWPs, with p.mu held.
func (p *Process) each(f func(*LWP)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lwps {
		f(l)
	}
}

// Nice returns the least niceness of those that which and who mean: getpriority(2). EINVAL, ESRCH.
func (l *LWP) Nice(which, who int) (int, syscall.Errno) {
	least := MaxNice
	errno := l.eachOf(which, who, func(to *LWP) { least = min(least, to.niceNow()) })
	return least, errno
}

// SetNice sets that of them all: setpriority(2). EINVAL, ESRCH.
func (l *LWP) SetNice(which, who, nice int) syscall.Errno {
	nice = min(max(nice, MinNice), MaxNice)
	return l.eachOf(which, who, func(to *LWP) { to.setNice(nice) })
}

// allCPUs returns the mask of the CPUs that there are, of which CPU n is bit n.
func (s *System) allCPUs() uint64 { return ^uint64(0) >> (64 - s.CPUs()) }

// Affinity returns the CPUs that an LWP may run on: sched_getaffinity(2). ESRCH.
func (l *LWP) Affinity(id lwp.ID) (mask uint64, errno syscall.Errno) {
	errno = l.onLWP(id, func(to *LWP) {
		mask = l.p.sys.allCPUs()
		if cpu := to.Thread.Bound(); cpu >= 0 {
			mask = 1 << cpu
		} else if bits.OnesCount64(to.sched.cpus) > 1 {
			mask = to.sched.cpus
		}
	})
	return
}

// SetAffinity sets it: sched_setaffinity(2). A mask of one CPU binds the LWP; one of several is
// kept, and the LWP runs anywhere. EINVAL: it names no CPU that there is; ESRCH.
func (l *LWP) SetAffinity(id lwp.ID, mask uint64) syscall.Errno {
	all := l.p.sys.allCPUs()
	if mask &= all; mask == 0 {
		return syscall.EINVAL
	}
	return l.onLWP(id, func(to *LWP) {
		cpu := -1
		if mask&(mask-1) == 0 && mask != all {
			cpu = bits.TrailingZeros64(mask)
		}
		to.sched.cpus = mask
		to.Thread.Bind(cpu)
	})
}
