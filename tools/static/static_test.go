package static

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is an ELF file of a type, with one program header and nothing else.
func small(kind elf.Type, segment elf.ProgType) []byte {
	var b bytes.Buffer
	h := elf.Header64{Type: uint16(kind), Machine: uint16(elf.EM_X86_64), Version: 1, Entry: 0x1000,
		Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1
	binary.Write(&b, binary.LittleEndian, h)
	binary.Write(&b, binary.LittleEndian, elf.Prog64{Type: uint32(segment)})
	return b.Bytes()
}

// What the kernel would refuse with ENOEXEC is refused here, with a reason.
func TestCheck(t *testing.T) {
	for _, test := range []struct {
		kind    elf.Type
		segment elf.ProgType
		want    string
	}{
		{elf.ET_EXEC, elf.PT_LOAD, ""},
		{elf.ET_DYN, elf.PT_LOAD, "position independent"},
		{elf.ET_DYN, elf.PT_INTERP, "dynamically linked"},
		{elf.ET_EXEC, elf.PT_INTERP, "dynamically linked"},
		{elf.ET_EXEC, elf.PT_NOTE, "no segment"},
		{elf.ET_REL, elf.PT_LOAD, "not a linked program"},
	} {
		err := Check(small(test.kind, test.segment))
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v with %v: %v, want %q", test.kind, test.segment, err, test.want)
		}
	}
}

// A file is replaced with its mode; where that cannot be done, what was there stays, and nothing
// is left beside it.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	for _, text := range []string{"one", "two"} {
		if err := Replace(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil || string(got) != text {
			t.Errorf("%q, %v; want %q", got, err, text)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o755 {
		t.Errorf("%v, %v; want mode 0755", info, err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "folder", "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if Replace(filepath.Join(dir, "folder"), nil, 0o644) == nil {
		t.Error("a folder has been replaced")
	}
	if all, _ := os.ReadDir(dir); len(all) != 2 {
		t.Errorf("%v; want file and folder", all)
	}
}

func FuzzStrip(f *testing.F) {
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		f.Add(self[:4096])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Check(data) == nil && len(Strip(data)) > len(data) {
			t.Error("grew")
		}
	})
}
