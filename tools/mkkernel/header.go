package main

import (
	"encoding/binary"
	"fmt"
)

// headerMagic begins boot.Header, the record of u64s at the start of the stub.
const headerMagic = "GOSSAMER"

// Offsets in it.
const (
	headerKernelEntry = 8
	headerAPEntry     = 16
	headerImageEnd    = 48
	headerSize        = 56
)

// patchHeader tells the stub where the kernel is.
func patchHeader(data []byte, stub []segment, kernelEntry, apEntry, imageEnd uint64) error {
	for _, s := range stub {
		if s.Paddr > stubBase || stubBase+headerSize > s.Paddr+s.Filesz {
			continue
		}
		h := data[s.Off+stubBase-s.Paddr:]
		le := binary.LittleEndian
		if magic := string(h[:headerKernelEntry]); magic != headerMagic {
			return fmt.Errorf("boot stub: no header at %#x: it begins with %q, not %q", stubBase, magic, headerMagic)
		}
		for _, field := range []struct {
			off   int
			name  string
			value uint64
		}{
			{headerKernelEntry, "kernelEntry", kernelEntry},
			{headerAPEntry, "apEntry", apEntry},
			{headerImageEnd, "imageEnd", imageEnd},
		} {
			if old := le.Uint64(h[field.off:]); old != 0 {
				return fmt.Errorf("boot stub: header field %s is already %#x; it must be 0 for mkkernel to fill in", field.name, old)
			}
			le.PutUint64(h[field.off:], field.value)
		}
		return nil
	}
	return fmt.Errorf("boot stub: none of its segments holds the header at %#x", stubBase)
}

// pvhNote is the ELF note by which QEMU and Xen find the 32-bit entry: name
// "Xen", type XEN_ELFNOTE_PHYS32_ENTRY (Xen, docs/misc/pvh.pandoc). The value
// is written as 64 bits because QEMU reads that many from an ELF64.
func pvhNote(entry uint64) []byte {
	le := binary.LittleEndian
	var n []byte
	n = le.AppendUint32(n, 4) // name size
	n = le.AppendUint32(n, 8) // value size
	n = le.AppendUint32(n, 18)
	n = append(n, "Xen\x00"...)
	return le.AppendUint64(n, entry)
}

// Multiboot2 specification 3.1.1: the header is 64-bit aligned and lies wholly
// in the first 32768 bytes of the file.
const (
	multiboot2Magic = 0xe85250d6
	multiboot2Area  = 32768
)

func checkMultiboot2(data []byte) error {
	area := data[:min(len(data), multiboot2Area)]
	le := binary.LittleEndian
	for off := 0; off+16 <= len(area); off += 8 {
		h := area[off:]
		if le.Uint32(h) != multiboot2Magic {
			continue
		}
		if le.Uint32(h)+le.Uint32(h[4:])+le.Uint32(h[8:])+le.Uint32(h[12:]) != 0 {
			return fmt.Errorf("Multiboot2 header at file offset %#x has a wrong checksum", off)
		}
		if length := int(le.Uint32(h[8:])); length > len(area)-off {
			return fmt.Errorf("Multiboot2 header at file offset %#x ends beyond the first %d bytes", off, multiboot2Area)
		}
		return nil
	}
	return fmt.Errorf("no 8-aligned Multiboot2 header in the first %d bytes of the image", multiboot2Area)
}
