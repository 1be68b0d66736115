package sa

import (
	"sync/atomic"
	"syscall"

	abi "gossamer/ulib/sa"
)

// The calls of a VP: K11, K12 and sa_handoff of K9. Each returns what the program gets, or an
// errno; what they have changed takes effect at the caller's Edge.

// caller returns the VP whose LWP l makes a call: EPERM if it serves none.
func (p *Process) caller(l int) (*vp, syscall.Errno) {
	v := p.serves(l)
	if v == nil || v.state != Run {
		return nil, syscall.EPERM
	}
	return v, 0
}

// Yield is sa_yield(2): the VP has nothing to run. If nothing has been posted since seen, and no
// signal waits that the VP does not mask, it is idle until there is something, or deadline (ns,
// monotonic; 0: none) has come: Edge makes that ETIMEDOUT. EINVAL: the VP is not disabled; EAGAIN:
// there is something. A signal is asked for, posted or not: seen may have been read after the post
// that told of it, by who had looked for signals before.
func (p *Process) Yield(l int, seen uint32, deadline int64) syscall.Errno {
	p.enter()
	defer p.leave()
	v, errno := p.caller(l)
	switch {
	case errno != 0:
		return errno
	case atomic.LoadUint32(&v.page.Disabled) == 0 || deadline < 0:
		return syscall.EINVAL
	case p.posts != seen:
		return syscall.EAGAIN
	case p.signals.Load()&^atomic.LoadUint64(&v.page.Sigmask) != 0:
		return syscall.EAGAIN
	}
	p.lwps[l].settled.Store(false)
	v.deadline = deadline
	p.move(v, Idle, false)
	p.fill(nil)
	return 0
}

// Wake is sa_wake(2): ulib has work for a VP that idles.
func (p *Process) Wake() {
	p.enter()
	defer p.leave()
	p.wake()
}

func (p *Process) wake() {
	p.count()
	p.wakeIdle()
	p.pendClosed()
}

// SetConcurrency is sa_setconcurrency(2): how many VPs the process wants to run. It returns the
// number in force, at most that of its VPs and of the machine's processors. EINVAL: less than 1.
func (p *Process) SetConcurrency(n int) (int, syscall.Errno) {
	if n < 1 {
		return 0, syscall.EINVAL
	}
	p.enter()
	defer p.leave()
	if p.dead {
		return n, 0
	}
	was := p.conc
	p.dirty = true
	p.conc = min(n, len(p.vps), p.cfg.CPUs)
	if p.conc > was {
		p.wake()
		p.fill(nil)
	}
	return p.conc, 0
}

// Handoff is sa_handoff(2): the caller spins on what VP to holds. If that waits for a processor it
// gets the caller's, which is saved and comes last. EINVAL: no such VP, or the caller is not
// disabled.
func (p *Process) Handoff(l, to int) syscall.Errno {
	p.enter()
	defer p.leave()
	v, errno := p.caller(l)
	switch {
	case errno != 0:
		return errno
	case to < 0 || to >= len(p.vps) || atomic.LoadUint32(&v.page.Disabled) == 0:
		return syscall.EINVAL
	}
	t := &p.vps[to]
	if t.state != NoCPU || p.in[Run] > p.limit() {
		return 0 // it runs, or its time is not for us to give
	}
	p.lwps[l].settled.Store(false)
	p.move(v, NoCPU, true)
	p.stat.Saved++
	p.start(t)
	p.host(t).Unpark()
	return 0
}

// Preempt is sa_preempt(2): an open VP is upcalled, a closed one told to look. EINVAL: no such VP.
func (p *Process) Preempt(to int) syscall.Errno {
	p.enter()
	defer p.leave()
	if to < 0 || to >= len(p.vps) {
		return syscall.EINVAL
	}
	if p.dead {
		return 0
	}
	v := &p.vps[to]
	if _, open := p.open(v); open && v.state == Run {
		v.preempt = true
		v.look.Store(1)
		p.host(v).Kick()
	} else {
		v.pend()
	}
	return 0
}

// Wakeup is sa_wakeup(2): the call of the thread in a slot fails with EINTR. EINVAL: no such slot;
// ENODEV: it is not in the kernel; EBUSY: its wait cannot be interrupted.
func (p *Process) Wakeup(slot int) syscall.Errno {
	p.enter()
	defer p.leave()
	if slot < 0 || slot >= len(p.held) {
		return syscall.EINVAL
	}
	l := p.held[slot]
	for i := range p.vps {
		if v := &p.vps[i]; v.state == Plain && v.slot == uint32(slot) {
			l = v.lwp
		}
	}
	if l == ulibs {
		return syscall.ENODEV
	}
	if p.dead {
		return 0 // the call ends anyway
	}
	if !p.lwps[l].host.Interrupt() {
		return syscall.EBUSY
	}
	return 0
}

// Stat is sa_stat(2).
func (p *Process) Stat() abi.Stat {
	p.enter()
	defer p.leave()
	s := p.stat
	s.NVP, s.NSlot = uint32(len(p.vps)), uint32(len(p.held))
	s.Concurrency, s.Granted = uint32(p.conc), uint32(p.limit())
	s.Running, s.InKernel = uint32(p.in[Run]), uint32(p.nK)
	return s
}
