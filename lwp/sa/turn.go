package sa

import abi "gossamer/ulib/sa"

// fill gives processors to VPs that want them, as far as the process may: K8. self is the LWP that
// calls, which need not be unparked.
func (p *Process) fill(self *vp) {
	for p.in[Run] < p.limit() {
		v := p.next()
		if v == nil {
			return
		}
		p.start(v)
		if v != self {
			p.host(v).Unpark()
		}
	}
}

// next is the VP to have the next processor: saved ones first, each kind in turn.
func (p *Process) next() (best *vp) {
	if p.nsaved != 0 {
		return p.waitingSaved()
	}
	for i := range p.vps {
		if v := &p.vps[i]; v.state == NoCPU && (best == nil || v.stamp < best.stamp) {
			best = v
		}
	}
	return best
}

// waitingSaved is the private save that has waited longest for a processor.
func (p *Process) waitingSaved() (best *vp) {
	for i := range p.vps {
		if v := &p.vps[i]; v.state == NoCPU && v.saved && (best == nil || v.stamp < best.stamp) {
			best = v
		}
	}
	return best
}

// start gives v, which was in NoCPU, a processor. Its LWP has been parked, or is about to, or is
// the caller.
func (p *Process) start(v *vp) {
	p.move(v, Run, false)
	v.ticks, v.grace = 0, false
	p.stat.Grants++
	v.page.Grants++
	m := &p.lwps[v.lwp]
	if v.due != 0 {
		p.upcall(v, m, v.due, v.slot)
		v.due = 0
	}
	m.settled.Store(true)
}

// giveUp takes the processor of an open VP: its thread becomes ulib's again, and the VP will say
// ADDED when it has a processor again: K7.
func (p *Process) giveUp(v *vp, slot uint32) {
	p.save(v, slot)
	v.close()
	v.due, v.slot = abi.Added, abi.None
	p.move(v, NoCPU, false)
	p.stat.Preempted++
	p.post(slot, abi.Preempted, nil)
	p.fill(v)
}

// keep takes the processor of a closed VP, which will go on exactly there: a private save.
func (p *Process) keep(v *vp) {
	p.move(v, NoCPU, true)
	p.stat.Saved++
	p.fill(v)
}

// turn says what v, closed, has to do at a tick if a private save waits for a processor: give its
// own, if no VP is open, and v is the one that has run longest: K9. Open ones give theirs when
// they see look. One that seems open and does not come is waited for one tick.
func (p *Process) turn(v *vp) bool {
	for i := range p.vps {
		o := &p.vps[i]
		if o.state != Run || o == v {
			continue
		}
		if _, open := p.open(o); open && v.ticks < 2 {
			p.host(o).Kick()
			return false
		}
		if o.stamp < v.stamp && v.ticks < uint32(len(p.vps))+2 {
			return false
		}
	}
	return true
}
