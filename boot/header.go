package boot

import (
	"unsafe"

	"gossamer/kernel/frame"
)

// HeaderAddr is where the stub, and with it its header, lies in physical memory.
const HeaderAddr = frame.Addr(0x100000)

// HeaderMagic is "GOSSAMER" in memory order.
const HeaderMagic = 0x52454d4153534f47

// Header is the first thing in the stub. tools/mkkernel fills in the fields marked patched.
type Header struct {
	Magic       uint64
	KernelEntry uint64 // patched: virtual address the first CPU is sent to
	APEntry     uint64 // patched: virtual address every other CPU is sent to
	TrampStart  uint64 // physical address of the trampoline's template
	TrampEnd    uint64 // and of the first byte after it
	PML4        uint64 // physical address of the root of the boot page tables
	ImageEnd    uint64 // patched: first free physical byte after stub and kernel
}

// StubHeader returns the header of the stub that started this kernel, in the direct map.
func StubHeader() *Header {
	return (*Header)(unsafe.Pointer(HeaderAddr.Ptr()))
}
