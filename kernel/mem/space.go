package mem

import (
	"sync"

	"gossamer/kernel/frame"
)

// AddressSpace is the memory of a process. Its methods may be called by any thread, except
// Destroy, which is the last one.
type AddressSpace struct {
	frames Frames
	newPT  func() (PageTable, error)
	pt     PageTable // set for good by New

	mu       sync.Mutex
	regions  []region // sorted by address
	hint     int      // index of the region found last; any value is allowed
	resident uint64   // pages in pt

	brkStart, brk VirtAddr // the break and where it began; 0 without SetBrk

	gather [64]frame.Frame // for zap
}

// New returns an empty address space. The error is newPT's.
func New(frames Frames, newPT func() (PageTable, error)) (*AddressSpace, error) {
	pt, err := newPT()
	if err != nil {
		return nil, err
	}
	return &AddressSpace{frames: frames, newPT: newPT, pt: pt}, nil
}

// PT returns the page table, for entering user mode.
func (as *AddressSpace) PT() PageTable { return as.pt }

// RSS returns the number of pages that have a frame.
func (as *AddressSpace) RSS() uint64 {
	as.mu.Lock()
	defer as.mu.Unlock()
	return as.resident
}

// Fork returns a copy of the address space. Private pages are borrowed by both until one
// writes; shared ones are the same; pinned ones are as their owner wants. ENOMEM: no memory; nothing has changed that a program
// could see.
func (as *AddressSpace) Fork() (*AddressSpace, error) {
	child, err := New(as.frames, as.newPT)
	if err != nil {
		return nil, err
	}
	if err := as.copyTo(child); err != nil {
		child.Destroy()
		return nil, err
	}
	return child, nil
}

// copyTo gives the empty child what as has.
func (as *AddressSpace) copyTo(child *AddressSpace) error {
	as.mu.Lock()
	defer as.mu.Unlock()
	child.brkStart, child.brk = as.brkStart, as.brk
	child.regions = make([]region, 0, len(as.regions)+2)
	defer as.pt.Flush()
	for _, r := range as.regions {
		if r.flags&pinned != 0 {
			ok, err := child.copyPinned(&r)
			if ok {
				child.regions = append(child.regions, r)
			}
			if err != nil {
				return err
			}
			continue
		}
		if r.backing != nil {
			r.backing.Hold()
		}
		child.regions = append(child.regions, r)
		if !r.private() {
			continue // the child finds the pages in the backing
		}
		n, err := as.pt.CopyRange(child.pt, r.start, r.end, Read|Exec)
		child.resident += uint64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// Destroy frees all memory. It is the last call; no thread is in user mode there, nor will be.
func (as *AddressSpace) Destroy() {
	as.mu.Lock()
	for i := range as.regions {
		r := &as.regions[i]
		as.zapUnused(r.start, r.end)
		if r.backing != nil {
			r.backing.Drop()
		}
	}
	as.regions = nil
	as.pt.Destroy()
	as.mu.Unlock()
}

// zap takes all pages in [from, to) out of the page table and frees them.
func (as *AddressSpace) zap(from, to VirtAddr) {
	for from < to {
		var n int
		n, from = as.pt.UnmapRange(from, to, as.gather[:])
		if n > 0 {
			as.pt.Flush()
			as.release(n)
		}
	}
}

// zapUnused is zap when nobody uses user memory through the page table any more: what CPUs
// remember of it does no harm until PageTable.Destroy makes them forget.
func (as *AddressSpace) zapUnused(from, to VirtAddr) {
	for from < to {
		var n int
		n, from = as.pt.UnmapRange(from, to, as.gather[:])
		as.release(n)
	}
}

// release frees the first n frames of gather.
func (as *AddressSpace) release(n int) {
	for _, f := range as.gather[:n] {
		as.frames.Free(f)
	}
	as.resident -= uint64(n)
}

// Region is what /proc/PID/maps shows of a mapping.
type Region struct {
	Start, End VirtAddr
	Prot       Prot
	Shared     bool
	Offset     uint64 // in bytes, in the file
	Name       string // of the file; "[heap]", "[stack]", or empty
}

// Regions calls fn for each region in order of address. fn must not use the address space.
func (as *AddressSpace) Regions(fn func(Region)) {
	as.mu.Lock()
	defer as.mu.Unlock()
	for i := range as.regions {
		r := &as.regions[i]
		out := Region{Start: r.start, End: r.end, Prot: r.prot, Shared: !r.private()}
		switch {
		case r.backing != nil:
			out.Offset = r.first * PageSize
			out.Name = r.backing.Name()
		case r.flags&GuardBelow != 0:
			out.Name = "[stack]"
		case r.start < as.brk && as.brkStart < r.end:
			out.Name = "[heap]"
		}
		fn(out)
	}
}
