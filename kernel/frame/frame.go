package frame

import "unsafe"

// Addr is a physical address.
type Addr uint64

// Frame is the number of a page frame: its physical address divided by Size.
type Frame uint64

// Range is the physical memory from Start up to, not including, End.
type Range struct{ Start, End Addr }

const (
	// Size is the number of bytes of a page frame.
	Size = 1 << shift
	// None is no frame: what the allocating functions return when there is no memory.
	None = ^Frame(0)

	shift = 12
)

// DirectMap is the virtual address at which physical address 0 is mapped. The kernel sets
// it to 0xffff800000000000 before Init; host tests to the base of an arena.
var DirectMap uintptr

// Addr returns the physical address of the frame's first byte.
func (f Frame) Addr() Addr { return Addr(f) << shift }

// Ptr returns the address of the frame's first byte in the direct map.
func (f Frame) Ptr() uintptr { return DirectMap + uintptr(f)<<shift }

// Bytes returns the frame's memory in the direct map. The result is valid as long as the
// caller holds a reference to the frame; the garbage collector knows nothing of it.
func (f Frame) Bytes() *[Size]byte { return (*[Size]byte)(unsafe.Pointer(f.Ptr())) }

// Frame returns the frame that a lies in.
func (a Addr) Frame() Frame { return Frame(a >> shift) }

// Ptr returns the address of a in the direct map.
func (a Addr) Ptr() uintptr { return DirectMap + uintptr(a) }

// Clear fills a page with zeros. It has fewer instructions than the builtin clear, which
// matters where each is emulated.
func Clear(b *[Size]byte) {
	for at := 0; at < Size; at += 256 {
		p := (*[2][128]byte)(unsafe.Add(unsafe.Pointer(b), at))
		p[0] = [128]byte{}
		p[1] = [128]byte{}
	}
}
