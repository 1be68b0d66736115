package proc

import (
	"slices"

	"gossamer/kernel/trace"
	abi "gossamer/ulib/sa"
)

// traceName records which LWP of which process the thread runs, and the program's name.
func (l *LWP) traceName() {
	if tr := trace.Active(); tr != nil {
		tr.LWP(uint32(l.Thread.ID()), int(l.ID), int(l.p.ID))
		tr.Name(uint32(l.Thread.ID()), l.p.Name())
	}
}

// tracedHost is a host that records what lwp/sa does with it: what a registration has while tracing
// is on.
type tracedHost struct {
	*host
	slots []*abi.Slot
}

func (h *tracedHost) Save(slot *abi.Slot) {
	h.host.Save(slot)
	if tr := trace.Active(); tr != nil {
		tr.Emit(trace.Save, uint32(h.l.Thread.ID()), uint64(slices.Index(h.slots, slot)), 0)
	}
}

func (h *tracedHost) Upcall(vp int, why, slot uint32, entry, stack, fs uint64) {
	h.host.Upcall(vp, why, slot, entry, stack, fs)
	h.l.traceUpcall(vp, why, slot)
}

func (h *tracedHost) Adopt(vp, n int) {
	h.host.Adopt(vp, n)
	h.l.traceUpcall(vp, 0, abi.None)
}

// traceUpcall records that the LWP serves a VP from now on, by an upcall if why is not 0.
func (l *LWP) traceUpcall(vp int, why, slot uint32) {
	if tr := trace.Active(); tr != nil {
		tr.EmitBy(trace.Upcall, uint32(l.Thread.ID()), trace.PackUpcall(vp, why, slot))
	}
}
