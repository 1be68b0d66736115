package proc

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"syscall"
	"testing"

	"gossamer/kernel/mem"
)

type elfFile struct {
	h    elf.Header64
	ph   []elf.Prog64
	size int
}

// goodELF is an executable with text, data and bss.
func goodELF() *elfFile {
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	return &elfFile{
		h: elf.Header64{Ident: ident, Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64),
			Version: 1, Entry: 0x401000, Phoff: 64, Phentsize: 56, Phnum: 2},
		ph: []elf.Prog64{
			{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: 0x400000, Filesz: 0x2000, Memsz: 0x2000},
			{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_W), Off: 0x2123, Vaddr: 0x500123, Filesz: 0x100, Memsz: 0x5000},
		},
		size: 0x3000,
	}
}

func (f *elfFile) bytes() []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, f.h)
	binary.Write(&b, binary.LittleEndian, f.ph)
	if n := f.size - b.Len(); n > 0 {
		b.Write(make([]byte, n))
	}
	return b.Bytes()[:f.size]
}

func parse(b []byte) (*Image, error) { return ParseImage(bytes.NewReader(b), int64(len(b))) }

func TestParseImage(t *testing.T) {
	img, err := parse(goodELF().bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := Segment{Start: 0x500000, Off: 0x2000, FileEnd: 0x500223, FilePage: 0x501000, End: 0x506000, Prot: mem.Read | mem.Write}
	if len(img.Segments) != 2 || img.Segments[1] != want {
		t.Errorf("segments %+v, want %+v", img.Segments, want)
	}
	if img.PhdrAddr != 0x400040 || img.Entry != 0x401000 || img.Brk != 0x506000 || img.PhNum != 2 {
		t.Errorf("image %+v", img)
	}
}

// Is everything that cannot be run turned down?
func TestBadImages(t *testing.T) {
	for name, spoil := range map[string]func(f *elfFile){
		"empty":              func(f *elfFile) { f.size = 0 },
		"header cut off":     func(f *elfFile) { f.size = 63 },
		"magic":              func(f *elfFile) { f.h.Ident[0] = 0 },
		"32 bit":             func(f *elfFile) { f.h.Ident[elf.EI_CLASS] = byte(elf.ELFCLASS32) },
		"big endian":         func(f *elfFile) { f.h.Ident[elf.EI_DATA] = byte(elf.ELFDATA2MSB) },
		"machine":            func(f *elfFile) { f.h.Machine = uint16(elf.EM_AARCH64) },
		"shared object":      func(f *elfFile) { f.h.Type = uint16(elf.ET_DYN) },
		"no segments":        func(f *elfFile) { f.h.Phnum = 0 },
		"many segments":      func(f *elfFile) { f.h.Phnum = 65535 },
		"segment size":       func(f *elfFile) { f.h.Phentsize = 32 },
		"table beyond file":  func(f *elfFile) { f.h.Phoff = 0x2fff },
		"table overflows":    func(f *elfFile) { f.h.Phoff = ^uint64(0) - 8 },
		"entry outside":      func(f *elfFile) { f.h.Entry = 0x600000 },
		"entry in data":      func(f *elfFile) { f.h.Entry = 0x500200 },
		"entry 0":            func(f *elfFile) { f.h.Entry = 0 },
		"interpreter":        func(f *elfFile) { f.ph[1].Type = uint32(elf.PT_INTERP) },
		"filesz > memsz":     func(f *elfFile) { f.ph[1].Memsz = 0xff },
		"beyond file":        func(f *elfFile) { f.ph[1].Off = 0x3123 },
		"offset overflows":   func(f *elfFile) { f.ph[1].Off = ^uint64(0)&^0xfff | 0x123 },
		"address overflows":  func(f *elfFile) { f.ph[1].Memsz = ^uint64(0) },
		"kernel address":     func(f *elfFile) { f.ph[1].Vaddr = 0xffffffff80000123 },
		"in the stack":       func(f *elfFile) { f.ph[1].Vaddr = stackTop - 0x10000 + 0x123 },
		"at nil":             func(f *elfFile) { f.ph[1].Vaddr = 0x123 },
		"misaligned":         func(f *elfFile) { f.ph[1].Vaddr = 0x500124 },
		"overlap":            func(f *elfFile) { f.ph[1].Vaddr = 0x401123 },
		"same page":          func(f *elfFile) { f.ph[0].Memsz, f.ph[1].Vaddr = 0x2100, 0x402123 },
		"descending":         func(f *elfFile) { f.ph[1].Vaddr = 0x300123 },
		"no rights":          func(f *elfFile) { f.ph[1].Flags = 0 },
		"file size overflow": func(f *elfFile) { f.ph[1].Filesz, f.ph[1].Memsz = 1<<63, 1<<63 },
	} {
		f := goodELF()
		spoil(f)
		if img, err := parse(f.bytes()); err != syscall.ENOEXEC {
			t.Errorf("%s: %+v, %v", name, img, err)
		}
	}
}

// Does a real executable of the Go linker parse? The test binary is one.
func TestParseThisProgram(t *testing.T) {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	img, err := ParseImage(f, st.Size())
	if err == syscall.ENOEXEC {
		t.Skip("linked dynamically")
	}
	if err != nil || len(img.Segments) < 3 {
		t.Errorf("%+v, %v", img, err)
	}
}

// Whatever the bytes: no panic, and what is accepted keeps the promises that mapping relies on.
func FuzzParseImage(f *testing.F) {
	good := goodELF().bytes()
	f.Add(good[:64+112], int64(len(good)))
	f.Add(good[:64], int64(64))
	f.Fuzz(func(t *testing.T, b []byte, size int64) {
		if size < 0 || size > 1<<40 {
			return
		}
		padded := append(b, make([]byte, 8192)...)
		img, err := ParseImage(bytes.NewReader(padded), size)
		if err != nil {
			return
		}
		last := uint64(minLoadAddr)
		for _, g := range img.Segments {
			if g.Start%mem.PageSize != 0 || g.Off%mem.PageSize != 0 || g.End%mem.PageSize != 0 ||
				g.Start < last || g.End <= g.Start || g.End > stackTop-MaxStack ||
				g.FilePage < g.Start || g.FilePage > g.End || g.FileEnd > g.FilePage ||
				g.Off < 0 || g.Off+int64(g.FileEnd-g.Start) > size || g.Prot == 0 {
				t.Fatalf("%+v in %+v, size %d", g, img, size)
			}
			last = g.End
		}
	})
}

// Is every instruction that kills a program shown, also those that x86asm does not know?
func TestDisassemble(t *testing.T) {
	for _, c := range []struct {
		code []byte
		want string
	}{
		{[]byte{0x48, 0x8b, 0x18, 0x90}, "mov (%rax),%rbx  [48 8b 18]"},
		{[]byte{0x0f, 0x0b}, "ud2  [0f 0b]"},
		{[]byte{0xc5, 0xf8}, "(unknown)  [c5 f8]"},
		{[]byte{0x48, 0x8b}, "(unknown)  [48 8b]"}, // cut off
		{nil, "(not readable)"},
	} {
		if got := disassemble(c.code, 0x1000); got != c.want {
			t.Errorf("% x: %q, want %q", c.code, got, c.want)
		}
	}
	for a := range 65536 { // no panic, whatever the bytes
		disassemble([]byte{byte(a >> 8), byte(a), 0xff, 0xff, 0xff, 0xff}, 0)
	}
}
