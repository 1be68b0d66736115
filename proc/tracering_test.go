package proc

import (
	"reflect"
	"testing"
	"unsafe"

	"gossamer/kernel/trace"
	"gossamer/ulib/abi"
)

// Is what a program has recorded read in order, the newest only, and nothing that is no event?
func TestReadTraceRing(t *testing.T) {
	const room = 4
	var ring [room]abi.TraceEvent
	event := func(i int) *abi.TraceEvent { return &ring[i] }
	next := uint32(0)
	put := func(kind uint16, at uint64) {
		ring[next%room] = abi.TraceEvent{Turn: next + 1, Kind: kind, VP: 3, Time: at, A: at + 1, B: at + 2}
		next++
	}
	read := func() trace.Ring { return readTraceRing(9, &next, room, event) }
	want := func(lost uint64, events ...trace.Event) {
		t.Helper()
		if got, want := read(), (trace.Ring{Lost: lost, Process: 9, Events: events}); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
	e := func(kind trace.Kind, at uint64) trace.Event {
		return trace.Event{Time: at, Kind: kind, Thread: 3, A: at + 1, B: at + 2}
	}
	want(0)
	put(abi.TraceRun, 10)
	put(abi.TraceReady, 20)
	want(0, e(trace.UserRun, 10), e(trace.UserReady, 20))
	put(abi.TraceName, 30)
	put(77, 40) // no kind
	put(abi.TraceRun, 50)
	want(2, e(trace.UserReady, 20), e(trace.UserName, 30), e(trace.UserRun, 50))
	ring[2].Turn = 0 // being written
	want(3, e(trace.UserReady, 20), e(trace.UserRun, 50))
	next = 1 << 31 // a lie
	want(1 << 31)
}

// Do the constants say where things are, and do both sides mean the same?
func TestTraceRingLayout(t *testing.T) {
	if unsafe.Sizeof(abi.TraceEvent{}) != abi.TraceEventSize || unsafe.Sizeof(abi.TraceRing{}) > abi.TraceEvents {
		t.Error("a ring is not as its constants say")
	}
	if abi.TraceLeftReady != trace.LeftReady || abi.TraceLeftWaiting != trace.LeftWaiting || abi.TraceLeftDone != trace.LeftDone {
		t.Error("how a thread has left is not the same to both sides")
	}
	if how, lwp := trace.UnpackLeft(12<<8 | abi.TraceLeftDone); how != trace.LeftDone || lwp != 12 {
		t.Errorf("left: %d, %d", how, lwp)
	}
}
