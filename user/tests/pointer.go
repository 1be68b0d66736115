package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

// What if every call gets ridiculous pointers? EFAULT, and the process lives.
func badPointers() {
	readOnly := anon(page)
	ok(sys.Mprotect(readOnly, page, sys.PROT_READ), "mprotect")
	none := anon(page)
	ok(sys.Mprotect(none, page, sys.PROT_NONE), "mprotect")
	put("file", "contents")
	sys.Mkdir("d", 0o755)
	for _, bad := range [...]uintptr{0, 1, hole(), none, 0x7ffffffff000, 1 << 47, 1 << 63, 0xffff800000000000,
		0xffffffff80200000, ^uintptr(0), ^uintptr(4095), readOnly} {
		if bad != readOnly {
			badReads(bad)
			badPaths(bad)
		}
		badWrites(bad)
	}
	// A buffer of which only the second page is bad: what could be copied may be reported,
	// nothing else.
	p := anon(2 * page)
	ok(sys.Munmap(p+page, page), "munmap")
	zero := open("/dev/zero", sys.O_RDONLY)
	n, e := sys.Result(sys.Syscall3(syscall.SYS_READ, uintptr(zero), p+page-100, 200))
	check(e == sys.EFAULT || e == 0 && n <= 100, "a read into a buffer that is half bad")
	store(p+page-2, 'a')
	store(p+page-1, 'b')
	raw(sys.Syscall3(syscall.SYS_OPEN, p+page-2, 0, 0), sys.EFAULT, "a path that runs into a hole")
}

// badReads: calls that read what the pointer points at.
func badReads(bad uintptr) {
	fd := uintptr(create("out"))
	raw(sys.Syscall3(syscall.SYS_WRITE, fd, bad, 8), sys.EFAULT, "write")
	raw(sys.Syscall4(syscall.SYS_PWRITE64, fd, bad, 8, 0), sys.EFAULT, "pwrite64")
	raw(sys.Syscall3(syscall.SYS_WRITEV, fd, bad, 1), sys.EFAULT, "writev")
	raw(sys.Syscall3(syscall.SYS_READV, fd, bad, 1), sys.EFAULT, "readv")
	v := sys.Iovec{Len: 8}
	*(*uintptr)(unsafe.Pointer(&v.Base)) = bad
	raw(sys.Syscall3(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&v)), 1), sys.EFAULT, "writev's buffer")
	_, w := pipe()
	raw(sys.Syscall3(syscall.SYS_WRITE, uintptr(w), bad, 8), sys.EFAULT, "write to a pipe")
	raw(sys.Syscall2(syscall.SYS_NANOSLEEP, bad, 0), sys.EFAULT, "nanosleep")
	if bad != 0 {
		raw(sys.Syscall4(syscall.SYS_RT_SIGACTION, sys.SIGUSR1, bad, 0, 8), sys.EFAULT, "rt_sigaction")
		raw(sys.Syscall4(syscall.SYS_RT_SIGPROCMASK, 0, bad, 0, 8), sys.EFAULT, "rt_sigprocmask")
		raw(sys.Syscall4(302, 0, 7, bad, 0), sys.EFAULT, "prlimit64")
	}
	raw(sys.Syscall2(syscall.SYS_RT_SIGSUSPEND, bad, 8), sys.EFAULT, "rt_sigsuspend")
	sys.Close(int(fd))
	sys.Close(w - 1)
	sys.Close(w)
}

// badPaths: calls that take a path, and execve's lists.
func badPaths(bad uintptr) {
	var good [8]byte
	copy(good[:], "file")
	name := uintptr(unsafe.Pointer(&good))
	var st sys.Stat
	raw(sys.Syscall3(syscall.SYS_OPEN, bad, 0, 0), sys.EFAULT, "open")
	raw(sys.Syscall4(syscall.SYS_OPENAT, ^uintptr(99), bad, 0, 0), sys.EFAULT, "openat")
	raw(sys.Syscall4(syscall.SYS_NEWFSTATAT, ^uintptr(99), bad, uintptr(unsafe.Pointer(&st)), 0), sys.EFAULT, "newfstatat")
	raw(sys.Syscall1(syscall.SYS_CHDIR, bad), sys.EFAULT, "chdir")
	raw(sys.Syscall2(syscall.SYS_MKDIR, bad, 0), sys.EFAULT, "mkdir")
	raw(sys.Syscall1(syscall.SYS_RMDIR, bad), sys.EFAULT, "rmdir")
	raw(sys.Syscall1(syscall.SYS_UNLINK, bad), sys.EFAULT, "unlink")
	raw(sys.Syscall2(syscall.SYS_RENAME, bad, name), sys.EFAULT, "rename from")
	raw(sys.Syscall2(syscall.SYS_RENAME, name, bad), sys.EFAULT, "rename to")
	raw(sys.Syscall3(syscall.SYS_EXECVE, bad, 0, 0), sys.EFAULT, "execve's path")
	if bad != 0 {
		var path [sys.PathMax]byte
		copy(path[:], self.String())
		p := uintptr(unsafe.Pointer(&path))
		raw(sys.Syscall3(syscall.SYS_EXECVE, p, bad, 0), sys.EFAULT, "execve's arguments")
		raw(sys.Syscall3(syscall.SYS_EXECVE, p, 0, bad), sys.EFAULT, "execve's environment")
		list := [2]uintptr{bad, 0}
		raw(sys.Syscall3(syscall.SYS_EXECVE, p, uintptr(unsafe.Pointer(&list)), 0), sys.EFAULT, "an argument of execve")
	}
}

// badWrites: calls that write where the pointer points.
func badWrites(bad uintptr) {
	var good [8]byte
	copy(good[:], "file")
	name := uintptr(unsafe.Pointer(&good))
	zero := uintptr(open("/dev/zero", sys.O_RDONLY))
	file := uintptr(open("file", sys.O_RDONLY))
	dir := uintptr(open(".", sys.O_RDONLY))
	raw(sys.Syscall3(syscall.SYS_READ, zero, bad, 8), sys.EFAULT, "read of zero")
	raw(sys.Syscall3(syscall.SYS_READ, file, bad, 8), sys.EFAULT, "read of a file")
	raw(sys.Syscall4(syscall.SYS_PREAD64, file, bad, 8, 0), sys.EFAULT, "pread64")
	v := sys.Iovec{Len: 8}
	*(*uintptr)(unsafe.Pointer(&v.Base)) = bad
	raw(sys.Syscall3(syscall.SYS_READV, file, uintptr(unsafe.Pointer(&v)), 1), sys.EFAULT, "readv's buffer")
	raw(sys.Syscall3(syscall.SYS_GETDENTS64, dir, bad, 1000), sys.EFAULT, "getdents64")
	raw(sys.Syscall2(syscall.SYS_FSTAT, file, bad), sys.EFAULT, "fstat")
	raw(sys.Syscall4(syscall.SYS_NEWFSTATAT, ^uintptr(99), name, bad, 0), sys.EFAULT, "newfstatat's result")
	raw(sys.Syscall2(syscall.SYS_PIPE2, bad, 0), sys.EFAULT, "pipe2")
	raw(sys.Syscall1(syscall.SYS_UNAME, bad), sys.EFAULT, "uname")
	raw(sys.Syscall2(syscall.SYS_GETCWD, bad, 1000), sys.EFAULT, "getcwd")
	raw(sys.Syscall2(syscall.SYS_CLOCK_GETTIME, 1, bad), sys.EFAULT, "clock_gettime")
	raw(sys.Syscall3(318, bad, 8, 0), sys.EFAULT, "getrandom")
	raw(sys.Syscall2(syscall.SYS_ARCH_PRCTL, 0x1003, bad), sys.EFAULT, "arch_prctl(ARCH_GET_FS)")
	if bad != 0 {
		raw(sys.Syscall4(syscall.SYS_RT_SIGACTION, sys.SIGUSR1, 0, bad, 8), sys.EFAULT, "rt_sigaction's result")
		raw(sys.Syscall4(syscall.SYS_RT_SIGPROCMASK, 0, 0, bad, 8), sys.EFAULT, "rt_sigprocmask's result")
		raw(sys.Syscall4(302, 0, 7, 0, bad), sys.EFAULT, "prlimit64's result")
		pid := fork(func() {})
		raw(sys.Syscall4(syscall.SYS_WAIT4, uintptr(pid), bad, 0, 0), sys.EFAULT, "wait4's status")
		sys.Wait4(pid, nil, 0, nil)
	}
	r, w := pipe()
	sys.WriteString(w, "12345678")
	raw(sys.Syscall3(syscall.SYS_READ, uintptr(r), bad, 8), sys.EFAULT, "read of a pipe")
	for _, fd := range [...]int{r, w, int(zero), int(file), int(dir)} {
		sys.Close(fd)
	}
}
