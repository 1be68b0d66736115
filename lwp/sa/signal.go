package sa

import (
	"sync/atomic"

	abi "gossamer/ulib/sa"
)

// Signals: K13. What a signal does by default, and what it does when ignored, is the kernel's
// affair. Caught ones stay with the process until ulib takes them.

// Signals tells which caught signals wait to be taken; more says that one has come. Somebody is
// made to look: a VP that does not mask it, if there is one.
func (p *Process) Signals(set uint64, more bool) {
	p.enter()
	defer p.leave()
	if p.dead {
		return
	}
	p.signals.Store(set)
	some := uint32(0)
	if set != 0 {
		some = 1
	}
	atomic.StoreUint32(&p.cfg.Area.Process.Signals, some)
	if !more {
		return
	}
	p.count()
	started := p.wakeIdle()
	p.pendClosed()
	if started {
		return
	}
	for i := range p.vps {
		v := &p.vps[i]
		if _, open := p.open(v); open && v.state == Run && set&^atomic.LoadUint64(&v.page.Sigmask) != 0 {
			v.look.Store(1)
			p.host(v).Kick()
			return
		}
	}
}

// Mask is the signals that the VP which LWP l serves does not want now.
func (p *Process) Mask(l int) uint64 {
	p.enter()
	defer p.leave()
	if v := p.serves(l); v != nil {
		return atomic.LoadUint64(&v.page.Sigmask)
	}
	return ^uint64(0)
}

// Fault is a caught signal that the thread of LWP l has brought upon itself. If its VP is open, the
// thread goes to its slot, is not posted, and the VP says SIGNAL with that slot and info; false if
// the VP is closed.
func (p *Process) Fault(l int, info *[128]byte) bool {
	p.enter()
	defer p.leave()
	v := p.serves(l)
	if v == nil || v.state != Run {
		return false
	}
	slot, open := p.open(v)
	if !open {
		return false
	}
	p.save(v, slot)
	v.page.Info = *info
	p.upcall(v, &p.lwps[l], abi.Signal, slot)
	return true
}
