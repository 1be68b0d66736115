package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
)

// What the kernel above uses. These are called by kernel Go.

// Alarm is the line that WaitIRQ reports when the time set by SetAlarm has come.
const Alarm = alarmLine

// WaitIRQ is the number of the system call that waits for interrupts and returns the lines that were
// raised, a bit each: line n is the vector amd64.VecDevice+n. One goroutine at a time may wait.
const WaitIRQ = nrWaitIRQ

// SetAlarm makes WaitIRQ report Alarm at monotonic time ns (Now's), 0 = never. A later call
// replaces an earlier one.
func SetAlarm(ns int64) {
	t := uint64(0)
	if ns > 0 {
		t = max(1, tscAt(uint64(ns)))
	}
	amd64.Bare(setAlarm, t, 0)
}

// Now returns monotonic time in ns since boot.
func Now() int64 { return int64(now()) }

// Wall returns real time, ns since 1970.
func Wall() int64 { return int64(bootWall + now()) }

// TSC returns the time-stamp counter's frequency in Hz.
func TSC() uint64 { return tscHz }

// Frames is the page-frame allocator as kernel Go reaches it (mem.Source). The slices must
// not be on a goroutine's stack, which moves.
type Frames struct{}

// AllocBatch implements mem.Source.
func (Frames) AllocBatch(out []frame.Frame) int {
	for i := range out {
		out[i] = frame.None // and see to it that the page is there: bare code may not fault
	}
	return int(amd64.Bare(allocBatch, uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out)))), uint64(len(out))))
}

// FreeBatch implements mem.Source.
func (Frames) FreeBatch(in []frame.Frame) {
	if len(in) > 0 {
		amd64.Bare(freeBatch, uint64(uintptr(unsafe.Pointer(unsafe.SliceData(in)))), uint64(len(in)))
	}
}

func allocBatch(c *amd64.CPU, p, n uint64) uint64 {
	return uint64(frame.AllocBatch(int(c.ID), unsafe.Slice((*frame.Frame)(unsafe.Pointer(uintptr(p))), n)))
}

func freeBatch(c *amd64.CPU, p, n uint64) uint64 {
	frame.FreeBatch(int(c.ID), unsafe.Slice((*frame.Frame)(unsafe.Pointer(uintptr(p))), n))
	return 0
}

// HeapFrames returns how many frames are behind the Go runtime's memory.
func HeapFrames() uint64 { return heapFrames.Load() }

// Nanoseconds converts a difference of time-stamp counters.
func Nanoseconds(cycles uint64) int64 { return int64(nanoseconds(cycles)) }

// MapDevice maps n bytes of device registers at physical address a, uncached, for good, and returns
// their virtual address; 0 if there is no room.
func MapDevice(a frame.Addr, n uint64) uintptr {
	return uintptr(amd64.Bare(amd64.MapDevice, uint64(a), n))
}

// AllocBelow returns a page frame that ends at or below a physical address, for a device that
// reaches no further; frame.None if there is none. It may search long: it is not for every day.
func AllocBelow(limit frame.Addr) frame.Frame {
	return frame.Frame(amd64.Bare(allocBelow, uint64(limit), 0))
}

func allocBelow(_ *amd64.CPU, limit, _ uint64) uint64 {
	return uint64(frame.AllocBelow(frame.Addr(limit)))
}
