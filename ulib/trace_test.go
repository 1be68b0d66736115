//go:build !explore

package ulib

import (
	"testing"
	"unsafe"

	"gossamer/ulib/abi"
)

// Is a thread that is ending, whose block has got its next number, traced by the number it had?
func TestTraceID(t *testing.T) {
	for _, generation := range []uint16{1, 2, 1 << 15, 1<<16 - 1} {
		b := &thread{generation: generation}
		id := b.traceID()
		if id != uint64(b.id()) {
			t.Errorf("generation %d: %#x, want %#x", generation, id, b.id())
		}
		b.retire()
		if got := b.traceID(); got != id || uint64(b.id()) == id {
			t.Errorf("generation %d: %#x once it has ended, want %#x", generation, got, id)
		}
	}
	if id := (*thread)(nil).traceID(); id != 0 {
		t.Errorf("no thread: %#x", id)
	}
}

// Does an event go into the ring where it belongs, over the oldest?
func TestRecord(t *testing.T) {
	var ring struct {
		abi.TraceRing
		_      [abi.TraceEvents - 8]byte
		events [4]abi.TraceEvent
	}
	ring.Mask = 3
	traceRing = uintptr(unsafe.Pointer(&ring))
	defer func() { traceRing = 0 }()
	for i := range uint64(6) {
		record(uint16(i), 9, 10*i, 100*i)
	}
	for place, i := range []uint64{4, 5, 2, 3} {
		e := ring.events[place]
		if e.Turn != uint32(i)+1 || e.Kind != uint16(i) || e.VP != 9 || e.A != 10*i || e.B != 100*i || e.Time == 0 {
			t.Errorf("place %d: %+v, want event %d", place, e, i)
		}
	}
}
