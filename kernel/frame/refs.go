package frame

import (
	"sync/atomic"
	"unsafe"
)

const (
	freeBit = 1 << 31     // the entry is a free frame's link
	maxRefs = freeBit - 1 // a count that gets here stays: the frame is never freed
)

var (
	table    uintptr // direct-map address of the table
	tableLen Frame   // number of entries: frames from here on are not ours

	bad atomic.Uint64
)

// Bad returns how often a frame was passed in that was not allocated at that time. Such
// calls have no other effect. Anything but 0 is a bug of a caller.
func Bad() uint64 { return bad.Load() }

// entry returns the table's entry for f, which is less than tableLen.
func entry(f Frame) *uint32 { return (*uint32)(unsafe.Pointer(table + uintptr(f)*4)) }

// inUse tells whether v, a table entry, is that of an allocated frame.
func inUse(v uint32) bool { return v-1 < maxRefs }

// Ref takes one more reference to f for the caller, who knows that there is at least one.
// It returns false, having done nothing, if f is not allocated.
func Ref(f Frame) bool {
	if f >= tableLen {
		bad.Add(1)
		return false
	}
	e := entry(f)
	for {
		v := atomic.LoadUint32(e)
		if !inUse(v) {
			bad.Add(1)
			return false
		}
		if v == maxRefs || atomic.CompareAndSwapUint32(e, v, v+1) {
			return true
		}
	}
}

// Refs returns the number of references to f, 0 if it is not allocated.
func Refs(f Frame) uint32 {
	if f >= tableLen {
		return 0
	}
	if v := atomic.LoadUint32(entry(f)); inUse(v) {
		return v
	}
	return 0
}

// DropUnlessLast gives up one reference to f, unless it is the only one: then the caller
// keeps it, so that the frame is now the caller's alone, and gets true.
func DropUnlessLast(f Frame) (last bool) { return drop(f, 1) }

// Unref gives up one reference to f and frees it if it was the last, which it reports.
func Unref(cpu int, f Frame) (freed bool) {
	if drop(f, freeBit) {
		put(cpu, f)
		return true
	}
	return false
}

// Free gives up the caller's reference to f, as Unref does.
func Free(cpu int, f Frame) { Unref(cpu, f) }

// drop takes one from f's count. If there is but one reference it makes the entry last
// instead and returns true.
func drop(f Frame, last uint32) bool {
	if f >= tableLen {
		bad.Add(1)
		return false
	}
	e := entry(f)
	for {
		v := atomic.LoadUint32(e)
		if v == 1 {
			if last == 1 || atomic.CompareAndSwapUint32(e, 1, last) {
				return true
			}
			continue
		}
		if !inUse(v) {
			bad.Add(1)
			return false
		}
		if v == maxRefs || atomic.CompareAndSwapUint32(e, v, v-1) {
			return false
		}
	}
}
