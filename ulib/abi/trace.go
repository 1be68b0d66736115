package abi

// SysTraceRing asks for a ring in which a program of user threads records what the kernel cannot see
// while the kernel traces: (), returns the address of a TraceRing. ENXIO: tracing is off; ENOSPC:
// too many programs have asked; ENOMEM.
const SysTraceRing = 1050

// TraceRing is the first page of a ring. Its events follow on the next ones.
type TraceRing struct {
	Next uint32 // [the program, by atomic addition] number of the next event, from 0
	Mask uint32 // constant: how many there is room for, less one; a power of two, less one
}

// TraceEvent is one event. Only the newest are kept.
type TraceEvent struct {
	Turn uint32 // the event's number plus one, stored last; 0 while it is being written
	Kind uint16 // TraceRun …
	VP   uint16 // by which VP
	Time uint64 // time-stamp counter
	A, B uint64
}

// Offsets and sizes.
const (
	TraceEvents    = 4096 // of the first event in a ring
	TraceEventSize = 32
)

// Kinds of events.
const (
	TraceRun   = 1 // the VP goes to thread A, 0: its scheduler; B: TraceLeft…, and the VP's LWP << 8
	TraceReady = 2 // thread A is ready, by the doing of thread B, 0: of none
	TraceName  = 3 // bytes 8·VP … of thread A's name are in B
)

// How the thread that ran before a TraceRun has left.
const (
	TraceLeftReady   = 1
	TraceLeftWaiting = 2
	TraceLeftDone    = 3
)
