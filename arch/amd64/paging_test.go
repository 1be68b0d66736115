package amd64

import (
	"syscall"
	"testing"
	"unsafe"

	"gossamer/kernel/frame"
)

// arena is a little physical memory, handed out page by page, all zero.
type arena struct {
	t         *testing.T
	next, end frame.Addr
}

// newArena makes an arena until t ends. The memory is not Go's, as in the kernel.
func newArena(t *testing.T, pages int) *arena {
	b, err := syscall.Mmap(-1, 0, pages*pageSize, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	old := frame.DirectMap
	frame.DirectMap = uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	t.Cleanup(func() {
		frame.DirectMap = old
		syscall.Munmap(b)
	})
	return &arena{t: t, end: frame.Addr(pages * pageSize)}
}

func (a *arena) table() frame.Addr {
	a.t.Helper()
	if a.next == a.end {
		a.t.Fatal("arena too small")
	}
	a.next += pageSize
	return a.next - pageSize
}

func TestWalkStopsAtTheMissingLevel(t *testing.T) {
	m := newArena(t, 4)
	root := m.table()
	const va = 0xffff_9000_1234_5000
	for level := 4; level > 1; level-- {
		e, got := Walk(root, va)
		if got != level || *e != 0 {
			t.Fatalf("level %d, entry %#x, want level %d", got, *e, level)
		}
		f := m.table()
		Link(e, f, false)
		if *e&User != 0 || *e&(Present|Writable) != Present|Writable || e.Addr() != f {
			t.Errorf("linked entry %#x", *e)
		}
	}
	e, level := Walk(root, va)
	if level != 1 || *e != 0 {
		t.Errorf("level %d, entry %#x", level, *e)
	}
	*e = Present | 0x1000
	if f, _ := Walk(root, va+0xfff); f != e {
		t.Error("another entry for the same page")
	}
	if f, _ := Walk(root, va+0x1000); f == e {
		t.Error("the same entry for another page")
	}
}

func TestWalkStopsAtALargePage(t *testing.T) {
	m := newArena(t, 4)
	root := m.table()
	for want := 4; want > 2; want-- {
		e, _ := Walk(root, 0)
		f := m.table()
		Link(e, f, true)
		if *e&User == 0 {
			t.Error("link for the user's half is not the user's")
		}
	}
	e, _ := Walk(root, 0)
	*e = Present | Large | 2<<20
	if got, level := Walk(root, 0x1000); level != 2 || got != e {
		t.Errorf("level %d", level)
	}
}

// Addresses with more bits than the CPU has are reserved bits in a page table.
func TestAddressable(t *testing.T) {
	old := Has.PhysBits
	defer func() { Has.PhysBits = old }()
	Has.PhysBits = 36
	if !addressable(1<<36) || addressable(1<<36+1) {
		t.Error("36 bits")
	}
	for _, unbounded := range []uint8{0, 64} {
		if Has.PhysBits = unbounded; !addressable(1 << 63) {
			t.Errorf("%d bits", unbounded)
		}
	}
}
