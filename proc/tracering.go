package proc

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"gossamer/kernel/mem"
	"gossamer/kernel/trace"
	"gossamer/ulib/abi"
)

// TraceRing maps a ring in which the program records its user threads, and returns its address:
// trace_ring(2). The trace has what is in it, whatever becomes of the process. A child of fork(2)
// has a copy that nobody looks at. Errors: ENXIO, tracing is off; ENOSPC, too many rings; ENOMEM.
func (l *LWP) TraceRing() (VirtAddr, syscall.Errno) {
	tr := trace.Active()
	if tr == nil {
		return 0, syscall.ENXIO
	}
	const eventsInPage = mem.PageSize / abi.TraceEventSize
	room := tr.SourceRoom()
	ring, err := mem.NewPinned(l.p.sys.Frames, "[trace]", 1+room/eventsInPage, mem.ForkCopy)
	if err != nil {
		return 0, Errno(err)
	}
	(*abi.TraceRing)(unsafe.Pointer(ring.Bytes(0))).Mask = uint32(room - 1)
	at, err := l.Space().MapPinned(ring)
	if err != nil {
		ring.Drop()
		return 0, Errno(err)
	}
	process := int(l.p.ID)
	event := func(i int) *abi.TraceEvent {
		return (*abi.TraceEvent)(unsafe.Pointer(&ring.Bytes(1 + i/eventsInPage)[i%eventsInPage*abi.TraceEventSize]))
	}
	next := &(*abi.TraceRing)(unsafe.Pointer(ring.Bytes(0))).Next
	read := func() trace.Ring {
		defer ring.Drop()
		return readTraceRing(process, next, room, event)
	}
	if !tr.AddSource(read) {
		l.Space().UnmapPinned(at)
		ring.Drop()
		return 0, syscall.ENOSPC
	}
	return at, 0 // read holds the ring from now on
}

// readTraceRing takes what a program has recorded, oldest first. The program may have written
// anything: what is no event counts as lost, and the rest is only ever shown.
func readTraceRing(process int, next *uint32, room int, event func(i int) *abi.TraceEvent) trace.Ring {
	r := trace.Ring{Process: process}
	end := uint64(atomic.LoadUint32(next))
	begin := end - min(end, uint64(room))
	for i := begin; i < end; i++ {
		e := event(int(i) & (room - 1))
		if atomic.LoadUint32(&e.Turn) != uint32(i)+1 {
			continue
		}
		kind, known := userKinds[e.Kind]
		if !known {
			continue
		}
		r.Events = append(r.Events, trace.Event{Time: e.Time, Kind: kind, Thread: uint32(e.VP), A: e.A, B: e.B})
	}
	r.Lost = end - uint64(len(r.Events))
	return r
}

var userKinds = map[uint16]trace.Kind{
	abi.TraceRun:   trace.UserRun,
	abi.TraceReady: trace.UserReady,
	abi.TraceName:  trace.UserName,
}
