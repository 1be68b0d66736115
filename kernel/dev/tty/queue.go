package tty

// queueSize bounds the input that is not read yet. One place is kept for the end of
// the last line.
const queueSize = 4096

// queue holds input:
//
//	head ≤ line ≤ tail ≤ head + queueSize
//	[head, line)  complete lines, to be read; in raw mode everything
//	[line, tail)  the line being edited
//
// Positions only grow, until the queue is reset; the ring index is position modulo
// queueSize.
type queue struct {
	head, line, tail uint
	bytes            [queueSize]byte
	marks            [queueSize]mark
}

// mark tells what a byte is beside data.
type mark uint8

const (
	markNone mark = iota
	markEnd       // last byte of a line
	markEOF       // ends a line, but is no part of it
)

func (q *queue) at(pos uint) byte { return q.bytes[pos%queueSize] }

func (q *queue) reset() { q.head, q.line, q.tail = 0, 0, 0 }

// push appends a byte to the line being edited. False: full; the last place is only
// for the end of a line.
func (q *queue) push(c byte, m mark) bool {
	used := q.tail - q.head
	if used >= queueSize || used == queueSize-1 && m == markNone {
		return false
	}
	q.bytes[q.tail%queueSize] = c
	q.marks[q.tail%queueSize] = m
	q.tail++
	return true
}

// finish makes everything readable; what is not a complete line becomes one.
func (q *queue) finish() {
	if q.line != q.tail {
		q.line = q.tail
		q.marks[(q.tail-1)%queueSize] = markEnd
	}
}

// takeLine moves the rest of the first line, or as much as there is room for, to p.
// There is a line.
func (q *queue) takeLine(p []byte) int {
	n := 0
	for q.head != q.line && q.marks[q.head%queueSize] != markEOF {
		if n == len(p) {
			return n
		}
		p[n] = q.at(q.head)
		n++
		q.head++
		if q.marks[(q.head-1)%queueSize] == markEnd {
			return n
		}
	}
	if q.head != q.line {
		q.head++ // the mark
	}
	return n
}

// take moves as much as there is to p, in raw mode.
func (q *queue) take(p []byte) int {
	n := 0
	for ; n < len(p) && q.head != q.line; q.head++ {
		p[n] = q.at(q.head)
		n++
	}
	return n
}

// count is the number of bytes that could be read.
func (q *queue) count() int {
	n := 0
	for pos := q.head; pos != q.line; pos++ {
		if q.marks[pos%queueSize] != markEOF {
			n++
		}
	}
	return n
}
