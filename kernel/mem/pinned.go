package mem

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"gossamer/kernel/frame"
)

// Pinned is memory that the kernel shares with a program: frames that the kernel has allocated,
// reaches by the direct map at any time, and maps into address spaces, where the program reads
// and writes them but cannot change the mapping. Unmapping, protecting, advising and mapping
// over it are EPERM; only UnmapPinned takes it away.
//
// Its pages are there from the beginning and never move, so neither side ever faults on them.
type Pinned struct {
	frames Frames
	name   string
	onFork ForkPinned
	pages  []frame.Frame
	holds  atomic.Int32 // the owner, and each mapping
}

// ForkPinned says what a child of fork(2) has where its parent has pinned memory.
type ForkPinned uint8

const (
	ForkNothing ForkPinned = iota // a hole
	ForkCopy                      // pinned memory of its own with the same contents
)

// NewPinned makes pinned memory of zeroed pages, held by the caller: Drop gives it up. name is
// what /proc/PID/maps shows. ENOMEM: no frames for it.
func NewPinned(frames Frames, name string, pages int, onFork ForkPinned) (*Pinned, error) {
	p := &Pinned{frames: frames, name: name, onFork: onFork, pages: make([]frame.Frame, 0, pages)}
	p.holds.Store(1)
	for range pages {
		f, ok := frames.Alloc()
		if !ok {
			p.Drop()
			return nil, syscall.ENOMEM
		}
		frame.Clear(frames.Bytes(f))
		p.pages = append(p.pages, f)
	}
	return p, nil
}

// Pages is the number of pages.
func (p *Pinned) Pages() int { return len(p.pages) }

// Bytes returns the kernel's view of page i, valid as long as the caller holds p. The program
// may write to it at any time.
func (p *Pinned) Bytes(i int) *[PageSize]byte { return p.frames.Bytes(p.pages[i]) }

// Page implements Backing.
func (p *Pinned) Page(index uint64) (frame.Frame, bool) {
	if index >= uint64(len(p.pages)) {
		return frame.None, false
	}
	p.frames.Ref(p.pages[index])
	return p.pages[index], true
}

// Size implements Backing.
func (p *Pinned) Size() int64 { return int64(len(p.pages)) * PageSize }

// Name implements Backing.
func (p *Pinned) Name() string { return p.name }

// Hold counts one more user of p.
func (p *Pinned) Hold() { p.holds.Add(1) }

// Drop counts one less; with the last go the frames.
func (p *Pinned) Drop() {
	if p.holds.Add(-1) != 0 {
		return
	}
	for _, f := range p.pages {
		p.frames.Free(f)
	}
	p.pages = nil
}

// copy makes pinned memory with the same contents. Others may be writing to p: each word is what
// it was at some moment.
func (p *Pinned) copy() (*Pinned, error) {
	c, err := NewPinned(p.frames, p.name, len(p.pages), p.onFork)
	if err != nil {
		return nil, err
	}
	type words [PageSize / 8]uint64
	for i := range p.pages {
		to, from := (*words)(unsafe.Pointer(c.Bytes(i))), (*words)(unsafe.Pointer(p.Bytes(i)))
		for w := range to {
			to[w] = atomic.LoadUint64(&from[w])
		}
	}
	return c, nil
}

// MapPinned maps all of p where there is room, readable and writable, every page present.
// ENOMEM: no room, too many regions, or no memory for the page table; then nothing has changed.
func (as *AddressSpace) MapPinned(p *Pinned) (VirtAddr, error) {
	as.mu.Lock()
	defer as.mu.Unlock()
	size := VirtAddr(p.Size())
	if err := as.roomFor(1); err != nil {
		return 0, err
	}
	at, ok := as.hole(size, 0, UserMax)
	if !ok {
		return 0, syscall.ENOMEM
	}
	p.Hold()
	as.insert(region{start: at, end: at + size, prot: Read | Write, flags: Shared | pinned, backing: p})
	if err := as.enterPinned(p, at); err != 0 {
		as.unmap(at, at+size)
		return 0, err
	}
	return at, nil
}

// enterPinned makes all of p's pages present at va. The caller takes the region away if it fails.
func (as *AddressSpace) enterPinned(p *Pinned, va VirtAddr) syscall.Errno {
	for i := range p.pages {
		f, _ := p.Page(uint64(i))
		if err := as.enter(va+VirtAddr(i)*PageSize, f, Read|Write); err != 0 {
			return err
		}
	}
	return 0
}

// UnmapPinned takes away the pinned memory that begins at va; false if none does.
func (as *AddressSpace) UnmapPinned(va VirtAddr) bool {
	as.mu.Lock()
	defer as.mu.Unlock()
	r := as.pinnedAt(va)
	if r == nil {
		return false
	}
	as.unmap(r.start, r.end)
	return true
}

// PinnedAt returns the pinned memory that begins at va, held for the caller; nil if none does.
func (as *AddressSpace) PinnedAt(va VirtAddr) *Pinned {
	as.mu.Lock()
	defer as.mu.Unlock()
	r := as.pinnedAt(va)
	if r == nil {
		return nil
	}
	p := r.backing.(*Pinned)
	p.Hold()
	return p
}

func (as *AddressSpace) pinnedAt(va VirtAddr) *region {
	if i := as.find(va); i < len(as.regions) && as.regions[i].start == va && as.regions[i].flags&pinned != 0 {
		return &as.regions[i]
	}
	return nil
}

// changeable checks that there is no pinned memory in [from, to): EPERM.
func (as *AddressSpace) changeable(from, to VirtAddr) error {
	for i := as.find(from); i < len(as.regions) && as.regions[i].start < to; i++ {
		if as.regions[i].flags&pinned != 0 {
			return syscall.EPERM
		}
	}
	return nil
}

// copyPinned gives a child, whose region r is the parent's, what the owner of the memory wants
// it to have; false if that is nothing.
func (child *AddressSpace) copyPinned(r *region) (bool, error) {
	p := r.backing.(*Pinned)
	if p.onFork == ForkNothing {
		return false, nil
	}
	c, err := p.copy()
	if err != nil {
		return false, err
	}
	r.backing = c
	if err := child.enterPinned(c, r.start); err != 0 {
		return true, err
	}
	return true, nil
}
