package sa

import (
	"sync/atomic"

	abi "gossamer/ulib/sa"
)

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
	started := p.wakeIdle()
	p.pendClosed()
	if started || self != nil {
		return
	}
	for i := range p.vps {
		if v := &p.vps[i]; v.state == Run {
			if _, open := p.open(v); open || v.due != 0 {
				v.look.Store(1)
				p.host(v).Kick()
				return
			}
		}
	}
}

// wakeIdle has one idle VP want a processor, and says whether it got one at once.
func (p *Process) wakeIdle() bool {
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
	v.state, v.saved, v.due = NoCPU, false, 0
	v.stamp = p.stamped()
}

// pendClosed tells every closed VP.
func (p *Process) pendClosed() {
	for i := range p.vps {
		v := &p.vps[i]
		if _, open := p.open(v); !open && v.state != Idle {
			v.pend()
		}
	}
}

// upcall makes the upcall that is due: K3. The VP's LWP does it, just before user mode.
func (p *Process) upcall(v *vp, n int) {
	page := v.page
	v.close()
	atomic.StoreUint32(&page.Why, v.due)
	atomic.StoreUint32(&page.Wslot, v.slot)
	if v.info != nil {
		page.Info = *v.info
		v.info = nil
	}
	fs := atomic.LoadUint64(&page.UpcallFS)
	if fs >= p.cfg.UserEnd {
		fs = 0
	}
	p.host(v).Upcall(&Upcall{Entry: p.cfg.Entry, Stack: p.cfg.Stacks[n], FS: fs, Why: v.due, Slot: v.slot, VP: n})
	v.due, v.slot = 0, abi.None
	v.preempt, v.used = false, 0
	p.stat.Upcalls++
}
