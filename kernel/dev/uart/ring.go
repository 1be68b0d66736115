package uart

// ringSize is a power of two.
const ringSize = 4096

// ring is a queue of bytes; the zero value is empty.
type ring struct {
	buf  [ringSize]byte
	head uint32 // of the oldest byte
	n    uint32
}

func (r *ring) full() bool { return r.n == ringSize }

// put appends b; false if there is no room.
func (r *ring) put(b byte) bool {
	if r.full() {
		return false
	}
	r.buf[(r.head+r.n)%ringSize] = b
	r.n++
	return true
}

// get takes the oldest byte.
func (r *ring) get() (b byte, ok bool) {
	if r.n == 0 {
		return 0, false
	}
	b = r.buf[r.head%ringSize]
	r.head = (r.head + 1) % ringSize
	r.n--
	return b, true
}
