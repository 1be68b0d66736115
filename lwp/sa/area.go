package sa

import (
	"sync/atomic"

	abi "gossamer/ulib/sa"
)

// Area is the kernel's own view of the shared area: no access to it ever faults.
type Area struct {
	Process *abi.Process
	VPs     []*abi.VP
	Nobody  *abi.VP
	Slots   []*abi.Slot
}

// open looks at a VP's words once: K1. slot is the one that it names.
func (p *Process) open(v *vp) (slot uint32, open bool) {
	point()
	disabled := atomic.LoadUint32(&v.page.Disabled)
	point()
	slot = atomic.LoadUint32(&v.page.Cur)
	return slot, disabled == 0 && int(slot) < len(p.held) && p.held[int(slot)] == ulibs
}

// isOpen is open for who does not need the slot.
func (p *Process) isOpen(v *vp) bool {
	_, open := p.open(v)
	return open
}

// close makes a VP closed, as an upcall finds it.
func (v *vp) close() {
	atomic.StoreUint32(&v.page.Disabled, 1)
	atomic.StoreUint32(&v.page.Cur, abi.None)
}

// pend tells a closed VP to look at the ready list when it can.
func (v *vp) pend() {
	point()
	atomic.StoreUint32(&v.page.Pending, 1)
}

// maxPush is how often a push is tried: more than the VPs of any process can get in the way of.
const maxPush = abi.MaxVP

// push puts a slot on the ready list. What the list is said to begin with is stored and never
// followed: a lie harms its author.
func (p *Process) push(slot uint32, reason uint32) {
	s := p.cfg.Area.Slots[slot]
	atomic.StoreUint32(&s.Reason, reason)
	for range maxPush {
		head := atomic.LoadUint32(p.ready)
		atomic.StoreUint32(&s.Next, head)
		point()
		if atomic.CompareAndSwapUint32(p.ready, head, slot+1) {
			p.stat.Posts++
			p.count()
			return
		}
	}
	p.lied, p.dirty = true, true
}

// count makes every sa_yield under way void.
func (p *Process) count() {
	p.posts++
	point()
	atomic.StoreUint32(&p.cfg.Area.Process.Posts, p.posts)
}
