package boot

import "gossamer/kernel/frame"

// Boot information of Multiboot2 (specification 2.0, chapter 3.6): a header of 8 bytes, then
// tags, each at a multiple of 8: u32 type, u32 size with the header but without the padding.
const (
	mb2Total  = 0 // u32: bytes in all
	mb2First  = 8
	mb2MaxLen = 1 << 20 // no loader writes more; bounds the walk

	tagEnd         = 0
	tagCommandLine = 1
	tagModule      = 3
	tagMemoryMap   = 6
	tagFramebuffer = 8
	tagRSDP1       = 14
	tagRSDP2       = 15

	tagHeader = 8

	moduleStart = 8  // u32
	moduleEnd   = 12 // u32
	moduleSize  = 16

	mapEntrySize  = 8 // u32
	mapEntries    = 16
	mapEntryBytes = 20 // u64 address, u64 length, u32 type; a reserved u32 may follow

	fbAddr   = 8  // u64
	fbPitch  = 16 // u32
	fbWidth  = 20 // u32
	fbHeight = 24 // u32
	fbBits   = 28 // u8
	fbType   = 29 // u8: 1 = direct colour
	fbRed    = 32 // u8 position, u8 bits; green and blue follow
	fbSize   = 38
	fbDirect = 1
)

func (b *Info) parseMultiboot2(info frame.Addr) bool {
	if !InReach(info, mb2First) {
		return false
	}
	total := uint64(Phys32(info + mb2Total))
	if total < mb2First+tagHeader || total > mb2MaxLen || !InReach(info, total) {
		return false
	}
	end := info + frame.Addr(total)
	for t := info + mb2First; t+tagHeader <= end; {
		size := frame.Addr(Phys32(t + 4))
		if size < tagHeader || size > end-t {
			b.Dropped++
			break
		}
		kind := Phys32(t)
		if kind == tagEnd {
			break
		}
		b.parseTag(kind, t, size)
		t += (size + 7) &^ 7
	}
	// Painting in what else is memory would go unnoticed for long.
	if f := &b.Framebuffer; b.InMemory(f.Addr, f.Addr+frame.Addr(uint64(f.Pitch)*uint64(f.Height))) {
		b.Framebuffer = Framebuffer{}
	}
	return true
}

// parseTag takes in one tag of size bytes at t, all within the information.
func (b *Info) parseTag(kind uint32, t, size frame.Addr) {
	switch kind {
	case tagCommandLine:
		b.setCommandLine(t+tagHeader, uint64(size-tagHeader))
	case tagModule:
		if size < moduleSize {
			b.Dropped++
			return
		}
		start, end := Phys32(t+moduleStart), Phys32(t+moduleEnd)
		if end < start {
			b.Dropped++
			return
		}
		b.addModule(uint64(start), uint64(end-start))
	case tagMemoryMap:
		b.parseMap(t, size)
	case tagFramebuffer:
		b.parseFramebuffer(t, size)
	case tagRSDP1, tagRSDP2:
		n := 20
		if kind == tagRSDP2 {
			n = 36
		}
		if size >= tagHeader+frame.Addr(n) && n > b.nrsdp { // version 2 wins, in either order
			for i := range n {
				b.rsdp[i] = Phys8(t + tagHeader + frame.Addr(i))
			}
			b.nrsdp = n
		}
	}
}

func (b *Info) parseMap(t, size frame.Addr) {
	if size < mapEntries {
		b.Dropped++
		return
	}
	step := frame.Addr(Phys32(t + mapEntrySize))
	if step < mapEntryBytes || step > size {
		b.Dropped++
		return
	}
	for e := frame.Addr(mapEntries); e+step <= size; e += step {
		b.addRegion(Phys64(t+e), Phys64(t+e+8), Phys32(t+e+16))
	}
}

// parseFramebuffer takes a framebuffer only if its numbers agree with each other.
func (b *Info) parseFramebuffer(t, size frame.Addr) {
	if size < fbSize || Phys8(t+fbType) != fbDirect {
		return
	}
	f := Framebuffer{
		Addr:         frame.Addr(Phys64(t + fbAddr)),
		Pitch:        Phys32(t + fbPitch),
		Width:        Phys32(t + fbWidth),
		Height:       Phys32(t + fbHeight),
		BitsPerPixel: Phys8(t + fbBits),
		Red:          Channel{Phys8(t + fbRed), Phys8(t + fbRed + 1)},
		Green:        Channel{Phys8(t + fbRed + 2), Phys8(t + fbRed + 3)},
		Blue:         Channel{Phys8(t + fbRed + 4), Phys8(t + fbRed + 5)},
	}
	line := uint64(f.Width) * uint64((f.BitsPerPixel+7)/8)
	bytes := uint64(f.Pitch) * uint64(f.Height)
	switch {
	case f.Addr == 0, f.Width == 0, f.Height == 0, f.BitsPerPixel < 15, f.BitsPerPixel > 32:
	case line > uint64(f.Pitch), f.Addr+frame.Addr(bytes) < f.Addr:
	case !f.Red.within(f.BitsPerPixel), !f.Green.within(f.BitsPerPixel), !f.Blue.within(f.BitsPerPixel):
	default:
		b.Framebuffer = f
	}
}

// within reports whether the channel lies in a pixel of the given number of bits.
func (c Channel) within(bits uint8) bool {
	return c.Bits > 0 && c.Bits <= 16 && uint(c.Shift)+uint(c.Bits) <= uint(bits)
}
