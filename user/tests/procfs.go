package main

import (
	"unsafe"

	"gossamer/ulib/sys"
)

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
