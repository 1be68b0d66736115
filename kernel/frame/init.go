package frame

import "unsafe"

const (
	// MaxAddr bounds the memory that is managed; what lies above is left alone.
	MaxAddr = Addr(256 << 30)

	tableShare = 8 // the table takes at most one tableShare-th of memory
)

var totalFrames uint64 // set by Init

// Init takes charge of the memory in usable that is not in reserved. It runs once, before
// any other call, on one CPU; CPU indices will be less than cpus.
//
// The ranges may be in any order, overlap each other, be empty or turned round, and need
// not be page aligned: a usable range counts from its first whole page to its last, a
// reserved one with all pages that it touches. Frame 0 is never given out.
//
// Init puts its table at the lowest place that has room at or above 1 MiB, and the first
// frames given out follow from there upwards, so that as long as memory below 4 GiB lasts
// nothing above need be mapped. Memory so far up that its part of the table would not be
// worth it, or does not fit, is left out.
func Init(usable, reserved []Range, cpus int) {
	ncpu = min(max(cpus, 1), MaxCPU)
	for i := range caches {
		caches[i].n.Store(0)
	}
	pool.main, pool.low, totalFrames = 0, 0, 0
	pool.free.Store(0)
	pool.reserve.Store(0)
	bad.Store(0)
	table, tableLen = 0, 0

	limit := MaxAddr
	for limit > 0 {
		end, bytes := extent(usable, limit)
		if bytes == 0 {
			return
		}
		size := Addr(end.Frame()*4+Size-1) &^ (Size - 1)
		at, ok := place(usable, reserved, limit, size)
		if ok && size <= bytes/tableShare {
			build(usable, reserved, end, Range{at, at + size})
			return
		}
		limit = end / 2 &^ (Size - 1)
	}
}

// build makes the table in own, for memory up to end, and lists all free frames.
func build(usable, reserved []Range, end Addr, own Range) {
	for f := own.Start.Frame(); f < own.End.Frame(); f++ {
		clear(f.Bytes()[:])
	}
	table, tableLen = own.Start.Ptr(), end.Frame()
	const marked = 1 // usable, not yet on a list
	for _, r := range usable {
		mark(inner(r, end), marked)
	}
	for _, r := range reserved {
		mark(outer(r, end), 0)
	}
	mark(own, 0)
	*entry(0) = 0

	// From the top, so that each list begins with its lowest frame.
	free, main, low := uint64(0), uint32(0), uint32(0)
	for f := tableLen - 1; f > 0; f-- {
		e := entry(f)
		if *e != marked {
			continue
		}
		free++
		if f < lowEnd {
			*e = freeBit | low
			low = uint32(f)
		} else {
			*e = freeBit | main
			main = uint32(f)
		}
	}
	pool.main, pool.low, totalFrames = main, low, free
	pool.free.Store(free)
}

// mark sets the entries of r's frames, all inside the table, to v.
func mark(r Range, v uint32) {
	for f := r.Start.Frame(); f < r.End.Frame(); f++ {
		*(*uint32)(unsafe.Pointer(table + uintptr(f)*4)) = v
	}
}

// inner returns the whole pages of r below limit, an empty range if there are none.
func inner(r Range, limit Addr) Range {
	r.Start, r.End = min(r.Start, limit), min(r.End, limit)
	r.Start = (r.Start + Size - 1) &^ (Size - 1)
	r.End &^= Size - 1
	if r.Start >= r.End {
		return Range{}
	}
	return r
}

// outer returns the pages below limit that r touches, an empty range if there are none.
func outer(r Range, limit Addr) Range {
	r.Start, r.End = min(r.Start, limit), min(r.End, limit)
	if r.Start >= r.End {
		return Range{}
	}
	r.Start &^= Size - 1
	r.End = (r.End + Size - 1) &^ (Size - 1)
	return r
}

// extent returns where usable memory below limit ends and how much there is, what ranges
// overlap counted twice.
func extent(usable []Range, limit Addr) (end, bytes Addr) {
	for _, r := range usable {
		r = inner(r, limit)
		end = max(end, r.End)
		bytes += r.End - r.Start
	}
	return end, bytes
}

// place finds the lowest address from 1 MiB on at which size bytes are usable and not
// reserved.
func place(usable, reserved []Range, limit, size Addr) (at Addr, ok bool) {
	for _, u := range usable {
		u = inner(u, limit)
		a := max(u.Start, lowEnd.Addr())
		for moved := true; moved; {
			moved = false
			for _, r := range reserved {
				r = outer(r, limit)
				if r.Start < a+size && a < r.End {
					a, moved = r.End, true
				}
			}
		}
		if a+size <= u.End && (!ok || a < at) {
			at, ok = a, true
		}
	}
	return at, ok
}
