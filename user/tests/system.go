package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// freeMemory is what no process has: free frames and what the kernel's heap took, in KiB.
func freeMemory() int {
	free, found := meminfo("MemFree:")
	check(found, "MemFree is missing in /proc/meminfo")
	heap, _ := meminfo("KernelHeap:")
	return free + heap
}

// leaks runs f to warm up, then more, and checks that memory comes back to within 1 MiB:
// one frame lost in each of a thousand rounds would be four.
func leaks(warm, rounds int, f func()) {
	const slack = 1024
	for range warm {
		f()
	}
	sys.Sleep(100e6)
	before := freeMemory()
	threads, counted := meminfo("Goroutines:")
	for range rounds {
		f()
	}
	after := 0
	for range 40 { // ended processes are taken down in the background
		after = freeMemory()
		if after >= before-slack {
			break
		}
		sys.Sleep(50e6)
	}
	if after < before-slack {
		out.Out.Str("# free before ").Int(before).Str(" KiB, after ").Int(after).Str(" KiB\n")
		fail("memory is lost")
	}
	if now, _ := meminfo("Goroutines:"); counted {
		check(now <= threads+8, "goroutines are lost")
	}
}

func leakFork()  { leaks(200, 1000, func() { exits(func() {}, 0, "child") }) }
func leakSpawn() { leaks(200, 1000, spawnOnce) }

func spawnOnce() {
	exits(func() {
		command("exit")
		argv.Add("0")
		execSelf()
	}, 0, "the new program")
}

func leakKilled() {
	leaks(50, 500, func() { dies(doUD2, sys.SIGILL, "child") })
}

// Do LWPs that come and go leave nothing behind?
func leakLWPs() {
	leaks(500, 10000, func() {
		start(0, lwpNothing)
		sys.JoinLWP(&lwps[0])
	})
}

func lwpNothing(uintptr) {}

func leakMemory() {
	leaks(20, 300, func() {
		p := anon(64 * page)
		for i := range uintptr(64) {
			store(p+i*page, 1)
		}
		exits(func() {
			for i := range uintptr(64) {
				store(p+i*page, 2)
			}
		}, 0, "child")
		ok(sys.Munmap(p, 64*page), "munmap")
	})
}

func leakFiles() {
	leaks(20, 300, func() {
		fd := create("file")
		for range 4 {
			sys.Write(fd, big[:])
		}
		ok(sys.Unlink("file"), "unlink")
		sys.Close(fd)
		r, w := pipe()
		sys.Fcntl(w, sys.F_SETFL, sys.O_NONBLOCK)
		sys.Write(w, big[:])
		sys.Close(r)
		sys.Close(w)
	})
}

func leakExecErrors() {
	makeELF()
	put64(24, 0) // the entry is at an address that is not there
	program("dies", elf[:])
	makeELF()
	put64(104, 1<<62)
	program("refused", elf[:])
	argv.Reset()
	argv.Add("x")
	leaks(20, 300, func() {
		wait(fork(func() { sys.Exec("dies", &argv, 0) }))
		wait(fork(func() { sys.Exec("refused", &argv, 0) }))
	})
}

// Does spawning keep working, a thousand times, with statuses right?
func spawnMany() {
	for i := range 1000 {
		exits(func() {
			command("exit")
			var d [20]byte
			argv.Add(sys.Text(sys.Decimal(&d, i&255)))
			execSelf()
		}, i&255, "the new program")
	}
}

// The files of /proc have the fields that programs look for.
func procSystem() {
	total, found := meminfo("MemTotal:")
	check(found && total > 0, "MemTotal")
	free, found := meminfo("MemFree:")
	check(found && free > 0 && free < total, "MemFree")
	check(cpus() >= 1, "cpuinfo")
	text := slurp("/proc/uptime", big[:])
	first, _ := sys.Field(text)
	dot := sys.Index(first, ".")
	check(dot > 0, "uptime has no decimal point")
	up, isNumber := sys.ParseInt(first[:dot])
	now := int(sys.Now() / 1e9)
	check(isNumber && up <= now+1 && up >= now-60*60*24*365, "uptime")
	check(len(slurp("/proc/version", big[:])) > 8, "version")
	slurp("/proc/cmdline", big[:])
	_, e := sys.Open("/proc/none", sys.O_RDONLY, 0)
	errno(e, sys.ENOENT, "a file that /proc does not have")
	_, e = sys.Open("/proc/meminfo", sys.O_RDWR|sys.O_CREAT|sys.O_EXCL, 0o644)
	errno(e, sys.EEXIST, "O_EXCL in /proc")
}

// A process's own entries, by number and by self; those of others come and go.
func procProcess() {
	pid := sys.Getpid()
	var name sys.Path
	name.Add("/proc/").Int(pid)
	mark := name.String()
	v, found := field(slurp(name.Elem("status").String(), big[:]), "Pid:")
	check(found, "Pid in status")
	equal(v, pid, "Pid in status")
	v, _ = field(slurp("/proc/self/status", big[:]), "Pid:")
	equal(v, pid, "Pid in self/status")
	v, _ = field(slurp("/proc/self/status", big[:]), "PPid:")
	equal(v, sys.Getppid(), "PPid in self/status")
	text := slurp("/proc/self/cmdline", big[:])
	check(sys.HasPrefix(text, sys.Arg(0)) && text[len(sys.Arg(0))] == 0, "cmdline")
	text = slurp("/proc/self/stat", big[:])
	first, _ := sys.Field(text)
	v, _ = sys.ParseInt(first)
	equal(v, pid, "the first field of stat")

	// maps: sorted, and this stack and this text are in it with their rights.
	here := uintptr(unsafe.Pointer(&mark))
	_, code, _ := addresses()
	stack, exec := false, false
	last := uintptr(0)
	for text := slurp("/proc/self/maps", big[:]); text != ""; {
		var line string
		line, text = sys.Line(text)
		from, rest := hexNumber(line)
		check(rest != "" && rest[0] == '-', "a line of maps")
		to, rest := hexNumber(rest[1:])
		check(from >= last && from < to || from > 1<<63, "the order of maps")
		last = to
		rights, _ := sys.Field(rest)
		if here >= from && here < to {
			stack = sys.HasPrefix(rights, "rw-")
		}
		if code >= from && code < to {
			exec = sys.HasPrefix(rights, "r-x")
		}
	}
	check(stack, "the stack in maps")
	check(exec, "the text in maps")

	child := fork(func() { sys.Sleep(1e12) })
	name.Reset().Add("/proc/").Int(child).Elem("status")
	v, _ = field(slurp(name.String(), big[:]), "PPid:")
	equal(v, pid, "PPid of a child")
	listed := false
	fd := open("/proc", sys.O_RDONLY|sys.O_DIRECTORY)
	for {
		n, e := sys.Getdents(fd, big[:])
		ok(e, "getdents64 of /proc")
		if n == 0 {
			break
		}
		for rest := big[:n]; len(rest) > 0; {
			var entry []byte
			entry, _, rest = sys.Dirent(rest)
			if v, isNumber := sys.ParseInt(sys.Text(entry)); isNumber && v == child {
				listed = true
			}
		}
	}
	check(listed, "the child is not listed in /proc")
	sys.Kill(child, sys.SIGKILL)
	wait(child)
	_, e := sys.Open(name.String(), sys.O_RDONLY, 0)
	errno(e, sys.ENOENT, "the status of a process that has gone")
}

func hexNumber(s string) (v uintptr, rest string) {
	for s != "" {
		c := s[0]
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | uintptr(c-'0')
		case c >= 'a' && c <= 'f':
			v = v<<4 | uintptr(c-'a'+10)
		default:
			return v, s
		}
		s = s[1:]
	}
	return v, s
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
