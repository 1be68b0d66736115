package mmu

import (
	"syscall"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// TableSource is where the memory of page tables comes from.
type TableSource interface {
	AllocTable() (frame.Frame, bool)
	FreeTable(frame.Frame)
}

// PageTable is an address space of the CPU: a user half, and the kernel half that all
// have in common. See mem.PageTable for what callers may rely on.
//
// Tables are made as pages are mapped. Those that Prune finds empty, and at the end all,
// are freed, but never before a Flush: until then another CPU may be walking through them.
type PageTable struct {
	root frame.Addr // an address because Root is called at every entry to user mode
	src  TableSource

	// The level 1 table used last, nil if none, and which 2 MiB it serves.
	leaf    *amd64.Table
	leafKey uintptr

	// Pages to flush; none if lo >= hi.
	lo, hi uintptr

	// dead is a list of unlinked tables, 0 at its end. The link stands in the table's
	// first entry, as the address of an entry that is not present.
	dead frame.Frame

	// The tables other than root, so that Destroy need not look for them; n > len if
	// there are or were too many.
	tables [32]frame.Frame
	n      int
}

var _ mem.PageTable = (*PageTable)(nil)

const (
	userEnd   = 1 << 47
	leafShift = 21 // 1<<leafShift bytes are served by one level 1 table
)

// NewPageTable returns a page table without user pages, whose kernel half is that of
// kernelRoot. ENOMEM if there is no memory.
func NewPageTable(src TableSource, kernelRoot frame.Addr) (*PageTable, error) {
	f, ok := src.AllocTable()
	if !ok {
		return nil, syscall.ENOMEM
	}
	t := amd64.TableAt(f.Addr())
	clear(t[:256])
	copy(t[256:], amd64.TableAt(kernelRoot)[256:])
	return &PageTable{root: f.Addr(), src: src}, nil
}

// Root returns the physical address of the root table, for CR3.
func (p *PageTable) Root() uint64 { return uint64(p.root) }

// self lets types that embed a *PageTable pass for one in CopyRange: tests on a host, which
// must copy from and to user memory in another way.
func (p *PageTable) self() *PageTable { return p }

// find returns the level 1 table for va, or nil and the level of the entry that is missing.
func (p *PageTable) find(va uintptr) (t *amd64.Table, missing int) {
	if p.leaf != nil && p.leafKey == va>>leafShift {
		return p.leaf, 0
	}
	if va >= userEnd {
		return nil, 4
	}
	t = amd64.TableAt(p.root)
	for level := 4; level > 1; level-- {
		e := *t.Entry(va, level)
		if e&amd64.Present == 0 {
			return nil, level
		}
		t = amd64.TableAt(e.Addr())
	}
	p.leaf, p.leafKey = t, va>>leafShift
	return t, 0
}

// make returns the level 1 table for va, a user address, made if need be; nil if there is
// no memory.
func (p *PageTable) make(va uintptr) *amd64.Table {
	if p.leaf != nil && p.leafKey == va>>leafShift {
		return p.leaf
	}
	t := amd64.TableAt(p.root)
	for level := 4; level > 1; level-- {
		e := t.Entry(va, level)
		if *e&amd64.Present == 0 {
			f, ok := p.src.AllocTable()
			if !ok {
				return nil
			}
			frame.Clear(f.Bytes())
			if p.n < len(p.tables) {
				p.tables[p.n] = f
			}
			p.n++
			amd64.Link(e, f.Addr(), true)
		}
		t = amd64.TableAt(e.Addr())
	}
	p.leaf, p.leafKey = t, va>>leafShift
	return t
}

// entry returns the entry of a mapped page, nil if it is not mapped.
func (p *PageTable) entry(va mem.VirtAddr) *amd64.PTE {
	t, _ := p.find(uintptr(va))
	if t == nil {
		return nil
	}
	if e := t.Entry(uintptr(va), 1); *e != 0 {
		return e
	}
	return nil
}

// stale notes that CPUs may have cached what pages [from, to) were.
func (p *PageTable) stale(from, to uintptr) {
	if p.lo >= p.hi {
		p.lo, p.hi = from, to
		return
	}
	p.lo, p.hi = min(p.lo, from), max(p.hi, to)
}

// Map gives the unmapped page at va a frame.
func (p *PageTable) Map(va mem.VirtAddr, f frame.Frame, prot mem.Prot) error {
	if va >= userEnd {
		return syscall.EINVAL
	}
	t := p.make(uintptr(va))
	if t == nil {
		return syscall.ENOMEM
	}
	e := t.Entry(uintptr(va), 1)
	if *e != 0 {
		return syscall.EEXIST
	}
	*e = pte(f, prot)
	return nil
}

// Unmap takes the page at va away.
func (p *PageTable) Unmap(va mem.VirtAddr) (frame.Frame, bool) {
	e := p.entry(va)
	if e == nil {
		return frame.None, false
	}
	f := frameOf(*e)
	*e = 0
	p.stale(uintptr(va), uintptr(va)+mem.PageSize)
	return f, true
}

// Protect sets the rights of a mapped page.
func (p *PageTable) Protect(va mem.VirtAddr, prot mem.Prot) bool {
	e := p.entry(va)
	if e == nil {
		return false
	}
	if rights(*e)&^prot != 0 {
		p.stale(uintptr(va), uintptr(va)+mem.PageSize)
	}
	*e = pte(frameOf(*e), prot)
	return true
}

// Lookup returns frame and rights of a mapped page.
func (p *PageTable) Lookup(va mem.VirtAddr) (frame.Frame, mem.Prot, bool) {
	e := p.entry(va)
	if e == nil {
		return frame.None, 0, false
	}
	return frameOf(*e), rights(*e), true
}

// Word returns the aligned word at va, nil if the user may not do that with it.
func (p *PageTable) Word(va mem.VirtAddr, access mem.Prot) *uint32 {
	t := p.leaf
	if t == nil || p.leafKey != uintptr(va)>>leafShift {
		if t, _ = p.find(uintptr(va)); t == nil {
			return nil
		}
	}
	e := *t.Entry(uintptr(va), 1)
	if access == mem.Read { // as usual
		if e&amd64.Present == 0 {
			return nil
		}
	} else if access&^rights(e) != 0 {
		return nil
	}
	return (*uint32)(unsafe.Pointer(&frameOf(e).Bytes()[va%mem.PageSize]))
}

// Replace changes frame and rights of a mapped page.
func (p *PageTable) Replace(va mem.VirtAddr, f frame.Frame, prot mem.Prot) (old frame.Frame) {
	e := p.entry(va)
	if e == nil {
		return frame.None
	}
	old = frameOf(*e)
	p.stale(uintptr(va), uintptr(va)+mem.PageSize)
	*e = pte(f, prot)
	return old
}

// Flush makes all CPUs forget what is no more, and frees what they can no longer see.
func (p *PageTable) Flush() {
	if p.lo < p.hi {
		if TLB.FlushRange != nil {
			TLB.FlushRange(p.Root(), p.lo, int((p.hi-p.lo)/mem.PageSize))
		}
		p.lo, p.hi = 0, 0
	}
	for p.dead != 0 {
		f := p.dead
		p.dead = frameOf(amd64.TableAt(f.Addr())[0])
		p.src.FreeTable(f)
	}
}

// Destroy frees all tables.
func (p *PageTable) Destroy() {
	if TLB.Retire != nil {
		TLB.Retire(p.Root())
	}
	if p.n > len(p.tables) {
		p.freeBelow(p.root, 4, 256)
	} else {
		for _, f := range p.tables[:p.n] {
			p.src.FreeTable(f)
		}
	}
	p.lo, p.hi, p.leaf, p.n = 0, 0, nil, 0
	p.Flush()
	p.src.FreeTable(p.root.Frame())
}
