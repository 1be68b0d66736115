package ksyscall

import (
	"syscall"
	"unsafe"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/proc"
)

// How calls get at user memory. T is an ABI structure without padding that could leak.

// put copies *v to user memory.
func put[T any](l *proc.LWP, at uint64, v *T) syscall.Errno {
	b := unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))
	return proc.Errno(l.Space().CopyOut(mem.VirtAddr(at), b))
}

// get copies *v from user memory.
func get[T any](l *proc.LWP, at uint64, v *T) syscall.Errno {
	b := unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))
	return proc.Errno(l.Space().CopyIn(b, mem.VirtAddr(at)))
}

// pathAt copies a path in. ENAMETOOLONG, EFAULT.
func pathAt(l *proc.LWP, at uint64) (string, syscall.Errno) {
	s, err := l.Space().CopyInString(mem.VirtAddr(at), fs.PathMax)
	return s, proc.Errno(err)
}

const atFdcwd = -100

// Flags of the *at calls.
const (
	atSymlinkNofollow = 0x100
	atRemovedir       = 0x200
	atNoAutomount     = 0x800
	atEmptyPath       = 0x1000
)

// start returns where the path of an *at call begins: the directory that dirfd is open on,
// or the working directory. EBADF.
func start(l *proc.LWP, dirfd uint64, path string) (fs.Node, syscall.Errno) {
	if int32(dirfd) == atFdcwd || path != "" && path[0] == '/' {
		return l.Process().Cwd(), 0
	}
	f, errno := l.Process().Files().Get(fd(dirfd))
	if errno != 0 {
		return nil, errno
	}
	defer f.Close()
	return f.Node(), 0
}

// pathFrom copies a path in and finds where it starts.
func pathFrom(l *proc.LWP, dirfd, at uint64) (fs.Node, string, syscall.Errno) {
	path, errno := pathAt(l, at)
	if errno != 0 {
		return nil, "", errno
	}
	n, errno := start(l, dirfd, path)
	return n, path, errno
}

// fd narrows a register to a descriptor.
func fd(r uint64) int { return int(int32(r)) }

// cwd is the dirfd of calls that have none.
const cwd = uint64(1<<64 + atFdcwd)

// result makes a call's results of an error.
func result(err error) (uint64, syscall.Errno) { return 0, proc.Errno(err) }

// heapOK reports whether the kernel's heap can bear one more object.
func heapOK(l *proc.LWP) bool { return l.Process().System().HeapOK() }
