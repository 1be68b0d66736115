package mmu

import (
	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// hasFrame marks an entry of a mapped page, present or not: the CPU knows of no page that
// has a frame but no rights.
const hasFrame = amd64.Soft

// pte returns the entry of a page that is f. It has Accessed and Dirty set, so that the
// CPU never writes to it.
func pte(f frame.Frame, prot mem.Prot) amd64.PTE {
	e := amd64.PTE(f.Addr()) | hasFrame
	if prot == 0 {
		return e
	}
	e |= amd64.Present | amd64.User | amd64.Accessed
	if prot&mem.Write != 0 {
		e |= amd64.Writable | amd64.Dirty
	}
	if prot&mem.Exec == 0 {
		e |= amd64.NXBit
	}
	return e
}

// rights returns what the user may do with e's page.
func rights(e amd64.PTE) mem.Prot {
	if e&amd64.Present == 0 {
		return 0
	}
	p := mem.Read
	if e&amd64.Writable != 0 {
		p |= mem.Write
	}
	if e&amd64.NXBit == 0 {
		p |= mem.Exec
	}
	return p
}

// reduced returns e without any rights but keep.
func reduced(e amd64.PTE, keep mem.Prot) amd64.PTE {
	if e&amd64.Present == 0 {
		return e
	}
	if keep == 0 {
		return e &^ amd64.Present
	}
	if keep&mem.Write == 0 {
		e &^= amd64.Writable
	}
	if keep&mem.Exec == 0 {
		e |= amd64.NXBit
	}
	return e
}

// frameOf returns the frame of e: a page, or the next table.
func frameOf(e amd64.PTE) frame.Frame { return e.Addr().Frame() }
