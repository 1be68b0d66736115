package mem

import "sync/atomic"

// Words of user memory that the kernel looks at or changes in one step, for futex(2). None
// of these waits for anything but the lock of the address space, or makes a page present:
// who finds that the page is not there lets go of its locks, asks Fault and tries again.

// Load32 reads the aligned word at va; false: it is not aligned, not there or not readable.
func (as *AddressSpace) Load32(va VirtAddr) (v uint32, ok bool) {
	if va%4 != 0 || !userRange(va, 4) {
		return 0, false
	}
	as.mu.Lock()
	if p := as.pt.Word(va, Read); p != nil {
		v, ok = atomic.LoadUint32(p), true
	}
	as.mu.Unlock()
	return v, ok
}

// CompareAndSwap32 stores new in the aligned word at va if that holds old. It returns what
// the word held; false: it is not aligned, not there or, at the moment, not writable.
func (as *AddressSpace) CompareAndSwap32(va VirtAddr, old, new uint32) (was uint32, ok bool) {
	as.mu.Lock()
	defer as.mu.Unlock()
	p := as.word(va, Write)
	if p == nil {
		return 0, false
	}
	for !atomic.CompareAndSwapUint32(p, old, new) {
		if was := atomic.LoadUint32(p); was != old {
			return was, true
		}
	}
	return old, true
}

// word returns the word at va if the page table permits the access now. as.mu is held, and
// keeps the frame where it is.
func (as *AddressSpace) word(va VirtAddr, access Prot) *uint32 {
	if va%4 != 0 || !userRange(va, 4) {
		return nil
	}
	return as.pt.Word(va, access)
}

// SharedAt returns what backs the shared mapping at va, and the offset in it in bytes; nil if
// the memory there is private or there is none.
func (as *AddressSpace) SharedAt(va VirtAddr) (Backing, uint64) {
	as.mu.Lock()
	defer as.mu.Unlock()
	i := as.find(va.page())
	if i == len(as.regions) || va < as.regions[i].start || as.regions[i].private() {
		return nil, 0
	}
	r := &as.regions[i]
	return r.backing, r.index(va.page())*PageSize + uint64(va%PageSize)
}
