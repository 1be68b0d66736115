package mem

import (
	"sync"
	"unsafe"

	"gossamer/kernel/frame"
)

// object is the Backing of shared anonymous memory: pages that are made when first asked
// for and live as long as the object is held. It finds them by a tree whose nodes are frames
// too, so that it costs the Go heap nothing however large it is.
type object struct {
	frames Frames
	size   uint64 // in bytes

	mu     sync.Mutex
	holds  int
	levels int // of the tree: leaves are at level 1
	root   frame.Frame
}

const fanout = PageSize / 8

// node is one frame of the tree: frames of the level below, or at level 1 pages. 0 is none;
// nobody is given frame 0.
type node [fanout]frame.Frame

func newObject(frames Frames, size uint64) *object {
	o := &object{frames: frames, size: size, levels: 1}
	for pages := size / PageSize; pages > fanout; pages = (pages + fanout - 1) / fanout {
		o.levels++
	}
	return o
}

func (o *object) node(f frame.Frame) *node { return (*node)(unsafe.Pointer(o.frames.Bytes(f))) }

// Page returns page number index, made if need be.
func (o *object) Page(index uint64) (frame.Frame, bool) {
	if index >= o.size/PageSize {
		return frame.None, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	slot := &o.root
	for level := o.levels; ; level-- {
		if *slot == 0 {
			f, ok := o.frames.Alloc()
			if !ok {
				return frame.None, false
			}
			frame.Clear(o.frames.Bytes(f))
			*slot = f
		}
		if level == 0 {
			o.frames.Ref(*slot)
			return *slot, true
		}
		const bits = 9 // of index for each level
		slot = &o.node(*slot)[index>>(bits*uint(level-1))%fanout]
	}
}

// Size returns the length in bytes.
func (o *object) Size() int64 { return int64(o.size) }

// Name is what Linux calls such memory.
func (o *object) Name() string { return "/dev/zero (deleted)" }

// Hold counts one more mapping.
func (o *object) Hold() {
	o.mu.Lock()
	o.holds++
	o.mu.Unlock()
}

// Drop counts one mapping less, and frees all pages with the last.
func (o *object) Drop() {
	o.mu.Lock()
	o.holds--
	if o.holds == 0 && o.root != 0 {
		o.free(o.root, o.levels)
		o.root = 0
	}
	o.mu.Unlock()
}

// free gives up f, whose level is 0 if it is a page, and all below it.
func (o *object) free(f frame.Frame, level int) {
	if level > 0 {
		for _, below := range o.node(f) {
			if below != 0 {
				o.free(below, level-1)
			}
		}
	}
	o.frames.Free(f)
}
