//go:build explore

package ulib

import (
	"fmt"

	"gossamer/ulib/sa"
)

// whose returns the context in a slot.
func (k *kernel) whose(slot *sa.Slot) *context {
	k.e.check(slot.AX != 0 && slot.AX <= uint64(len(k.contexts)), "a slot with nobody in it is resumed")
	c := k.contexts[slot.AX-1]
	k.e.check(c.where == inSlot && c.slot == slot, "%s is resumed and is elsewhere", nameOf(c.t))
	return c
}

// audit finds each thread in exactly one place, whenever no VP is in the middle of something.
func (k *kernel) audit() {
	e := k.e
	if k.p == nil || act.process == nil || !act.on || k.dying || k.inSteps() {
		return
	}
	for _, a := range e.actors {
		if c := a.on; a.at != ended && c != nil && c.where == onLWP && c.closed && !c.resting {
			return
		}
	}
	for t, c := range e.contexts {
		if c.where == gone || t.done {
			continue
		}
		n := 0
		var places [8]string
		is := func(what string) {
			if n >= 0 && n < len(places) {
				places[n] = what
			}
			n++
		}
		look := func(v *VP) {
			if t == &v.sched {
				n = -1 << 10
			}
			if v.cur == t {
				is("on a VP")
			}
			if v.lifo == t {
				is("in lifo")
			}
			if v.handoff == t {
				is("handed on")
			}
			for _, l := range v.queue.level {
				for x := l.head; x != nil && n < len(places); x = x.next { // a list that is none may have no end
					if x == t {
						is("in a queue")
					}
				}
			}
		}
		for i := range nvp {
			look(vps[i])
		}
		k.ordinaryVPs(look)
		if t.queue != 0 {
			is("waiting")
		}
		if t.slot1 != 0 && t.special&specialSlot == 0 {
			if act.owner[t.slot1-1] != t {
				is("in a slot of another's and")
			}
			is("taken off")
		}
		if n >= 0 && n != 1 {
			e.fault = fmt.Sprintf("thread %s is in %d places: %q", nameOf(t), n, places[:n])
			return
		}
	}
	k.account()
	k.idles()
}

// idles finds a VP that idles, beside work and a processor that is granted, and nobody on his way to wake it.
func (k *kernel) idles() {
	s := k.p.Stat()
	if s.Running >= s.Granted || act.waking != 0 || !k.work() {
		return
	}
	var idle *VP
	for _, a := range k.e.actors {
		switch {
		case a.on == nil || !a.on.resting:
		case a.at == parked:
			idle = a.v
		default:
			return // it has been woken, and looks
		}
	}
	if idle != nil && k.e.fault == "" {
		k.e.fault = fmt.Sprintf("VP %d idles beside a thread that is ready", idle.number1-1)
	}
}

// work reports whether a thread waits for a VP.
func (k *kernel) work() bool {
	for i := range nvp {
		if vps[i].queue.mask != 0 || vps[i].lifo != nil {
			return true
		}
	}
	return act.process.Ready != 0
}

// account finds every slot free, named by a VP, or a thread's.
func (k *kernel) account() {
	if k.p == nil || k.dying || act.lock.word != 0 {
		return
	}
	n := 0
	for s := act.free; s != 0 && n <= len(k.slots); s = act.next[s-1] {
		n++
	}
	for i := range nvp {
		if vps[i].mine != slotless {
			n++
		}
	}
	for s := range k.slots {
		if act.owner[s] != nil {
			n++
		}
	}
	if n != len(k.slots) && k.e.fault == "" {
		k.e.fault = fmt.Sprintf("%d of %d slots are accounted for", n, len(k.slots))
	}
}
