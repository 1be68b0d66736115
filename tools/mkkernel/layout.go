package main

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
)

// segment is one PT_LOAD of the image.
type segment struct {
	elf.ProgHeader
	owner string // which input it came from, for messages
}

// segments lists the PT_LOADs of f that occupy memory, with the physical
// address set to the virtual one less base.
func segments(f *elf.File, file []byte, owner string, base uint64) ([]segment, error) {
	var list []segment
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD || p.Memsz == 0 {
			continue
		}
		s := segment{p.ProgHeader, owner}
		if s.Vaddr < base {
			return nil, fmt.Errorf("%s: segment at %#x lies below %#x, so it has no physical address", owner, s.Vaddr, base)
		}
		if s.Filesz > s.Memsz {
			return nil, fmt.Errorf("%s: segment at %#x has more bytes in the file than in memory", owner, s.Vaddr)
		}
		if size := uint64(len(file)); s.Off > size || s.Filesz > size-s.Off {
			return nil, fmt.Errorf("%s: segment at %#x: the file is truncated", owner, s.Vaddr)
		}
		s.Paddr = s.Vaddr - base
		list = append(list, s)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no loadable segment", owner)
	}
	return list, nil
}

// check refuses what a loader would refuse or, worse, not notice: QEMU drops a
// segment above 4 GiB silently and lets a later segment overwrite an earlier.
func check(all []segment) error {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b segment) int { return cmp.Compare(a.Paddr, b.Paddr) })
	for i, s := range sorted {
		if last := s.Paddr + s.Memsz; last > 1<<32 || last < s.Paddr {
			return fmt.Errorf("%s: segment at physical %#x, %#x bytes, does not lie below 4 GiB", s.owner, s.Paddr, s.Memsz)
		}
		if s.Paddr < stubBase {
			return fmt.Errorf("%s: segment at physical %#x lies below 1 MiB", s.owner, s.Paddr)
		}
		if i > 0 {
			if b := sorted[i-1]; b.Paddr+b.Memsz > s.Paddr {
				return fmt.Errorf("%s segment [%#x, %#x) overlaps %s segment [%#x, %#x)",
					b.owner, b.Paddr, b.Paddr+b.Memsz, s.owner, s.Paddr, s.Paddr+s.Memsz)
			}
		}
	}
	return nil
}

// inside reports whether a physical address lies in the file part of a segment.
func inside(list []segment, addr uint64) bool {
	for _, s := range list {
		if addr >= s.Paddr && addr-s.Paddr < s.Filesz {
			return true
		}
	}
	return false
}

// end is the first page after every segment.
func end(all []segment) uint64 {
	var last uint64
	for _, s := range all {
		last = max(last, s.Paddr+s.Memsz)
	}
	return alignUp(last, pageSize)
}

// programHeaders encodes the PT_NOTE and then the segments in order.
func programHeaders(noteOff, noteSize uint64, list []segment) []byte {
	var b bytes.Buffer
	put := func(h elf.ProgHeader) {
		binary.Write(&b, binary.LittleEndian, elf.Prog64{
			Type: uint32(h.Type), Flags: uint32(h.Flags), Off: h.Off, Vaddr: h.Vaddr,
			Paddr: h.Paddr, Filesz: h.Filesz, Memsz: h.Memsz, Align: h.Align,
		})
	}
	put(elf.ProgHeader{Type: elf.PT_NOTE, Flags: elf.PF_R, Off: noteOff, Filesz: noteSize, Memsz: noteSize, Align: 4})
	for _, s := range list {
		put(s.ProgHeader)
	}
	return b.Bytes()
}

// shiftedSections copies the section headers of an ELF file, adding shift to
// every file offset. The first header, which describes no section, keeps zero.
func shiftedSections(file []byte, shift uint64) (headers []byte, stringsIndex uint16) {
	le := binary.LittleEndian
	off, n := le.Uint64(file[40:]), uint64(le.Uint16(file[60:]))
	headers = bytes.Clone(file[off : off+n*shdrSize])
	for i := uint64(1); i < n; i++ {
		p := headers[i*shdrSize+24:]
		le.PutUint64(p, le.Uint64(p)+shift)
	}
	return headers, le.Uint16(file[62:])
}

func alignUp(n, to uint64) uint64 { return (n + to - 1) &^ (to - 1) }

// congruent is the first offset ≥ off that equals addr modulo the page size.
func congruent(off, addr uint64) uint64 {
	return off + (addr-off)&(pageSize-1)
}

func padTo(b *bytes.Buffer, off uint64) {
	b.Write(make([]byte, off-uint64(b.Len())))
}
