package machine

import (
	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
	"gossamer/kernel/mmu"
)

// tables makes a mem.Frames the source of page-table memory.
type tables struct{ mem.Frames }

func (t tables) AllocTable() (frame.Frame, bool) { return t.Alloc() }
func (t tables) FreeTable(f frame.Frame)         { t.Free(f) }

// PageTables returns the function that makes page tables with memory from frames. It also
// tells package mmu how to reach the TLBs of other CPUs, so it is called once, at boot.
func PageTables(frames mem.Frames) func() (mem.PageTable, error) {
	mmu.TLB.FlushRange, mmu.TLB.Retire = amd64.FlushUser, amd64.Retire
	src := tables{frames}
	return func() (mem.PageTable, error) {
		p, err := mmu.NewPageTable(src, amd64.KernelRoot())
		if err != nil {
			return nil, err // not p: a nil *PageTable is not a nil mem.PageTable
		}
		return p, nil
	}
}
