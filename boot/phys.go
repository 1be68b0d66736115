package boot

import (
	"unsafe"

	"gossamer/kernel/frame"
)

// Reach is the number of bytes of physical memory, from 0 on, that the direct map covers
// without a hole. The boot page tables reach 4 GiB; whoever maps more may raise it.
var Reach = frame.Addr(4 << 30)

// InReach reports whether the n bytes at a are covered by the direct map.
func InReach(a frame.Addr, n uint64) bool {
	return uint64(a) <= uint64(Reach) && n <= uint64(Reach-a)
}

// Phys8 reads the byte at physical address a; 0 if that is out of reach. So do its sisters,
// which need no alignment and are little-endian, as the machine is.
func Phys8(a frame.Addr) uint8 {
	if !InReach(a, 1) {
		return 0
	}
	return *(*uint8)(unsafe.Pointer(a.Ptr()))
}

// Phys16 reads two bytes.
func Phys16(a frame.Addr) uint16 {
	if !InReach(a, 2) {
		return 0
	}
	return *(*uint16)(unsafe.Pointer(a.Ptr()))
}

// Phys32 reads four bytes.
func Phys32(a frame.Addr) uint32 {
	if !InReach(a, 4) {
		return 0
	}
	return *(*uint32)(unsafe.Pointer(a.Ptr()))
}

// Phys64 reads eight bytes.
func Phys64(a frame.Addr) uint64 {
	if !InReach(a, 8) {
		return 0
	}
	return *(*uint64)(unsafe.Pointer(a.Ptr()))
}
