package sa

import (
	"sync/atomic"

	abi "gossamer/ulib/sa"
)

// Step is a trap after one instruction of LWP l in user mode (RFLAGS.TF), of a process that wants to
// be preempted at every instruction, to see whether it stands that. Of an open VP the thread is taken
// off and becomes ulib's again, unless it has come no further than its slot has it: then it is just
// being resumed. A closed VP is saved where it is and restarted there, as if its time were up: K4.
// false: l serves no running VP.
func (p *Process) Step(l int) bool {
	p.enter()
	defer p.leave()
	v := p.serves(l)
	if v == nil || v.state != Run {
		return false
	}
	slot, open := p.open(v)
	pc := p.host(v).PC()
	switch {
	case !open:
		p.lwps[l].settled.Store(false)
		p.keep(v)
	case pc >= p.cfg.Lo && pc < p.cfg.Hi, pc == atomic.LoadUint64(&p.cfg.Area.Slots[slot].IP):
	default:
		p.save(v, slot)
		p.stat.Preempted++
		v.close()
		p.post(slot, abi.Preempted, v)
		p.upcall(v, &p.lwps[l], abi.Preempted, abi.None)
	}
	return true
}
