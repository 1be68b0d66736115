package sa

import "sync/atomic"

// save puts the thread of an open VP into its slot: K2. A thread that is about to be resumed is
// there already.
func (p *Process) save(v *vp, slot uint32) {
	h := p.host(v)
	if pc := h.PC(); pc < p.cfg.Lo || pc >= p.cfg.Hi {
		h.Save(p.cfg.Area.Slots[slot])
	}
}

// post makes a slot ulib's to take: K4. self is the VP that is about to be upcalled anyway.
func (p *Process) post(slot, reason uint32, self *vp) {
	p.push(slot, reason)
	p.notify(self)
}

// notify has somebody look: an idle VP, every closed one, and, unless the first gets a processor at
// once, an open one: K4.
func (p *Process) notify(self *vp) {
	started := p.in[Idle] != 0 && p.wakeIdle()
	v := p.pendClosed()
	if v != nil && !started && self == nil {
		v.look.Store(1)
		p.host(v).Kick()
	}
}

// wakeIdle has one idle VP want a processor, and says whether it got one at once.
func (p *Process) wakeIdle() bool {
	if p.in[Idle] == 0 {
		return false
	}
	for i := range p.vps {
		if v := &p.vps[i]; v.state == Idle {
			p.leaveIdle(v)
			p.fill(nil)
			return v.state == Run
		}
	}
	return false
}

// leaveIdle has an idle VP want a processor: its sa_yield returns when it has one.
func (p *Process) leaveIdle(v *vp) {
	v.due = 0
	p.move(v, NoCPU, false)
}

// pendClosed tells every closed VP, and returns an open one that runs, nil if there is none.
func (p *Process) pendClosed() (running *vp) {
	for i := range p.vps {
		v := &p.vps[i]
		if atomic.LoadUint32(&v.page.Disabled) != 0 || !p.isOpen(v) {
			if v.state != Idle {
				v.pend()
			}
		} else if v.state == Run && running == nil {
			running = v
		}
	}
	return running
}

// upcall makes v, which m serves, enter ulib: K3.
func (p *Process) upcall(v *vp, m *member, why, slot uint32) {
	page := v.page
	v.close()
	page.Why, page.Wslot = why, slot // read after an upcall only
	fs := atomic.LoadUint64(&page.UpcallFS)
	if fs >= p.cfg.UserEnd {
		fs = 0
	}
	n := int(m.n)
	m.host.Upcall(n, why, slot, p.cfg.Entry, p.cfg.Stacks[n], fs)
	v.preempt, v.used = false, 0
	p.stat.Upcalls++
}
