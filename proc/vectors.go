package proc

import (
	"bytes"
	"encoding/binary"
	"syscall"

	"gossamer/kernel/mem"
)

// maxVectors bounds the arguments and the environment of a program together, pointers and
// terminating zeros counted.
const maxVectors = 128 << 10

// Vectors are the arguments and the environment of a program: the strings one after another,
// each ended by a zero byte, the arguments first. That is also how they lie on its stack.
type Vectors struct {
	bytes      []byte
	argc, envc int
	argEnd     int // of the arguments in bytes
}

// MakeVectors makes vectors from strings that contain no zero byte.
func MakeVectors(args, env []string) *Vectors {
	v := &Vectors{argc: len(args), envc: len(env)}
	for _, a := range args {
		v.bytes = append(append(v.bytes, a...), 0)
	}
	v.argEnd = len(v.bytes)
	for _, e := range env {
		v.bytes = append(append(v.bytes, e...), 0)
	}
	return v
}

// ReadVectors reads the vectors that execve(2) is given. A null pointer is an empty vector.
// Errors: EFAULT, E2BIG.
func (l *LWP) ReadVectors(argv, envp uint64) (*Vectors, syscall.Errno) {
	v := &Vectors{bytes: make([]byte, 0, 512)}
	var errno syscall.Errno
	if v.argc, errno = v.read(l.Space(), argv); errno != 0 {
		return nil, errno
	}
	v.argEnd = len(v.bytes)
	if v.envc, errno = v.read(l.Space(), envp); errno != 0 {
		return nil, errno
	}
	return v, 0
}

// read appends the strings of one vector and returns how many they were.
func (v *Vectors) read(as *mem.AddressSpace, at uint64) (n int, errno syscall.Errno) {
	if at == 0 {
		return 0, 0
	}
	var chunk [8 * 16]byte // pointers, read several at once as far as the page goes
	for {
		c := chunk[:min(len(chunk), int(mem.PageSize-at%mem.PageSize)&^7)]
		if len(c) == 0 { // misaligned, across two pages
			c = chunk[:8]
		}
		if err := as.CopyIn(c, VirtAddr(at)); err != nil {
			return 0, Errno(err)
		}
		for ; len(c) > 0; c = c[8:] {
			p := binary.LittleEndian.Uint64(c)
			if p == 0 {
				return n, 0
			}
			if errno := v.readString(as, p); errno != 0 {
				return 0, errno
			}
			n++
			at += 8
			if len(v.bytes)+8*(v.argc+n) > maxVectors {
				return 0, syscall.E2BIG
			}
		}
	}
}

// readString appends one string and its zero byte.
func (v *Vectors) readString(as *mem.AddressSpace, at uint64) syscall.Errno {
	const piece = 128
	for {
		n := min(piece, int(mem.PageSize-at%mem.PageSize))
		start := len(v.bytes)
		if start+n > maxVectors {
			return syscall.E2BIG
		}
		v.bytes = append(v.bytes, zeroPage[:n]...)
		if err := as.CopyIn(v.bytes[start:], VirtAddr(at)); err != nil {
			return Errno(err)
		}
		if i := bytes.IndexByte(v.bytes[start:], 0); i >= 0 {
			v.bytes = v.bytes[:start+i+1]
			return 0
		}
		at += uint64(n)
	}
}

// argBytes returns the arguments, as /proc/PID/cmdline shows them.
func (v *Vectors) argBytes() []byte { return bytes.Clone(v.bytes[:v.argEnd]) }
