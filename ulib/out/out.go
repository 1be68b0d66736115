// Package out prints from bare programs: buffered, without allocation.
//
//	out.Out.Str("pid ").Int(pid).Str(" at ").Hex(addr).NL()
//	out.Out.Flush()
//
// Methods return their receiver, so that a line reads as one. Text appears when the buffer
// is full or at Flush. Fork copies the buffer: flush before it. Column starts a field that
// [Writer.Pad] later fills with spaces.
package out

import "gossamer/ulib/sys"

// A Writer collects text for a descriptor.
type Writer struct {
	fd   int
	n    int
	mark int // where the field that Pad fills began; meaningful until the next flush
	bad  bool
	buf  [4096]byte
}

// The standard streams.
var (
	Out = Writer{fd: 1}
	Err = Writer{fd: 2}
)

// Flush writes what is buffered. It reports false once a write has failed.
func (w *Writer) Flush() bool {
	for i := 0; i < w.n && !w.bad; {
		n, e := sys.Write(w.fd, w.buf[i:w.n])
		if e == sys.EINTR {
			continue
		}
		if e != 0 {
			w.bad = true
			break
		}
		i += n
	}
	w.n, w.mark = 0, 0
	return !w.bad
}

// Byte appends one byte.
func (w *Writer) Byte(c byte) *Writer {
	if w.n == len(w.buf) {
		w.Flush()
	}
	w.buf[w.n] = c
	w.n++
	return w
}

// Str appends s.
func (w *Writer) Str(s string) *Writer {
	for len(s) > 0 {
		if w.n == len(w.buf) {
			w.Flush()
		}
		n := copy(w.buf[w.n:], s)
		w.n += n
		s = s[n:]
	}
	return w
}

// Bytes appends p.
func (w *Writer) Bytes(p []byte) *Writer { return w.Str(sys.Text(p)) }

// NL ends a line.
func (w *Writer) NL() *Writer { return w.Byte('\n') }

// Int appends n in decimal.
func (w *Writer) Int(n int) *Writer {
	var d [20]byte
	return w.Bytes(sys.Decimal(&d, n))
}

// IntWidth appends n in decimal, right-aligned in at least width columns.
func (w *Writer) IntWidth(n, width int) *Writer {
	var d [20]byte
	s := sys.Decimal(&d, n)
	for i := len(s); i < width; i++ {
		w.Byte(' ')
	}
	return w.Bytes(s)
}

// Frac appends n/scale with as many decimals as scale (a power of ten) has zeros.
func (w *Writer) Frac(n, scale int) *Writer {
	w.Int(n / scale)
	if scale > 1 {
		w.Byte('.')
		for r := n % scale; scale > 1; r %= scale {
			scale /= 10
			w.Byte(byte('0' + r/scale))
		}
	}
	return w
}

// Hex appends v as 0x and its digits, without leading zeros.
func (w *Writer) Hex(v uint64) *Writer {
	w.Str("0x")
	shift := 60
	for shift > 0 && v>>uint(shift) == 0 {
		shift -= 4
	}
	for ; shift >= 0; shift -= 4 {
		w.Byte("0123456789abcdef"[v>>uint(shift)&15])
	}
	return w
}

// Column begins a field.
func (w *Writer) Column() *Writer {
	if len(w.buf)-w.n < 256 {
		w.Flush()
	}
	w.mark = w.n
	return w
}

// Pad fills the field begun by Column with spaces up to width columns.
func (w *Writer) Pad(width int) *Writer {
	for w.n-w.mark < width {
		w.Byte(' ')
	}
	return w
}

// Error appends "what: path: ENAME" and a newline.
func (w *Writer) Error(what, path string, e sys.Errno) *Writer {
	w.Str(what)
	if path != "" {
		w.Str(": ").Str(path)
	}
	return w.Str(": ").Str(sys.ErrName(e)).NL()
}

// Fatal prints such an error on descriptor 2 and ends the program with status 1.
func Fatal(what, path string, e sys.Errno) {
	Out.Flush()
	Err.Error(what, path, e).Flush()
	sys.Exit(1)
}

// Usage prints how to call the program on descriptor 2 and ends it with status 2.
func Usage(text string) {
	Out.Flush()
	Err.Str("usage: ").Str(text).NL().Flush()
	sys.Exit(2)
}

// Argument returns the program's argument i, or otherwise if there is none. One that is not a number
// from least to most ends the program, as Usage does.
func Argument(i, otherwise, least, most int, usage string) int {
	if sys.Argc() <= i {
		return otherwise
	}
	n, ok := sys.ParseInt(sys.Arg(i))
	if !ok || n < least || n > most {
		Usage(usage)
	}
	return n
}

// Exit flushes standard output and ends the program.
func Exit(status int) {
	if !Out.Flush() && status == 0 {
		status = 1
	}
	sys.Exit(status)
}
