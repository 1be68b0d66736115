package amd64

import (
	"syscall"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// TLB is how page tables make other CPUs forget translations. A nil hook does nothing.
var TLB struct {
	// FlushRange returns when no CPU uses a translation that it cached from the table
	// root for one of the pages from va on, nor any cached upper-level entry of it.
	FlushRange func(root uint64, va uintptr, pages int)
	// Retire returns when no CPU has the table root loaded.
	Retire func(root uint64)
}

// TableSource is where the memory of page tables comes from.
type TableSource interface {
	AllocTable() (frame.Frame, bool)
	FreeTable(frame.Frame)
}

// PageTable is an address space of the CPU: a user half, and the kernel half that all
// have in common. It implements mem.PageTable; see there for what callers may rely on.
//
// Tables are made as pages are mapped. Those that Prune finds empty, and at the end all,
// are freed, but never before a Flush: until then another CPU may be walking through them.
type PageTable struct {
	root frame.Frame
	src  TableSource

	// The level 1 table used last, nil if none, and which 2 MiB it serves.
	leaf    *table
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
	t := tableAt(f.Addr())
	clear(t[:256])
	copy(t[256:], tableAt(kernelRoot)[256:])
	return &PageTable{root: f, src: src}, nil
}

// Root returns the physical address of the root table, for CR3.
func (p *PageTable) Root() uint64 { return uint64(p.root.Addr()) }

// self lets types that embed a *PageTable pass for one.
func (p *PageTable) self() *PageTable { return p }

func pte(f frame.Frame, prot mem.Prot) PTE {
	e := PTE(f.Addr()) | hasFrame
	if prot == 0 {
		return e
	}
	e |= Present | User | Accessed
	if prot&mem.Write != 0 {
		e |= Writable | Dirty
	}
	if prot&mem.Exec == 0 {
		e |= NXBit
	}
	return e
}

// rights returns what the user may do with e's page.
func (e PTE) rights() mem.Prot {
	if e&Present == 0 {
		return 0
	}
	p := mem.Read
	if e&Writable != 0 {
		p |= mem.Write
	}
	if e&NXBit == 0 {
		p |= mem.Exec
	}
	return p
}

// reduced returns e without any rights but keep.
func (e PTE) reduced(keep mem.Prot) PTE {
	if e&Present == 0 {
		return e
	}
	if keep == 0 {
		return e &^ Present
	}
	if keep&mem.Write == 0 {
		e &^= Writable
	}
	if keep&mem.Exec == 0 {
		e |= NXBit
	}
	return e
}

func (e PTE) frame() frame.Frame { return e.Addr().Frame() }

// find returns the level 1 table for va, or nil and the level of the entry that is missing.
func (p *PageTable) find(va uintptr) (t *table, missing int) {
	if p.leaf != nil && p.leafKey == va>>leafShift {
		return p.leaf, 0
	}
	if va >= userEnd {
		return nil, 4
	}
	t = tableAt(p.root.Addr())
	for level := 4; level > 1; level-- {
		e := *t.entryOf(va, level)
		if e&Present == 0 {
			return nil, level
		}
		t = tableAt(e.Addr())
	}
	p.leaf, p.leafKey = t, va>>leafShift
	return t, 0
}

// make returns the level 1 table for va, a user address, made if need be; nil if there is
// no memory.
func (p *PageTable) make(va uintptr) *table {
	if p.leaf != nil && p.leafKey == va>>leafShift {
		return p.leaf
	}
	t := tableAt(p.root.Addr())
	for level := 4; level > 1; level-- {
		e := t.entryOf(va, level)
		if *e&Present == 0 {
			f, ok := p.src.AllocTable()
			if !ok {
				return nil
			}
			frame.Clear(f.Bytes())
			if p.n < len(p.tables) {
				p.tables[p.n] = f
			}
			p.n++
			Link(e, f.Addr(), true)
		}
		t = tableAt(e.Addr())
	}
	p.leaf, p.leafKey = t, va>>leafShift
	return t
}

// entry returns the entry of a mapped page, nil if it is not mapped.
func (p *PageTable) entry(va mem.VirtAddr) *PTE {
	t, _ := p.find(uintptr(va))
	if t == nil {
		return nil
	}
	if e := t.entryOf(uintptr(va), 1); *e != 0 {
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
	e := t.entryOf(uintptr(va), 1)
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
	f := e.frame()
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
	if e.rights()&^prot != 0 {
		p.stale(uintptr(va), uintptr(va)+mem.PageSize)
	}
	*e = pte(e.frame(), prot)
	return true
}

// Lookup returns frame and rights of a mapped page.
func (p *PageTable) Lookup(va mem.VirtAddr) (frame.Frame, mem.Prot, bool) {
	e := p.entry(va)
	if e == nil {
		return frame.None, 0, false
	}
	return e.frame(), e.rights(), true
}

// Replace changes frame and rights of a mapped page.
func (p *PageTable) Replace(va mem.VirtAddr, f frame.Frame, prot mem.Prot) (old frame.Frame) {
	e := p.entry(va)
	if e == nil {
		return frame.None
	}
	old = e.frame()
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
		p.dead = tableAt(f.Addr())[0].frame()
		p.src.FreeTable(f)
	}
}

// Destroy frees all tables.
func (p *PageTable) Destroy() {
	if TLB.Retire != nil {
		TLB.Retire(p.Root())
	}
	if p.n > len(p.tables) {
		p.freeBelow(p.root.Addr(), 4, 256)
	} else {
		for _, f := range p.tables[:p.n] {
			p.src.FreeTable(f)
		}
	}
	p.lo, p.hi, p.leaf, p.n = 0, 0, nil, 0
	p.Flush()
	p.src.FreeTable(p.root)
}
