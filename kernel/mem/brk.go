package mem

// SetBrk sets the break, and where it cannot fall below, to the end of the program's data.
func (as *AddressSpace) SetBrk(start VirtAddr) {
	as.mu.Lock()
	as.brkStart, as.brk = start, start
	as.mu.Unlock()
}

// Brk moves the break to addr, if that is possible, and returns where it is now: brk(2) as
// Linux has it. What is between SetBrk's start and the break is anonymous memory, as far as the
// program has not mapped something else there.
func (as *AddressSpace) Brk(addr VirtAddr) VirtAddr {
	as.mu.Lock()
	defer as.mu.Unlock()
	if as.brkStart == 0 || addr < as.brkStart || addr > UserMax {
		return as.brk
	}
	was, will := as.brk.pageUp(), addr.pageUp()
	switch {
	case will > was:
		if was < UserMin || will > UserMax || !as.clearOfGuards(was, will) || as.roomFor(1) != nil {
			return as.brk
		}
		as.insert(region{start: was, end: will, prot: Read | Write})
	case will < was:
		if as.roomFor(1) != nil || as.changeable(will, was) != nil {
			return as.brk
		}
		as.unmap(will, was)
	}
	as.brk = addr
	return addr
}
