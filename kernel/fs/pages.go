package fs

import (
	"encoding/binary"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// pageTree finds the frame of a page by its index in the file. It is a radix tree
// whose tables are page frames of 512 entries; a tree of height 0 is one page of
// data, index 0, without a table. An entry is the frame number + 1, or zero.
type pageTree struct {
	root   uint64
	height int
}

const (
	tableBits = 9
	tableSize = 1 << tableBits
)

type table = [pageSize]byte

func tableEntry(t *table, i uint64) []byte {
	i = i % tableSize * 8
	return t[i : i+8 : i+8]
}

func (p *pageTree) holds(index uint64) bool { return index>>(tableBits*p.height) == 0 }

// lookup returns the frame at index; ok is false for a hole.
func (p *pageTree) lookup(frames mem.Frames, index uint64) (f frame.Frame, ok bool) {
	if !p.holds(index) {
		return frame.None, false
	}
	e := p.root
	for level := p.height - 1; level >= 0 && e != 0; level-- {
		t := frames.Bytes(frame.Frame(e - 1))
		e = binary.LittleEndian.Uint64(tableEntry(t, index>>(tableBits*level)))
	}
	return frame.Frame(e - 1), e != 0
}

// insert puts f into the hole at index. False: no frame for a table; the tree then
// holds the same pages as before, though perhaps with empty tables added.
func (p *pageTree) insert(fs *FS, index uint64, f frame.Frame) bool {
	for !p.holds(index) {
		if p.root != 0 {
			e, ok := newTable(fs)
			if !ok {
				return false
			}
			t := fs.frames.Bytes(frame.Frame(e - 1))
			binary.LittleEndian.PutUint64(tableEntry(t, 0), p.root)
			p.root = e
		}
		p.height++
	}
	if p.height == 0 {
		p.root = uint64(f) + 1
		return true
	}
	if p.root == 0 {
		var ok bool
		if p.root, ok = newTable(fs); !ok {
			p.height = 0
			return false
		}
	}
	t := fs.frames.Bytes(frame.Frame(p.root - 1))
	for level := p.height - 1; level > 0; level-- {
		slot := tableEntry(t, index>>(tableBits*level))
		e := binary.LittleEndian.Uint64(slot)
		if e == 0 {
			var ok bool
			if e, ok = newTable(fs); !ok {
				return false
			}
			binary.LittleEndian.PutUint64(slot, e)
		}
		t = fs.frames.Bytes(frame.Frame(e - 1))
	}
	binary.LittleEndian.PutUint64(tableEntry(t, index), uint64(f)+1)
	return true
}

func newTable(fs *FS) (entry uint64, ok bool) {
	f, ok := fs.takeFrame()
	if !ok {
		return 0, false
	}
	clear(fs.frames.Bytes(f)[:])
	return uint64(f) + 1, true
}

// cut removes all pages with an index ≥ from, and the tables that are empty then.
// Each page goes to drop.
func (p *pageTree) cut(fs *FS, from uint64, drop func(frame.Frame)) {
	p.root = cutBelow(fs, p.root, p.height, 0, from, drop)
	if p.root == 0 {
		p.height = 0
	}
}

// cutBelow does cut on the subtree e, whose first page has index base, and returns
// what is left of it.
func cutBelow(fs *FS, e uint64, height int, base, from uint64, drop func(frame.Frame)) uint64 {
	span := uint64(1) << (tableBits * height)
	if e == 0 || base+span <= from {
		return e
	}
	f := frame.Frame(e - 1)
	if height == 0 {
		drop(f)
		return 0
	}
	t := fs.frames.Bytes(f)
	span >>= tableBits
	left := false
	for i := uint64(0); i < tableSize; i++ {
		slot := tableEntry(t, i)
		old := binary.LittleEndian.Uint64(slot)
		if old == 0 {
			continue
		}
		kept := cutBelow(fs, old, height-1, base+i*span, from, drop)
		if kept != old {
			binary.LittleEndian.PutUint64(slot, kept)
		}
		left = left || kept != 0
	}
	if left {
		return e
	}
	fs.giveFrame(f)
	return 0
}
