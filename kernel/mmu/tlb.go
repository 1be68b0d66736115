package mmu

// TLB is how page tables make other CPUs forget translations. The machine sets it before it
// makes the first page table; a nil function does nothing, which suits a host.
var TLB struct {
	// FlushRange returns when no CPU uses a translation that it cached from the table
	// root for one of the pages from va on, nor any cached upper-level entry of it.
	FlushRange func(root uint64, va uintptr, pages int)
	// Retire returns when no CPU has the table root loaded.
	Retire func(root uint64)
}
