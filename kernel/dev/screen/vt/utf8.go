package vt

// decoder takes UTF-8 apart, a byte at a time. The zero value is between two characters.
type decoder struct {
	r      rune // what has been read of the character
	need   int  // how many bytes are missing
	lo, hi byte // what the next of them may be
}

// status is what a byte has led to.
type status uint8

const (
	partial  status = iota // more bytes must come
	complete               // a character
	wrong                  // the byte is in no UTF-8
	broken                 // the byte is not what must come; it has not been taken
)

// next takes c, which is 0x80 or more unless a sequence is under way. What is wrong is told once
// for each longest beginning of a sequence, as the Unicode standard recommends (3.9).
func (d *decoder) next(c byte) (rune, status) {
	if d.need > 0 {
		if c < d.lo || c > d.hi {
			d.need = 0
			return 0, broken
		}
		d.r = d.r<<6 | rune(c&0x3f)
		d.lo, d.hi = 0x80, 0xbf
		if d.need--; d.need > 0 {
			return 0, partial
		}
		return d.r, complete
	}
	d.lo, d.hi = 0x80, 0xbf
	switch {
	case c < 0xc2 || c > 0xf4: // a continuation, an overlong form, or beyond U+10FFFF
		return 0, wrong
	case c < 0xe0:
		d.r, d.need = rune(c&0x1f), 1
	case c < 0xf0:
		d.r, d.need = rune(c&0x0f), 2
		switch c {
		case 0xe0: // no overlong forms
			d.lo = 0xa0
		case 0xed: // no surrogates
			d.hi = 0x9f
		}
	default:
		d.r, d.need = rune(c&0x07), 3
		switch c {
		case 0xf0:
			d.lo = 0x90
		case 0xf4:
			d.hi = 0x8f
		}
	}
	return 0, partial
}

// zeroWidth says that a character takes no column of its own: C1 controls, combining marks, joiners
// and variation selectors.
func zeroWidth(r rune) bool {
	if r < 0x300 {
		return r >= del && r < 0xa0 || r == 0xad
	}
	switch {
	case r < 0x370,
		r >= 0x1ab0 && r < 0x1b00,
		r >= 0x1dc0 && r < 0x1e00,
		r >= 0x200b && r < 0x2010,
		r >= 0x2028 && r < 0x202f,
		r >= 0x2060 && r < 0x2070,
		r >= 0x20d0 && r < 0x2100,
		r >= 0xfe00 && r < 0xfe10,
		r >= 0xfe20 && r < 0xfe30,
		r == 0xfeff,
		r >= 0xe0000 && r < 0xe0200:
		return true
	}
	return false
}
