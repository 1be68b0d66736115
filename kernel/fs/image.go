package fs

import (
	"io"
	"syscall"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

var _ mem.Backing = (*Regular)(nil)

// image is what somebody derived from the contents of a file.
type image struct{ value any }

// Image returns the value that SetImage kept for the present contents, or nil. Its
// use is to parse a program once however often it is executed.
func (r *Regular) Image() any {
	if i := r.image.Load(); i != nil {
		return i.value
	}
	return nil
}

// Edition numbers the present contents: write and truncate change it (a write
// through a shared mapping does not).
func (r *Regular) Edition() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.edition
}

// SetImage keeps v until the contents change, or not at all if they are no longer
// those of edition, which the caller asked for before it looked at them.
func (r *Regular) SetImage(edition uint64, v any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.edition == edition && r.refs > 0 {
		r.image.Store(&image{v})
	}
}

// ReadAt is io.ReaderAt, for the kernel's own use. EINVAL: off < 0.
func (r *Regular) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, syscall.EINVAL
	}
	n := r.readAt(p, off)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Page returns the frame of a page for a mapping, made if it is a hole, with a
// reference for the caller. Not ok: beyond the end of the file, or no memory.
func (r *Regular) Page(index uint64) (f frame.Frame, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if index >= uint64(r.size+pageSize-1)/pageSize {
		return frame.None, false
	}
	if f, ok = r.pages.lookup(r.fs.frames, index); !ok {
		if r.page(index, 0, 0) == nil {
			return frame.None, false
		}
		f, _ = r.pages.lookup(r.fs.frames, index)
	}
	r.fs.frames.Ref(f)
	return f, true
}

// Size returns the size in bytes.
func (r *Regular) Size() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.size
}

// Hold counts a mapping. The caller has the file open, or another Hold.
func (r *Regular) Hold() {
	r.mu.Lock()
	r.refs++
	r.mu.Unlock()
}

// Drop takes one Hold back.
func (r *Regular) Drop() { r.unref() }

// Name returns the path for /proc/PID/maps.
func (r *Regular) Name() string {
	path, err := r.fs.Path(r)
	if err != nil {
		if err == syscall.ENAMETOOLONG {
			return "(too deep)"
		}
		return "(deleted)"
	}
	return path
}
