package main

import (
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// statusSkip is the exit status of a test that finds its question has no meaning here.
const statusSkip = 77

// statusNameless is this program's exit status when it has no arguments, not even a name.
const statusNameless = 76

func skip() { sys.Exit(statusSkip) }

// fail ends the test's process. The functions below begin a line with what was asked.
func fail(what string) {
	out.Out.Str("# ").Str(what).NL().Flush()
	sys.Exit(1)
}

func check(ok bool, what string) {
	if !ok {
		fail(what)
	}
}

func equal(got, want int, what string) {
	if got != want {
		out.Out.Str("# ").Str(what).Str(": got ").Int(got).Str(", want ").Int(want).NL().Flush()
		sys.Exit(1)
	}
}

func same(got, want, what string) {
	if got != want {
		out.Out.Str("# ").Str(what).Str(": got \"").Str(got).Str("\", want \"").Str(want).Str("\"\n").Flush()
		sys.Exit(1)
	}
}

// errno checks an error number; OK wants success.
func errno(got, want sys.Errno, what string) {
	if got != want {
		out.Out.Str("# ").Str(what).Str(": got ").Str(sys.ErrName(got)).Str(" (").Int(int(got))
		out.Out.Str("), want ").Str(sys.ErrName(want)).NL().Flush()
		sys.Exit(1)
	}
}

// ok checks that a call succeeded.
func ok(e sys.Errno, what string) { errno(e, sys.OK, what) }

// raw checks the error number of a raw call's result.
func raw(r uintptr, want sys.Errno, what string) { errno(sys.Err(r), want, what) }

// fork starts f in a child, which exits with status 0 when f returns.
func fork(f func()) (pid int) {
	out.Out.Flush()
	pid, e := sys.Fork()
	ok(e, "fork")
	if pid == 0 {
		f()
		out.Out.Flush()
		sys.Exit(0)
	}
	return pid
}

// wait waits for a child's end.
func wait(pid int) (status sys.WaitStatus) {
	for {
		got, e := sys.Wait4(pid, &status, 0, nil)
		if e == sys.EINTR {
			continue
		}
		ok(e, "wait4")
		equal(got, pid, "wait4's process")
		return status
	}
}

// exits checks that f, in a child, ends with the exit status want.
func exits(f func(), want int, what string) { ended(wait(fork(f)), want, what) }

// ended checks that a status is exit status want.
func ended(status sys.WaitStatus, want int, what string) {
	if !status.Exited() {
		out.Out.Str("# ").Str(what).Str(": killed by ").Str(sys.SignalName(status.Signal())).NL().Flush()
		sys.Exit(1)
	}
	equal(status.Status(), want, what)
}

// dies checks that f, in a child, is killed by a signal.
func dies(f func(), sig int, what string) {
	status := wait(fork(f))
	if status.Exited() {
		out.Out.Str("# ").Str(what).Str(": exit status ").Int(status.Status()).Str(", want ").Str(sys.SignalName(sig)).NL().Flush()
		sys.Exit(1)
	}
	same(sys.SignalName(status.Signal()), sys.SignalName(sig), what)
}

// pipe makes a pipe.
func pipe() (r, w int) {
	var fd [2]int32
	ok(sys.Pipe2(&fd, 0), "pipe2")
	return int(fd[0]), int(fd[1])
}

// put makes the file name with the given contents.
func put(name, text string) {
	fd := create(name)
	n, e := sys.WriteString(fd, text)
	ok(e, "write")
	equal(n, len(text), "bytes written")
	ok(sys.Close(fd), "close")
}

func create(name string) (fd int) {
	fd, e := sys.Open(name, sys.O_RDWR|sys.O_CREAT|sys.O_TRUNC, 0o644)
	ok(e, "create")
	return fd
}

func open(name string, flags int) (fd int) {
	fd, e := sys.Open(name, flags, 0o644)
	ok(e, "open")
	return fd
}

// readAll reads fd to its end or until p is full.
func readAll(fd int, p []byte) []byte {
	n := 0
	for n < len(p) {
		m, e := sys.Read(fd, p[n:])
		if e == sys.EINTR {
			continue
		}
		ok(e, "read")
		if m == 0 {
			break
		}
		n += m
	}
	return p[:n]
}

// slurp returns the contents of a file in p.
func slurp(name string, p []byte) string {
	fd := open(name, sys.O_RDONLY)
	text := readAll(fd, p)
	sys.Close(fd)
	return sys.Text(text)
}

// anon maps fresh memory.
func anon(length uintptr) uintptr {
	p, e := sys.MmapAnon(length)
	ok(e, "mmap")
	return p
}

// Reading and writing at an address; out of line, so that none is optimised away.
//
//go:noinline
func load(p uintptr) byte { return *(*byte)(unsafe.Pointer(p)) }

//go:noinline
func store(p uintptr, v byte) { *(*byte)(unsafe.Pointer(p)) = v }

//go:noinline
func load64(p uintptr) uint64 { return *(*uint64)(unsafe.Pointer(p)) }

// hole returns an address of a page that is not mapped, with none mapped beside it.
func hole() uintptr {
	p := anon(3 * sys.PageSize)
	ok(sys.Munmap(p, 3*sys.PageSize), "munmap")
	return p + sys.PageSize
}

// field returns the number behind a key such as "MemFree:" in the text of a /proc file.
func field(text, key string) (value int, found bool) {
	for text != "" {
		var line string
		line, text = sys.Line(text)
		if sys.HasPrefix(line, key) {
			w, _ := sys.Field(line[len(key):])
			return sys.ParseInt(w)
		}
	}
	return 0, false
}

var infoBuf [16 << 10]byte

// meminfo returns a field of /proc/meminfo in KiB.
func meminfo(key string) (int, bool) { return field(slurp("/proc/meminfo", infoBuf[:]), key) }

// cpus returns the number of processors that /proc/cpuinfo shows.
func cpus() int {
	n := 0
	for text := slurp("/proc/cpuinfo", infoBuf[:]); text != ""; {
		var line string
		line, text = sys.Line(text)
		if sys.HasPrefix(line, "processor") {
			n++
		}
	}
	return max(n, 1)
}
