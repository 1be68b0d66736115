package memtest

import (
	"slices"
	"sync"
	"syscall"
	"unsafe"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// Table is a mem.PageTable made of a Go map. It has a translation cache that really goes
// stale: CopyIn and CopyOut use what the page was until Flush.
type Table struct {
	m *Machine

	mu     sync.Mutex
	page   map[mem.VirtAddr]entry
	cached map[mem.VirtAddr]entry // what CopyIn and CopyOut have used, with its rights
	lost   map[mem.VirtAddr]bool  // to be dropped from cached by Flush
	keep   frame.Frame            // stands for the table's own memory
}

type entry struct {
	f frame.Frame
	p mem.Prot
}

// NewTable returns an empty table. ENOMEM as FailAt says.
func (m *Machine) NewTable() (mem.PageTable, error) {
	f, ok := m.AllocTable()
	if !ok {
		return nil, syscall.ENOMEM
	}
	return &Table{
		m: m, keep: f,
		page: map[mem.VirtAddr]entry{}, cached: map[mem.VirtAddr]entry{}, lost: map[mem.VirtAddr]bool{},
	}, nil
}

func (t *Table) Map(va mem.VirtAddr, f frame.Frame, p mem.Prot) error {
	if t.m.inject() {
		return syscall.ENOMEM
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if va < mem.UserMin || va >= mem.UserMax || va%mem.PageSize != 0 {
		return syscall.EINVAL
	}
	if _, ok := t.page[va]; ok {
		return syscall.EEXIST
	}
	t.page[va] = entry{f, p}
	return nil
}

// forget notes that what the cache has for va is out of date.
func (t *Table) forget(va mem.VirtAddr) {
	if _, ok := t.cached[va]; ok {
		t.lost[va] = true
	}
}

func (t *Table) Unmap(va mem.VirtAddr) (frame.Frame, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.page[va]
	if !ok {
		return frame.None, false
	}
	delete(t.page, va)
	t.forget(va)
	return e.f, true
}

func (t *Table) Protect(va mem.VirtAddr, p mem.Prot) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.page[va]
	if ok {
		t.page[va] = entry{e.f, p}
		t.forget(va)
	}
	return ok
}

func (t *Table) Lookup(va mem.VirtAddr) (frame.Frame, mem.Prot, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.page[va]
	return e.f, e.p, ok
}

func (t *Table) Word(va mem.VirtAddr, access mem.Prot) *uint32 {
	f, have, ok := t.Lookup(va &^ (mem.PageSize - 1))
	if !ok || access&^have != 0 {
		return nil
	}
	return (*uint32)(unsafe.Pointer(&t.m.Bytes(f)[va%mem.PageSize]))
}

func (t *Table) Replace(va mem.VirtAddr, f frame.Frame, p mem.Prot) frame.Frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.page[va]
	if !ok {
		return frame.None
	}
	t.page[va] = entry{f, p}
	t.forget(va)
	return e.f
}

// in returns the mapped pages in [from, to) in order.
func (t *Table) in(from, to mem.VirtAddr) []mem.VirtAddr {
	var vas []mem.VirtAddr
	for va := range t.page {
		if from <= va && va < to {
			vas = append(vas, va)
		}
	}
	slices.Sort(vas)
	return vas
}

func (t *Table) UnmapRange(from, to mem.VirtAddr, out []frame.Frame) (n int, next mem.VirtAddr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, va := range t.in(from, to) {
		if n == len(out) {
			return n, va
		}
		out[n] = t.page[va].f
		n++
		delete(t.page, va)
		t.forget(va)
	}
	return n, to
}

func (t *Table) ProtectRange(from, to mem.VirtAddr, keep mem.Prot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, va := range t.in(from, to) {
		e := t.page[va]
		t.page[va] = entry{e.f, e.p & keep}
		t.forget(va)
	}
}

func (t *Table) CopyRange(dst mem.PageTable, from, to mem.VirtAddr, keep mem.Prot) (n int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, va := range t.in(from, to) {
		e := t.page[va]
		e.p &= keep
		if err := dst.Map(va, e.f, e.p); err != nil {
			return n, err
		}
		t.page[va] = e
		t.forget(va)
		frame.Ref(e.f)
		n++
	}
	return n, nil
}

func (t *Table) Prune(floor, from, to, ceil mem.VirtAddr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.in(floor, ceil)) != 0 {
		t.m.t.Errorf("Prune of [%#x, %#x), where pages are mapped", floor, ceil)
	}
}

func (t *Table) Flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for va := range t.lost {
		t.m.reach(t.cached[va].f, -1)
		delete(t.cached, va)
	}
	clear(t.lost)
}

func (t *Table) Destroy() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.page) != 0 {
		t.m.t.Errorf("table destroyed with %d pages", len(t.page))
	}
	t.reset()
	t.m.FreeTable(t.keep)
}

// Idle tells the table that no CPU uses it from here on: there is nothing to flush. Tests
// call it before they destroy an address space.
func (t *Table) Idle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reset()
}

func (t *Table) reset() {
	for _, e := range t.cached {
		t.m.reach(e.f, -1)
	}
	clear(t.cached)
	clear(t.lost)
}

// translate returns the memory of va's page for an access, nil if it faults.
func (t *Table) translate(va mem.VirtAddr, access mem.Prot) *[mem.PageSize]byte {
	page := va &^ (mem.PageSize - 1)
	e, ok := t.cached[page]
	if !ok || access&^e.p != 0 {
		if ok { // a fault drops what the CPU remembers
			t.m.reach(e.f, -1)
			delete(t.cached, page)
			delete(t.lost, page)
		}
		e, ok = t.page[page]
		if !ok || access&^e.p != 0 {
			return nil
		}
		t.cached[page] = e
		t.m.reach(e.f, 1)
	}
	return t.m.Bytes(e.f)
}

func (t *Table) CopyIn(dst []byte, va mem.VirtAddr) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n < len(dst) {
		b := t.translate(va+mem.VirtAddr(n), mem.Read)
		if b == nil {
			break
		}
		n += copy(dst[n:], b[(va+mem.VirtAddr(n))%mem.PageSize:])
	}
	return n
}

func (t *Table) CopyOut(va mem.VirtAddr, src []byte) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n < len(src) {
		b := t.translate(va+mem.VirtAddr(n), mem.Write)
		if b == nil {
			break
		}
		n += copy(b[(va+mem.VirtAddr(n))%mem.PageSize:], src[n:])
	}
	return n
}
