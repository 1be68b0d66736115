package ksyscall

import (
	"encoding/binary"
	"io"
	"sync"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/lwp"
	"gossamer/proc"
)

// Reading and writing. Bytes pass through a buffer in the kernel: the LWP's own if they are
// few, else a large one from a pool, as often as need be.

const (
	maxCount  = 0x7fff_f000 // what one call transfers at most, read(2)
	bigBuffer = 64 << 10    // a pipe's capacity
	maxVec    = 1024        // IOV_MAX
	pipeBuf   = 4096        // PIPE_BUF: written in one piece
)

var bigBuffers = sync.Pool{New: func() any { return new([bigBuffer]byte) }}

// buffer returns a buffer of at most n bytes, and what gives it back if it is not nil.
func buffer(l *proc.LWP, n uint64) (b []byte, big *[bigBuffer]byte) {
	if n <= proc.BufferSize {
		return l.Buffer()[:n], nil
	}
	big = bigBuffers.Get().(*[bigBuffer]byte)
	return big[:min(n, bigBuffer)], big
}

func giveBack(big *[bigBuffer]byte) {
	if big != nil {
		bigBuffers.Put(big)
	}
}

// atPosition as an offset means the file's own position.
const atPosition = -1

// wanted tells whether a call that has moved some bytes should return with them: for any
// signal, but of a regular file only because the LWP is to end, as programs rely on.
func wanted(l *proc.LWP, regular bool) bool {
	if regular {
		return l.Attention()&lwp.Exit != 0
	}
	return l.Interrupted()
}

// readFile reads count bytes to user memory.
func readFile(l *proc.LWP, f *fs.File, at, count uint64, off int64) (uint64, syscall.Errno) {
	if count <= proc.BufferSize { // nothing to give back: no defer to pay for
		return readPieces(l, f, at, count, off, l.Buffer())
	}
	buf, big := buffer(l, count)
	defer giveBack(big)
	return readPieces(l, f, at, min(count, maxCount), off, buf)
}

// readPieces reads by way of buf, as often as need be: until a piece comes short, or would
// block, or the LWP is wanted elsewhere.
func readPieces(l *proc.LWP, f *fs.File, at, count uint64, off int64, buf []byte) (done uint64, errno syscall.Errno) {
	regular := f.Regular() != nil
	if !regular && count > 0 && !l.Space().Allows(mem.VirtAddr(at), mem.Write) {
		return 0, syscall.EFAULT // before anything is taken out of a pipe or a line
	}
	for {
		var n int
		var err error
		piece := buf[:min(uint64(len(buf)), count-done)]
		if off == atPosition {
			n, err = f.Read(l.Thread, piece)
		} else {
			n, err = f.PRead(l.Thread, piece, off+int64(done))
		}
		if err == nil && n > 0 {
			err = l.Space().CopyOut(mem.VirtAddr(at+done), piece[:n])
			if err != nil && regular && off == atPosition {
				f.Seek(-int64(n), io.SeekCurrent) // as if it had not been read
			}
		}
		if err != nil {
			if done > 0 {
				return done, 0
			}
			return 0, proc.Errno(err)
		}
		done += uint64(n)
		if n < len(piece) || done == count || f.Ready(fs.EventIn)&fs.EventIn == 0 || wanted(l, regular) {
			return done, 0
		}
		l.Thread.Breathe()
	}
}

// writeFile writes count bytes from user memory; it blocks until all are written.
func writeFile(l *proc.LWP, f *fs.File, at, count uint64, off int64) (uint64, syscall.Errno) {
	if count <= proc.BufferSize {
		return writePieces(l, f, at, count, off, l.Buffer())
	}
	buf, big := buffer(l, count)
	defer giveBack(big)
	return writePieces(l, f, at, min(count, maxCount), off, buf)
}

// writePieces writes by way of buf, as readPieces reads.
func writePieces(l *proc.LWP, f *fs.File, at, count uint64, off int64, buf []byte) (done uint64, errno syscall.Errno) {
	for {
		piece := buf[:min(uint64(len(buf)), count-done)]
		err := l.Space().CopyIn(piece, mem.VirtAddr(at+done))
		n := 0
		if err == nil {
			if off == atPosition {
				n, err = f.Write(l.Thread, piece)
			} else {
				n, err = f.PWrite(l.Thread, piece, off+int64(done))
			}
			if err == syscall.EPIPE {
				l.Raise(syscall.SIGPIPE)
			}
		}
		if err != nil && done == 0 && n == 0 {
			return 0, proc.Errno(err)
		}
		done += uint64(n)
		if err != nil || n < len(piece) || done == count || wanted(l, f.Regular() != nil) {
			return done, 0
		}
		l.Thread.Breathe()
	}
}

func read(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	return readFile(l, f, a[1], a[2], atPosition)
}

func write(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	return writeFile(l, f, a[1], a[2], atPosition)
}

func pread64(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return atOffset(l, a, readFile) }

func pwrite64(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return atOffset(l, a, writeFile) }

// mover is readFile or writeFile.
type mover func(l *proc.LWP, f *fs.File, at, count uint64, off int64) (uint64, syscall.Errno)

// atOffset is a call that says where in the file to move count bytes: pread64 or pwrite64.
func atOffset(l *proc.LWP, a *[6]uint64, move mover) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	if int64(a[3]) < 0 {
		return 0, syscall.EINVAL
	}
	return move(l, f, a[1], a[2], int64(a[3]))
}

type iovec struct{ base, len uint64 }

// iovecs copies the vector of readv(2) in. EINVAL: too many, or they are longer than an
// ssize_t can say.
func iovecs(l *proc.LWP, at, count uint64) (v []iovec, total uint64, errno syscall.Errno) {
	n := int32(count)
	if n < 0 || n > maxVec {
		return nil, 0, syscall.EINVAL
	}
	raw := make([]byte, 16*int(n))
	if err := l.Space().CopyIn(raw, mem.VirtAddr(at)); err != nil {
		return nil, 0, proc.Errno(err)
	}
	for ; len(raw) > 0; raw = raw[16:] {
		o := iovec{binary.LittleEndian.Uint64(raw), binary.LittleEndian.Uint64(raw[8:])}
		if int64(o.len) < 0 || int64(total+o.len) < 0 {
			return nil, 0, syscall.EINVAL
		}
		total += o.len
		v = append(v, o)
	}
	return v, total, 0
}

func readv(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	v, total, errno := iovecs(l, a[1], a[2])
	if errno != 0 {
		return 0, errno
	}
	if total == 0 {
		return readFile(l, f, 0, 0, atPosition)
	}
	return inOrder(l, f, v, readFile, func() bool { return f.Ready(fs.EventIn)&fs.EventIn != 0 })
}

func writev(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	v, total, errno := iovecs(l, a[1], a[2])
	if errno != 0 {
		return 0, errno
	}
	if total <= pipeBuf {
		return gather(l, f, v, total)
	}
	return inOrder(l, f, v, writeFile, func() bool { return true })
}

// inOrder moves the pieces of a vector one after the other, as long as each is moved whole and more
// says that the next one may follow. An error counts if nothing has been moved before it.
func inOrder(l *proc.LWP, f *fs.File, v []iovec, move mover, more func() bool) (done uint64, errno syscall.Errno) {
	for _, o := range v {
		if o.len == 0 {
			continue
		}
		n, errno := move(l, f, o.base, o.len, atPosition)
		if errno != 0 && done == 0 {
			return 0, errno
		}
		done += n
		if errno != 0 || n < o.len || !more() {
			break
		}
	}
	return done, 0
}

// gather writes the pieces of a small vector in one.
func gather(l *proc.LWP, f *fs.File, v []iovec, total uint64) (uint64, syscall.Errno) {
	buf, big := buffer(l, total)
	defer giveBack(big)
	at := uint64(0)
	for _, o := range v {
		if err := l.Space().CopyIn(buf[at:at+o.len], mem.VirtAddr(o.base)); err != nil {
			return 0, proc.Errno(err)
		}
		at += o.len
	}
	n, err := f.Write(l.Thread, buf)
	if err == syscall.EPIPE {
		l.Raise(syscall.SIGPIPE)
	}
	if n > 0 {
		return uint64(n), 0
	}
	return 0, proc.Errno(err)
}
