package boot

import "gossamer/kernel/frame"

// Protocol is the way in which a loader started the kernel. The stub passes it in RDI.
type Protocol uint64

// The protocols that the stub knows.
const (
	PVH        Protocol = 1 // Xen's "x86/HVM direct boot ABI", version 0 or 1
	Multiboot2 Protocol = 2 // Multiboot2 specification 2.0
)

// MemoryType says what a region of physical memory is for. The values are those of the BIOS
// call E820, which both protocols pass on; all others mean Reserved.
type MemoryType uint32

// Types of memory.
const (
	Usable          MemoryType = 1
	Reserved        MemoryType = 2
	ACPIReclaimable MemoryType = 3 // tables; usable once they have been read
	ACPINonVolatile MemoryType = 4 // belongs to the firmware
	Bad             MemoryType = 5
)

// Region is one entry of the memory map.
type Region struct {
	frame.Range
	Type MemoryType
}

// Bounds of the record. What exceeds them is left out and counted.
const (
	MaxRegions     = 128
	MaxModules     = 8
	MaxCommandLine = 2048
)

// Info is what a loader told, whichever protocol it speaks. The loader's own memory is no
// longer needed; the modules are still where the loader put them.
type Info struct {
	Protocol Protocol

	regions  [MaxRegions]Region
	nregions int
	Dropped  int // regions or modules that did not fit or made no sense

	modules  [MaxModules]frame.Range
	nmodules int

	commandLine  [MaxCommandLine]byte
	nCommandLine int

	// RSDP is the physical address of ACPI's root pointer, 0 if the loader gave none.
	// Multiboot2 gives a copy instead: rsdp.
	RSDP  frame.Addr
	rsdp  [36]byte
	nrsdp int

	Framebuffer Framebuffer
}

// Framebuffer is a linear framebuffer with direct colour.
type Framebuffer struct {
	Addr          frame.Addr // 0: there is none
	Pitch         uint32     // bytes from one line to the next
	Width, Height uint32     // pixels
	BitsPerPixel  uint8
	Red           Channel
	Green         Channel
	Blue          Channel
}

// Channel is the place of a colour in a pixel.
type Channel struct{ Shift, Bits uint8 }

// Boot is the record that Parse fills in.
var Boot Info

// Parse fills Boot in from the loader's information at physical address info. It reports
// false if there is no such protocol or nothing sensible at info. Bare; called once.
func Parse(p Protocol, info frame.Addr) bool {
	Boot = Info{}
	Boot.Protocol = p
	switch p {
	case PVH:
		return Boot.parsePVH(info)
	case Multiboot2:
		return Boot.parseMultiboot2(info)
	}
	return false
}

// Regions returns the memory map in the loader's order. Regions may overlap.
func (b *Info) Regions() []Region { return b.regions[:b.nregions] }

// InMemory reports whether some of [start, end) is usable memory, which no device's registers can be.
func (b *Info) InMemory(start, end frame.Addr) bool {
	for i := range b.Regions() {
		if r := &b.regions[i]; r.Type == Usable && r.Start < end && start < r.End {
			return true
		}
	}
	return false
}

// Modules returns the places of the modules; the first is the initramfs.
func (b *Info) Modules() []frame.Range { return b.modules[:b.nmodules] }

// CommandLine returns the kernel's command line.
func (b *Info) CommandLine() []byte { return b.commandLine[:b.nCommandLine] }

// RSDPCopy returns the loader's copy of ACPI's root pointer, 20 bytes (ACPI 1.0) or 36;
// empty if there is none.
func (b *Info) RSDPCopy() []byte { return b.rsdp[:b.nrsdp] }

// addRegion takes a region into the memory map unless it is empty or runs past the end of
// the address space.
func (b *Info) addRegion(addr, size uint64, t uint32) {
	if size == 0 {
		return
	}
	if addr+size < addr || b.nregions == MaxRegions {
		b.Dropped++
		return
	}
	r := &b.regions[b.nregions]
	r.Start, r.End, r.Type = frame.Addr(addr), frame.Addr(addr+size), MemoryType(t)
	if r.Type < Usable || r.Type > Bad {
		r.Type = Reserved
	}
	b.nregions++
}

// addModule takes a module in if all of it can be read.
func (b *Info) addModule(addr, size uint64) {
	if size == 0 {
		return
	}
	if !InReach(frame.Addr(addr), size) || b.nmodules == MaxModules {
		b.Dropped++
		return
	}
	b.modules[b.nmodules] = frame.Range{Start: frame.Addr(addr), End: frame.Addr(addr + size)}
	b.nmodules++
}

// setCommandLine copies the string at addr, which ends with a zero byte or after limit bytes.
// A string longer than the buffer is cut off.
func (b *Info) setCommandLine(addr frame.Addr, limit uint64) {
	n := 0
	for uint64(n) < limit && n < MaxCommandLine && InReach(addr+frame.Addr(n), 1) {
		c := Phys8(addr + frame.Addr(n))
		if c == 0 {
			break
		}
		b.commandLine[n] = c
		n++
	}
	b.nCommandLine = n
}

// ranges is what FrameRanges returns slices of: every region, every module and the
// image.
var ranges [MaxRegions + MaxModules + 1]frame.Range

// FrameRanges splits physical memory for frame.Init: what may be used, and what of it may
// not because something lies there (the image up to imageEnd, the modules, regions of another
// type that overlap usable ones). The slices are static; the next call overwrites them.
func (b *Info) FrameRanges(imageEnd frame.Addr) (usable, reserved []frame.Range) {
	n := 0
	for i := range b.Regions() {
		if r := &b.regions[i]; r.Type == Usable {
			ranges[n] = r.Range
			n++
		}
	}
	split := n
	for i := range b.Regions() {
		if r := &b.regions[i]; r.Type != Usable {
			ranges[n] = r.Range
			n++
		}
	}
	for _, m := range b.Modules() {
		ranges[n] = m
		n++
	}
	ranges[n] = frame.Range{Start: HeaderAddr, End: imageEnd}
	n++
	return ranges[:split], ranges[split:n]
}
