package sched

import (
	"unsafe"

	"gossamer/kernel/trace"
)

// What the scheduler records of its threads (kernel/trace). Each is called only if
// trace.Active() is not nil, by the words "if trace.Active() != nil", which is all that it costs
// otherwise.

// traceStart records that t is made ready for the first time.
func (t *Thread) traceStart() {
	if tr := trace.Active(); tr != nil {
		tr.EmitBy(trace.Create, uint32(t.id), 0)
	}
}

// traceBegin is called by t when it runs for the first time.
func (t *Thread) traceBegin() {
	if tr := trace.Active(); tr != nil {
		t.stack.goroutine = tr.Begin(t.home.Load().index, uint32(t.id), t.name)
	}
}

// traceBlock records that t waits in q. q.mu is held, so that no wake-up comes before.
func (t *Thread) traceBlock(q *WaitQueue) {
	if tr := trace.Active(); tr != nil {
		tr.Emit(trace.Block, uint32(t.id), uint64(uintptr(unsafe.Pointer(q))), 0)
	}
}

// traceWake records how t's wait ends, after decide and before anybody can make t go on.
func (t *Thread) traceWake() {
	if tr := trace.Active(); tr != nil {
		tr.EmitBy(trace.Wake, uint32(t.id), uint64(t.outcome))
	}
}

// traceSwitch records that d goes from one thread to another; nil is d itself. The state that
// from is in says why it left.
func (d *dispatcher) traceSwitch(from, to *Thread) {
	tr := trace.Active()
	if tr == nil {
		return
	}
	var fromID, toID uint32
	var why uint64
	var self uintptr
	if from != nil {
		fromID = uint32(from.id)
		why = from.traceWhy()
		if why == trace.Exited {
			tr.Emit(trace.Exit, fromID, 0, 0)
		}
	}
	if to != nil {
		toID, self = uint32(to.id), to.stack.goroutine
	}
	tr.Switch(d.index, fromID, toID, self, why)
}

func (t *Thread) traceWhy() uint64 {
	switch t.State() {
	case Running, Ready:
		if t.expired {
			return trace.SliceEnded
		}
		return trace.Yielded
	case Exited:
		return trace.Exited
	}
	return trace.Blocked
}
