package mem

import "syscall"

// Protect sets the rights of the pages in [addr, addr+length), length rounded up to pages.
// mprotect(2). EINVAL: addr is not aligned; ENOMEM: not everything there is mapped, or it would
// take too many regions; EACCES: Write on a DenyWrite mapping; EPERM: pinned memory. After an error nothing has
// changed (Linux changes what lies before the first hole).
func (as *AddressSpace) Protect(addr VirtAddr, length uint64, prot Prot) error {
	if length == 0 && addr.aligned() {
		return nil
	}
	end, err := span(addr, length)
	if err != nil {
		return err
	}
	prot = prot.normal()
	as.mu.Lock()
	defer as.mu.Unlock()
	if !as.covered(addr, end) {
		return syscall.ENOMEM
	}
	if err := as.changeable(addr, end); err != nil {
		return err
	}
	if err := as.roomFor(2); err != nil {
		return err
	}
	if prot&Write != 0 {
		for i := as.find(addr); i < len(as.regions) && as.regions[i].start < end; i++ {
			if as.regions[i].flags&DenyWrite != 0 {
				return syscall.EACCES
			}
		}
	}
	lo, hi := as.isolate(addr, end)
	for i := lo; i < hi; i++ {
		as.regions[i].prot = prot
	}
	// Pages only lose rights here; those they gain come with a fault, which knows what
	// is borrowed.
	as.pt.ProtectRange(addr, end, prot)
	as.pt.Flush()
	for i := hi - 1; i >= lo-1; i-- {
		as.mergeWithNext(i)
	}
	return nil
}

// Advice is madvise(2)'s, with Linux's numbers.
type Advice int

const (
	AdviseNormal     Advice = 0
	AdviseRandom     Advice = 1
	AdviseSequential Advice = 2
	AdviseWillNeed   Advice = 3
	AdviseDontNeed   Advice = 4 // forget the pages: anonymous ones are zero again
	AdviseFree       Advice = 8 // the same, at any time the kernel likes: at once
	AdviseHuge       Advice = 14
	AdviseNoHuge     Advice = 15
	AdviseCollapse   Advice = 25
)

// Advise tells what the pages in [addr, addr+length), length rounded up to pages, are good
// for. EINVAL: addr is not aligned, the advice is unknown, or AdviseFree for what is not private
// and anonymous; EPERM: what would be forgotten is pinned; ENOMEM: not everything there is mapped, but what is has been dealt with.
func (as *AddressSpace) Advise(addr VirtAddr, length uint64, a Advice) error {
	switch a {
	case AdviseNormal, AdviseRandom, AdviseSequential, AdviseWillNeed, AdviseDontNeed, AdviseFree,
		AdviseHuge, AdviseNoHuge, AdviseCollapse:
	default:
		return syscall.EINVAL
	}
	if length == 0 && addr.aligned() {
		return nil
	}
	end, err := span(addr, length)
	if err != nil {
		return err
	}
	as.mu.Lock()
	defer as.mu.Unlock()
	if a == AdviseDontNeed || a == AdviseFree {
		if err := as.changeable(addr, end); err != nil {
			return err
		}
		for i := as.find(addr); i < len(as.regions) && as.regions[i].start < end; i++ {
			r := &as.regions[i]
			if a == AdviseFree && r.backing != nil {
				return syscall.EINVAL
			}
			as.zap(max(r.start, addr), min(r.end, end))
		}
		as.pt.Prune(addr, addr, end, end)
		as.pt.Flush()
	}
	if !as.covered(addr, end) {
		return syscall.ENOMEM
	}
	return nil
}
