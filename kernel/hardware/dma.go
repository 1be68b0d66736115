package hardware

import (
	"sync/atomic"
	"unsafe"

	"gossamer/kernel/dev/xhci"
	"gossamer/kernel/frame"
	"gossamer/kernel/goos"
)

// dma gives devices page frames. On x86 what devices read and write is coherent with the caches.
type dma struct{}

const lowEnd = 4 << 30

// Page implements xhci.Memory.
func (dma) Page(low bool) (xhci.Page, bool) {
	var f frame.Frame
	if low {
		f = goos.AllocBelow(lowEnd)
	} else {
		one := make([]frame.Frame, 1)
		goos.Frames{}.AllocBatch(one)
		f = one[0]
	}
	if f == frame.None {
		return xhci.Page{}, false
	}
	frame.Clear(f.Bytes())
	return xhci.Page{Phys: uint64(f.Addr()), Words: (*[1024]uint32)(unsafe.Pointer(f.Bytes()))}, true
}

// Free implements xhci.Memory.
func (dma) Free(p xhci.Page) {
	goos.Frames{}.FreeBatch([]frame.Frame{frame.Addr(p.Phys).Frame()})
}

// registers are a device's, mapped.
type registers uintptr

// mapRegisters maps n bytes at a physical address; 0 if they cannot be.
func mapRegisters(a, n uint64) registers { return registers(goos.MapDevice(frame.Addr(a), n)) }

func (r registers) Read(offset uint32) uint32 {
	return atomic.LoadUint32((*uint32)(unsafe.Pointer(uintptr(r) + uintptr(offset))))
}

func (r registers) Write(offset uint32, v uint32) {
	atomic.StoreUint32((*uint32)(unsafe.Pointer(uintptr(r)+uintptr(offset))), v)
}
