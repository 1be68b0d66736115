package mmu

import (
	"syscall"
	"testing"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
)

const (
	testVA = mem.VirtAddr(0x40000000)
	rw     = mem.Read | mem.Write
)

// embedding is how tests of other packages change what needs the CPU.
type embedding struct{ *PageTable }

func testTable(t *testing.T, m *memtest.Machine) *PageTable {
	t.Helper()
	p, err := NewPageTable(m, m.KernelRoot)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newMachine(t *testing.T) (*memtest.Machine, uint64) {
	m := memtest.New(t, 8<<20)
	nx, hooks := amd64.NXBit, TLB
	amd64.NXBit = amd64.NX
	t.Cleanup(func() { amd64.NXBit, TLB = nx, hooks })
	return m, m.FreeFrames()
}

func TestKernelHalfIsShared(t *testing.T) {
	m, free := newMachine(t)
	kernel := amd64.TableAt(m.KernelRoot)
	kernel[256], kernel[511], kernel[255], kernel[0] = 0x1003, 0x2003, 0x3003, 0x4003
	p := testTable(t, m)
	r := amd64.TableAt(frame.Addr(p.Root()))
	if r[256] != 0x1003 || r[511] != 0x2003 || r[255] != 0 || r[0] != 0 || r[300] != 0 {
		t.Error("kernel half not copied, or more than that")
	}
	for _, va := range []mem.VirtAddr{1 << 47, 0xffff_8000_0000_0000, ^mem.VirtAddr(4095)} {
		f, _ := m.Alloc()
		if err := p.Map(va, f, rw); err != syscall.EINVAL {
			t.Errorf("Map(%#x): %v", va, err)
		}
		if _, _, ok := p.Lookup(va); ok {
			t.Errorf("%#x is mapped", va)
		}
		if _, ok := p.Unmap(va); ok || p.Protect(va, 0) || p.Replace(va, f, 0) != frame.None {
			t.Errorf("%#x was changed", va)
		}
		m.Free(f)
	}
	if n, next := p.UnmapRange(1<<47, 1<<48, make([]frame.Frame, 4)); n != 0 || next != 1<<48 {
		t.Errorf("UnmapRange of kernel addresses: %d, %#x", n, next)
	}
	p.Prune(1<<47, 1<<47, 1<<48, 1<<48)
	p.Destroy()
	m.CheckLeaks(free)
}

func TestRightsInTheEntry(t *testing.T) {
	m, free := newMachine(t)
	for _, nx := range []amd64.PTE{amd64.NX, 0} {
		amd64.NXBit = nx
		p := testTable(t, m)
		f, _ := m.Alloc()
		if err := p.Map(testVA, f, 0); err != nil {
			t.Fatal(err)
		}
		if err := p.Map(testVA, f, rw); err != syscall.EEXIST {
			t.Errorf("mapped twice: %v", err)
		}
		for _, c := range []struct {
			prot mem.Prot
			want amd64.PTE // of Present, Writable, User, NX
		}{
			{0, 0},
			{mem.Read, amd64.Present | amd64.User | nx},
			{rw, amd64.Present | amd64.User | amd64.Writable | nx},
			{mem.Read | mem.Exec, amd64.Present | amd64.User},
			{rw | mem.Exec, amd64.Present | amd64.User | amd64.Writable},
			{0, 0},
		} {
			if !p.Protect(testVA, c.prot) {
				t.Fatal("not mapped")
			}
			e, _ := amd64.Walk(p.root, uintptr(testVA))
			const rights = amd64.Present | amd64.Writable | amd64.User | amd64.NX
			if got := *e & (rights | amd64.Large | amd64.Global); got != c.want {
				t.Errorf("%v: entry %#x, want %#x", c.prot, got, c.want)
			}
			want := c.prot
			if nx == 0 && want != 0 {
				want |= mem.Exec
			}
			if g, prot, ok := p.Lookup(testVA); g != f || prot != want || !ok {
				t.Errorf("Lookup: %#x %v %v, want %#x %v", g, prot, ok, f, want)
			}
		}
		if g, ok := p.Unmap(testVA); g != f || !ok {
			t.Errorf("Unmap: %#x %v", g, ok)
		}
		m.Free(f)
		p.Destroy()
	}
	m.CheckLeaks(free)
}

func TestFlushCoversWhatLostRights(t *testing.T) {
	m, free := newMachine(t)
	p := testTable(t, m)
	type call struct {
		root  uint64
		va    uintptr
		pages int
	}
	var calls []call
	TLB.FlushRange = func(root uint64, va uintptr, pages int) { calls = append(calls, call{root, va, pages}) }
	flushes := func(what string, want ...call) {
		t.Helper()
		p.Flush()
		if len(calls) != len(want) || len(want) > 0 && calls[0] != want[0] {
			t.Errorf("%s: flushes %#x, want %#x", what, calls, want)
		}
		calls = nil
	}
	const page, va = mem.PageSize, uintptr(testVA)
	var fs []frame.Frame
	for i := range mem.VirtAddr(8) {
		f, _ := m.Alloc()
		p.Map(testVA+i*page, f, mem.Read)
		fs = append(fs, f)
	}
	flushes("Map")
	p.Protect(testVA, rw)
	flushes("more rights")
	p.Protect(testVA, mem.Read)
	flushes("less rights", call{p.Root(), va, 1})
	p.Replace(testVA+page, fs[1], rw)
	p.Protect(testVA+3*page, 0)
	flushes("Replace and no rights", call{p.Root(), va + page, 3})
	p.ProtectRange(testVA, testVA+8*page, rw)
	flushes("ProtectRange, nothing to do")
	p.ProtectRange(testVA, testVA+8*page, mem.Read)
	flushes("ProtectRange", call{p.Root(), va + page, 1})
	p.Unmap(testVA + 7*page)
	flushes("Unmap", call{p.Root(), va + 7*page, 1})
	out := make([]frame.Frame, 3)
	n, next := p.UnmapRange(testVA, testVA+8*page, out)
	if n != 3 || next != testVA+3*page || out[2] != fs[2] {
		t.Errorf("UnmapRange: %d, %#x", n, next)
	}
	flushes("UnmapRange", call{p.Root(), va, 3})
	n, next = p.UnmapRange(next, 1<<47, make([]frame.Frame, 10))
	if n != 4 || next != 1<<47 {
		t.Errorf("UnmapRange: %d, %#x", n, next)
	}
	flushes("UnmapRange of the rest", call{p.Root(), va + 3*page, 4})
	flushes("nothing")
	for _, f := range fs {
		m.Free(f)
	}
	p.Destroy()
	m.CheckLeaks(free)
}

func TestTablesAreFreedOnlyAfterFlush(t *testing.T) {
	m, free := newMachine(t)
	p := testTable(t, m)
	f, _ := m.Alloc()
	p.Map(testVA, f, rw)
	p.Map(testVA+1<<40, f, rw)
	p.Unmap(testVA + 1<<40)
	before := m.FreeFrames()
	p.Prune(testVA+mem.PageSize, testVA+1<<40, testVA+1<<40+mem.PageSize, 1<<47)
	if m.FreeFrames() != before {
		t.Error("table freed by Prune")
	}
	flushed := false
	TLB.FlushRange = func(uint64, uintptr, int) {
		flushed = true
		if m.FreeFrames() != before {
			t.Error("table freed before the flush")
		}
	}
	p.Flush()
	if got := m.FreeFrames() - before; got != 3 || !flushed {
		t.Errorf("%d tables freed, want 3", got)
	}
	if _, _, ok := p.Lookup(testVA); !ok {
		t.Error("the other page is gone")
	}
	p.Unmap(testVA)
	m.Free(f)
	retired := uint64(0)
	TLB.Retire = func(root uint64) {
		retired = root
		if m.FreeFrames() > free-4 {
			t.Error("tables freed before Retire")
		}
	}
	root := p.Root()
	p.Destroy()
	if retired != root {
		t.Error("root not retired")
	}
	m.CheckLeaks(free)
}

func TestDestroyFindsManyTables(t *testing.T) {
	m, free := newMachine(t)
	for _, n := range []mem.VirtAddr{1, 29, 30, 31, 60, 400} { // around the list's size
		p := testTable(t, m)
		f, _ := m.Alloc()
		for i := range n {
			if err := p.Map(testVA+i<<21, f, rw); err != nil {
				t.Fatal(err)
			}
		}
		for i := range n {
			p.Unmap(testVA + i<<21)
			if i%5 == 0 && i > 0 {
				p.Prune(testVA+(i-1)<<21, testVA+i<<21, testVA+i<<21+mem.PageSize, testVA+(i+1)<<21)
			}
		}
		m.Free(f)
		p.Destroy()
		m.CheckLeaks(free)
	}
}

func TestCopyRange(t *testing.T) {
	m, free := newMachine(t)
	p, q := testTable(t, m), testTable(t, m)
	f, _ := m.Alloc()
	g, _ := m.Alloc()
	p.Map(testVA, f, rw)
	p.Map(testVA+5<<30, g, 0)
	p.Map(testVA+6<<30, g, rw)
	if n, err := p.CopyRange(q, testVA, testVA+6<<30, mem.Read|mem.Exec); n != 2 || err != nil {
		t.Errorf("copied %d, %v", n, err)
	}
	for _, x := range []*PageTable{p, q} {
		if h, prot, _ := x.Lookup(testVA); h != f || prot != mem.Read {
			t.Errorf("%#x %v", h, prot)
		}
		if h, prot, ok := x.Lookup(testVA + 5<<30); h != g || prot != 0 || !ok {
			t.Errorf("%#x %v %v", h, prot, ok)
		}
	}
	if _, prot, _ := p.Lookup(testVA + 6<<30); prot != rw {
		t.Error("copied beyond the range")
	}
	if frame.Refs(f) != 2 || frame.Refs(g) != 2 {
		t.Errorf("%d and %d references", frame.Refs(f), frame.Refs(g))
	}
	fake, _ := m.NewTable()
	if _, err := p.CopyRange(fake, testVA, testVA+4096, rw); err != syscall.EINVAL {
		t.Errorf("copied to a table of another kind: %v", err)
	}
	fake.Destroy()
	m.FailAt(2)
	r := testTable(t, m)
	if n, err := p.CopyRange(embedding{r}, testVA, testVA+4096, rw); n != 0 || err != syscall.ENOMEM {
		t.Errorf("without memory: %d, %v", n, err)
	}
	r.Destroy()
	out := make([]frame.Frame, 10)
	for _, x := range []*PageTable{p, q} {
		n, _ := x.UnmapRange(0, 1<<47, out)
		x.Destroy()
		if x == p {
			n-- // g was mapped twice with one reference
		}
		for _, f := range out[:n] {
			m.Free(f)
		}
	}
	m.CheckLeaks(free)
}
