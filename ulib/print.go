package ulib

import (
	"unsafe"

	"gossamer/ulib/sys"
)

// A Line is text that is written in one piece, so that those of several threads do not mix. The
// zero Line is empty; what is beyond its length is dropped.
type Line struct {
	n   int
	buf [248]byte
}

// Str appends s.
func (l *Line) Str(s string) *Line {
	l.n += copy(l.buf[l.n:len(l.buf)-1], s)
	return l
}

// Int appends n in decimal.
func (l *Line) Int(n int) *Line {
	var d [20]byte
	return l.Str(sys.Text(sys.Decimal(&d, n)))
}

// Pad appends spaces up to a column.
func (l *Line) Pad(column int) *Line {
	for l.n < min(column, len(l.buf)-1) {
		l.Str(" ")
	}
	return l
}

// Print ends the line and writes it to standard output; the Line is empty then. Errors are write(2)'s. A
// cancellation point.
func (l *Line) Print() Errno {
	l.buf[l.n] = '\n'
	e := WriteAll(1, l.buf[:l.n+1])
	l.n = 0
	return e
}

// Print writes s to standard output in one piece. Errors are write(2)'s. A cancellation point.
func Print(s string) Errno { return WriteAll(1, unsafe.Slice(unsafe.StringData(s), len(s))) }
