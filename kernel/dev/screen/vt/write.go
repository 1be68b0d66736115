package vt

// state says what the next byte belongs to.
type state uint8

const (
	ground     state = iota // text and control characters
	escape                  // behind ESC
	charset                 // behind ESC ( and its like: the name of a character set
	ignoreOne               // behind ESC # and its like: one more byte
	parameters              // in a control sequence
	ignoreRest              // in a control sequence that is not understood
	command                 // behind ESC ]
	text                    // in a string that ends with BEL or ESC \
	textEscape              // behind an ESC in there
	palette                 // in the Linux console's ESC ] P, which has no end mark
)

const (
	esc = 0x1b
	del = 0x7f
)

// Write does what the bytes say.
func (t *Terminal) Write(p []byte) {
	t.logging = false
	for i := 0; i < len(p); i++ {
		if t.state != ground {
			t.sequence(p[i])
			continue
		}
		c := p[i]
		switch {
		case c >= ' ' && c < del && t.plain():
			i += t.run(p[i:]) - 1
		case c >= 0x80 || t.text.need > 0:
			t.decode(c)
		default:
			t.single(c)
		}
	}
}

// plain says that ASCII may be put on the screen just so.
func (t *Terminal) plain() bool {
	return t.text.need == 0 && !t.insert && t.sets[t.shift&1] == 'B'
}

// run puts as much of p on the screen as is printable ASCII and fits the line, and returns how
// much that is: at least one, for p begins with a printable character.
func (t *Terminal) run(p []byte) int {
	if t.wrap {
		t.wrapAround()
	}
	row := t.row(t.y)[t.x:t.cols]
	p = p[:min(len(p), len(row))]
	row = row[:len(p)]
	n, pen := len(p), t.pen
	for i, c := range p {
		if c < ' ' || c >= del {
			n = i
			break
		}
		row[i] = pen | Cell(c)
	}
	t.MarkDirty(t.y)
	t.last = rune(p[n-1])
	t.advance(n)
	return n
}

// decode takes a byte of a UTF-8 sequence, or one that breaks a sequence off.
func (t *Terminal) decode(c byte) {
	r, status := t.text.next(c)
	switch status {
	case complete:
		t.put(r)
	case broken:
		t.put(Replacement)
		if c >= 0x80 {
			t.decode(c) // begins a sequence, or is wrong by itself: no more recursion
		} else {
			t.single(c)
		}
	case wrong:
		t.put(Replacement)
	}
}

// single takes one byte of ASCII.
func (t *Terminal) single(c byte) {
	if c < ' ' || c == del {
		t.control(c)
		return
	}
	r := rune(c)
	if t.sets[t.shift&1] == '0' && c >= firstGraphic {
		r = rune(graphics[(c-firstGraphic)&31])
	}
	t.put(r)
}

// put shows a character at the cursor and moves on.
func (t *Terminal) put(r rune) {
	switch {
	case zeroWidth(r):
		return
	case r == 0xa0:
		r = ' '
	case r > 0xffff:
		r = Replacement
	}
	if t.wrap {
		t.wrapAround()
	}
	if t.insert {
		t.insertCells(1)
	}
	t.row(t.y)[t.x&(MaxCols-1)] = t.pen | Cell(r)
	t.MarkDirty(t.y)
	t.last = r
	t.advance(1)
}

// advance moves the cursor n columns on: behind the last one it stays there, and wraps when the
// next character comes.
func (t *Terminal) advance(n int) {
	t.x += n
	if t.x >= t.cols {
		t.x = t.cols - 1
		t.wrap = !t.noWrap
	}
}

func (t *Terminal) wrapAround() {
	t.wrap = false
	t.x = 0
	t.lineFeed()
}

// firstGraphic is the first character that the set of line graphics, ESC ( 0, replaces.
const firstGraphic = 0x5f

// graphics is that set, DEC Special Graphics.
var graphics = [32]uint16{
	' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼',
	'⎺', '⎻', '─', '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
}

// sequence takes a byte that is no text. A control character within an escape or control
// sequence is obeyed at once; CAN and SUB end it, ESC begins another (DEC STD 070).
func (t *Terminal) sequence(c byte) {
	if t.state >= command {
		t.inString(c)
		return
	}
	if c < ' ' {
		t.control(c)
		return
	}
	if c == del {
		return
	}
	if c > del { // no part of any sequence
		t.state = ground
		t.decode(c)
		return
	}
	switch t.state {
	case escape:
		t.escape(c)
	case charset:
		t.state = ground
		if c != '0' {
			c = 'B' // every other set is taken for ASCII
		}
		t.sets[t.inter&1] = c
	case ignoreOne:
		t.state = ground
		if t.inter == '#' && c == '8' {
			t.alignment()
		}
	case parameters:
		t.parameter(c)
	case ignoreRest:
		if c >= '@' {
			t.state = ground
		}
	}
}

// inString takes a byte of an operating system command, or of another string, all of which mean
// nothing here.
func (t *Terminal) inString(c byte) {
	switch {
	case c == 0x18 || c == 0x1a:
		t.state = ground
	case t.state == palette:
		if t.skip--; t.skip <= 0 || c < ' ' {
			t.state = ground
		}
	case t.state == textEscape && c == '\\' || c == '\a':
		t.state = ground
	case t.state == textEscape: // not the end of the string, so the beginning of something else
		t.state = escape
		t.sequence(c)
	case c == esc:
		t.state = textEscape
	case t.state == command && c == 'P': // ESC ] P and seven digits; see console_codes(4)
		t.state, t.skip = palette, 7
	case t.state == command && c == 'R':
		t.state = ground
	default:
		t.state = text
	}
}
