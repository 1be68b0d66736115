package fs

import (
	"io"
	"syscall"

	"gossamer/kernel/sched"
)

// The devices that need no hardware, as null(4), full(4), random(4).
type (
	// Null swallows everything and is always at its end.
	Null struct{ seekableDevice }
	// Zero swallows everything and reads as zeros.
	Zero struct{ seekableDevice }
	// Full is Zero on which every write fails with ENOSPC.
	Full struct{ seekableDevice }
	// Random reads as what Source gives, which must be random and must not block;
	// what is written to it is ignored.
	Random struct {
		seekableDevice
		Source io.Reader
	}
)

type seekableDevice struct{}

func (seekableDevice) Seekable() {}

func (seekableDevice) Write(t *sched.Thread, p []byte, nonblock bool) (int, error) {
	return len(p), nil
}

func (Null) Read(t *sched.Thread, p []byte, nonblock bool) (int, error) { return 0, nil }

func (Zero) Read(t *sched.Thread, p []byte, nonblock bool) (int, error) {
	clear(p)
	return len(p), nil
}

func (Full) Read(t *sched.Thread, p []byte, nonblock bool) (int, error) {
	clear(p)
	return len(p), nil
}

func (Full) Write(t *sched.Thread, p []byte, nonblock bool) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return 0, syscall.ENOSPC
}

func (r Random) Read(t *sched.Thread, p []byte, nonblock bool) (int, error) {
	n, err := io.ReadFull(r.Source, p)
	if err != nil && n == 0 {
		return 0, syscall.EIO
	}
	return n, nil
}

// AddMemoryDevices adds null, zero, full, random and urandom to the directory dir.
func (fs *FS) AddMemoryDevices(dir string, random io.Reader) error {
	for _, d := range []struct {
		name  string
		minor uint32
		dev   Device
	}{
		{"/null", 3, Null{}},
		{"/zero", 5, Zero{}},
		{"/full", 7, Full{}},
		{"/random", 8, Random{Source: random}},
		{"/urandom", 9, Random{Source: random}},
	} {
		if err := fs.AddDevice(dir+d.name, Rdev(1, d.minor), 0o666, d.dev); err != nil {
			return err
		}
	}
	return nil
}
