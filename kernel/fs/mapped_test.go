package fs

import (
	"bytes"
	"syscall"
	"testing"
)

func TestImageLivesAsLongAsTheContents(t *testing.T) {
	fs, _ := newTest(t)
	fs.put(t, "/prog", "elf")
	f := openTest(t, fs, "/prog", syscall.O_RDONLY)
	defer f.Close()
	r := f.Regular()
	e := r.Edition()
	r.SetImage(e, "parsed")
	if r.Image() != "parsed" {
		t.Fatal("image not kept")
	}
	for what, change := range map[string]func(){
		"write":    func() { w := openTest(t, fs, "/prog", syscall.O_WRONLY); w.Write(nil, []byte("x")); w.Close() },
		"truncate": func() { fs.Truncate(nil, fs.root, "/prog", 2) },
		"O_TRUNC":  func() { openTest(t, fs, "/prog", syscall.O_RDONLY|syscall.O_TRUNC).Close() },
	} {
		old := r.Edition()
		r.SetImage(old, "parsed")
		change()
		if r.Image() != nil {
			t.Errorf("image survived %s", what)
		}
		r.SetImage(old, "late")
		if r.Image() != nil {
			t.Errorf("an image of old contents was kept after %s", what)
		}
	}
}

func TestARunningProgramIsNotWritten(t *testing.T) {
	fs, _ := newTest(t)
	fs.put(t, "/prog", "elf")
	f := openTest(t, fs, "/prog", syscall.O_RDONLY)
	defer f.Close()
	w := openTest(t, fs, "/prog", syscall.O_RDWR)
	if err := f.reg.DenyWrite(); err != syscall.ETXTBSY {
		t.Errorf("DenyWrite while open for writing: %v", err)
	}
	w.Close()
	if err := f.reg.DenyWrite(); err != nil {
		t.Fatal(err)
	}
	for _, flags := range []int{syscall.O_WRONLY, syscall.O_RDWR, syscall.O_RDONLY | syscall.O_TRUNC} {
		if _, err := fs.Open(nil, fs.root, "/prog", flags, 0); err != syscall.ETXTBSY {
			t.Errorf("open %#x: %v, want ETXTBSY", flags, err)
		}
	}
	if got := fs.get(t, "/prog"); got != "elf" {
		t.Errorf("read: %s", got)
	}
	f.reg.AllowWrite()
	fs.put(t, "/prog", "new")
	if f.reg.refs != 2 || f.reg.writers != 0 {
		t.Errorf("refs %d, writers %d", f.reg.refs, f.reg.writers)
	}
}

// Does a frame that Page handed out stay until the mapping goes, and no longer?
func TestMappedFramesOutliveTruncation(t *testing.T) {
	fs, frames := newTest(t)
	fs.put(t, "/f", string(bytes.Repeat([]byte("x"), 3*pageSize)))
	f := openTest(t, fs, "/f", syscall.O_RDWR)
	r := f.Regular()
	r.Hold()
	fr, ok := r.Page(2)
	if _, beyond := r.Page(3); !ok || beyond {
		t.Fatalf("Page(2) %v, Page(3) %v", ok, beyond)
	}
	f.Truncate(pageSize)
	if b := frames.Bytes(fr); b[0] != 'x' || frames.Refs(fr) != 1 {
		t.Error("the frame changed hands, or the file keeps it")
	}
	frames.Free(fr)
	if _, ok := r.Page(2); ok {
		t.Error("Page gives a page that was cut off")
	}
	f.Truncate(3 * pageSize)
	hole, ok := r.Page(1)
	if !ok || *frames.Bytes(hole) != [pageSize]byte{} {
		t.Error("a hole is not mapped as zeros")
	}
	f.PWrite(nil, []byte("seen"), pageSize)
	if string(frames.Bytes(hole)[:4]) != "seen" {
		t.Error("mapping and file differ")
	}
	frames.Free(hole)
	fs.Unlink(nil, fs.root, "/f")
	f.Close()
	if r.Size() != 3*pageSize || r.Name() != "(deleted)" {
		t.Errorf("mapped, unlinked: size %d, name %s", r.Size(), r.Name())
	}
	r.Drop()
	if frames.used() != 0 {
		t.Errorf("%d frames leaked", frames.used())
	}
}
