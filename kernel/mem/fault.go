package mem

import (
	"syscall"

	"gossamer/kernel/frame"
)

// aroundPages is how many pages of a file a read fault maps at most; a power of two.
const aroundPages = 16

// Fault supplies the page at addr for an access, one of Read, Write and Exec. nil means try
// again. EFAULT: there is no such memory (SIGSEGV, SEGV_MAPERR); EACCES: not for that access
// (SIGSEGV, SEGV_ACCERR); ErrBus: a page beyond the end of its file (SIGBUS); ENOMEM: no
// frame for it.
func (as *AddressSpace) Fault(addr VirtAddr, access Prot) error {
	as.mu.Lock()
	defer as.mu.Unlock() // also when a Backing panics
	if err := as.fault(addr.page(), access); err != 0 {
		return err
	}
	return nil
}

// Allows tells whether there is memory at addr for that access, present or not.
func (as *AddressSpace) Allows(addr VirtAddr, access Prot) bool {
	as.mu.Lock()
	i := as.find(addr.page())
	ok := i < len(as.regions) && addr >= as.regions[i].start && access&^as.regions[i].prot == 0 && !as.regions[i].guarded(addr.page())
	as.mu.Unlock()
	return ok
}

// fault is Fault with the lock held. It returns 0 or an error.
func (as *AddressSpace) fault(va VirtAddr, access Prot) syscall.Errno {
	i := as.find(va)
	if i == len(as.regions) {
		return syscall.EFAULT
	}
	r := &as.regions[i]
	if va < r.start {
		return syscall.EFAULT
	}
	if access&^r.prot != 0 || r.flags >= Guards && r.guarded(va) {
		return syscall.EACCES
	}
	if f, have, ok := as.pt.Lookup(va); ok {
		if access&^have == 0 {
			return 0 // somebody was faster, or this CPU remembered how it was
		}
		return as.upgrade(r, va, f, have, access)
	}
	if r.backing == nil {
		return as.supplyZero(r, va)
	}
	return as.supplyFile(r, va, access)
}

// upgrade gives more rights to the page at va, which has a frame.
func (as *AddressSpace) upgrade(r *region, va VirtAddr, f frame.Frame, have, access Prot) syscall.Errno {
	if !r.private() || as.frames.Refs(f) == 1 {
		as.pt.Protect(va, r.prot)
		return 0
	}
	if access&Write == 0 {
		as.pt.Protect(va, r.prot&^Write)
		return 0
	}
	own, ok := as.frames.Alloc()
	if !ok {
		return syscall.ENOMEM
	}
	*as.frames.Bytes(own) = *as.frames.Bytes(f)
	as.pt.Replace(va, own, r.prot)
	as.pt.Flush()
	as.frames.Free(f)
	return 0
}

// supplyZero gives the page at va a zeroed frame.
func (as *AddressSpace) supplyZero(r *region, va VirtAddr) syscall.Errno {
	f, ok := as.frames.Alloc()
	if !ok {
		return syscall.ENOMEM
	}
	frame.Clear(as.frames.Bytes(f))
	return as.enter(va, f, r.prot)
}

// supplyFile gives the page at va the backing's frame, or a copy if it will be written to.
func (as *AddressSpace) supplyFile(r *region, va VirtAddr, access Prot) syscall.Errno {
	f, ok := r.backing.Page(r.index(va))
	if !ok {
		if r.beyond(va) {
			return ErrBus
		}
		return syscall.ENOMEM
	}
	if !r.private() {
		return as.enter(va, f, r.prot)
	}
	if access&Write != 0 {
		own, ok := as.frames.Alloc()
		if ok {
			*as.frames.Bytes(own) = *as.frames.Bytes(f)
		}
		as.frames.Free(f)
		if !ok {
			return syscall.ENOMEM
		}
		return as.enter(va, own, r.prot)
	}
	errno := as.enter(va, f, r.prot&^Write)
	if errno == 0 {
		as.faultAround(r, va)
	}
	return errno
}

// faultAround maps the neighbours of the page at va that it shares an aligned block of
// aroundPages with, as far as they are in r and in the file and not mapped yet. Whatever
// fails is left to a fault of its own.
func (as *AddressSpace) faultAround(r *region, va VirtAddr) {
	const block = aroundPages * PageSize
	from := max(va&^(block-1), r.start)
	to := min(va&^(block-1)+block, r.end)
	for a := from; a < to; a += PageSize {
		if a == va {
			continue
		}
		if _, _, ok := as.pt.Lookup(a); ok {
			continue
		}
		if r.beyond(a) {
			return
		}
		f, ok := r.backing.Page(r.index(a))
		if !ok {
			return
		}
		if as.enter(a, f, r.prot&^Write) != 0 {
			return
		}
	}
}

// beyond tells whether the page at va lies wholly beyond the end of r's file.
func (r *region) beyond(va VirtAddr) bool {
	size := r.backing.Size()
	return size <= 0 || r.index(va) > (uint64(size)-1)/PageSize
}

// enter maps the page at va to f and takes over the caller's reference, also when it fails.
func (as *AddressSpace) enter(va VirtAddr, f frame.Frame, p Prot) syscall.Errno {
	if err := as.pt.Map(va, f, p); err != nil {
		as.frames.Free(f)
		return syscall.ENOMEM
	}
	as.resident++
	return 0
}
