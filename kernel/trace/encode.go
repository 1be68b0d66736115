package trace

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// The file: magic; the number of dispatchers, Hz; the calls: their number, then number and name
// of each, a name being its length and its bytes; the rings: their number, then of each what was
// lost, its process, how many events follow, and the events: kind, CPU, time since the event before (in the
// first, since 0), thread, A, B. All numbers are unsigned varints of encoding/binary; the time,
// which need not rise in a ring of many writers, is a signed one. magic once more is the end.
const magic = "gossamer trace 2\n"

// Encode writes the log in its file format.
func (l *Log) Encode(w io.Writer) error {
	out := bufio.NewWriter(w)
	var buf []byte
	number := func(v uint64) { buf = binary.AppendUvarint(buf, v) }
	buf = append(buf, magic...)
	number(uint64(l.Dispatchers))
	number(l.Hz)
	number(uint64(len(l.Calls)))
	for _, nr := range sortedKeys(l.Calls) {
		number(nr)
		number(uint64(len(l.Calls[nr])))
		buf = append(buf, l.Calls[nr]...)
	}
	number(uint64(len(l.Rings)))
	for _, r := range l.Rings {
		number(r.Lost)
		number(uint64(r.Process))
		number(uint64(len(r.Events)))
		last := uint64(0)
		for _, e := range r.Events {
			buf = append(buf, byte(e.Kind), e.CPU)
			buf = binary.AppendVarint(buf, int64(e.Time-last))
			number(uint64(e.Thread))
			number(e.A)
			number(e.B)
			last = e.Time
			out.Write(buf) // out keeps its first error
			buf = buf[:0]
		}
	}
	out.Write(buf)
	out.WriteString(magic)
	return out.Flush()
}

func sortedKeys(m map[uint64]string) []uint64 {
	keys := make([]uint64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Decode reads what Encode wrote. It makes nothing larger than what it is given allows.
func Decode(data []byte) (*Log, error) {
	d := decoder{rest: data}
	d.magic()
	l := &Log{Dispatchers: int(d.number()), Hz: d.number(), Calls: map[uint64]string{}}
	for n := d.number(); n > 0 && d.err == nil; n-- {
		nr := d.number()
		l.Calls[nr] = string(d.bytes(d.number()))
	}
	for n := d.number(); n > 0 && d.err == nil; n-- {
		r := Ring{Lost: d.number(), Process: int(d.number())}
		last := uint64(0)
		for m := d.number(); m > 0 && d.err == nil; m-- {
			head := d.bytes(2)
			e := Event{Time: last + uint64(d.signed()), Thread: uint32(d.number()), A: d.number(), B: d.number()}
			if d.err == nil {
				e.Kind, e.CPU = Kind(head[0]), head[1]
				r.Events = append(r.Events, e)
			}
			last = e.Time
		}
		l.Rings = append(l.Rings, r)
	}
	d.magic()
	if d.err == nil && (l.Hz == 0 || l.Dispatchers < 0 || l.Dispatchers > len(l.Rings)) {
		d.err = fmt.Errorf("trace: %d Hz, %d dispatchers, %d rings", l.Hz, l.Dispatchers, len(l.Rings))
	}
	if d.err != nil {
		return nil, d.err
	}
	return l, nil
}

var errCut = errors.New("trace: it is cut short or not a trace")

// decoder takes pieces off a file; after the first error it gives zeroes.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) bytes(n uint64) []byte {
	if d.err != nil || n > uint64(len(d.rest)) {
		d.err, d.rest = errCut, nil
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) magic() {
	if string(d.bytes(uint64(len(magic)))) != magic {
		d.err = errCut
	}
}

func (d *decoder) number() uint64 {
	v, n := binary.Uvarint(d.rest)
	if d.bytes(uint64(n)); n <= 0 {
		d.err = errCut
	}
	return v
}

func (d *decoder) signed() int64 {
	v, n := binary.Varint(d.rest)
	if d.bytes(uint64(n)); n <= 0 {
		d.err = errCut
	}
	return v
}
