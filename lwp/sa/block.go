package sa

import (
	"sync/atomic"

	abi "gossamer/ulib/sa"
)

// Block is called by LWP l when it is in a wait queue and about to be switched away from: K5. It
// returns the LWP to run instead on this processor, which is parked or about to be and has to be
// unparked; -1 if there is none.
func (p *Process) Block(l int) (next int) {
	m := &p.lwps[l]
	m.settled.Store(false)
	p.enter()
	next = p.block(m)
	p.leave()
	return next
}

func (p *Process) block(m *member) (next int) {
	if m.role != onVP {
		return -1 // in the kernel already
	}
	v := &p.vps[m.n]
	if v.state != Run || p.dead {
		return -1 // parking
	}
	slot, open := p.open(v)
	switch {
	case !open:
		p.stat.Waits++
		p.move(v, Wait, false)
	case p.nK < len(p.held)-len(p.vps):
		p.stat.Blocks++
		r := p.hold(v, m, slot)
		p.upcall(v, r, abi.Blocked, slot)
		r.settled.Store(true)
		return int(v.lwp)
	default:
		p.stat.Plain++
		v.slot = slot
		p.move(v, Plain, false)
		if atomic.LoadUint32(&v.page.Awake) == slot+1 {
			p.rouse(v)
		}
	}
	p.fill(nil)
	return -1
}

// rouse ends the plain block that v has just begun, for its thread is to look at something before it
// sleeps: the call fails with EINTR. If its wait is one that cannot be interrupted, a fault's, the
// thread is taken off as soon as that is over, and ulib sees again that it is to look.
func (p *Process) rouse(v *vp) {
	atomic.StoreUint32(&v.page.Awake, 0)
	v.preempt = true
	p.host(v).Interrupt()
}

// hold has the LWP of v, m, keep the call of the thread in slot, and another LWP, which it returns,
// serve v.
func (p *Process) hold(v *vp, m *member, slot uint32) *member {
	n := m.n
	m.role, m.n = inKernel, int32(slot)
	p.held[slot] = v.lwp
	p.nK++
	return p.take(v, n)
}

// unblock is the end of a call in the kernel: K6. The thread becomes ulib's. LWP l serves a VP that
// idles, if there is a processor for one, or goes to the reserve.
func (p *Process) unblock(l int) {
	m := &p.lwps[l]
	slot := uint32(m.n)
	m.host.Uninterrupt()
	m.host.Save(p.cfg.Area.Slots[slot])
	p.held[slot] = ulibs
	p.nK--
	if p.in[Idle] != 0 && p.in[Run] < p.limit() {
		p.push(slot, abi.Unblocked)
		p.relieve(l)
		p.pendClosed()
	} else {
		m.role = inReserve
		p.reserve = append(p.reserve, int32(l))
		p.post(slot, abi.Unblocked, nil)
	}
	if p.in[Plain] != 0 {
		p.convert()
	}
}

// relieve has LWP l, which is in the kernel no more, serve the first VP that idles: it has the processor
// that it has borrowed already, and need not wait until another thread gets one. The LWP that is parked
// there goes to the reserve. No VP waits for a processor, since there is one.
func (p *Process) relieve(l int) {
	for i := range p.vps {
		v := &p.vps[i]
		if v.state != Idle {
			continue
		}
		p.lwps[v.lwp].role = inReserve
		p.reserve = append(p.reserve, v.lwp)
		p.lwps[l].host.Adopt(i, int(v.lwp))
		p.lwps[l].role, p.lwps[l].n = onVP, int32(i)
		v.lwp, v.due = int32(l), 0
		p.start(v)
		return
	}
}

// convert makes blocks proper that were not for want of a slot, the oldest first.
func (p *Process) convert() {
	for p.nK < len(p.held)-len(p.vps) {
		var v *vp
		for i := range p.vps {
			if o := &p.vps[i]; o.state == Plain && p.held[o.slot] == ulibs && (v == nil || o.stamp < v.stamp) {
				v = o
			}
		}
		if v == nil {
			break
		}
		p.stat.Converted++
		p.hold(v, &p.lwps[v.lwp], v.slot)
		v.due = abi.Blocked
		v.close()
		p.move(v, NoCPU, false)
	}
	p.fill(nil)
}

// endPlain is the end of a plain block: the thread goes on if a processor is free, else it is
// ulib's.
func (p *Process) endPlain(v *vp) {
	p.host(v).Uninterrupt()
	slot := v.slot
	v.slot = abi.None
	now, open := p.open(v)
	if !open || now != slot { // somebody has changed its words meanwhile
		p.move(v, NoCPU, true)
		p.fill(v)
		return
	}
	if p.in[Run] < p.limit() && p.nsaved == 0 {
		p.start(v)
		return
	}
	p.move(v, NoCPU, false)
	p.host(v).Save(p.cfg.Area.Slots[slot])
	v.close()
	v.due, v.slot = abi.Added, abi.None
	p.post(slot, abi.Unblocked, nil)
	p.fill(v)
}
