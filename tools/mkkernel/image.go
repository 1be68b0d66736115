package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// Symbols that tie the two files together.
const (
	stubEntrySymbol = "start32"                     // in the stub: 32-bit entry, PVH and Multiboot2
	apEntrySymbol   = "gossamer/arch/amd64.apentry" // in the kernel: where the other CPUs go
)

const (
	stubBase   = 0x100000           // physical address of the stub and of its header
	kernelBase = 0xffffffff80000000 // kernel virtual − physical
	pageSize   = 0x1000
	ehdrSize   = 64
	phdrSize   = 56
	shdrSize   = 64
)

// Stats is what Join found out, for the line that mkkernel prints.
type Stats struct {
	Loaded int64  // bytes of the file that a loader copies into memory
	Entry  uint64 // physical address of the 32-bit entry
	End    uint64 // first free physical byte after the image, page aligned
}

// Join makes the bootable image. limit is the largest Stats.Loaded allowed.
func Join(bootFile, kernelFile []byte, limit int64) ([]byte, Stats, error) {
	var stats Stats
	stub, err := open("boot stub", bootFile)
	if err != nil {
		return nil, stats, err
	}
	kernel, err := open("kernel", kernelFile)
	if err != nil {
		return nil, stats, err
	}
	entry, err := symbol(stub, "boot stub", stubEntrySymbol)
	if err != nil {
		return nil, stats, err
	}
	apEntry, err := symbol(kernel, "kernel", apEntrySymbol)
	if err != nil {
		return nil, stats, err
	}

	stubSegments, err := segments(stub, bootFile, "boot stub", 0)
	if err != nil {
		return nil, stats, err
	}
	kernelSegments, err := segments(kernel, kernelFile, "kernel", kernelBase)
	if err != nil {
		return nil, stats, err
	}
	all := append(append([]segment{}, stubSegments...), kernelSegments...)
	if err := check(all); err != nil {
		return nil, stats, err
	}
	if !inside(stubSegments, entry) {
		return nil, stats, fmt.Errorf("boot stub: %s = %#x is in none of its segments", stubEntrySymbol, entry)
	}
	kernelEntry := kernel.Entry // what -E named for Go's linker
	for name, addr := range map[string]uint64{"entry point": kernelEntry, apEntrySymbol: apEntry} {
		if !inside(kernelSegments, addr-kernelBase) {
			return nil, stats, fmt.Errorf("kernel: %s = %#x is in none of its segments", name, addr)
		}
	}
	for _, s := range all {
		stats.Loaded += int64(s.Filesz)
	}
	if stats.Loaded > limit {
		return nil, stats, fmt.Errorf("the image loads %d bytes; the limit is %d", stats.Loaded, limit)
	}
	stats.Entry = entry
	stats.End = end(all)

	// The note stands behind the program headers, in the first page.
	note := pvhNote(entry)
	noteOff := uint64(ehdrSize + (len(all)+1)*phdrSize)
	if noteOff+uint64(len(note)) > pageSize {
		return nil, stats, fmt.Errorf("%d segments do not fit in the first page", len(all))
	}

	// Lay out: stub segments, then the whole kernel file, then section headers.
	var image bytes.Buffer
	image.Write(make([]byte, pageSize))
	for i := range stubSegments {
		s := &stubSegments[i]
		// ELF wants offset and address to agree modulo the page size.
		padTo(&image, congruent(uint64(image.Len()), s.Vaddr))
		old := s.Off
		s.Off = uint64(image.Len())
		image.Write(bootFile[old : old+s.Filesz])
	}
	padTo(&image, alignUp(uint64(image.Len()), pageSize))
	shift := uint64(image.Len())
	image.Write(kernelFile)
	for i := range kernelSegments {
		kernelSegments[i].Off += shift
	}
	padTo(&image, alignUp(uint64(image.Len()), 8))
	sectionOff := uint64(image.Len())
	sections, stringsIndex := shiftedSections(kernelFile, shift)
	image.Write(sections)

	data := image.Bytes()
	headers := programHeaders(noteOff, uint64(len(note)), append(stubSegments, kernelSegments...))
	copy(data[ehdrSize:], headers)
	copy(data[noteOff:], note)
	writeHeader(data, entry, len(headers)/phdrSize, sectionOff, len(sections)/shdrSize, stringsIndex)

	if err := patchHeader(data, stubSegments, kernelEntry, apEntry, stats.End); err != nil {
		return nil, stats, err
	}
	if err := checkMultiboot2(data); err != nil {
		return nil, stats, err
	}
	return data, stats, nil
}

// open reads the ELF headers of one of the two inputs.
func open(what string, data []byte) (*elf.File, error) {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %v", what, err)
	}
	if f.Class != elf.ELFCLASS64 || f.Machine != elf.EM_X86_64 || f.Type != elf.ET_EXEC {
		return nil, fmt.Errorf("%s: want a linked ELF64 x86-64 executable, have %v %v %v", what, f.Class, f.Machine, f.Type)
	}
	return f, nil
}

// symbol finds the address of a symbol. Go's linker appends ".abi0" to the
// name of an assembly function that Go code also calls through a wrapper; the
// boot code wants the assembly itself, so that spelling wins.
func symbol(f *elf.File, what, name string) (uint64, error) {
	symbols, err := f.Symbols()
	if err != nil {
		return 0, fmt.Errorf("%s: %v", what, err)
	}
	var plain uint64
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF {
			continue
		}
		switch s.Name {
		case name + ".abi0":
			return s.Value, nil
		case name:
			plain = s.Value
		}
	}
	if plain == 0 {
		return 0, fmt.Errorf("%s: no symbol %s (the linker drops what nothing refers to)", what, name)
	}
	return plain, nil
}

// writeHeader fills in the ELF header at the start of the image.
func writeHeader(data []byte, entry uint64, programHeaders int, sectionOff uint64, sections int, stringsIndex uint16) {
	le := binary.LittleEndian
	copy(data, elf.ELFMAG)
	data[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	data[elf.EI_DATA] = byte(elf.ELFDATA2LSB)
	data[elf.EI_VERSION] = byte(elf.EV_CURRENT)
	le.PutUint16(data[16:], uint16(elf.ET_EXEC))
	le.PutUint16(data[18:], uint16(elf.EM_X86_64))
	le.PutUint32(data[20:], uint32(elf.EV_CURRENT))
	le.PutUint64(data[24:], entry)
	le.PutUint64(data[32:], ehdrSize)
	le.PutUint64(data[40:], sectionOff)
	le.PutUint16(data[52:], ehdrSize)
	le.PutUint16(data[54:], phdrSize)
	le.PutUint16(data[56:], uint16(programHeaders))
	le.PutUint16(data[58:], shdrSize)
	le.PutUint16(data[60:], uint16(sections))
	le.PutUint16(data[62:], stringsIndex)
}
