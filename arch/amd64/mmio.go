package amd64

import "gossamer/kernel/frame"

// DeviceBase is where the registers of devices are mapped that drivers ask for, one after the
// other, uncached. The window is one root entry, made at boot: no root entry changes later.
const (
	DeviceBase = 0xffffa00000000000
	deviceEnd  = DeviceBase + 1<<39
)

var (
	deviceNext uintptr = DeviceBase
	deviceLock uint32
)

// MapDevice maps n bytes of device registers at physical address a for good and returns their
// virtual address, 0 if there is no room or no memory. A device has nothing at address 0. Bare.
func MapDevice(_ *CPU, a, n uint64) uint64 {
	end := a + n
	if a == 0 || n == 0 || end < a || !addressable(end) {
		return 0
	}
	spinLock(&deviceLock)
	va := mapDevice(frame.Addr(a), frame.Addr(end))
	spinUnlock(&deviceLock)
	if va == 0 {
		return 0
	}
	return uint64(va) + a&(pageSize-1)
}

// mapDevice maps the pages of [a, end) at the next free place. One that is used in vain is not used
// again.
func mapDevice(a, end frame.Addr) uintptr {
	from := a &^ (pageSize - 1)
	length := uintptr((end+pageSize-1)&^(pageSize-1) - from)
	// Both addresses at the same place of a large page, so that large pages can be used.
	va := deviceNext&^(largePage-1) + uintptr(from&(largePage-1))
	if va < deviceNext {
		va += largePage
	}
	if length > deviceEnd-va {
		return 0
	}
	deviceNext = va + length
	if !mapRange(va, from, from+frame.Addr(length), Present|Writable|globalBit|NXBit|NoCache|WriteThrough, true) {
		return 0
	}
	return va
}

// addressable reports whether physical addresses below end are ones that the CPU can send; others
// are reserved bits in a page table.
func addressable(end uint64) bool {
	return Has.PhysBits == 0 || Has.PhysBits >= 64 || end <= 1<<Has.PhysBits
}
