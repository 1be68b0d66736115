package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

func no() int { return 1 }

func echo() int {
	i := 1
	newline := true
	if arg(1) == "-n" {
		newline = false
		i = 2
	}
	for first := i; i < argc(); i++ {
		if i > first {
			out.Out.Byte(' ')
		}
		out.Out.Str(arg(i))
	}
	if newline {
		out.Out.NL()
	}
	return 0
}

func pwd() int {
	wantArgs(0, 0)
	p, e := sys.Getcwd(buf[:])
	if e != 0 {
		fail("", e)
		return 1
	}
	out.Out.Bytes(p).NL()
	return 0
}

// open opens a file to read; "-" is standard input.
func open(path string) (int, bool) {
	if path == "-" {
		return 0, true
	}
	fd, e := sys.Open(path, sys.O_RDONLY, 0)
	if e != 0 {
		fail(path, e)
	}
	return fd, e == 0
}

// fill reads into buf, reporting errors; 0 is the end.
func fill(fd int, path string) int {
	for {
		n, e := sys.Read(fd, buf[:])
		if e == sys.EINTR {
			continue
		}
		if e != 0 {
			fail(path, e)
			return 0
		}
		return n
	}
}

func catOne(path string) {
	fd, ok := open(path)
	if !ok {
		return
	}
	for {
		n := fill(fd, path)
		if n == 0 {
			break
		}
		// Straight to the descriptor, so that what arrives slowly shows at once.
		for p := buf[:n]; len(p) > 0; {
			m, e := sys.Write(1, p)
			if e != 0 && e != sys.EINTR {
				out.Fatal("cat", "write", e)
			}
			if e == 0 {
				p = p[m:]
			}
		}
	}
	if fd != 0 {
		sys.Close(fd)
	}
}

func cat() int {
	if argc() == 1 {
		catOne("-")
	}
	for i := 1; i < argc(); i++ {
		catOne(arg(i))
	}
	return 0
}

func head() int {
	lines, i := 10, 1
	if arg(1) == "-n" {
		n, ok := sys.ParseInt(arg(2))
		if !ok || n < 0 {
			usage()
		}
		lines, i = n, 3
	}
	path := "-"
	if argc() > i+1 {
		usage()
	}
	if argc() == i+1 {
		path = arg(i)
	}
	fd, ok := open(path)
	for ok && lines > 0 {
		n := fill(fd, path)
		if n == 0 {
			break
		}
		for _, c := range buf[:n] {
			out.Out.Byte(c)
			if c == '\n' {
				lines--
				if lines == 0 {
					break
				}
			}
		}
	}
	return 0
}

type counts struct{ lines, words, bytes int }

func (c *counts) print(name string) {
	out.Out.IntWidth(c.lines, 7).IntWidth(c.words, 8).IntWidth(c.bytes, 9)
	if name != "-" {
		out.Out.Byte(' ').Str(name)
	}
	out.Out.NL()
}

func wcOne(path string, total *counts) {
	fd, ok := open(path)
	if !ok {
		return
	}
	var c counts
	inWord := false
	for {
		n := fill(fd, path)
		if n == 0 {
			break
		}
		c.bytes += n
		for _, b := range buf[:n] {
			if b == '\n' {
				c.lines++
			}
			space := b == ' ' || b == '\n' || b == '\t' || b == '\r'
			if !space && !inWord {
				c.words++
			}
			inWord = !space
		}
	}
	if fd != 0 {
		sys.Close(fd)
	}
	c.print(path)
	total.lines += c.lines
	total.words += c.words
	total.bytes += c.bytes
}

func wc() int {
	var total counts
	if argc() == 1 {
		wcOne("-", &total)
	}
	for i := 1; i < argc(); i++ {
		wcOne(arg(i), &total)
	}
	if argc() > 2 {
		total.print("total")
	}
	return 0
}
