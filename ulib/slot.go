package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sa"
)

// Who has which slot. A thread that a VP goes on with wants one: the slot that it is in, or any, for
// the kernel to put it there. If none is free, a ready thread is *evicted* (U11): its registers are
// copied from its slot to below its stack pointer, where nothing is, and the slot is the VP's that wants
// it. The thread stays where it is, in a queue or in another VP's hands, and keeps specialSlot, for
// only a scheduler can go on with it: that copies the registers back, into a slot that it has or takes.
//
// There is always one to take. Of the slots the kernel holds at most as many as there are beyond one
// for each VP; the other VPs have named one each, or none; so at least one is free, on the ready list, or
// that of a ready thread. Slots change hands under act.lock only, so takeSlot finds it, and nobody looks
// twice. The exception is a thread whose stack pointer is outside its stack: it has faulted, or it
// reports a fatal error. Where there is no slot but those of such threads, one of them runs, out of turn.

// slotRoom is how much of a stack is for the registers of an evicted thread, below all that the thread
// itself may use: those in a slot, which lie there in one piece.
const slotRoom = sa.SlotFS + 8 - sa.SlotFX

type slotContext [slotRoom / 8]uint64

// getSlot is takeSlot without act.lock held, for a VP that goes on with the thread it has.
func (v *VP) getSlot() bool {
	act.lock.acquire(v)
	found := v.takeSlot()
	act.lock.release()
	v.tellIdle()
	return found
}

// takeSlot gives v, which has none, a slot: one that is free, or that of a thread which it evicts.
// false: the threads in slots cannot be evicted. act.lock is held.
func (v *VP) takeSlot() bool {
	if s := act.free; s != 0 {
		act.free = act.next[s-1]
		v.name(s - 1)
		return true
	}
	v.takeReady() // one of those may be the only one to evict
	for range act.slots {
		if act.hand++; act.hand >= uint32(act.slots) {
			act.hand = 0
		}
		if t := act.owner[act.hand]; t != nil && t.evict(act.hand) {
			v.name(act.hand)
			return true
		}
	}
	return false
}

// evict moves t out of slot s, if it is ready and on its own stack. act.lock is held.
func (t *thread) evict(s uint32) bool {
	if atomic.LoadUint32(&t.special)&specialSlot == 0 || t.tookG != uintptr(unsafe.Pointer(t)) {
		return false
	}
	sp := uintptr(slotAt(s).SP)
	if sp < t.g.lo || sp > t.g.hi {
		return false
	}
	t.sp = sp - slotRoom
	unload(t.sp, slotAt(s))
	t.slot1 = 0
	put(&act.owner[s], nil)
	act.evicted++
	return true
}

// reload copies the registers of t, which has been evicted and is in no queue any more, into v's slot,
// and returns that.
func (v *VP) reload(t *thread) uint32 {
	load(slotAt(v.mine), t.sp)
	return v.mine
}

// name makes s v's slot, for the kernel too, which forgets it at an upcall.
func (v *VP) name(s uint32) { v.mine, v.slot = s, s }

// giveSlot frees v's slot. act.lock is held.
func (v *VP) giveSlot() {
	act.next[v.mine] = act.free
	act.free = v.mine + 1
	v.mine = slotless
}

// putBack is for a thread that v cannot go on with for want of a slot: first, one runs that is in one.
func (v *VP) putBack(t *thread) {
	v.queue.lock.acquire(v)
	v.queue.pushFront(t)
	v.queue.lock.release()
	put(&v.handoff, v.slotted())
}

// slotted takes a thread that is in a slot from any queue.
func (v *VP) slotted() *thread {
	for i := range nvp {
		q := &vps[i].queue
		q.lock.acquire(v)
		for p := range q.level {
			for t := q.level[p].head; t != nil; t = t.next {
				if t.special&specialSlot != 0 && t.slot1 != 0 {
					q.remove(t)
					q.lock.release()
					return t
				}
			}
		}
		q.lock.release()
	}
	return nil
}
