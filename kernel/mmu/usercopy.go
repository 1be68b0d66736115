package mmu

import (
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/mem"
)

// CopyIn implements mem.PageTable: it copies from user memory until it is done or a
// page faults, and returns the number of bytes copied. The caller has checked that the
// range is the user's.
func (p *PageTable) CopyIn(dst []byte, va mem.VirtAddr) int {
	n := uintptr(len(dst))
	return int(n - amd64.CopyFromUser(unsafe.Pointer(unsafe.SliceData(dst)), uintptr(va), n, p.Root()))
}

// CopyOut implements mem.PageTable; as CopyIn, the other way.
func (p *PageTable) CopyOut(va mem.VirtAddr, src []byte) int {
	n := uintptr(len(src))
	return int(n - amd64.CopyToUser(uintptr(va), unsafe.Pointer(unsafe.SliceData(src)), n, p.Root()))
}
