package amd64

import "sync/atomic"

// TLB shootdown: one request at a time, in flush; the CPUs it concerns have CPU.flush
// set and get an interrupt. Whoever waits (for the request slot, for the answers, or for
// any spin lock of kernel/goos) serves requests meanwhile, so that two CPUs with interrupts
// off cannot wait for each other.

const (
	allPages   = 33 // more pages than this: forget all of the address space
	retireRoot = ^uint64(0)
)

var flush struct {
	lock  uint32
	root  uint64 // 0: the kernel's half
	va    uintptr
	pages uint64 // retireRoot: load the kernel's root
}

// Flush makes every CPU forget the translations of pages pages from va on in the address
// space root; root 0 is the kernel's half, which all have in common. Bare; c is this CPU.
//
// A CPU that loads root meanwhile stores CPU.cr3 before it loads CR3: either we see it
// there, or its page walks come after our changes to the tables.
func Flush(c *CPU, root uint64, va uintptr, pages uint64) {
	if root == 0 || c.cr3 == root {
		c.forget(root, va, pages)
	}
	if ncpu == 1 {
		return
	}
	for !atomic.CompareAndSwapUint32(&flush.lock, 0, 1) {
		c.PollFlush()
		Pause()
	}
	flush.root, flush.va, flush.pages = root, va, pages
	asked := false
	for i := range ncpu {
		o := At(i)
		if o == c || !o.Online() {
			continue
		}
		// A CPU that leaves a root has stored the next one before it loads that: only its
		// answer says that it has.
		if root != 0 && pages != retireRoot && atomic.LoadUint64(&o.cr3) != root {
			continue
		}
		atomic.StoreUint32(&o.flush, 1)
		SendIPI(o.APICID, VecFlush)
		asked = true
	}
	if asked {
		for i := range ncpu {
			for o := At(i); atomic.LoadUint32(&o.flush) != 0; {
				Pause()
			}
		}
	}
	atomic.StoreUint32(&flush.lock, 0)
}

// PollFlush serves a request that waits for this CPU, c.
func (c *CPU) PollFlush() {
	if atomic.LoadUint32(&c.flush) == 0 {
		return
	}
	c.forget(flush.root, flush.va, flush.pages)
	atomic.StoreUint32(&c.flush, 0)
}

// forget drops translations on this CPU.
func (c *CPU) forget(root uint64, va uintptr, pages uint64) {
	switch {
	case pages == retireRoot:
		if c.cr3 == root {
			atomic.StoreUint64(&c.cr3, uint64(kernelRoot))
			SetCr3(uint64(kernelRoot))
		}
	case pages < allPages:
		for range pages {
			Invlpg(va)
			va += pageSize
		}
	case root != 0 || globalBit == 0:
		SetCr3(Cr3())
	default:
		SetCr4(Cr4() &^ cr4PGE) // forgets global translations too
		SetCr4(Cr4() | cr4PGE)
	}
}

// FlushUser is Flush for kernel Go: it returns when no CPU uses a translation that it cached
// from the table root for one of the pages from va on, nor any cached upper-level entry of
// that address space.
func FlushUser(root uint64, va uintptr, pages int) {
	flushArgs{root: root, va: va, pages: uint64(pages)}.call()
}

// Retire returns when no CPU has the table root loaded. Nobody may enter it any more. Kernel Go.
func Retire(root uint64) {
	flushArgs{root: root, pages: retireRoot}.call()
}

// flushArgs packs a request into the two words that a bare call carries: root is page
// aligned, so its low bits have room for the number of pages.
type flushArgs struct {
	root  uint64
	va    uintptr
	pages uint64
}

func (r flushArgs) call() {
	n := r.pages
	switch {
	case n == retireRoot:
		n = pageSize - 1
	case n >= allPages:
		n = allPages
	}
	Bare(flushBare, r.root|n, uint64(r.va))
}

func flushBare(c *CPU, a, va uint64) uint64 {
	n := a & (pageSize - 1)
	if n == pageSize-1 {
		n = retireRoot
	}
	Flush(c, a&^(pageSize-1), uintptr(va), n)
	return 0
}
