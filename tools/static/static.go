// Package static is what the tools do with linked ELF files: check that a file is one that the
// kernel can load, leave out what only linkers and debuggers read, and write one in one step.
package static

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
)

// Check says whether the file is one that the kernel can load: an ELF64
// executable for x86-64, at a fixed address, that asks for no dynamic linker.
func Check(data []byte) error {
	if !bytes.HasPrefix(data, []byte(elf.ELFMAG)) {
		return errors.New("not an ELF file")
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	switch {
	case f.Class != elf.ELFCLASS64 || f.Machine != elf.EM_X86_64:
		return fmt.Errorf("built for %v %v, not for x86-64", f.Class, f.Machine)
	case f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN:
		return fmt.Errorf("not a linked program (its ELF type is %v)", f.Type)
	}
	loads := 0
	for _, p := range f.Progs {
		switch p.Type {
		case elf.PT_INTERP:
			return errors.New("dynamically linked; build it static (Go: CGO_ENABLED=0, C: -static)")
		case elf.PT_LOAD:
			loads++
			if size := uint64(len(data)); p.Off > size || p.Filesz > size-p.Off {
				return errors.New("truncated: a segment ends beyond the file")
			}
		}
	}
	if loads == 0 {
		return errors.New("has no segment to load")
	}
	if f.Type == elf.ET_DYN {
		return errors.New("position independent; link it at a fixed address (C: -static -no-pie, Go: -buildmode=exe)")
	}
	return nil
}

// Strip returns the program without what only linkers and debuggers read: the
// section headers and everything behind the last loaded byte. data must have
// passed Check.
func Strip(data []byte) []byte {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return data
	}
	le := binary.LittleEndian
	end := le.Uint64(data[32:]) + uint64(le.Uint16(data[54:]))*uint64(le.Uint16(data[56:]))
	for _, p := range f.Progs {
		if p.Filesz > 0 {
			end = max(end, p.Off+p.Filesz)
		}
	}
	if end > uint64(len(data)) {
		return data
	}
	out := bytes.Clone(data[:end])
	le.PutUint64(out[40:], 0) // e_shoff
	le.PutUint16(out[60:], 0) // e_shnum
	le.PutUint16(out[62:], 0) // e_shstrndx
	return out
}
