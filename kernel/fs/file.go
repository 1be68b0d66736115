package fs

import (
	"math"
	"sync"
	"sync/atomic"
	"syscall"

	"gossamer/kernel/sched"
)

// File is an open file description: what open(2), pipe(2) make and dup(2), fork(2)
// share. It is counted: made with one reference, gone with the last Close.
type File struct {
	node   Node
	stream Device   // pipe or device; nil: the file has positions
	reg    *Regular // node, if it is one
	flags  atomic.Uint32
	refs   atomic.Int32

	mu   sync.Mutex
	pos  int64
	text []byte     // contents of a ProcFile
	list []DirEntry // contents of a ProcDir, as of the last listing from its start

	epolls []*epollItem // the sets that it is in
	polled atomic.Bool  // there have been such
}

// Status flags that SetFlags changes.
const statusFlags = syscall.O_APPEND | syscall.O_NONBLOCK

func newFile(n Node, flags int) *File {
	f := &File{node: n}
	f.flags.Store(uint32(flags & (syscall.O_ACCMODE | statusFlags | syscall.O_DIRECTORY)))
	f.refs.Store(1)
	return f
}

// Ref adds a reference, for a caller that has one.
func (f *File) Ref() { f.refs.Add(1) }

// Close gives up a reference.
func (f *File) Close() {
	if f.refs.Add(-1) != 0 {
		return
	}
	if f.polled.Load() {
		f.leaveEpolls()
	}
	switch {
	case f.reg != nil:
		if f.writable() {
			f.reg.writerGone()
		}
		f.reg.unref()
	case f.stream != nil:
		if p, ok := f.node.(*Pipe); ok {
			p.close(f.writable())
		} else if s, ok := f.stream.(interface{ closed() }); ok {
			s.closed()
		}
	}
}

// Node returns the node that is open.
func (f *File) Node() Node { return f.node }

// StreamKind names the kind of stream that is open, of which a read or write may wait; "" if there
// is nothing to wait for. A stream says it by a method of that name.
func (f *File) StreamKind() string {
	if s, ok := f.stream.(interface{ StreamKind() string }); ok {
		return s.StreamKind()
	}
	return ""
}

// Regular returns the regular file that is open, or nil.
func (f *File) Regular() *Regular { return f.reg }

// Flags returns access mode and status flags, as fcntl(F_GETFL).
func (f *File) Flags() int { return int(f.flags.Load()) }

// SetFlags sets O_APPEND and O_NONBLOCK and ignores the rest, as fcntl(F_SETFL).
func (f *File) SetFlags(flags int) {
	for {
		old := f.flags.Load()
		if f.flags.CompareAndSwap(old, old&^statusFlags|uint32(flags&statusFlags)) {
			return
		}
	}
}

func (f *File) readable() bool { return f.flags.Load()&syscall.O_ACCMODE != syscall.O_WRONLY }
func (f *File) writable() bool { return f.flags.Load()&syscall.O_ACCMODE != syscall.O_RDONLY }

// Read reads at the position and advances it, as read(2). t is the thread that
// blocks; EINTR: it was interrupted before anything was read. Concurrent reads and
// writes of a regular file are atomic.
func (f *File) Read(t *sched.Thread, p []byte) (int, error) {
	flags := f.flags.Load()
	if flags&syscall.O_ACCMODE == syscall.O_WRONLY {
		return 0, syscall.EBADF
	}
	if f.stream != nil {
		return f.stream.Read(t, p, flags&syscall.O_NONBLOCK != 0)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.readAt(p, f.pos)
	f.pos += int64(n)
	return n, err
}

// Write writes at the position and advances it, as write(2); with O_APPEND at the
// end of the file, found and written in one step. EPIPE: the caller raises SIGPIPE.
func (f *File) Write(t *sched.Thread, p []byte) (int, error) {
	flags := f.flags.Load()
	if flags&syscall.O_ACCMODE == syscall.O_RDONLY {
		return 0, syscall.EBADF
	}
	if f.stream != nil {
		return f.stream.Write(t, p, flags&syscall.O_NONBLOCK != 0)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n, end, err := f.reg.writeAt(p, f.pos, flags&syscall.O_APPEND != 0)
	f.pos = end
	return n, err
}

// PRead reads at off, as pread(2). ESPIPE: the file has no positions.
func (f *File) PRead(t *sched.Thread, p []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, syscall.EINVAL
	case f.stream != nil && !seekable(f.stream):
		return 0, syscall.ESPIPE
	case !f.readable():
		return 0, syscall.EBADF
	case f.stream != nil:
		return f.Read(t, p)
	}
	if f.reg == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
	}
	return f.readAt(p, off)
}

// PWrite writes at off, as pwrite(2); with O_APPEND, as on Linux, at the end.
func (f *File) PWrite(t *sched.Thread, p []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, syscall.EINVAL
	case f.stream != nil && !seekable(f.stream):
		return 0, syscall.ESPIPE
	case !f.writable():
		return 0, syscall.EBADF
	case f.stream != nil:
		return f.Write(t, p)
	}
	n, _, err := f.reg.writeAt(p, off, f.flags.Load()&syscall.O_APPEND != 0)
	return n, err
}

// readAt reads what has positions. mu held, if it is not a regular file.
func (f *File) readAt(p []byte, off int64) (int, error) {
	switch {
	case f.reg != nil:
		return f.reg.readAt(p, off), nil
	case isDirectory(f.node):
		return 0, syscall.EISDIR
	case off >= int64(len(f.text)):
		return 0, nil
	}
	return copy(p, f.text[off:]), nil
}

// Seek sets the position, as lseek(2) with SEEK_SET, SEEK_CUR or SEEK_END (0, 1, 2),
// and returns it. ESPIPE: the file has none.
func (f *File) Seek(off int64, whence int) (int64, error) {
	if f.stream != nil {
		if seekable(f.stream) {
			return 0, nil
		}
		return 0, syscall.ESPIPE
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var base int64
	switch whence {
	case 0:
	case 1:
		base = f.pos
	case 2:
		if isDirectory(f.node) {
			return 0, syscall.EINVAL
		}
		base = f.size()
	default:
		return 0, syscall.EINVAL
	}
	if off > 0 && base > math.MaxInt64-off {
		return 0, syscall.EOVERFLOW
	}
	if base+off < 0 {
		return 0, syscall.EINVAL
	}
	f.pos = base + off
	return f.pos, nil
}

// size is the size of what has positions. mu held.
func (f *File) size() int64 {
	if f.reg != nil {
		return f.reg.Size()
	}
	return int64(len(f.text))
}

// Truncate sets the size, as ftruncate(2). EINVAL: not a regular file open for
// writing.
func (f *File) Truncate(size int64) error {
	if f.reg == nil || !f.writable() {
		return syscall.EINVAL
	}
	return f.reg.truncate(size)
}

// Stat fills st, as fstat(2).
func (f *File) Stat(st *syscall.Stat_t) { Stat(f.node, st) }

// Events is a set of things a file can be ready for, with poll(2)'s values.
type Events uint16

const (
	EventIn  Events = 0x01 // Read would not block
	EventOut Events = 0x04 // Write would not block
	EventErr Events = 0x08 // pipe: nobody will read
	EventHup Events = 0x10 // pipe: nobody will write any more
)

// Ready says what the file is ready for, of the wanted events; EventErr and EventHup
// are always wanted.
func (f *File) Ready(wanted Events) Events {
	ready := EventIn | EventOut
	switch s := f.stream.(type) {
	case *Pipe:
		ready = s.ready(f.writable())
	case interface{ ready() Events }:
		ready = s.ready()
	case interface{ Readable() bool }:
		if !s.Readable() {
			ready = EventOut
		}
	}
	return ready & (wanted | EventErr | EventHup)
}
