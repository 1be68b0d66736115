package mem

import "syscall"

// span checks the pages of [addr, addr+length) and returns where they end. EINVAL: addr is not
// page aligned; ENOMEM: they are not all in the user's range, or the sum overflows.
func span(addr VirtAddr, length uint64) (end VirtAddr, err error) {
	if !addr.aligned() {
		return 0, syscall.EINVAL
	}
	if length > uint64(UserMax) || addr > UserMax {
		return 0, syscall.ENOMEM
	}
	end = (addr + VirtAddr(length)).pageUp()
	if addr < UserMin || end > UserMax {
		return 0, syscall.ENOMEM
	}
	return end, nil
}

const (
	pageBits  = 12
	maxGuards = 47
)

// Map makes a mapping of length bytes, rounded up to pages, and returns its address. Without
// Fixed or FixedNoReplace, addr is where it is put if that is free; otherwise it goes
// to the highest place with room. b is nil for an Anonymous mapping, else it is mapped from
// byte off on, a multiple of the page size; Map holds it as long as the mapping is there.
//
// Semantics and errors are those of mmap(2): EINVAL: length 0, or something is not page
// aligned, or b does not go with Anonymous, or Guards with the rest or by its number; EOVERFLOW: off plus length; EEXIST: FixedNoReplace
// and not free; EPERM: Fixed below UserMin or over pinned memory; ENOMEM: no room, or too many regions.
// After an error nothing has changed.
func (as *AddressSpace) Map(addr VirtAddr, length uint64, prot Prot, flags MapFlags, b Backing, off int64) (VirtAddr, error) {
	if length == 0 || (flags&Anonymous != 0) != (b == nil) {
		return 0, syscall.EINVAL
	}
	if n := flags & guardBits / Guards; n != 0 && (n <= pageBits || n > maxGuards || flags&(Anonymous|Shared) != Anonymous) {
		return 0, syscall.EINVAL
	}
	if b == nil {
		off = 0
	}
	if off < 0 || off%PageSize != 0 {
		return 0, syscall.EINVAL
	}
	if length > uint64(UserMax-UserMin) {
		return 0, syscall.ENOMEM
	}
	if off+int64(length) < off {
		return 0, syscall.EOVERFLOW
	}
	size := VirtAddr(length).pageUp()

	as.mu.Lock()
	defer as.mu.Unlock()
	addr, err := as.place(addr, size, flags)
	if err != nil {
		return 0, err
	}
	if flags&Fixed != 0 {
		if err := as.changeable(addr, addr+size); err != nil {
			return 0, err
		}
	}
	// Replacing may split a region in two, and then there is the new one.
	if err := as.roomFor(2); err != nil {
		return 0, err
	}
	if b == nil && flags&Shared != 0 {
		b = newObject(as.frames, uint64(size))
	}
	if flags&Fixed != 0 {
		as.unmap(addr, addr+size)
	}
	if b != nil {
		b.Hold()
	}
	as.insert(region{
		start: addr, end: addr + size, prot: prot.normal(), flags: flags & regionFlags,
		first: uint64(off) / PageSize, backing: b,
	})
	return addr, nil
}

// place decides where a mapping of size bytes goes.
func (as *AddressSpace) place(addr, size VirtAddr, flags MapFlags) (VirtAddr, error) {
	if flags&(Fixed|FixedNoReplace) != 0 {
		if addr.aligned() && addr < UserMin {
			return 0, syscall.EPERM
		}
		end, err := span(addr, uint64(size))
		if err != nil {
			return 0, err
		}
		if flags&FixedNoReplace != 0 && !as.free(addr, end) {
			return 0, syscall.EEXIST
		}
		return addr, nil
	}
	if addr = addr.page(); addr != 0 {
		if end, err := span(addr, uint64(size)); err == nil && as.clearOfGuards(addr, end) {
			return addr, nil
		}
	}
	guard := VirtAddr(0)
	if flags&GuardBelow != 0 {
		guard = GuardSize
	}
	if at, ok := as.hole(size, guard, UserMax); ok {
		return at, nil
	}
	return 0, syscall.ENOMEM
}

// clearOfGuards tells whether [from, to) is free and in nobody's guard.
func (as *AddressSpace) clearOfGuards(from, to VirtAddr) bool {
	i := as.find(from)
	return i == len(as.regions) || as.regions[i].floor() >= to
}

// Unmap removes what is mapped in [addr, addr+length), length rounded up to pages; holes are
// allowed. munmap(2). EINVAL: addr is not aligned, length is 0, or the range leaves the
// user's; EPERM: pinned memory in it; ENOMEM: it would take too many regions. After an error nothing has changed.
func (as *AddressSpace) Unmap(addr VirtAddr, length uint64) error {
	end, err := span(addr, length)
	if err != nil || length == 0 {
		return syscall.EINVAL
	}
	as.mu.Lock()
	defer as.mu.Unlock()
	if err := as.changeable(addr, end); err != nil {
		return err
	}
	if err := as.roomFor(1); err != nil {
		return err
	}
	as.unmap(addr, end)
	return nil
}

// unmap removes [from, to). The number of regions allows for one split.
func (as *AddressSpace) unmap(from, to VirtAddr) {
	if as.free(from, to) {
		return
	}
	lo, hi := as.isolate(from, to)
	for i := lo; i < hi; i++ {
		r := &as.regions[i]
		as.zap(r.start, r.end)
		if r.backing != nil {
			r.backing.Drop()
		}
	}
	as.remove(lo, hi)

	floor, ceil := VirtAddr(0), UserMax+PageSize
	if lo > 0 {
		floor = as.regions[lo-1].end
	}
	if lo < len(as.regions) {
		ceil = as.regions[lo].start
	}
	as.pt.Prune(floor, from, to, ceil)
	as.pt.Flush()
}
