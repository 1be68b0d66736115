package mem

import (
	"slices"
	"syscall"
)

// MapFlags is how Map places and fills a mapping.
type MapFlags uint32

const (
	// Fixed takes the address as it is and replaces what is mapped there.
	Fixed MapFlags = 1 << iota
	// FixedNoReplace takes the address as it is, and fails if something is mapped there.
	FixedNoReplace
	// Shared shows changes to all who map the same Backing, and to children.
	Shared
	// Anonymous maps memory that is zero at first.
	Anonymous
	// GuardBelow keeps GuardSize below the mapping free of other mappings, unless they
	// are Fixed: a stack that overflows faults.
	GuardBelow
	// NoReserve is accepted and means nothing: see the package comment.
	NoReserve
	// DenyWrite makes a later Protect with Write fail: a shared mapping of a file that
	// is open for reading only.
	DenyWrite

	// Guards is the place of a number n: of every 2ⁿ bytes, aligned, the lowest page is not there,
	// which for stacks of one size does what a region each would. 0: none.
	Guards MapFlags = 1 << 16

	// pinned marks a region whose backing is a *Pinned. Map does not take it.
	pinned MapFlags = 1 << 15

	// regionFlags are those that Map keeps in a region; they are part of its identity.
	regionFlags = Shared | GuardBelow | DenyWrite | guardBits

	guardBits = 63 * Guards
)

const (
	// MaxRegions is how many regions an address space may have.
	MaxRegions = 4096
	// GuardSize is what GuardBelow keeps free.
	GuardSize = 16 * PageSize
)

// region is a mapping: pages from start up to, not including, end.
type region struct {
	start, end VirtAddr
	prot       Prot
	flags      MapFlags
	first      uint64  // page number in backing of start
	backing    Backing // nil: private anonymous memory; else held once by this region
}

func (r *region) contains(a VirtAddr) bool { return r.start <= a && a < r.end }

// guarded tells whether the page at va is one of those that Guards leaves out.
func (r *region) guarded(va VirtAddr) bool {
	n := r.flags / Guards
	return n != 0 && va&(1<<n-1) < PageSize
}

// index returns the page number in backing of the page at va.
func (r *region) index(va VirtAddr) uint64 { return r.first + uint64(va-r.start)/PageSize }

// private tells whether writes stay in this address space.
func (r *region) private() bool { return r.flags&Shared == 0 }

// floor returns the lowest address that placing other mappings must keep off.
func (r *region) floor() VirtAddr {
	if r.flags&GuardBelow == 0 {
		return r.start
	}
	return r.start - min(r.start, GuardSize)
}

// continues tells whether r, which begins where q ends, could be one region with q.
func (r *region) continues(q *region) bool {
	return q.end == r.start && q.prot == r.prot && q.flags == r.flags && q.backing == r.backing &&
		(r.backing == nil || q.index(q.end) == r.first)
}

// find returns the index of the first region that ends above a: the one that contains a, or
// the next one, or len.
func (as *AddressSpace) find(a VirtAddr) int {
	if h := as.hint; h < len(as.regions) && as.regions[h].contains(a) {
		return h
	}
	lo, hi := 0, len(as.regions)
	for lo < hi {
		m := int(uint(lo+hi) / 2)
		if as.regions[m].end > a {
			hi = m
		} else {
			lo = m + 1
		}
	}
	if lo < len(as.regions) {
		as.hint = lo
	}
	return lo
}

// free tells whether no region has a page in [from, to).
func (as *AddressSpace) free(from, to VirtAddr) bool {
	i := as.find(from)
	return i == len(as.regions) || as.regions[i].start >= to
}

// covered tells whether every page in [from, to) is in a region.
func (as *AddressSpace) covered(from, to VirtAddr) bool {
	for i := as.find(from); from < to; i++ {
		if i == len(as.regions) || as.regions[i].start > from {
			return false
		}
		from = as.regions[i].end
	}
	return true
}

// splitAt makes a a border between regions, if it lies inside one.
func (as *AddressSpace) splitAt(a VirtAddr) {
	i := as.find(a)
	if i == len(as.regions) || as.regions[i].start >= a {
		return
	}
	upper := as.regions[i]
	upper.first = upper.index(a)
	upper.start = a
	// The guard belongs to the lower part.
	upper.flags &^= GuardBelow
	as.regions[i].end = a
	if upper.backing != nil {
		upper.backing.Hold()
	}
	as.regions = slices.Insert(as.regions, i+1, upper)
}

// isolate splits regions so that each lies wholly in [from, to) or wholly outside, and returns
// the indices of those inside: lo up to, not including, hi.
func (as *AddressSpace) isolate(from, to VirtAddr) (lo, hi int) {
	as.splitAt(from)
	as.splitAt(to)
	lo = as.find(from)
	for hi = lo; hi < len(as.regions) && as.regions[hi].start < to; hi++ {
	}
	return lo, hi
}

// roomFor checks that n more regions are allowed.
func (as *AddressSpace) roomFor(n int) error {
	if len(as.regions)+n > MaxRegions {
		return syscall.ENOMEM
	}
	return nil
}

// insert adds r, whose backing the caller holds for it, where no region is.
func (as *AddressSpace) insert(r region) {
	i := as.find(r.start)
	if i > 0 && r.continues(&as.regions[i-1]) {
		as.regions[i-1].end = r.end
		if r.backing != nil {
			r.backing.Drop()
		}
		i--
	} else {
		as.regions = slices.Insert(as.regions, i, r)
	}
	as.mergeWithNext(i)
}

// remove deletes regions lo up to, not including, hi.
func (as *AddressSpace) remove(lo, hi int) { as.regions = slices.Delete(as.regions, lo, hi) }

// mergeWithNext makes region i and the next one, if there is one, a single one if they could be.
func (as *AddressSpace) mergeWithNext(i int) {
	if i < 0 || i+1 >= len(as.regions) || !as.regions[i+1].continues(&as.regions[i]) {
		return
	}
	as.regions[i].end = as.regions[i+1].end
	if b := as.regions[i+1].backing; b != nil {
		b.Drop()
	}
	as.regions = slices.Delete(as.regions, i+1, i+2)
}

// hole finds the highest free range of length bytes below top, keeping off guards. guard is
// what must be free below it as well.
func (as *AddressSpace) hole(length, guard, top VirtAddr) (VirtAddr, bool) {
	if length+guard < length {
		return 0, false
	}
	for i := len(as.regions) - 1; ; i-- {
		bottom := UserMin
		if i >= 0 {
			bottom = as.regions[i].end
		}
		if top > bottom && top-bottom >= length+guard {
			return top - length, true
		}
		if i < 0 {
			return 0, false
		}
		top = min(top, as.regions[i].floor())
	}
}
