package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

// typed enters s as if it had been typed at the terminal fd.
func typed(fd int, s string) {
	for i := range len(s) {
		b := s[i]
		raw(sys.Syscall3(syscall.SYS_IOCTL, uintptr(fd), sys.TIOCSTI, uintptr(unsafe.Pointer(&b))), sys.OK, "TIOCSTI")
	}
}

// Does ^C end the foreground process group, and nobody else; does ^D end a file, and a line
// reach its reader?
func ttyInterrupt() {
	sys.Ignore(sys.SIGTTOU)
	fd := open("/dev/console", sys.O_RDWR)
	var old int32
	raw(sys.Syscall3(syscall.SYS_IOCTL, uintptr(fd), sys.TIOCGPGRP, uintptr(unsafe.Pointer(&old))), sys.OK, "TIOCGPGRP")
	var t, quiet sys.Termios
	ok(sys.Tcgetattr(fd, &t), "TCGETS")
	quiet = t
	quiet.Lflag &^= 0o10 // ECHO: the test report goes there too
	ok(sys.Tcsetattr(fd, &quiet), "TCSETS")

	r, w := pipe()
	group := fork(func() { // computes, in the foreground
		sys.Setpgid(0, 0)
		sys.WriteString(w, "x")
		for {
		}
	})
	member := fork(func() { // sleeps in a read, in the same group
		sys.Read(r, big[:1])
		sys.Setpgid(0, group)
		sys.WriteString(w, "y")
		sys.Read(fd, big[:1])
		sys.Exit(3)
	})
	waitForGroup(member, group)
	ok(sys.SetForeground(fd, group), "TIOCSPGRP")
	typed(fd, "\003")
	for _, pid := range [...]int{group, member} {
		status := wait(pid)
		check(status.Signaled() && status.Signal() == sys.SIGINT, "^C did not end the foreground with SIGINT")
	}

	reader := fork(func() {
		sys.Setpgid(0, 0)
		n, _ := sys.Read(fd, big[:100])
		same(sys.Text(big[:n]), "a line\n", "what was typed")
		n, _ = sys.Read(fd, big[:100])
		equal(n, 0, "a read that ^D ends")
		sys.Exit(0)
	})
	waitForGroup(reader, reader)
	ok(sys.SetForeground(fd, reader), "TIOCSPGRP")
	typed(fd, "a lime\177\177ne\n\004")
	ended(wait(reader), 0, "the reader")
	g := int(old)
	ok(sys.SetForeground(fd, g), "TIOCSPGRP")
	ok(sys.Tcsetattr(fd, &t), "TCSETS")
}

const sysCrash = 1903 // a system call with a bug, of a test image only

// Does a bug in a system call end its caller, with SIGSYS, and nobody else?
func kernelBug() {
	for kind := range uintptr(4) {
		r, w := pipe()
		pid := fork(func() {
			sys.Syscall2(sysCrash, kind, 1)
			sys.WriteString(w, "alive")
			sys.Exit(1)
		})
		status := wait(pid)
		check(status.Signaled() && status.Signal() == sys.SIGSYS, "the caller of a buggy call did not die of SIGSYS")
		sys.Close(w)
		n, _ := sys.Read(r, big[:5])
		equal(n, 0, "bytes that the dead caller wrote")
		sys.Close(r)
	}
	exits(func() {}, 0, "a process afterwards")
}

// What if a word that the kernel copies lies across two pages, of which one is still to be
// supplied, or missing?
func straddle() {
	for off := uintptr(1); off < 24; off++ {
		p := anon(3 * page)
		ok(sys.Munmap(p+2*page, page), "munmap")
		store(p, 1) // the second page is not there yet
		r, w := pipe()
		sys.Write(w, big[:32])
		n, e := sys.Result(sys.Syscall3(syscall.SYS_READ, uintptr(r), p+page-off, 32))
		ok(e, "read across pages")
		equal(int(n), 32, "bytes read across pages")
		n, e = sys.Result(sys.Syscall3(syscall.SYS_WRITE, uintptr(w), p+page-off, 32))
		ok(e, "write across pages")
		equal(int(n), 32, "bytes written across pages")
		sys.Close(r)
		sys.Close(w)
		ok(sys.Munmap(p, 2*page), "munmap")
	}
}

func waitForGroup(pid, group int) {
	for {
		if g, _ := sys.Getpgid(pid); g == group {
			return
		}
		sys.Sleep(1e6)
	}
}

// The console's settings: read, changed, put back; its window and foreground group.
func console() {
	sys.Ignore(sys.SIGTTOU) // this test is not in the foreground
	fd, e := sys.Open("/dev/console", sys.O_RDWR, 0)
	ok(e, "open of the console")
	var t, u sys.Termios
	ok(sys.Tcgetattr(fd, &t), "TCGETS")
	u = t
	u.Lflag ^= 0o10 // ECHO
	ok(sys.Tcsetattr(fd, &u), "TCSETS")
	var v sys.Termios
	ok(sys.Tcgetattr(fd, &v), "TCGETS")
	equal(int(v.Lflag), int(u.Lflag), "settings read back")
	ok(sys.Tcsetattr(fd, &t), "TCSETS")
	var size [4]uint16
	raw(sys.Syscall3(syscall.SYS_IOCTL, uintptr(fd), sys.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))), sys.OK, "TIOCGWINSZ")
	check(size[0] > 0 && size[1] > 0, "window size")
	var group int32
	raw(sys.Syscall3(syscall.SYS_IOCTL, uintptr(fd), sys.TIOCGPGRP, uintptr(unsafe.Pointer(&group))), sys.OK, "TIOCGPGRP")
	check(group > 0, "foreground group")
	for _, bad := range [...]uintptr{0, 0xffff800000000000, 1 << 63} {
		raw(sys.Syscall3(syscall.SYS_IOCTL, uintptr(fd), sys.TCGETS, bad), sys.EFAULT, "TCGETS")
		raw(sys.Syscall3(syscall.SYS_IOCTL, uintptr(fd), sys.TCSETS, bad), sys.EFAULT, "TCSETS")
		raw(sys.Syscall3(syscall.SYS_IOCTL, uintptr(fd), sys.TIOCGWINSZ, bad), sys.EFAULT, "TIOCGWINSZ")
		raw(sys.Syscall3(syscall.SYS_WRITE, uintptr(fd), bad, 10), sys.EFAULT, "write to the console")
	}
}
