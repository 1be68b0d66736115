package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"
)

// testELF describes a synthetic executable.
type testELF struct {
	segments []testSegment
	symbols  map[string]uint64
	machine  elf.Machine
	entry    uint64
}

type testSegment struct {
	vaddr uint64
	data  []byte
	bss   uint64 // bytes beyond data
}

// build writes an ELF64 with the segments, one section for each, a symbol
// table and the string tables, which is all that mkkernel looks at.
func (e testELF) build() []byte {
	le := binary.LittleEndian
	var file bytes.Buffer
	var progs []elf.Prog64
	sections := []elf.Section64{{}}
	names := []byte("\x00.load\x00.symtab\x00.strtab\x00")
	file.Write(make([]byte, ehdrSize+len(e.segments)*phdrSize))
	for _, s := range e.segments {
		padTo(&file, congruent(uint64(file.Len()), s.vaddr))
		off := uint64(file.Len())
		file.Write(s.data)
		n := uint64(len(s.data))
		progs = append(progs, elf.Prog64{Type: uint32(elf.PT_LOAD), Off: off, Vaddr: s.vaddr, Paddr: s.vaddr, Filesz: n, Memsz: n + s.bss, Align: pageSize})
		sections = append(sections, elf.Section64{Name: 1, Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC), Addr: s.vaddr, Off: off, Size: n})
	}
	strtab := []byte{0}
	symtab := make([]byte, elf.Sym64Size)
	for name, value := range e.symbols {
		var b bytes.Buffer
		binary.Write(&b, le, elf.Sym64{Name: uint32(len(strtab)), Info: 0x12, Shndx: 1, Value: value})
		symtab = append(symtab, b.Bytes()...)
		strtab = append(append(strtab, name...), 0)
	}
	add := func(name uint32, typ elf.SectionType, data []byte, link uint32, entry uint64) {
		sections = append(sections, elf.Section64{Name: name, Type: uint32(typ), Off: uint64(file.Len()), Size: uint64(len(data)), Link: link, Entsize: entry})
		file.Write(data)
	}
	n := uint32(len(sections))
	add(7, elf.SHT_SYMTAB, symtab, n+1, elf.Sym64Size)
	add(15, elf.SHT_STRTAB, strtab, 0, 0)
	add(0, elf.SHT_STRTAB, names, 0, 0)
	off := uint64(file.Len())
	binary.Write(&file, le, sections)
	data := file.Bytes()
	var headers bytes.Buffer
	binary.Write(&headers, le, progs)
	copy(data[ehdrSize:], headers.Bytes())
	writeHeader(data, e.entry, len(progs), off, len(sections), uint16(len(sections)-1))
	machine := e.machine
	if machine == 0 {
		machine = elf.EM_X86_64
	}
	le.PutUint16(data[18:], uint16(machine))
	return data
}

const (
	testStart32 = 0x100200
	testKentry  = 0xffffffff80200040
	testAPentry = 0xffffffff80200080
)

func goodStub() testELF {
	code := make([]byte, 0x300)
	le := binary.LittleEndian
	copy(code, headerMagic)
	le.PutUint64(code[40:], 0x105000) // bootPML4, not mkkernel's to touch
	magic, size := uint32(multiboot2Magic), uint32(16)
	le.PutUint32(code[64:], magic)
	le.PutUint32(code[72:], size)
	le.PutUint32(code[76:], -(magic + size))
	code[0x200] = 0xfa
	return testELF{
		segments: []testSegment{{vaddr: stubBase, data: code}, {vaddr: 0x104000, bss: 0x4000}},
		symbols:  map[string]uint64{"start32": testStart32},
	}
}

func goodKernel() testELF {
	return testELF{
		entry: testKentry,
		segments: []testSegment{
			{vaddr: 0xffffffff80200000, data: bytes.Repeat([]byte{0x90}, 0x1234)},
			{vaddr: 0xffffffff80202000, data: []byte("data"), bss: 0x1801},
		},
		symbols: map[string]uint64{
			"somewhere":                        testKentry,
			"gossamer/arch/amd64.apentry":      0xffffffff80200200, // the Go wrapper
			"gossamer/arch/amd64.apentry.abi0": testAPentry,
		},
	}
}

func TestJoin(t *testing.T) {
	image, stats, err := Join(goodStub().build(), goodKernel().build(), 6<<20)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	if f.Entry != testStart32 || stats.Entry != testStart32 {
		t.Errorf("entry = %#x, %#x", f.Entry, stats.Entry)
	}
	if want := int64(0x300 + 0x1234 + 4); stats.Loaded != want {
		t.Errorf("Loaded = %#x, want %#x", stats.Loaded, want)
	}
	if want := uint64(0x204000); stats.End != want {
		t.Errorf("End = %#x, want %#x", stats.End, want)
	}

	var physical []uint64
	for _, p := range f.Progs {
		switch p.Type {
		case elf.PT_NOTE:
			note := make([]byte, p.Filesz)
			p.ReadAt(note, 0)
			if want := pvhNote(testStart32); !bytes.Equal(note, want) {
				t.Errorf("note = % x, want % x", note, want)
			}
		case elf.PT_LOAD:
			physical = append(physical, p.Paddr)
			if (p.Off^p.Vaddr)%pageSize != 0 && p.Filesz > 0 {
				t.Errorf("segment %#x: offset %#x is not congruent", p.Vaddr, p.Off)
			}
		}
	}
	want := []uint64{0x100000, 0x104000, 0x200000, 0x202000}
	if len(physical) != len(want) {
		t.Fatalf("physical addresses %#x, want %#x", physical, want)
	}
	for i := range want {
		if physical[i] != want[i] {
			t.Errorf("physical addresses %#x, want %#x", physical, want)
		}
	}

	header := make([]byte, headerSize)
	f.Progs[1].ReadAt(header, 0)
	le := binary.LittleEndian
	for off, want := range map[int]uint64{8: testKentry, 16: testAPentry, 40: 0x105000, 48: 0x204000} {
		if got := le.Uint64(header[off:]); got != want {
			t.Errorf("header+%d = %#x, want %#x", off, got, want)
		}
	}
	// What gdb needs came along: the symbols, and sections that say what they said.
	if v, err := symbol(f, "image", "somewhere"); err != nil || v != testKentry {
		t.Errorf("symbol in the image: %#x, %v", v, err)
	}
	for _, s := range f.Sections {
		if s.Addr == 0xffffffff80202000 {
			if data, err := s.Data(); err != nil || string(data) != "data" {
				t.Errorf("section contents: %q, %v", data, err)
			}
		}
	}
}

func TestJoinTruncated(t *testing.T) {
	stub, kernel := goodStub().build(), goodKernel().build()
	for n := range kernel {
		if _, _, err := Join(stub, kernel[:n], 6<<20); err == nil {
			t.Fatalf("a kernel cut to %d of %d bytes was accepted", n, len(kernel))
		}
	}
}

func TestJoinRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(stub, kernel *testELF)
		limit  int64
		want   string
	}{
		{"overlap", func(s, k *testELF) { s.segments[1].bss = 0x200000 }, 0, "overlaps kernel segment"},
		{"above 4 GiB", func(s, k *testELF) { s.segments[1].vaddr = 1<<32 - 0x1000 }, 0, "below 4 GiB"},
		{"below 1 MiB", func(s, k *testELF) { s.segments[1].vaddr = 0x8000 }, 0, "below 1 MiB"},
		{"kernel linked low", func(s, k *testELF) { k.segments[0].vaddr = 0x400000 }, 0, "no physical address"},
		{"too big", func(s, k *testELF) {}, 0x400, "the limit is 1024"},
		{"no start32", func(s, k *testELF) { delete(s.symbols, "start32") }, 0, "no symbol start32"},
		{"no entry", func(s, k *testELF) { k.entry = 0 }, 0, "entry point = 0x0 is in none"},
		{"no apentry", func(s, k *testELF) { clear(k.symbols) }, 0, "no symbol gossamer/arch/amd64.apentry"},
		{"start32 outside", func(s, k *testELF) { s.symbols["start32"] = 0x50 }, 0, "none of its segments"},
		{"no header", func(s, k *testELF) { clear(s.segments[0].data[:8]) }, 0, "no header"},
		{"patched twice", func(s, k *testELF) { s.segments[0].data[8] = 1 }, 0, "already"},
		{"no multiboot2", func(s, k *testELF) { s.segments[0].data[64] = 0 }, 0, "no 8-aligned Multiboot2"},
		{"bad checksum", func(s, k *testELF) { s.segments[0].data[76]++ }, 0, "checksum"},
		{"multiboot2 too far", func(s, k *testELF) {
			d := append(s.segments[0].data, make([]byte, 40000)...)
			copy(d[36000:], d[64:80])
			clear(d[64:80])
			s.segments[0].data, s.segments[1].vaddr = d, 0x10a000
		}, 0, "no 8-aligned Multiboot2"},
		{"wrong machine", func(s, k *testELF) { k.machine = elf.EM_AARCH64 }, 0, "want a linked ELF64 x86-64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stub, kernel := goodStub(), goodKernel()
			test.change(&stub, &kernel)
			limit := test.limit
			if limit == 0 {
				limit = 6 << 20
			}
			_, _, err := Join(stub.build(), kernel.build(), limit)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
