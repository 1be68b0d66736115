package proc_test

import (
	"encoding/binary"
	"reflect"
	"sync/atomic"
	"syscall"
	"testing"

	"gossamer/kernel/trace"
	"gossamer/proc/proctest"
	"gossamer/ulib/abi"
)

// Does a process get a ring while the kernel traces, which outlives it, and not otherwise?
func TestTraceRingCall(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		if got := u.Call(abi.SysTraceRing); got != -int64(syscall.ENXIO) {
			t.Errorf("tracing is off: %d, want -ENXIO", got)
		}
	})
	var now atomic.Uint64
	tr := trace.Start(trace.Config{Dispatchers: 16, Clock: func() uint64 { return now.Add(1) }, Hz: 1e9, CPU: func() int { return 0 }})
	defer tr.Stop()
	proctest.New(t).Run(func(u *user) {
		pid := u.Fork(func(u *user) {
			askForRings(u)
			u.Exit(0)
		})
		u.Wait(pid, 0)
		rings := 0
		var got trace.Ring
		for _, r := range tr.Snapshot(func(uint64) string { return "" }).Rings {
			if r.Process == 0 {
				continue
			}
			rings++
			if len(r.Events) > 0 {
				got = r
			}
		}
		want := trace.Ring{Process: int(pid), Events: []trace.Event{
			{Time: 7, Kind: trace.UserRun, Thread: 3, A: 70, B: 700}, {Time: 9, Kind: trace.UserReady, Thread: 3, A: 90, B: 900}}}
		if rings != trace.MaxSources || !reflect.DeepEqual(got, want) {
			t.Errorf("%d rings, %+v\nwant %d, %+v", rings, got, trace.MaxSources, want)
		}
	})
}

// askForRings is a process that records in one ring, and asks for more than there are.
func askForRings(u *user) {
	ring := uint64(u.Call(abi.SysTraceRing))
	if int64(ring) <= 0 {
		u.T.Errorf("trace_ring: %d", int64(ring))
		return
	}
	if mask := word(u, ring+4); mask != trace.MinEvents-1 {
		u.T.Errorf("mask %#x", mask)
	}
	putEvent(u, ring, 0, abi.TraceRun, 7)
	if got := u.Call(11, ring, 4096); got != -int64(syscall.EPERM) {
		u.T.Errorf("munmap of the ring: %d, want -EPERM", got)
	}
	u.Wait(u.Fork(func(u *user) {
		putEvent(u, ring, 1, abi.TraceRun, 8) // into a copy
		u.Exit(0)
	}), 0)
	putEvent(u, ring, 1, abi.TraceReady, 9)
	for range trace.MaxSources - 1 {
		if got := u.Call(abi.SysTraceRing); got <= 0 {
			u.T.Errorf("another ring: %d", got)
		}
	}
	if got := u.Call(abi.SysTraceRing); got != -int64(syscall.ENOSPC) {
		u.T.Errorf("too many rings: %d, want -ENOSPC", got)
	}
}

// putEvent writes event n to a ring as a program does.
func putEvent(u *user, ring, n uint64, kind uint16, at uint64) {
	var e [abi.TraceEventSize]byte
	binary.LittleEndian.PutUint32(e[0:], uint32(n)+1)
	binary.LittleEndian.PutUint16(e[4:], kind)
	binary.LittleEndian.PutUint16(e[6:], 3)
	for i, v := range []uint64{at, 10 * at, 100 * at} {
		binary.LittleEndian.PutUint64(e[8+8*i:], v)
	}
	u.Store(ring+abi.TraceEvents+n*abi.TraceEventSize, e[:])
	u.Store(ring, binary.LittleEndian.AppendUint32(nil, uint32(n)+1))
}
