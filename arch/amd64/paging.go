package amd64

import (
	"unsafe"

	"gossamer/kernel/frame"
)

// PTE is an entry of a page table of any of the four levels. Intel SDM 3A 4.5.
type PTE uint64

const (
	Present      PTE = 1 << 0
	Writable     PTE = 1 << 1
	User         PTE = 1 << 2
	WriteThrough PTE = 1 << 3
	NoCache      PTE = 1 << 4
	Accessed     PTE = 1 << 5
	Dirty        PTE = 1 << 6
	Large        PTE = 1 << 7 // levels 2 and 3: a page of 2 MiB or 1 GiB, not a table
	Global       PTE = 1 << 8
	NX           PTE = 1 << 63

	// Soft is one of the bits that the CPU leaves to whoever owns the table.
	Soft PTE = 1 << 9

	addrMask PTE = 0x000f_ffff_ffff_f000
)

// NXBit is NX, or 0 if the CPU does not have it: then setting NX would be a reserved bit
// and every page is executable. Set once at boot.
var NXBit PTE

// Addr returns the physical address in e: of a page or of the next table.
func (e PTE) Addr() frame.Addr { return frame.Addr(e & addrMask) }

// Table is the memory of one page table of any level.
type Table [512]PTE

// TableAt returns the table at physical address a through the direct map.
func TableAt(a frame.Addr) *Table { return (*Table)(unsafe.Pointer(a.Ptr())) }

// LevelShift returns the position of va's index bits for a table of a level; an entry of
// that level covers 1<<LevelShift bytes. Level 1 is the page table proper, level 4 the root.
func LevelShift(level int) uint { return uint(level)*9 + 3 }

// Entry returns t's entry for va, t being of that level.
func (t *Table) Entry(va uintptr, level int) *PTE { return &t[va>>(LevelShift(level)&63)&511] }

// Walk returns the deepest entry that there is for va below root, and its level. At level 1
// it is the entry of the 4 KiB page, present or not; above that, it is an entry that is
// not present, or a large page. Bare.
func Walk(root frame.Addr, va uintptr) (e *PTE, level int) {
	for level = 4; ; level-- {
		e = TableAt(root).Entry(va, level)
		if level == 1 || *e&Present == 0 || *e&Large != 0 {
			return e, level
		}
		root = e.Addr()
	}
}

// Link makes e, an entry of level 2 or more that is not present, point to the table at
// address t, which is all zero. The table may restrict rights, so the link grants all; user
// says whether it serves the user's half. Bare.
func Link(e *PTE, t frame.Addr, user bool) {
	v := PTE(t) | Present | Writable | Accessed
	if user {
		v |= User
	}
	*e = v
}
