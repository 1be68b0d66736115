package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

// Does a file give back what was written, with holes as zeros, and seek as told?
func fileData() {
	fd := create("file")
	for i := range 40_000 {
		big[i] = pattern(i)
	}
	n, e := sys.Write(fd, big[:40_000])
	ok(e, "write")
	equal(n, 40_000, "bytes written")
	at, e := sys.Lseek(fd, 0, sys.SEEK_CUR)
	ok(e, "lseek")
	equal(int(at), 40_000, "offset")
	at, _ = sys.Lseek(fd, -10, sys.SEEK_END)
	equal(int(at), 39_990, "SEEK_END")
	at, _ = sys.Lseek(fd, 20_000, sys.SEEK_CUR)
	equal(int(at), 59_990, "SEEK_CUR beyond the end")
	n, e = sys.Read(fd, big[:10])
	ok(e, "read beyond the end")
	equal(n, 0, "read beyond the end")
	sys.WriteString(fd, "end")
	var st sys.Stat
	ok(sys.Fstat(fd, &st), "fstat")
	equal(int(st.Size), 59_993, "size")
	sys.Lseek(fd, 0, sys.SEEK_SET)
	got := readAll(fd, big[:])
	equal(len(got), 59_993, "bytes read")
	for i, c := range got[:59_990] {
		want := pattern(i)
		if i >= 40_000 {
			want = 0
		}
		if c != want {
			equal(i, -1, "the first wrong byte's place")
		}
	}
	same(sys.Text(got[59_990:]), "end", "the last bytes")
	_, e = sys.Lseek(fd, -1, sys.SEEK_SET)
	errno(e, sys.EINVAL, "lseek before the beginning")
	_, e = sys.Lseek(fd, 0, 77)
	errno(e, sys.EINVAL, "lseek with a wrong whence")
}

// pread64 and pwrite64: the offset stays, negative ones are refused.
func filePositioned() {
	put("file", "0123456789")
	fd := open("file", sys.O_RDWR)
	n, e := sys.Pread(fd, big[:4], 3)
	ok(e, "pread64")
	same(sys.Text(big[:n]), "3456", "pread64")
	n, e = sys.Pwrite(fd, sys.Bytes("xy"), 9)
	ok(e, "pwrite64")
	equal(n, 2, "pwrite64")
	at, _ := sys.Lseek(fd, 0, sys.SEEK_CUR)
	equal(int(at), 0, "the offset")
	same(slurp("file", big[:]), "012345678xy", "file")
	_, e = sys.Pread(fd, big[:4], -1)
	errno(e, sys.EINVAL, "pread64 at -1")
	_, e = sys.Pwrite(fd, big[:4], -1)
	errno(e, sys.EINVAL, "pwrite64 at -1")
}

// The flags of open: what each creates, cuts, refuses.
func openFlags() {
	_, e := sys.Open("none", sys.O_RDONLY, 0)
	errno(e, sys.ENOENT, "open of nothing")
	put("file", "hello")
	_, e = sys.Open("file", sys.O_RDWR|sys.O_CREAT|sys.O_EXCL, 0o644)
	errno(e, sys.EEXIST, "O_EXCL with a file that is there")
	fd := open("file", sys.O_WRONLY|sys.O_APPEND)
	sys.WriteString(fd, " world")
	sys.Lseek(fd, 0, sys.SEEK_SET)
	sys.WriteString(fd, "!")
	sys.Close(fd)
	same(slurp("file", big[:]), "hello world!", "O_APPEND")
	fd = open("file", sys.O_WRONLY)
	_, e = sys.Read(fd, big[:1])
	errno(e, sys.EBADF, "read with O_WRONLY")
	sys.Close(fd)
	fd = open("file", sys.O_RDONLY)
	_, e = sys.WriteString(fd, "x")
	errno(e, sys.EBADF, "write with O_RDONLY")
	sys.Close(fd)
	sys.Close(open("file", sys.O_WRONLY|sys.O_TRUNC))
	same(slurp("file", big[:]), "", "O_TRUNC")
	_, e = sys.Open("file", sys.O_RDONLY|sys.O_DIRECTORY, 0)
	errno(e, sys.ENOTDIR, "O_DIRECTORY with a file")
	_, e = sys.Open("file/x", sys.O_RDONLY, 0)
	errno(e, sys.ENOTDIR, "a file as a folder")
	_, e = sys.Open(".", sys.O_RDWR, 0)
	errno(e, sys.EISDIR, "a folder for writing")
	_, e = sys.Open("no/file", sys.O_RDWR|sys.O_CREAT, 0o644)
	errno(e, sys.ENOENT, "O_CREAT in a folder that is not there")
	_, e = sys.Open("", sys.O_RDONLY, 0)
	errno(e, sys.ENOENT, "an empty path")
	for i := range 300 {
		big[i] = 'n'
	}
	_, e = sys.Open(sys.Text(big[:300]), sys.O_RDONLY, 0)
	errno(e, sys.ENAMETOOLONG, "a name of 300 bytes")
	for i := range 5000 {
		big[i] = "./"[i&1]
	}
	big[5000] = 0
	raw(sys.Syscall2(syscall.SYS_OPEN, uintptr(unsafe.Pointer(&big)), 0), sys.ENAMETOOLONG, "a path of 5000 bytes")
}

// Does openat start from its folder, and ignore it for absolute paths?
func openAt() {
	sys.Mkdir("d", 0o755)
	put("d/file", "in d")
	dir := open("d", sys.O_RDONLY|sys.O_DIRECTORY)
	fd, e := sys.Openat(dir, "file", sys.O_RDONLY, 0)
	ok(e, "openat")
	same(sys.Text(readAll(fd, big[:])), "in d", "file")
	_, e = sys.Openat(dir, "/", sys.O_RDONLY, 0)
	ok(e, "openat with an absolute path")
	_, e = sys.Openat(fd, "file", sys.O_RDONLY, 0)
	errno(e, sys.ENOTDIR, "openat from a file")
	_, e = sys.Openat(99, "file", sys.O_RDONLY, 0)
	errno(e, sys.EBADF, "openat from no descriptor")
	_, e = sys.Openat(sys.AT_FDCWD, "d/file", sys.O_RDONLY, 0)
	ok(e, "openat from AT_FDCWD")
}

// Is every call that takes a descriptor EBADF without one?
func badDescriptors() {
	const nobody = 999
	p := uintptr(unsafe.Pointer(&big))
	for _, fd := range [...]uintptr{nobody, ^uintptr(0), 1 << 31, 1 << 20} {
		raw(sys.Syscall3(syscall.SYS_READ, fd, p, 1), sys.EBADF, "read")
		raw(sys.Syscall3(syscall.SYS_WRITE, fd, p, 1), sys.EBADF, "write")
		raw(sys.Syscall3(syscall.SYS_READV, fd, p, 1), sys.EBADF, "readv")
		raw(sys.Syscall3(syscall.SYS_WRITEV, fd, p, 1), sys.EBADF, "writev")
		raw(sys.Syscall4(syscall.SYS_PREAD64, fd, p, 1, 0), sys.EBADF, "pread64")
		raw(sys.Syscall4(syscall.SYS_PWRITE64, fd, p, 1, 0), sys.EBADF, "pwrite64")
		raw(sys.Syscall1(syscall.SYS_CLOSE, fd), sys.EBADF, "close")
		raw(sys.Syscall3(syscall.SYS_LSEEK, fd, 0, 0), sys.EBADF, "lseek")
		raw(sys.Syscall2(syscall.SYS_FSTAT, fd, p), sys.EBADF, "fstat")
		raw(sys.Syscall3(syscall.SYS_GETDENTS64, fd, p, 100), sys.EBADF, "getdents64")
		raw(sys.Syscall1(syscall.SYS_DUP, fd), sys.EBADF, "dup")
		raw(sys.Syscall2(syscall.SYS_DUP2, fd, 5), sys.EBADF, "dup2 from")
		raw(sys.Syscall3(syscall.SYS_FCNTL, fd, sys.F_GETFD, 0), sys.EBADF, "fcntl")
		raw(sys.Syscall3(syscall.SYS_IOCTL, fd, sys.TCGETS, p), sys.EBADF, "ioctl")
	}
	raw(sys.Syscall2(syscall.SYS_DUP2, 1, 1<<20), sys.EBADF, "dup2 to a descriptor beyond the limit")
	raw(sys.Syscall2(syscall.SYS_DUP2, 1, ^uintptr(0)), sys.EBADF, "dup2 to -1")
	raw(sys.Syscall6(syscall.SYS_MMAP, 0, 4096, 1, 2, nobody, 0), sys.EBADF, "mmap")
}

// dup, dup2 and F_DUPFD: the lowest descriptor, one shared offset, closing the target.
func duplicates() {
	put("file", "abcdef")
	fd := open("file", sys.O_RDONLY)
	d, e := sys.Dup(fd)
	ok(e, "dup")
	equal(d, fd+1, "the lowest free descriptor")
	sys.Read(fd, big[:2])
	n, _ := sys.Read(d, big[:2])
	same(sys.Text(big[:n]), "cd", "a read through the copy")
	d2, e := sys.Dup2(fd, 40)
	ok(e, "dup2")
	equal(d2, 40, "dup2")
	d3, e := sys.Dup2(40, 40)
	ok(e, "dup2 to itself")
	equal(d3, 40, "dup2 to itself")
	put("other", "other")
	sys.Dup2(open("other", sys.O_RDONLY), 40)
	same(sys.Text(readAll(40, big[:])), "other", "dup2 over an open descriptor")
	d4, e := sys.Fcntl(fd, sys.F_DUPFD, 60)
	ok(e, "F_DUPFD")
	equal(d4, 60, "F_DUPFD")
	d5, e := sys.Fcntl(fd, sys.F_DUPFD_CLOEXEC, 60)
	ok(e, "F_DUPFD_CLOEXEC")
	equal(d5, 61, "F_DUPFD_CLOEXEC")
	f, _ := sys.Fcntl(60, sys.F_GETFD, 0)
	equal(f, 0, "flags of F_DUPFD's copy")
	f, _ = sys.Fcntl(61, sys.F_GETFD, 0)
	equal(f, sys.FD_CLOEXEC, "flags of F_DUPFD_CLOEXEC's copy")
	_, e = sys.Fcntl(fd, sys.F_DUPFD, -1)
	errno(e, sys.EINVAL, "F_DUPFD from -1")
	_, e = sys.Fcntl(fd, 12345, 0)
	errno(e, sys.EINVAL, "an unknown fcntl")
	sys.Fcntl(61, sys.F_SETFD, 0)
	f, _ = sys.Fcntl(61, sys.F_GETFD, 0)
	equal(f, 0, "F_SETFD")
	sys.Close(fd)
	sys.Close(d)
	same(sys.Text(readAll(60, big[:])), "ef", "a copy after the first is closed")
}

// F_SETFL changes O_APPEND and O_NONBLOCK and nothing else.
func statusFlags() {
	fd := create("file")
	f, e := sys.Fcntl(fd, sys.F_GETFL, 0)
	ok(e, "F_GETFL")
	equal(f&^0o100000, sys.O_RDWR, "F_GETFL")
	_, e = sys.Fcntl(fd, sys.F_SETFL, sys.O_APPEND|sys.O_NONBLOCK|sys.O_WRONLY|sys.O_CREAT)
	ok(e, "F_SETFL")
	f, _ = sys.Fcntl(fd, sys.F_GETFL, 0)
	equal(f&^0o100000, sys.O_RDWR|sys.O_APPEND|sys.O_NONBLOCK, "F_GETFL after F_SETFL")
	sys.WriteString(fd, "abc")
	sys.Lseek(fd, 0, sys.SEEK_SET)
	sys.WriteString(fd, "def")
	same(slurp("file", big[:]), "abcdef", "O_APPEND by F_SETFL")
}

// Does execve close what is marked so, and nothing else?
func closeOnExec() {
	fd := create("file")
	for n := 10; n < 17; n++ {
		sys.Dup2(fd, n)
	}
	sys.Fcntl(11, sys.F_SETFD, sys.FD_CLOEXEC)
	sys.Fcntl(13, sys.F_SETFD, sys.FD_CLOEXEC)
	sys.Close(14)
	fd2 := open("file", sys.O_RDONLY|sys.O_CLOEXEC)
	sys.Close(15)
	sys.Fcntl(fd2, sys.F_DUPFD_CLOEXEC, 15)
	exits(func() {
		command("descriptors")
		execSelf()
	}, 0b1000101, "the new program's open descriptors")
}

// fstat and newfstatat: types, sizes, one inode by both ways, errors.
func stat() {
	var a, b sys.Stat
	put("file", "12345")
	ok(sys.StatPath("file", &a, 0), "newfstatat")
	equal(int(a.Mode&0o170000), 0o100000, "a file's type")
	equal(int(a.Mode&0o777), 0o644, "permissions")
	equal(int(a.Size), 5, "size")
	equal(int(a.Nlink), 1, "links")
	fd := open("file", sys.O_RDONLY)
	ok(sys.Fstat(fd, &b), "fstat")
	check(a.Ino == b.Ino && a.Dev == b.Dev && a.Ino != 0, "inode numbers")
	ok(sys.StatPath(".", &a, 0), "newfstatat of a folder")
	equal(int(a.Mode&0o170000), 0o040000, "a folder's type")
	ok(sys.StatPath("/dev/null", &a, 0), "newfstatat of a device")
	equal(int(a.Mode&0o170000), 0o020000, "a device's type")
	errno(sys.StatPath("none", &a, 0), sys.ENOENT, "newfstatat of nothing")
	errno(sys.StatPath("file/x", &a, 0), sys.ENOTDIR, "newfstatat below a file")
	// AT_EMPTY_PATH: the descriptor itself.
	var empty byte
	raw(sys.Syscall4(syscall.SYS_NEWFSTATAT, uintptr(fd), uintptr(unsafe.Pointer(&empty)), uintptr(unsafe.Pointer(&a)), 0x1000), sys.OK, "newfstatat with AT_EMPTY_PATH")
	equal(int(a.Size), 5, "size with AT_EMPTY_PATH")
	raw(sys.Syscall4(syscall.SYS_NEWFSTATAT, uintptr(fd), uintptr(unsafe.Pointer(&empty)), uintptr(unsafe.Pointer(&a)), 0), sys.ENOENT, "an empty path")
}

// The devices: null takes all and gives none, zero gives zeros, full is full, random varies.
func devices() {
	fd := open("/dev/null", sys.O_RDWR)
	n, e := sys.Write(fd, big[:1000])
	ok(e, "write to null")
	equal(n, 1000, "write to null")
	n, e = sys.Read(fd, big[:10])
	ok(e, "read of null")
	equal(n, 0, "read of null")
	fd = open("/dev/zero", sys.O_RDWR)
	big[0], big[999] = 1, 1
	n, e = sys.Read(fd, big[:1000])
	ok(e, "read of zero")
	equal(n, 1000, "read of zero")
	check(big[0] == 0 && big[999] == 0, "zero is not zero")
	fd = open("/dev/full", sys.O_RDWR)
	_, e = sys.Write(fd, big[:1])
	errno(e, sys.ENOSPC, "write to full")
	n, e = sys.Read(fd, big[:10])
	ok(e, "read of full")
	equal(n, 10, "read of full")
	for _, name := range [...]string{"/dev/random", "/dev/urandom"} {
		fd = open(name, sys.O_RDONLY)
		randomBytes(func(p []byte) {
			n, e := sys.Read(fd, p)
			ok(e, "read of random")
			equal(n, len(p), "read of random")
		})
	}
	var t sys.Termios
	errno(sys.Tcgetattr(open("/dev/null", sys.O_RDWR), &t), sys.ENOTTY, "TCGETS of null")
}

var randomA, randomB [256]byte

// randomBytes checks that get gives different bytes each time, of all sorts.
func randomBytes(get func(p []byte)) {
	a, b := &randomA, &randomB
	get(a[:])
	get(b[:])
	check(*a != *b, "the same random bytes twice")
	var seen [256]bool
	kinds := 0
	for _, c := range a {
		if !seen[c] {
			seen[c] = true
			kinds++
		}
	}
	check(kinds > 100, "random bytes are too much alike")
}

func getrandom() {
	randomBytes(func(p []byte) {
		n, e := sys.Getrandom(p, 0)
		ok(e, "getrandom")
		equal(n, len(p), "getrandom")
	})
	_, e := sys.Getrandom(big[:10], 0xff00)
	errno(e, sys.EINVAL, "getrandom with unknown flags")
}
