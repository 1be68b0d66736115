package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// One directory's names, end to end, with the offsets of each in sorted order.
var (
	names    [64 << 10]byte
	namesLen int
	entries  [2048]struct{ at, n uint16 }
	count    int
	long     bool
	path     sys.Path
	link     [sys.PathMax]byte
)

func entry(i int) string {
	e := entries[i]
	return sys.Text(names[int(e.at) : int(e.at)+int(e.n)])
}

// insert keeps the entries sorted; what does not fit is left out and said so.
func insert(name []byte) bool {
	if count == len(entries) || namesLen+len(name) > len(names)-1 {
		return false
	}
	at := namesLen
	namesLen += copy(names[at:], name)
	i := count
	for i > 0 && entry(i-1) > sys.Text(name) {
		entries[i] = entries[i-1]
		i--
	}
	entries[i].at, entries[i].n = uint16(at), uint16(len(name))
	count++
	return true
}

// show prints one name, which is reached by the path file.
func show(name, file string) {
	var st sys.Stat
	if !long {
		out.Out.Str(name).NL()
		return
	}
	if e := sys.StatPath(file, &st, sys.AT_SYMLINK_NOFOLLOW); e != 0 {
		fail(file, e)
		return
	}
	kind := byte('-')
	switch st.Mode & modeType {
	case modeDir:
		kind = 'd'
	case modeLink:
		kind = 'l'
	case modeChar:
		kind = 'c'
	case modePipe:
		kind = 'p'
	}
	out.Out.Byte(kind)
	for bit := 8; bit >= 0; bit-- {
		c := byte('-')
		if st.Mode>>uint(bit)&1 != 0 {
			c = "xwr"[bit%3]
		}
		out.Out.Byte(c)
	}
	out.Out.IntWidth(int(st.Nlink), 4)
	if kind == 'c' {
		out.Out.IntWidth(int(st.Rdev>>8&0xfff), 6).Byte(',').IntWidth(int(st.Rdev&0xff), 4)
	} else {
		out.Out.IntWidth(int(st.Size), 11)
	}
	out.Out.Byte(' ').Str(name)
	if kind == 'l' {
		if t, e := sys.Readlink(file, link[:]); e == 0 {
			out.Out.Str(" -> ").Bytes(t)
		}
	}
	out.Out.NL()
}

func lsDir(dir string) {
	fd, e := sys.Open(dir, sys.O_RDONLY|sys.O_DIRECTORY, 0)
	if e != 0 {
		fail(dir, e)
		return
	}
	count, namesLen = 0, 0
	full := false
	for {
		n, e := sys.Getdents(fd, buf[:])
		if e != 0 {
			fail(dir, e)
		}
		if n <= 0 {
			break
		}
		for rest := buf[:n]; len(rest) > 0; {
			var name []byte
			name, _, rest = sys.Dirent(rest)
			if len(name) > 0 && name[0] != '.' && !insert(name) {
				full = true
			}
		}
	}
	sys.Close(fd)
	for i := range count {
		show(entry(i), path.Reset().Add(dir).Elem(entry(i)).String())
	}
	if full {
		fail(dir, sys.EOVERFLOW)
	}
}

func ls() int {
	i := 1
	if arg(1) == "-l" {
		long = true
		i = 2
	}
	if len(arg(i)) > 1 && arg(i)[0] == '-' {
		usage()
	}
	if i == argc() {
		lsDir(".")
	}
	many := argc()-i > 1
	for ; i < argc(); i++ {
		var st sys.Stat
		if e := sys.StatPath(arg(i), &st, 0); e != 0 {
			if e := sys.StatPath(arg(i), &st, sys.AT_SYMLINK_NOFOLLOW); e != 0 {
				fail(arg(i), e)
				continue
			}
		}
		if st.Mode&modeType != modeDir {
			show(arg(i), arg(i))
			continue
		}
		if many {
			out.Out.Str(arg(i)).Str(":\n")
		}
		lsDir(arg(i))
	}
	return 0
}
