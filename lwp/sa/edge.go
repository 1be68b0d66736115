package sa

import (
	"sync/atomic"
	"syscall"

	abi "gossamer/ulib/sa"
)

// A Verdict says how an LWP goes on.
type Verdict uint8

const (
	Enter Verdict = iota // user mode
	Serve                // user mode, and the call that it was in the kernel for is over
	Park                 // until Unpark, or the deadline, then ask again
	End                  // the LWP is to end
	Lied                 // the process is to be killed
)

// Event is what has happened since the LWP last asked.
type Event uint8

const (
	Nothing  Event = iota
	Ticked         // a tick in user mode
	TimedOut       // the deadline of Park has come
)

// Edge is asked by LWP l each time before it enters user mode. What it is to do then is decided in
// one step: K1 to K3 and K6 to K10.
func (p *Process) Edge(l int, e Event) (verdict Verdict, deadline int64) {
	m := &p.lwps[l]
	if m.settled.Load() && e == Nothing && p.look.Load() == 0 {
		point()
		v := &p.vps[m.n]
		switch {
		case v.look.Load() != 0 || point():
		case atomic.LoadUint32(p.ready) == 0 && !point() && p.signals.Load() == 0:
			return Enter, 0
		case !point() && atomic.LoadUint32(&v.page.Disabled) != 0: // closed, and nobody wants its processor
			v.pend()
			return Enter, 0
		}
	}
	p.enter()
	ended := m.role == inKernel && !p.dead && !p.lied
	if ended {
		p.unblock(l)
		if m.role != onVP { // which it may be by now: see unblock and convert
			p.leave()
			return Park, 0
		}
	}
	verdict, deadline = p.edge(l, e)
	m.settled.Store(verdict == Enter)
	p.leave()
	if ended && verdict == Enter {
		verdict = Serve
	}
	if e == Ticked {
		p.alloc.tick()
	}
	return verdict, deadline
}

func (p *Process) edge(l int, e Event) (Verdict, int64) {
	if p.lied {
		return Lied, 0
	}
	m := &p.lwps[l]
	if p.dead {
		return End, 0
	}
	if m.role != onVP {
		return Park, 0
	}
	v := &p.vps[m.n]
	switch v.state {
	case Idle:
		if e != TimedOut {
			return Park, v.deadline
		}
		p.leaveIdle(v)
		m.host.Result(syscall.ETIMEDOUT)
		p.fill(v)
	case Plain:
		p.endPlain(v)
	case Wait:
		p.move(v, NoCPU, true)
		p.fill(v)
	}
	if v.state == Run {
		p.enterUser(v, e)
	}
	if p.lied {
		return Lied, 0
	}
	if v.state != Run {
		return Park, 0
	}
	return Enter, 0
}

// enterUser is a running VP on its way to user mode: it has to give up its processor, or is
// upcalled, or neither.
func (p *Process) enterUser(v *vp, e Event) {
	v.look.Store(0)
	if e == Ticked {
		v.ticks++
	}
	asked := p.in[Run] > p.limit() || p.nsaved != 0 // for its processor
	slot, open := p.open(v)
	switch {
	case !open:
		p.enterClosed(v, e)
	case asked:
		p.giveUp(v, slot)
	default:
		if why := p.wants(v, slot, e); why != 0 {
			p.save(v, slot)
			p.stat.Preempted++
			v.close()
			p.post(slot, abi.Preempted, v)
			p.upcall(v, &p.lwps[v.lwp], why, abi.None)
		}
	}
}

// wants says which upcall an open VP needs, 0 if none: the level test of K4, K10, K12, K13. A VP that is
// just resuming a thread gets none, or that thread might never run: it is told to look.
func (p *Process) wants(v *vp, slot uint32, e Event) uint32 {
	signal := p.signals.Load()&^atomic.LoadUint64(&v.page.Sigmask) != 0
	look := signal || v.preempt || atomic.LoadUint32(p.ready) != 0
	if pc := p.host(v).PC(); pc >= p.cfg.Lo && pc < p.cfg.Hi {
		if look {
			v.pend()
			v.look.Store(1) // at the next chance
		}
		return 0
	}
	switch {
	case signal:
		return abi.Signal
	case look, e == Ticked && p.quantumUsed(v, slot):
		return abi.Preempted
	}
	return 0
}

// quantumUsed counts a tick of the thread in slot, and says whether it has had enough.
func (p *Process) quantumUsed(v *vp, slot uint32) bool {
	if slot != v.usedBy {
		v.usedBy, v.used = slot, 0
	}
	v.used++
	quantum := atomic.LoadUint32(&v.page.Quantum)
	at := atomic.LoadInt64(&v.page.WakeAt)
	return quantum != 0 && v.used >= quantum || at > 0 && p.cfg.Now() >= at
}

// enterClosed is a closed VP on its way to user mode: it is told to look, and stopped where it is
// if its processor is wanted and the grace is over (K7), or at its turn (K9).
func (p *Process) enterClosed(v *vp, e Event) {
	over := p.in[Run] > p.limit()
	if e == Ticked || over || v.preempt || p.signals.Load() != 0 || atomic.LoadUint32(p.ready) != 0 {
		v.preempt = false
		v.pend()
	}
	if over {
		if v.grace && e == Ticked {
			p.keep(v)
			return
		}
		v.grace = true
	}
	if e == Ticked && p.nsaved != 0 && p.turn(v) {
		p.keep(v)
	}
}
