package mem

import (
	"sync"

	"gossamer/kernel/frame"
)

// Source is where a magazine gets its frames and takes them back: the frame allocator,
// reached in whatever way the machine has.
type Source interface {
	// AllocBatch fills out with frames that have one reference each, and returns how
	// many it got.
	AllocBatch(out []frame.Frame) int
	// FreeBatch gives up one reference to each frame of in.
	FreeBatch(in []frame.Frame)
}

const (
	magazineSize  = 64
	magazineBatch = 32
)

// Magazine is the Frames of kernel Go. Getting at the allocator is costly there, since it
// takes turning interrupts off; the magazine does it once for magazineBatch frames. The
// frames it keeps have one reference, its own, which Alloc hands to the caller.
type Magazine struct {
	src Source

	mu   sync.Mutex
	n    int
	free [magazineSize]frame.Frame
}

// NewFrames returns a Frames with a stock of frames between it and src.
func NewFrames(src Source) *Magazine { return &Magazine{src: src} }

// Alloc returns a frame with one reference, false if there is no memory.
func (m *Magazine) Alloc() (frame.Frame, bool) {
	m.mu.Lock()
	n := m.n - 1
	if n < 0 {
		n = m.src.AllocBatch(m.free[:magazineBatch]) - 1
		if n < 0 {
			m.mu.Unlock()
			return frame.None, false
		}
	}
	f := m.free[n%magazineSize]
	m.n = n
	m.mu.Unlock()
	return f, true
}

// Free gives up one reference to f.
func (m *Magazine) Free(f frame.Frame) {
	if !frame.DropUnlessLast(f) {
		return
	}
	m.mu.Lock()
	if m.n == magazineSize {
		m.n -= magazineBatch
		m.src.FreeBatch(m.free[m.n:])
	}
	m.free[m.n%magazineSize] = f
	m.n++
	m.mu.Unlock()
}

// Ref takes one more reference to f.
func (m *Magazine) Ref(f frame.Frame) { frame.Ref(f) }

// Refs returns the number of references to f.
func (m *Magazine) Refs(f frame.Frame) uint32 { return frame.Refs(f) }

// Bytes returns the memory of f.
func (m *Magazine) Bytes(f frame.Frame) *[PageSize]byte { return f.Bytes() }

// Drain gives the stock back to the source, for whoever wants to count free frames, or
// needs every one of them.
func (m *Magazine) Drain() {
	m.mu.Lock()
	m.src.FreeBatch(m.free[:m.n])
	m.n = 0
	m.mu.Unlock()
}
