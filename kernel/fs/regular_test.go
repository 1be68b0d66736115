package fs

import (
	"bytes"
	"math"
	"math/rand"
	"syscall"
	"testing"
)

func openTest(t testing.TB, fs *FS, path string, flags int) *File {
	t.Helper()
	f, err := fs.Open(nil, fs.root, path, flags, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Random reads, writes and truncations, against a byte slice.
func TestRegularFileAgainstModel(t *testing.T) {
	for seed := range int64(6) {
		rng := rand.New(rand.NewSource(seed))
		fs, frames := newTest(t)
		f := openTest(t, fs, "/f", syscall.O_CREAT|syscall.O_RDWR)
		var model []byte
		const limit = 3 << 20 // two levels of tables
		for step := range 300 {
			off := rng.Int63n(limit)
			if rng.Intn(2) == 0 {
				off = rng.Int63n(int64(len(model)) + 5000)
			}
			switch rng.Intn(5) {
			case 0, 1:
				p := make([]byte, rng.Intn(10000))
				rng.Read(p)
				n, err := f.PWrite(nil, p, off)
				if n != len(p) || err != nil {
					t.Fatalf("seed %d step %d: write %d at %d: %d, %v", seed, step, len(p), off, n, err)
				}
				if end := off + int64(n); n > 0 && end > int64(len(model)) {
					model = append(model, make([]byte, end-int64(len(model)))...)
				}
				copy(model[min(off, int64(len(model))):], p)
			case 2, 3:
				p := make([]byte, rng.Intn(20000))
				n, err := f.PRead(nil, p, off)
				want := model[min(off, int64(len(model))):]
				want = want[:min(len(want), len(p))]
				if err != nil || !bytes.Equal(p[:n], want) {
					t.Fatalf("seed %d step %d: read %d at %d: %d bytes differ, %v", seed, step, len(p), off, n, err)
				}
			case 4:
				if err := f.Truncate(off); err != nil {
					t.Fatal(err)
				}
				if off < int64(len(model)) {
					model = model[:off:off]
				}
				model = append(model, make([]byte, off-int64(len(model)))...)
			}
			var st syscall.Stat_t
			f.Stat(&st)
			if st.Size != int64(len(model)) {
				t.Fatalf("seed %d step %d: size %d, want %d", seed, step, st.Size, len(model))
			}
		}
		if int(f.reg.used) > frames.used() {
			t.Errorf("%d pages of data in %d frames", f.reg.used, frames.used())
		}
		used := frames.used()
		fs.Unlink(nil, fs.root, "/f")
		if frames.used() != used {
			t.Error("an open file lost its frames when it was unlinked")
		}
		f.Close()
		if frames.used() != 0 {
			t.Errorf("seed %d: %d frames leaked", seed, frames.used())
		}
		emptyTree(t, fs)
	}
}

func TestSparseFileTakesNoMoreThanItsData(t *testing.T) {
	fs, frames := newTest(t)
	f := openTest(t, fs, "/f", syscall.O_CREAT|syscall.O_RDWR)
	defer f.Close()
	if n, err := f.PWrite(nil, []byte("end"), MaxFileSize-3); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if frames.used() > 5 {
		t.Errorf("%d frames for one page at the far end", frames.used())
	}
	var st syscall.Stat_t
	f.Stat(&st)
	if st.Size != MaxFileSize || st.Blocks != 8 {
		t.Errorf("size %d, blocks %d", st.Size, st.Blocks)
	}
	b := []byte{1, 2, 3}
	if n, _ := f.PRead(nil, b, 1<<30); n != 3 || b[0]|b[1]|b[2] != 0 {
		t.Errorf("a hole reads as %v", b)
	}
	for _, c := range []struct{ off, n int64 }{{MaxFileSize, -1}, {math.MaxInt64, -1}, {MaxFileSize - 1, 1}} {
		n, err := f.PWrite(nil, []byte("xy"), c.off)
		if c.n < 0 && err != syscall.EFBIG || c.n >= 0 && (int64(n) != c.n || err != nil) {
			t.Errorf("write at %#x: %d, %v", c.off, n, err)
		}
	}
	if err := f.Truncate(MaxFileSize + 1); err != syscall.EFBIG {
		t.Errorf("truncate beyond the limit: %v, want EFBIG", err)
	}
	if err := f.Truncate(-1); err != syscall.EINVAL {
		t.Errorf("truncate -1: %v, want EINVAL", err)
	}
}

// With every possible number of frames left: a write fails or is short, what was
// there stays, and all frames come back.
func TestWriteWithoutMemory(t *testing.T) {
	for limit := 1; limit < 12; limit++ {
		fs, frames := newTest(t)
		frames.limit = limit
		f := openTest(t, fs, "/f", syscall.O_CREAT|syscall.O_RDWR)
		data := bytes.Repeat([]byte("0123456789abcdef"), 5*pageSize/16)
		n, err := f.Write(nil, data)
		if limit < 6 && n == len(data) || err != nil {
			t.Errorf("limit %d: wrote %d, %v", limit, n, err)
		}
		if n2, err := f.PWrite(nil, []byte("x"), 1<<31); limit < 8 && (n2 != 0 || err != syscall.ENOSPC) {
			t.Errorf("limit %d: far write %d, %v, want ENOSPC", limit, n2, err)
		} else if limit < 8 && f.reg.Size() != int64(n) {
			t.Errorf("limit %d: a failed write changed the size to %d", limit, f.reg.Size())
		}
		got := make([]byte, n)
		f.PRead(nil, got, 0)
		if !bytes.Equal(got, data[:n]) {
			t.Errorf("limit %d: what was written does not read back", limit)
		}
		f.Close()
		fs.Unlink(nil, fs.root, "/f")
		if frames.used() != 0 {
			t.Errorf("limit %d: %d frames leaked", limit, frames.used())
		}
		emptyTree(t, fs)
	}
	fs, _ := newTest(t)
	fs.MaxPages = 3
	f := openTest(t, fs, "/f", syscall.O_CREAT|syscall.O_RDWR)
	defer f.Close()
	if n, err := f.Write(nil, make([]byte, 5*pageSize)); n != 2*pageSize || err != nil {
		t.Errorf("with a budget of 3 pages, one a table: wrote %d, %v", n, err)
	}
}

func TestPositionsAndModes(t *testing.T) {
	fs, _ := newTest(t)
	fs.put(t, "/f", "0123456789")
	r := openTest(t, fs, "/f", syscall.O_RDONLY)
	defer r.Close()
	w := openTest(t, fs, "/f", syscall.O_WRONLY)
	defer w.Close()
	b := make([]byte, 4)
	for _, c := range []struct {
		off    int64
		whence int
		want   int64
		err    error
	}{
		{3, 0, 3, nil}, {2, 1, 5, nil}, {-1, 2, 9, nil}, {100, 2, 110, nil}, {-111, 1, 0, syscall.EINVAL},
		{-1, 0, 0, syscall.EINVAL}, {0, 9, 0, syscall.EINVAL}, {math.MaxInt64, 1, 0, syscall.EOVERFLOW}, {0, 0, 0, nil},
	} {
		if got, err := r.Seek(c.off, c.whence); err != c.err || err == nil && got != c.want {
			t.Errorf("Seek(%d, %d) = %d, %v", c.off, c.whence, got, err)
		}
	}
	r.Read(nil, b)
	if n, _ := r.Read(nil, b); n != 4 || string(b) != "4567" {
		t.Errorf("second read: %q", b[:n])
	}
	r.PRead(nil, b, 1)
	if pos, _ := r.Seek(0, 1); pos != 8 || string(b) != "1234" {
		t.Errorf("PRead got %q and left the position at %d", b, pos)
	}
	if _, err := r.Write(nil, b); err != syscall.EBADF {
		t.Errorf("write to O_RDONLY: %v", err)
	}
	if _, err := r.PWrite(nil, b, 0); err != syscall.EBADF {
		t.Errorf("pwrite to O_RDONLY: %v", err)
	}
	if _, err := w.Read(nil, b); err != syscall.EBADF {
		t.Errorf("read from O_WRONLY: %v", err)
	}
	if _, err := w.PRead(nil, b, 0); err != syscall.EBADF {
		t.Errorf("pread from O_WRONLY: %v", err)
	}
	if _, err := r.PRead(nil, b, -1); err != syscall.EINVAL {
		t.Errorf("pread at -1: %v", err)
	}
	if err := r.Truncate(0); err != syscall.EINVAL {
		t.Errorf("ftruncate of O_RDONLY: %v", err)
	}
	w.Seek(0, 2)
	w.SetFlags(syscall.O_APPEND | syscall.O_CREAT)
	if w.Flags() != syscall.O_WRONLY|syscall.O_APPEND {
		t.Errorf("flags %#x", w.Flags())
	}
	d := openTest(t, fs, "/", syscall.O_RDONLY)
	defer d.Close()
	if _, err := d.Read(nil, b); err != syscall.EISDIR {
		t.Errorf("reading a directory: %v", err)
	}
}

// What was cut off must not come back, in the page where the cut was made.
func TestTruncationForgets(t *testing.T) {
	fs, _ := newTest(t)
	fs.put(t, "/f", "0123456789")
	for _, size := range []int64{4, 8} {
		if err := fs.Truncate(nil, fs.root, "/f", size); err != nil {
			t.Fatal(err)
		}
	}
	if got := fs.get(t, "/f"); got != "0123\x00\x00\x00\x00" {
		t.Errorf("%q", got)
	}
}

func TestTruncateOnOpenAndTimes(t *testing.T) {
	fs, frames := newTest(t)
	fs.put(t, "/f", string(make([]byte, 10000)))
	var before, after syscall.Stat_t
	n, _ := fs.Lookup(nil, fs.root, "/f", true)
	Stat(n, &before)
	fs.put(t, "/f", "x")
	Stat(n, &after)
	if after.Size != 1 || after.Ino != before.Ino || frames.used() != 1 {
		t.Errorf("size %d, ino %d → %d, frames %d", after.Size, before.Ino, after.Ino, frames.used())
	}
	if after.Mtim.Nano() <= before.Mtim.Nano() {
		t.Error("a write did not change the modification time")
	}
	if before.Mode != syscall.S_IFREG|0o644 || before.Nlink != 1 {
		t.Errorf("mode %o, nlink %d", before.Mode, before.Nlink)
	}
	if err := fs.Truncate(nil, fs.root, "/f", 5); err != nil || fs.get(t, "/f") != "x\x00\x00\x00\x00" {
		t.Errorf("truncate: %v, %q", err, fs.get(t, "/f"))
	}
	if err := fs.Truncate(nil, fs.root, "/", 5); err != syscall.EISDIR {
		t.Errorf("truncate of a directory: %v", err)
	}
}

func TestHardLinks(t *testing.T) {
	fs, frames := newTest(t)
	fs.put(t, "/a", "same")
	if err := fs.Link(nil, fs.root, "/a", fs.root, "/b"); err != nil {
		t.Fatal(err)
	}
	if err := fs.Rename(nil, fs.root, "/a", fs.root, "/b"); err != nil || fs.get(t, "/a") != "same" {
		t.Errorf("renaming a file to another name of itself: %v, must do nothing", err)
	}
	fs.Unlink(nil, fs.root, "/a")
	if fs.get(t, "/b") != "same" {
		t.Error("lost with its first name")
	}
	checkTree(t, fs)
	emptyTree(t, fs)
	if frames.used() != 0 {
		t.Errorf("%d frames leaked", frames.used())
	}
}
