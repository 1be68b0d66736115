package machine

import (
	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// PageTable is an amd64.PageTable with the copies that need the CPU.
type PageTable struct{ *amd64.PageTable }

// tables makes a mem.Frames the source of page-table memory.
type tables struct{ mem.Frames }

func (t tables) AllocTable() (frame.Frame, bool) { return t.Alloc() }
func (t tables) FreeTable(f frame.Frame)         { t.Free(f) }

// PageTables returns the function that makes page tables with memory from frames.
func PageTables(frames mem.Frames) func() (mem.PageTable, error) {
	src := tables{frames}
	return func() (mem.PageTable, error) {
		p, err := amd64.NewPageTable(src, amd64.KernelRoot())
		if err != nil {
			return nil, err
		}
		return &PageTable{p}, nil
	}
}
