package sys

import (
	"syscall"
	"unsafe"
)

// PathMax is the longest path the wrappers take, in bytes, its NUL included.
const PathMax = 1024

// Flags of Open and Openat; see open(2).
const (
	O_RDONLY    = syscall.O_RDONLY
	O_WRONLY    = syscall.O_WRONLY
	O_RDWR      = syscall.O_RDWR
	O_CREAT     = syscall.O_CREAT
	O_EXCL      = syscall.O_EXCL
	O_TRUNC     = syscall.O_TRUNC
	O_APPEND    = syscall.O_APPEND
	O_NONBLOCK  = syscall.O_NONBLOCK
	O_DIRECTORY = syscall.O_DIRECTORY
	O_NOFOLLOW  = syscall.O_NOFOLLOW
	O_CLOEXEC   = syscall.O_CLOEXEC

	AT_FDCWD            = -100
	AT_SYMLINK_NOFOLLOW = 0x100

	SEEK_SET = 0
	SEEK_CUR = 1
	SEEK_END = 2
)

type (
	Stat    = syscall.Stat_t
	Iovec   = syscall.Iovec
	Termios = syscall.Termios
)

// A pathBuf holds a path with its NUL for the length of one call.
type pathBuf [PathMax]byte

func (b *pathBuf) set(s string) bool {
	if len(s) >= PathMax {
		return false
	}
	n := copy(b[:], s)
	b[n] = 0
	return true
}

// path1 makes a call whose arguments are a path and up to two words.
func path1(nr uintptr, path string, a, b uintptr) (int, Errno) {
	var p pathBuf
	if !p.set(path) {
		return -1, ENAMETOOLONG
	}
	return Result(Syscall3(nr, uintptr(unsafe.Pointer(&p)), a, b))
}

// path2 makes a call whose arguments are two paths.
func path2(nr uintptr, from, to string) Errno {
	var p, q pathBuf
	if !p.set(from) || !q.set(to) {
		return ENAMETOOLONG
	}
	return Err(Syscall2(nr, uintptr(unsafe.Pointer(&p)), uintptr(unsafe.Pointer(&q))))
}

// Open opens path; mode matters with O_CREAT only.
func Open(path string, flags, mode int) (fd int, e Errno) {
	return path1(syscall.SYS_OPEN, path, uintptr(flags), uintptr(mode))
}

// Openat opens path relative to the directory dir or AT_FDCWD.
func Openat(dir int, path string, flags, mode int) (fd int, e Errno) {
	var p pathBuf
	if !p.set(path) {
		return -1, ENAMETOOLONG
	}
	return Result(Syscall4(syscall.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(&p)), uintptr(flags), uintptr(mode)))
}

func Close(fd int) Errno { return Err(Syscall1(syscall.SYS_CLOSE, uintptr(fd))) }

// Read reads at most len(p) bytes; 0 and no error is the end.
func Read(fd int, p []byte) (int, Errno) {
	return Result(Syscall3(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p))))
}

// ReadFile reads a file into p, as far as there is room, and returns what it got as text: less if a
// read failed. The errors are Open's.
func ReadFile(path string, p []byte) (text string, e Errno) {
	fd, e := Open(path, O_RDONLY, 0)
	if e != 0 {
		return "", e
	}
	n := 0
	for n < len(p) {
		m, e := Read(fd, p[n:])
		if e != 0 || m == 0 {
			break
		}
		n += m
	}
	Close(fd)
	return Text(p[:n]), 0
}

// Write may write less than len(p) bytes.
func Write(fd int, p []byte) (int, Errno) {
	return Result(Syscall3(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p))))
}

// WriteString is Write of a string's bytes.
func WriteString(fd int, s string) (int, Errno) {
	return Result(Syscall3(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(len(s))))
}

func Pread(fd int, p []byte, off int64) (int, Errno) {
	return Result(Syscall4(syscall.SYS_PREAD64, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(off)))
}

func Pwrite(fd int, p []byte, off int64) (int, Errno) {
	return Result(Syscall4(syscall.SYS_PWRITE64, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(off)))
}

func Readv(fd int, v []Iovec) (int, Errno) {
	return Result(Syscall3(syscall.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(v))), uintptr(len(v))))
}

func Writev(fd int, v []Iovec) (int, Errno) {
	return Result(Syscall3(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(v))), uintptr(len(v))))
}

// Lseek returns the new offset; whence is SEEK_SET, SEEK_CUR or SEEK_END.
func Lseek(fd int, off int64, whence int) (int64, Errno) {
	n, e := Result(Syscall3(syscall.SYS_LSEEK, uintptr(fd), uintptr(off), uintptr(whence)))
	return int64(n), e
}

func Fstat(fd int, st *Stat) Errno {
	return Err(Syscall2(syscall.SYS_FSTAT, uintptr(fd), uintptr(unsafe.Pointer(st))))
}

// StatPath is newfstatat(AT_FDCWD, path, st, flags).
func StatPath(path string, st *Stat, flags int) Errno {
	var p pathBuf
	if !p.set(path) {
		return ENAMETOOLONG
	}
	return Err(Syscall4(syscall.SYS_NEWFSTATAT, ^uintptr(99), uintptr(unsafe.Pointer(&p)), uintptr(unsafe.Pointer(st)), uintptr(flags)))
}

// Getdents fills p with directory entries in linux_dirent64 form; see [Dirent].
func Getdents(fd int, p []byte) (int, Errno) {
	return Result(Syscall3(syscall.SYS_GETDENTS64, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p))))
}

// Dirent takes the first entry off buf: its name and type (DT_DIR = 4, DT_REG = 8, …) and
// the bytes after it. An empty buf or a malformed entry gives rest == nil and no name.
func Dirent(buf []byte) (name []byte, kind byte, rest []byte) {
	const header = 19 // ino 8, off 8, reclen 2, type 1
	if len(buf) <= header {
		return nil, 0, nil
	}
	n := int(buf[16]) | int(buf[17])<<8
	if n <= header || n > len(buf) {
		return nil, 0, nil
	}
	name = buf[header:n]
	for i, c := range name {
		if c == 0 {
			name = name[:i]
			break
		}
	}
	return name, buf[18], buf[n:]
}

func Dup(fd int) (int, Errno) { return Result(Syscall1(syscall.SYS_DUP, uintptr(fd))) }

func Dup2(from, to int) (int, Errno) {
	return Result(Syscall2(syscall.SYS_DUP2, uintptr(from), uintptr(to)))
}

// Pipe2 makes a pipe: fd[0] to read, fd[1] to write.
func Pipe2(fd *[2]int32, flags int) Errno {
	return Err(Syscall2(syscall.SYS_PIPE2, uintptr(unsafe.Pointer(fd)), uintptr(flags)))
}

// Commands of Fcntl.
const (
	F_DUPFD         = 0
	F_GETFD         = 1
	F_SETFD         = 2
	F_GETFL         = 3
	F_SETFL         = 4
	F_DUPFD_CLOEXEC = 1030
	FD_CLOEXEC      = 1
)

func Fcntl(fd, cmd, arg int) (int, Errno) {
	return Result(Syscall3(syscall.SYS_FCNTL, uintptr(fd), uintptr(cmd), uintptr(arg)))
}

// Requests of Ioctl.
const (
	TCGETS     = 0x5401
	TCSETS     = 0x5402
	TIOCGPGRP  = 0x540f
	TIOCSPGRP  = 0x5410
	TIOCSTI    = 0x5412
	TIOCGWINSZ = 0x5413
)

// Tcgetattr reads a terminal's settings, ENOTTY if fd is none; Tcsetattr changes them.
func Tcgetattr(fd int, t *Termios) Errno {
	return Err(Syscall3(syscall.SYS_IOCTL, uintptr(fd), TCGETS, uintptr(unsafe.Pointer(t))))
}

func Tcsetattr(fd int, t *Termios) Errno {
	return Err(Syscall3(syscall.SYS_IOCTL, uintptr(fd), TCSETS, uintptr(unsafe.Pointer(t))))
}

// SetForeground makes pgrp the foreground process group of the terminal fd.
func SetForeground(fd, pgrp int) Errno {
	g := int32(pgrp)
	return Err(Syscall3(syscall.SYS_IOCTL, uintptr(fd), TIOCSPGRP, uintptr(unsafe.Pointer(&g))))
}

func Chdir(path string) Errno { _, e := path1(syscall.SYS_CHDIR, path, 0, 0); return e }

// Getcwd returns the working directory in p.
func Getcwd(p []byte) ([]byte, Errno) {
	n, e := Result(Syscall2(syscall.SYS_GETCWD, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p))))
	if e != 0 {
		return nil, e
	}
	return p[:n-1], 0
}

func Mkdir(path string, mode int) Errno {
	_, e := path1(syscall.SYS_MKDIR, path, uintptr(mode), 0)
	return e
}

func Rmdir(path string) Errno { _, e := path1(syscall.SYS_RMDIR, path, 0, 0); return e }

func Unlink(path string) Errno { _, e := path1(syscall.SYS_UNLINK, path, 0, 0); return e }

func Rename(from, to string) Errno { return path2(syscall.SYS_RENAME, from, to) }

func Symlink(target, link string) Errno { return path2(syscall.SYS_SYMLINK, target, link) }

// Readlink returns a link's target in p, cut to len(p).
func Readlink(path string, p []byte) ([]byte, Errno) {
	n, e := path1(syscall.SYS_READLINK, path, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
	if e != 0 {
		return nil, e
	}
	return p[:n], 0
}
