package proc

import (
	"debug/elf"
	"encoding/binary"
	"io"
	"syscall"

	"gossamer/kernel/mem"
)

// Limits on what an executable may ask for. A header that exceeds them is not an executable
// (ENOEXEC), whatever else it may be.
const (
	maxProgHeaders = 64
	minLoadAddr    = 0x10000 // below lies the guard against nil dereferences
	maxLoadAddr    = stackTop - MaxStack - (1 << 30)
	progHeaderSize = 56
	fileHeaderSize = 64
)

// An Image is a parsed and checked executable: what execve(2) needs to map it, and nothing
// that refers to a process. One image serves all the processes that run the file.
type Image struct {
	Entry    uint64
	Segments []Segment
	PhdrAddr uint64 // where the program headers are in memory, 0 if they are not
	PhNum    int
	Brk      uint64 // first page-aligned address after the last segment
}

// A Segment is one PT_LOAD, cut to pages. Start and Off are page aligned.
type Segment struct {
	Start    uint64   // first page
	Off      int64    // of that page in the file
	FileEnd  uint64   // where the file's bytes end
	FilePage uint64   // FileEnd rounded up to a page: anonymous memory begins here
	End      uint64   // where the segment's pages end
	Prot     mem.Prot // at least one of the bits
}

// ParseImage reads and checks the headers of an ELF64 static executable for x86-64 of size
// bytes. It never panics and allocates little, whatever the file contains. The error is
// ENOEXEC, or what reading returned.
//
// It decodes the two kinds of header with the types of debug/elf rather than by elf.NewFile,
// which would also read the section table: exec has no use for that, and a hostile one could
// make the kernel allocate many times the file's size.
func ParseImage(r io.ReaderAt, size int64) (*Image, error) {
	var b [fileHeaderSize]byte
	if size < fileHeaderSize {
		return nil, syscall.ENOEXEC
	}
	if _, err := r.ReadAt(b[:], 0); err != nil && err != io.EOF {
		return nil, err
	}
	h, ok := decodeHeader(b[:])
	if !ok || h.Phoff > uint64(size) || uint64(size)-h.Phoff < uint64(h.Phnum)*progHeaderSize {
		return nil, syscall.ENOEXEC
	}
	table := make([]byte, int(h.Phnum)*progHeaderSize)
	if _, err := r.ReadAt(table, int64(h.Phoff)); err != nil && err != io.EOF {
		return nil, err
	}
	img := &Image{Entry: h.Entry, PhNum: int(h.Phnum)}
	entryOK := false
	for ; len(table) > 0; table = table[progHeaderSize:] {
		ph := decodeProg(table)
		switch elf.ProgType(ph.Type) {
		case elf.PT_INTERP: // wants a dynamic linker
			return nil, syscall.ENOEXEC
		case elf.PT_LOAD:
			if ph.Memsz == 0 {
				continue
			}
			seg, ok := img.segment(&ph, size)
			if !ok {
				return nil, syscall.ENOEXEC
			}
			if seg.Prot&mem.Exec != 0 && h.Entry >= ph.Vaddr && h.Entry < ph.Vaddr+ph.Memsz {
				entryOK = true
			}
			if h.Phoff >= ph.Off && h.Phoff-ph.Off < ph.Filesz &&
				uint64(h.Phnum)*progHeaderSize <= ph.Filesz-(h.Phoff-ph.Off) {
				img.PhdrAddr = ph.Vaddr + (h.Phoff - ph.Off)
			}
			img.Segments = append(img.Segments, seg)
			img.Brk = seg.End
		}
	}
	if !entryOK {
		return nil, syscall.ENOEXEC
	}
	return img, nil
}

// decodeHeader decodes the file header and checks all that concerns it alone.
func decodeHeader(b []byte) (h elf.Header64, ok bool) {
	le := binary.LittleEndian
	copy(h.Ident[:], b)
	h.Type, h.Machine, h.Version = le.Uint16(b[16:]), le.Uint16(b[18:]), le.Uint32(b[20:])
	h.Entry, h.Phoff = le.Uint64(b[24:]), le.Uint64(b[32:])
	h.Phentsize, h.Phnum = le.Uint16(b[54:]), le.Uint16(b[56:])
	ok = string(h.Ident[:4]) == elf.ELFMAG &&
		elf.Class(h.Ident[elf.EI_CLASS]) == elf.ELFCLASS64 &&
		elf.Data(h.Ident[elf.EI_DATA]) == elf.ELFDATA2LSB &&
		elf.Version(h.Ident[elf.EI_VERSION]) == elf.EV_CURRENT &&
		elf.Type(h.Type) == elf.ET_EXEC &&
		elf.Machine(h.Machine) == elf.EM_X86_64 &&
		h.Phentsize == progHeaderSize && h.Phnum > 0 && h.Phnum <= maxProgHeaders
	return h, ok
}

func decodeProg(b []byte) (ph elf.Prog64) {
	le := binary.LittleEndian
	ph.Type, ph.Flags = le.Uint32(b), le.Uint32(b[4:])
	ph.Off, ph.Vaddr = le.Uint64(b[8:]), le.Uint64(b[16:])
	ph.Filesz, ph.Memsz = le.Uint64(b[32:]), le.Uint64(b[40:])
	return ph
}

// segment checks one PT_LOAD against the file's size and against the segments before it:
// they ascend (the ELF specification wants that) and share no page.
func (img *Image) segment(ph *elf.Prog64, size int64) (seg Segment, ok bool) {
	const page = mem.PageSize
	if ph.Filesz > ph.Memsz ||
		ph.Off > uint64(size) || ph.Filesz > uint64(size)-ph.Off ||
		ph.Vaddr < minLoadAddr || ph.Vaddr > maxLoadAddr || ph.Memsz > maxLoadAddr-ph.Vaddr ||
		ph.Vaddr%page != ph.Off%page {
		return seg, false
	}
	seg.Start = ph.Vaddr &^ (page - 1)
	seg.Off = int64(ph.Off &^ (page - 1))
	seg.FileEnd = ph.Vaddr + ph.Filesz
	seg.FilePage = pageUp(seg.FileEnd)
	if ph.Filesz == 0 {
		seg.FileEnd, seg.FilePage = seg.Start, seg.Start
	}
	seg.End = pageUp(ph.Vaddr + ph.Memsz)
	f := elf.ProgFlag(ph.Flags)
	if f&elf.PF_R != 0 {
		seg.Prot |= mem.Read
	}
	if f&elf.PF_W != 0 {
		seg.Prot |= mem.Read | mem.Write
	}
	if f&elf.PF_X != 0 {
		seg.Prot |= mem.Read | mem.Exec
	}
	if n := len(img.Segments); n > 0 && seg.Start < img.Segments[n-1].End {
		return seg, false
	}
	return seg, seg.Prot != 0
}

func pageUp(a uint64) uint64 { return (a + mem.PageSize - 1) &^ (mem.PageSize - 1) }
