package pci

// BAR is a piece of address space that a function answers to. Size is 0 if there is none.
type BAR struct {
	Base     uint64
	Size     uint64
	IO       bool
	Prefetch bool
}

// ReadBARs reads and measures the base addresses of a function that is no bridge. While it does the
// function decodes no addresses.
func (f *Function) ReadBARs() (bars [6]BAR) {
	if f.Bridge {
		return bars
	}
	command := f.read(regCommand) & 0xffff
	f.write(regCommand, command&^(commandIO|commandMemory))
	for i := 0; i < len(bars); i++ {
		wide := false
		bars[i], wide = f.bar(i)
		if wide {
			i++ // the next one is its upper half
		}
	}
	f.write(regCommand, command)
	return bars
}

// bar measures base address i by writing ones: bits that do not keep them are below the size, or so
// far up that the device has no use for them.
func (f *Function) bar(i int) (b BAR, wide bool) {
	at := uint16(regBAR + 4*i)
	low := f.read(at)
	f.write(at, ^uint32(0))
	mask := uint64(f.read(at))
	f.write(at, low)
	if low&1 != 0 {
		b = BAR{Base: uint64(low &^ 3), IO: true}
		mask &^= 3
		b.Size = mask & -mask
		if !b.sane(1 << 16) {
			return BAR{}, false
		}
		return b, false
	}
	b = BAR{Base: uint64(low &^ 15), Prefetch: low&8 != 0}
	mask &^= 15
	if wide = low>>1&3 == 2; wide && i == 5 {
		return BAR{}, false
	}
	if wide {
		high := f.read(at + 4)
		f.write(at+4, ^uint32(0))
		mask |= uint64(f.read(at+4)) << 32
		f.write(at+4, high)
		b.Base |= uint64(high) << 32
	}
	b.Size = mask & -mask
	if !b.sane(1 << 52) {
		return BAR{}, wide
	}
	return b, wide
}

// sane reports whether it can be a piece of an address space of limit bytes.
func (b BAR) sane(limit uint64) bool {
	return b.Size != 0 && b.Size&(b.Size-1) == 0 && b.Base&(b.Size-1) == 0 && b.Base < limit && b.Size <= limit-b.Base
}
