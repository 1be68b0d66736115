package boot

import "gossamer/kernel/frame"

// struct hvm_start_info and what it points to (xen/include/public/arch-x86/hvm/start_info.h).
const (
	pvhMagicValue = 0x336ec578

	pvhMagic       = 0  // u32
	pvhVersion     = 4  // u32
	pvhModuleCount = 12 // u32
	pvhModules     = 16 // u64
	pvhCommandLine = 24 // u64
	pvhRSDP        = 32 // u64
	pvhSize0       = 40 // size of version 0
	pvhMemoryMap   = 40 // u64, from version 1 on
	pvhMemoryCount = 48 // u32
	pvhSize1       = 56

	pvhModuleSize  = 32 // u64 address, size, command line, reserved
	pvhRegionAddr  = 0  // u64
	pvhRegionBytes = 8  // u64
	pvhRegionType  = 16 // u32
	pvhRegionSize  = 24
)

// maxCount bounds how many entries of a loader's table are looked at, be they good or bad.
const maxCount = 1024

func (b *Info) parsePVH(info frame.Addr) bool {
	if !InReach(info, pvhSize0) || Phys32(info+pvhMagic) != pvhMagicValue {
		return false
	}
	if a := Phys64(info + pvhCommandLine); a != 0 {
		b.setCommandLine(frame.Addr(a), MaxCommandLine)
	}
	b.RSDP = frame.Addr(Phys64(info + pvhRSDP))

	list := frame.Addr(Phys64(info + pvhModules))
	n := min(Phys32(info+pvhModuleCount), maxCount)
	if !InReach(list, uint64(n)*pvhModuleSize) {
		n = 0
		b.Dropped++
	}
	for m := list; n > 0; n-- {
		b.addModule(Phys64(m), Phys64(m+8))
		m += pvhModuleSize
	}

	if Phys32(info+pvhVersion) == 0 || !InReach(info, pvhSize1) {
		return true
	}
	list = frame.Addr(Phys64(info + pvhMemoryMap))
	n = min(Phys32(info+pvhMemoryCount), maxCount)
	if !InReach(list, uint64(n)*pvhRegionSize) {
		n = 0
		b.Dropped++
	}
	for r := list; n > 0; n-- {
		b.addRegion(Phys64(r+pvhRegionAddr), Phys64(r+pvhRegionBytes), Phys32(r+pvhRegionType))
		r += pvhRegionSize
	}
	return true
}
