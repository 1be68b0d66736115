package memtest

import (
	"encoding/binary"
	"sync"
	"syscall"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// File is a mem.Backing with all its pages in memory.
type File struct {
	m     *Machine
	pages []frame.Frame
	size  int64

	mu    sync.Mutex
	holds int
}

// NewFile returns a file of size bytes in which each 8-byte word is its own offset, plus
// seed. It returns nil if there is no memory.
func (m *Machine) NewFile(size int64, seed uint64) *File {
	f := &File{m: m, size: size}
	for off := int64(0); off < size; off += mem.PageSize {
		p, ok := m.Magazine.Alloc()
		if !ok {
			f.Free()
			return nil
		}
		b := p.Bytes()
		clear(b[:])
		for i := int64(0); i < mem.PageSize && off+i+8 <= size; i += 8 {
			binary.LittleEndian.PutUint64(b[i:], uint64(off+i)+seed)
		}
		f.pages = append(f.pages, p)
	}
	return f
}

func (f *File) Page(index uint64) (frame.Frame, bool) {
	if index >= uint64(len(f.pages)) {
		return frame.None, false
	}
	// A file may have to make its page first.
	if f.m.inject() {
		return frame.None, false
	}
	f.m.Ref(f.pages[index])
	return f.pages[index], true
}

func (f *File) Size() int64  { return f.size }
func (f *File) Name() string { return "file" }

func (f *File) Hold() {
	f.mu.Lock()
	f.holds++
	f.mu.Unlock()
}

func (f *File) Drop() {
	f.mu.Lock()
	f.holds--
	f.mu.Unlock()
}

// Holds returns by how many regions the file is held.
func (f *File) Holds() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.holds
}

// Free gives the pages back. EBUSY: the file is mapped.
func (f *File) Free() error {
	if f.Holds() != 0 {
		return syscall.EBUSY
	}
	for _, p := range f.pages {
		f.m.Magazine.Free(p)
	}
	f.pages = nil
	return nil
}
