package mem_test

import (
	"testing"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
	"gossamer/kernel/mmu"
)

func benchSpace(b *testing.B) *mem.AddressSpace {
	m := memtest.New(b, 64<<20)
	useNX(b)
	as, err := mem.New(m.Magazine, func() (mem.PageTable, error) {
		p, err := mmu.NewPageTable(tables{m.Magazine}, m.KernelRoot)
		return hardware{p}, err
	})
	if err != nil {
		b.Fatal(err)
	}
	return as
}

// tables is a table source without memtest's checks.
type tables struct{ *mem.Magazine }

func (t tables) AllocTable() (f frame.Frame, ok bool) { return t.Alloc() }
func (t tables) FreeTable(f frame.Frame)              { t.Free(f) }

func BenchmarkDemandZeroFault(b *testing.B) {
	as := benchSpace(b)
	const pages = 4096
	at, _ := as.Map(base, pages*page, rw, anon|mem.Fixed, nil, 0)
	i := mem.VirtAddr(0)
	for b.Loop() {
		if i == pages {
			b.StopTimer()
			as.Advise(at, pages*page, mem.AdviseDontNeed)
			b.StartTimer()
			i = 0
		}
		as.Fault(at+i*page, mem.Write)
		i++
	}
}

// A small process: text, data, heap, stack; 30 pages.
func benchProcess(b *testing.B) *mem.AddressSpace {
	as := benchSpace(b)
	touch := func(at mem.VirtAddr, pages, touched uint64, flags mem.MapFlags) {
		as.Map(at, pages*page, rw, anon|mem.Fixed|flags, nil, 0)
		for i := range mem.VirtAddr(touched) {
			as.Fault(at+mem.VirtAddr(pages)*page-(i+1)*page, mem.Write)
		}
	}
	touch(0x400000, 10, 10, 0)
	touch(0x40a000, 4, 4, mem.DenyWrite)
	touch(0x40e000, 30, 6, 0)
	touch(0x7fff00000000, 40, 6, 0)
	touch(mem.UserMax-2048*page, 2048, 4, mem.GuardBelow)
	return as
}

func BenchmarkFork(b *testing.B) {
	as := benchProcess(b)
	for b.Loop() {
		child, err := as.Fork()
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		child.Destroy()
		b.StartTimer()
	}
}

func BenchmarkForkDestroy(b *testing.B) {
	as := benchProcess(b)
	for b.Loop() {
		child, err := as.Fork()
		if err != nil {
			b.Fatal(err)
		}
		child.Destroy()
	}
}
