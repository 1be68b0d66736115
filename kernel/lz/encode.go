package lz

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/bits"
)

const (
	hashBits  = 20
	maxChain  = 48  // candidates looked at for a match
	goodMatch = 512 // one that is long enough to stop looking
)

// Encode compresses data: the same stream for the same data. It returns nil if the stream
// would be too long for its header (4 GiB), which takes as much input.
func Encode(data []byte) []byte {
	if uint64(len(data)) >= math.MaxInt32 {
		return nil
	}
	e := encoder{data: data, head: make([]int32, 1<<hashBits), prev: make([]int32, len(data))}
	for i := range e.head {
		e.head[i] = -1
	}
	out := make([]byte, headerSize, headerSize+len(data)/4)
	out = e.run(out)
	copy(out, magic)
	le := binary.LittleEndian
	le.PutUint64(out[4:], uint64(len(data)))
	le.PutUint32(out[12:], uint32(len(out)-headerSize))
	le.PutUint32(out[16:], crc32.ChecksumIEEE(out[headerSize:]))
	return out
}

// encoder finds matches by hash chains: head is the last position of each hash, prev the one
// before each position.
type encoder struct {
	data       []byte
	head, prev []int32
	next       int // first position that is not in the chains yet
	last       int // distance of the last match
}

// match is one that was found; gain is about how many bytes it saves.
type match struct{ length, distance, gain int }

func (e *encoder) run(out []byte) []byte {
	from := 0 // literals since here are not written yet
	for at := 0; at+minMatch <= len(e.data); {
		m := e.find(at)
		if m.gain <= 0 {
			at++
			continue
		}
		for at+1+minMatch <= len(e.data) { // one that begins a byte later may be better
			later := e.find(at + 1)
			if later.gain <= m.gain+1 {
				break
			}
			m = later
			at++
		}
		out = appendStep(out, e.data[from:at], m.length)
		if m.distance == e.last {
			out = append(out, 0)
		} else {
			out = binary.AppendUvarint(out, uint64(m.distance))
			e.last = m.distance
		}
		at += m.length
		from = at
	}
	if from < len(e.data) {
		out = appendStep(out, e.data[from:], minMatch)
	}
	return out
}

// appendStep writes a step up to its distance.
func appendStep(out, literals []byte, length int) []byte {
	n, m := len(literals), length-minMatch
	out = append(out, byte(min(n, nibble)<<4|min(m, nibble)))
	if n >= nibble {
		out = binary.AppendUvarint(out, uint64(n-nibble))
	}
	out = append(out, literals...)
	if m >= nibble {
		out = binary.AppendUvarint(out, uint64(m-nibble))
	}
	return out
}

// find returns the best match for what is at position at.
func (e *encoder) find(at int) (best match) {
	for ; e.next < at; e.next++ {
		if e.next+minMatch <= len(e.data) {
			h := e.hash(e.next)
			e.prev[e.next], e.head[h] = e.head[h], int32(e.next)
		}
	}
	if e.last > 0 && e.last <= at {
		if n := e.common(at-e.last, at); n >= minMatch {
			best = match{n, e.last, n - 2}
		}
	}
	c := e.head[e.hash(at)]
	for range maxChain {
		if c < 0 || best.length >= goodMatch {
			break
		}
		if n := e.common(int(c), at); n >= minMatch {
			d := at - int(c)
			if gain := n - 1 - varintSize(d); gain > best.gain {
				best = match{n, d, gain}
			}
		}
		c = e.prev[c]
	}
	return best
}

func (e *encoder) hash(at int) uint32 {
	return binary.LittleEndian.Uint32(e.data[at:]) * 2654435761 >> (32 - hashBits)
}

// common is how many bytes are equal from a and from b > a on.
func (e *encoder) common(a, b int) (n int) {
	x, y := e.data[a:], e.data[b:]
	for n+8 <= len(y) {
		if d := binary.LittleEndian.Uint64(x[n:]) ^ binary.LittleEndian.Uint64(y[n:]); d != 0 {
			return n + bits.TrailingZeros64(d)/8
		}
		n += 8
	}
	for n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// varintSize is the number of bytes of v as a varint.
func varintSize(v int) int { return (bits.Len64(uint64(v)) + 6) / 7 }
