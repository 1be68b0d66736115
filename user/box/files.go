package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

func mkdir() int {
	wantArgs(1, 1000)
	for i := 1; i < argc(); i++ {
		if e := sys.Mkdir(arg(i), 0o755); e != 0 {
			fail(arg(i), e)
		}
	}
	return 0
}

const (
	modeType = 0o170000
	modeDir  = 0o040000
	modeLink = 0o120000
	modeChar = 0o020000
	modePipe = 0o010000
)

func isDir(path string) bool {
	var st sys.Stat
	return sys.StatPath(path, &st, 0) == 0 && st.Mode&modeType == modeDir
}

var target sys.Path

// into returns where from goes: to itself, or an entry of the directory to.
func into(from, to string) string {
	if !isDir(to) {
		return to
	}
	return target.Reset().Add(to).Elem(sys.Base(from)).String()
}

func mv() int {
	wantArgs(2, 2)
	if e := sys.Rename(arg(1), into(arg(1), arg(2))); e != 0 {
		fail(arg(1), e)
	}
	return 0
}

func cp() int {
	wantArgs(2, 2)
	if isDir(arg(1)) {
		fail(arg(1), sys.EISDIR)
		return 1
	}
	from, ok := open(arg(1))
	if !ok {
		return 1
	}
	var st sys.Stat
	sys.Fstat(from, &st)
	name := into(arg(1), arg(2))
	to, e := sys.Open(name, sys.O_WRONLY|sys.O_CREAT|sys.O_TRUNC, int(st.Mode&0o777))
	if e != 0 {
		fail(name, e)
		return 1
	}
	for {
		n := fill(from, arg(1))
		if n == 0 {
			return 0
		}
		for p := buf[:n]; len(p) > 0; {
			m, e := sys.Write(to, p)
			if e != 0 {
				fail(name, e)
				return 1
			}
			p = p[m:]
		}
	}
}

func rm() int {
	i := 1
	tree := arg(1) == "-r"
	if tree {
		i = 2
	}
	if argc() <= i {
		usage()
	}
	for ; i < argc(); i++ {
		e := sys.OK
		if tree {
			e = sys.RemoveAll(arg(i))
		} else {
			e = sys.Unlink(arg(i))
		}
		if e != 0 {
			fail(arg(i), e)
		}
	}
	return 0
}

func poweroff() int { return stopMachine(false) }
func reboot() int   { return stopMachine(true) }

// stopMachine switches the machine off, or resets it. It returns only if it may not.
func stopMachine(restart bool) int {
	wantArgs(0, 0)
	if !sys.OnGossamer() {
		out.Err.Str("this machine does not run Gossamer; left alone\n").Flush()
		return 1
	}
	var e sys.Errno
	if restart {
		e = sys.Restart()
	} else {
		e = sys.PowerOff()
	}
	if e != 0 {
		fail("", e)
	}
	return 0
}
