package ksyscall

import (
	"syscall"

	"gossamer/kernel/trace"
	"gossamer/proc"
)

// traced is a call that records when it is entered and left. A call that does not return leaves
// no trace.Return.
func traced(nr uint64, call proc.Call) proc.Call {
	return func(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
		tr := trace.Active()
		if tr == nil {
			return call(l, a)
		}
		id := uint32(l.Thread.ID())
		tr.Emit(trace.Call, id, nr, a[0])
		v, errno := call(l, a)
		result := v
		if errno != 0 {
			result = uint64(-int64(errno))
		}
		tr.Emit(trace.Return, id, nr, result)
		return v, errno
	}
}

// traceRing is trace_ring(2): proc.LWP.TraceRing.
func traceRing(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	at, errno := l.TraceRing()
	return uint64(at), errno
}
