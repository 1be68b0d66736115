package tty

import (
	"io"
	"syscall"

	"gossamer/kernel/sched"
)

// output collects bytes for the driver and follows the cursor's column.
type output struct {
	w         io.Writer
	err       error // of the driver, since the last flush
	n         int
	buf       [512]byte
	column    int
	lineStart int // column where the echo of the line being edited begins
}

// put puts one byte out, with output processing. mu held; flush is the caller's.
func (t *TTY) put(c byte) {
	o := &t.out
	switch {
	case c == '\n':
		if t.termios.Oflag&(syscall.OPOST|syscall.ONLCR) == syscall.OPOST|syscall.ONLCR {
			o.raw('\r')
			o.column = 0
		}
	case c == '\r':
		o.column = 0
	case c == backspace:
		o.column = max(o.column-1, 0)
	case c == '\t':
		o.column += 8 - o.column%8
	case control(c), t.iflag(syscall.IUTF8) && continuation(c):
	default:
		o.column++
	}
	o.raw(c)
}

func (o *output) raw(c byte) {
	if o.n == len(o.buf) {
		o.flush()
	}
	o.buf[o.n] = c
	o.n++
}

func (o *output) flush() {
	if o.n == 0 {
		return
	}
	n := o.n
	o.n = 0
	if _, err := o.w.Write(o.buf[:n]); err != nil {
		o.err = err
	}
}

// piece is how much of a Write is put out before the echo of input gets a turn.
const piece = 256

// Write puts p out, with output processing. EIO: the driver failed.
func (t *TTY) Write(th *sched.Thread, p []byte, nonblock bool) (int, error) {
	t.writing.Lock()
	defer t.writing.Unlock()
	for done := 0; done < len(p); done += piece {
		if err := t.writePiece(p[done:min(done+piece, len(p))]); err != nil {
			return 0, syscall.EIO
		}
	}
	return len(p), nil
}

func (t *TTY) writePiece(p []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out.err = nil
	for len(p) > 0 {
		if n := t.out.plain(p); n > 0 {
			p = p[n:]
			continue
		}
		t.put(p[0])
		p = p[1:]
	}
	t.out.flush()
	return t.out.err
}

// plain puts out as much of p as is printable ASCII, which no flag changes, and fits the buffer, and
// returns how much that is. It does for a run of characters what put does for each.
func (o *output) plain(p []byte) (n int) {
	room := o.buf[o.n:]
	p = p[:min(len(p), len(room))]
	room = room[:len(p)]
	n = len(p)
	for i, c := range p {
		if control(c) || c >= 0x80 {
			n = i
			break
		}
		room[i] = c
	}
	o.n += n
	o.column += n
	return n
}
