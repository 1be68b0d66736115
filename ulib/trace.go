package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

// While the kernel traces (./qemu.sh trace) threads are traced too: each switch, each thread that
// becomes ready, and names go into a ring that the kernel has mapped. Every thread has
// specialTraced then, and every queue says that there is something to look at: so the short ways
// give way to the functions, which record. Otherwise no short way knows of it.

// traced is specialTraced and lookTraced if threads are traced, else 0. Constant after Start, but
// in a child of Fork.
var traced uint32

// traceRing is the address of the ring, an abi.TraceRing.
var traceRing uintptr

// startTrace asks for a ring.
func startTrace() {
	if !onGossamer {
		return
	}
	at, e := sys.Result(sys.Syscall0(abi.SysTraceRing))
	if e == 0 {
		traceRing, traced = uintptr(at), specialTraced
	}
}

// record records an event; kind is abi.TraceRun …
func record(kind, vp uint16, a, b uint64) {
	r := (*abi.TraceRing)(pointer(traceRing))
	n := atomic.AddUint32(&r.Next, 1)
	at := uintptr((n-1)&r.Mask) * abi.TraceEventSize
	e := (*abi.TraceEvent)(pointer(traceRing + abi.TraceEvents + at))
	atomic.StoreUint32(&e.Turn, 0)
	e.Kind, e.VP = kind, vp
	e.Time = ticks()
	e.A, e.B = a, b
	atomic.StoreUint32(&e.Turn, n)
}

// traceRun records that v leaves its thread for n, nil: for the scheduler.
func (v *VP) traceRun(n *thread) {
	if traced != 0 {
		v.recordRun(n)
	}
}

func (v *VP) recordRun(n *thread) {
	left := uint64(0)
	if t := v.cur; t != &v.sched {
		switch {
		case t.done:
			left = abi.TraceLeftDone
		case atomic.LoadUintptr(&t.queue) != 0:
			left = abi.TraceLeftWaiting
		default:
			left = abi.TraceLeftReady
		}
	}
	record(abi.TraceRun, v.traceNumber(), n.traceID(), left|uint64(v.lid)<<8)
}

// traceReady records that the thread that v runs makes t ready.
func (v *VP) traceReady(t *thread) {
	if traced != 0 {
		v.recordReady(t)
	}
}

func (v *VP) recordReady(t *thread) {
	by := v.cur
	if by == &v.sched {
		by = nil
	}
	record(abi.TraceReady, v.traceNumber(), t.traceID(), by.traceID())
}

// traceName records what t is called.
func traceName(t *thread) {
	if traced != 0 {
		words := (*[2]uint64)(unsafe.Pointer(&t.name))
		record(abi.TraceName, 0, t.traceID(), words[0])
		record(abi.TraceName, 1, t.traceID(), words[1])
	}
}

// traceNumber is v's number to those who look at a trace.
func (v *VP) traceNumber() uint16 { return uint16(v.number1 - 1) }

// traceID is t's ID, 0 for none; that of a thread which is ending is what it was.
func (t *thread) traceID() uint64 {
	if t == nil {
		return 0
	}
	generation := t.generation
	if t.done && t.detached {
		if generation--; generation == 0 {
			generation--
		}
	}
	return uint64(uintptr(unsafe.Pointer(t))) | uint64(generation)<<addressBits
}
