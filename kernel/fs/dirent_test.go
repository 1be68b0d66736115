package fs

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// names parses what ReadDir wrote, checking its form.
func names(t *testing.T, b []byte) (out []string) {
	t.Helper()
	for len(b) > 0 {
		size := int(binary.LittleEndian.Uint16(b[16:]))
		if size%8 != 0 || size > len(b) {
			t.Fatalf("record of %d bytes, %d left", size, len(b))
		}
		name, _, ended := strings.Cut(string(b[19:size]), "\x00")
		if !ended || binary.LittleEndian.Uint64(b) == 0 {
			t.Fatalf("bad record %q", b[:size])
		}
		out = append(out, name)
		b = b[size:]
	}
	return out
}

func list(t *testing.T, fs *FS, path string, bufSize int) (all []string) {
	t.Helper()
	f, err := fs.Open(nil, fs.root, path, syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, bufSize)
	for {
		n, err := f.ReadDir(nil, buf)
		if err != nil {
			t.Fatalf("ReadDir: %v", err)
		}
		if n == 0 {
			return all
		}
		all = append(all, names(t, buf[:n])...)
	}
}

func TestListingIsCompleteWhateverTheBuffer(t *testing.T) {
	fs, _ := newTest(t)
	build(t, fs, "/d/ /d/a=1 /d/bb/ /d/ccc>x /d/dddddddddd=1 /d/e=1")
	want := "[. .. a bb ccc dddddddddd e]"
	for size := 32; size < 300; size++ {
		if got := fmt.Sprint(list(t, fs, "/d", size)); got != want {
			t.Fatalf("buffer of %d: %s, want %s", size, got, want)
		}
	}
	f, _ := fs.Open(nil, fs.root, "/d", syscall.O_RDONLY, 0)
	defer f.Close()
	if _, err := f.ReadDir(nil, make([]byte, 23)); err != syscall.EINVAL {
		t.Errorf("buffer too small: %v, want EINVAL", err)
	}
	g, _ := fs.Open(nil, fs.root, "/d/a", syscall.O_RDONLY, 0)
	defer g.Close()
	if _, err := g.ReadDir(nil, make([]byte, 100)); err != syscall.ENOTDIR {
		t.Errorf("a file: %v, want ENOTDIR", err)
	}
}

// Is every entry that stays listed exactly once while others come and go?
func TestListingWhileEntriesChange(t *testing.T) {
	fs, _ := newTest(t)
	for i := range 100 {
		fs.put(t, fmt.Sprintf("/%s%02d", []string{"stay", "go"}[i%2], i), "")
	}
	f, _ := fs.Open(nil, fs.root, "/", syscall.O_RDONLY, 0)
	defer f.Close()
	buf := make([]byte, 70)
	var all []string
	for i := 0; ; i++ {
		n, err := f.ReadDir(nil, buf)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		all = append(all, names(t, buf[:n])...)
		if i < 50 {
			fs.Unlink(nil, fs.root, fmt.Sprintf("/go%02d", 99-2*i))
			if i%2 == 0 {
				fs.put(t, fmt.Sprintf("/new%02d", i), "")
			}
		}
	}
	for i := 0; i < 100; i += 2 {
		name := fmt.Sprintf("stay%02d", i)
		count := 0
		for _, s := range all {
			if s == name {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%s listed %d times", name, count)
		}
	}
	slices.Sort(all)
	if len(slices.Compact(all)) != len(all) {
		t.Error("an entry was listed twice")
	}
	// And from the start again.
	f.Seek(0, 0)
	if n, _ := f.ReadDir(nil, buf); names(t, buf[:n])[0] != "." {
		t.Error("rewinding does not start at the dot")
	}
}
