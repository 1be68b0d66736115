package fs

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
)

func TestMemoryDevices(t *testing.T) {
	fs, _ := newTest(t)
	build(t, fs, "/dev/")
	if err := fs.AddMemoryDevices("/dev", strings.NewReader("random bytes")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path     string
		rdev     uint64
		read     string // of 4 bytes
		writeErr error
	}{
		{"/dev/null", 0x103, "", nil},
		{"/dev/zero", 0x105, "\x00\x00\x00\x00", nil},
		{"/dev/full", 0x107, "\x00\x00\x00\x00", syscall.ENOSPC},
		{"/dev/random", 0x108, "rand", nil},
		{"/dev/urandom", 0x109, "om b", nil},
	} {
		f := openTest(t, fs, c.path, syscall.O_RDWR|syscall.O_TRUNC|syscall.O_CREAT)
		b := []byte{9, 9, 9, 9}
		if n, err := f.Read(nil, b); err != nil || string(b[:n]) != c.read {
			t.Errorf("%s: read %q, %v, want %q", c.path, b[:n], err, c.read)
		}
		n, err := f.Write(nil, b)
		if err != c.writeErr || err == nil && n != 4 {
			t.Errorf("%s: write %d, %v", c.path, n, err)
		}
		if pos, err := f.Seek(100, 0); pos != 0 || err != nil {
			t.Errorf("%s: seek %d, %v", c.path, pos, err)
		}
		if err := f.Ioctl(nil, syscall.TCGETS, 0, make([]byte, 36)); err != syscall.ENOTTY {
			t.Errorf("%s: TCGETS %v, want ENOTTY", c.path, err)
		}
		var st syscall.Stat_t
		f.Stat(&st)
		if st.Rdev != c.rdev || st.Mode != syscall.S_IFCHR|0o666 {
			t.Errorf("%s: rdev %#x, mode %o", c.path, st.Rdev, st.Mode)
		}
		f.Close()
	}
}

func TestRdev(t *testing.T) {
	if got := Rdev(0x12345, 0x6789a); got != 0x12000<<32|0x67800<<12|0x345<<8|0x9a {
		t.Errorf("%#x", got)
	}
}

func TestIoctlOnFiles(t *testing.T) {
	fs, _ := newTest(t)
	fs.put(t, "/f", "0123456789")
	f := openTest(t, fs, "/f", syscall.O_RDONLY)
	defer f.Close()
	f.Seek(3, 0)
	b := make([]byte, 4)
	if err := f.Ioctl(nil, syscall.TIOCINQ, 0, b); err != nil || !bytes.Equal(b, []byte{7, 0, 0, 0}) {
		t.Errorf("FIONREAD: %v, %v", b, err)
	}
	if err := f.Ioctl(nil, syscall.TIOCINQ, 0, b[:3]); err != syscall.ENOTTY {
		t.Errorf("short buffer: %v", err)
	}
	if err := f.Ioctl(nil, 0xdead, 0, b); err != syscall.ENOTTY {
		t.Errorf("unknown request: %v", err)
	}
}
