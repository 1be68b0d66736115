package proc

import (
	"math/bits"
	"sync"
	"syscall"
	"unsafe"

	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
	"gossamer/ulib/abi"
)

// The records of _lwp_ctl(2): words that an LWP shares with the scheduler, in pages that belong
// to the address space, abi.LWPControlSize apart. A child of fork has pages of its own with the
// same contents, and the LWP that forked goes on with its record there.

// controls are the records of an address space.
type controls struct {
	mu    sync.Mutex
	pages []controlPage
}

type controlPage struct {
	pinned *mem.Pinned
	at     VirtAddr
	used   uint64 // bit i: record i
}

const controlsPerPage = mem.PageSize / abi.LWPControlSize

var _ = [1]byte{}[controlsPerPage-64] // the bits of used
var _ = [1]byte{}[unsafe.Sizeof(sched.Control{})-unsafe.Sizeof(abi.LWPControl{})]

// record returns the kernel's view of record i.
func (c *controlPage) record(i int) *sched.Control {
	return (*sched.Control)(unsafe.Pointer(&c.pinned.Bytes(0)[i*abi.LWPControlSize]))
}

// alloc takes a record, which is zero. ENOMEM.
func (cs *controls) alloc(as *mem.AddressSpace, frames mem.Frames) (*sched.Control, VirtAddr, syscall.Errno) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for n := len(cs.pages) - 1; n >= 0; n-- { // those before tend to be full
		if c := &cs.pages[n]; c.used != ^uint64(0) {
			r, at := c.take()
			return r, at, 0
		}
	}
	pinned, err := mem.NewPinned(frames, "[lwpctl]", 1, mem.ForkCopy)
	if err != nil {
		return nil, 0, Errno(err)
	}
	at, err := as.MapPinned(pinned)
	if err != nil {
		pinned.Drop()
		return nil, 0, Errno(err)
	}
	cs.pages = append(cs.pages, controlPage{pinned: pinned, at: at})
	r, at := cs.pages[len(cs.pages)-1].take()
	return r, at, 0
}

func (c *controlPage) take() (*sched.Control, VirtAddr) {
	i := bits.TrailingZeros64(^c.used)
	c.used |= 1 << i
	r := c.record(i)
	r.CPU.Store(sched.NoCPU)
	r.Switches.Store(0)
	r.NoPreempt.Store(0)
	r.Owed.Store(0)
	return r, c.at + VirtAddr(i*abi.LWPControlSize)
}

// free gives back the record at an address.
func (cs *controls) free(at VirtAddr) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for n := range cs.pages {
		if c := &cs.pages[n]; at-c.at < mem.PageSize {
			c.used &^= 1 << ((at - c.at) / abi.LWPControlSize)
			return
		}
	}
}

// fork makes cs, of a new address space, the copy of its parent's, where one record is in use.
func (cs *controls) fork(parent *controls, as *mem.AddressSpace, inUse VirtAddr) (r *sched.Control) {
	parent.mu.Lock()
	defer parent.mu.Unlock()
	for n := range parent.pages {
		c := controlPage{at: parent.pages[n].at}
		if c.pinned = as.PinnedAt(c.at); c.pinned == nil {
			continue // made since the address space was copied
		}
		if i := inUse - c.at; i < mem.PageSize {
			i /= abi.LWPControlSize
			c.used = 1 << i
			r = c.record(int(i))
		}
		cs.pages = append(cs.pages, c)
	}
	return r
}

// drop gives up all pages.
func (cs *controls) drop() {
	for _, c := range cs.pages {
		c.pinned.Drop()
	}
	cs.pages = nil
}

// Control returns the address of the caller's record, made if need be: NetBSD _lwp_ctl(2).
// ENOMEM: no memory for it.
func (l *LWP) Control() (VirtAddr, syscall.Errno) {
	if l.controlAt != 0 {
		return l.controlAt, 0
	}
	r, at, errno := l.space.controls.alloc(l.Space(), l.p.sys.Frames)
	if errno != 0 {
		return 0, errno
	}
	l.control, l.controlAt = r, at
	l.Thread.SetControl(r)
	return at, 0
}

// dropControl gives the record back, before the LWP leaves its address space.
func (l *LWP) dropControl() {
	l.Thread.SetControl(nil)
	l.control.CPU.Store(abi.CPUExited)
	l.space.controls.free(l.controlAt)
	l.control, l.controlAt = nil, 0
}

// forkControl gives the first LWP of a forked process the record that its maker has, in the copy
// of the address space.
func (l *LWP) forkControl(from *LWP, sp *space) {
	if l.control = sp.controls.fork(&from.space.controls, sp.AddressSpace, from.controlAt); l.control != nil {
		l.controlAt = from.controlAt
		l.control.CPU.Store(sched.NoCPU)
	}
}
