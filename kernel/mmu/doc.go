// Package mmu has the page tables of processes: mem.PageTable on the paging of arch/amd64.
//
// A PageTable is a cache of what an address space says, made for the CPU: tables of four
// levels, whose upper half is the kernel's. arch/amd64 knows what an entry looks like and how
// to walk, and serves the kernel's own tables in bare Go; what is here is kernel Go, and is
// about many entries: ranges, copies for fork, the memory of the tables themselves, and what
// CPUs may still remember.
//
// # States of an entry of level 1
//
//	unmapped   0
//	mapped     hasFrame and the frame; Present if there are any rights
//
// # States of a table
//
//	linked     found by walking from the root
//	dead       unlinked by Prune, but CPUs may have cached the way to it; on PageTable.dead
//	free       given back by Flush
//
// # Locks
//
// None. A PageTable has one caller at a time (see mem.PageTable), except that CopyIn, CopyOut
// and Root may be called any time, as they touch nothing but the root's address. A CPU walks
// the tables whenever it likes and writes Accessed and Dirty only where they are clear, so
// entries are stored whole: Accessed in all that are present, Dirty in all that are writable.
//
// # On a host
//
// Everything but CopyIn and CopyOut works in a test, with memory of package memtest.
//
// Read table.go, entry.go, range.go, tlb.go, usercopy.go.
package mmu
