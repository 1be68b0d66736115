package vt

// The largest screen.
const (
	MaxCols = 256
	MaxRows = 128
)

// Terminal is a terminal of Cols × Rows cells. The zero value is of no use: see Init.
type Terminal struct {
	cols, rows int
	cells      [MaxRows][MaxCols]Cell
	line       [MaxRows]uint8 // row y is cells[line[y]]: scrolling moves these
	dirty      [MaxRows]bool  // the row has changed since TakeDirty

	cursor
	top, bottom int // margins: rows top … bottom−1 scroll
	saved       cursor
	hidden      bool // the cursor is not to be seen
	insert      bool // characters push what follows to the right
	noWrap      bool // characters at the right margin overwrite each other
	tabs        [MaxCols]bool
	last        rune // printed last, for REP

	state  state
	text   decoder
	params [maxParams]int
	nparam int  // index of the parameter being read
	prefix byte // of a control sequence: '?', '>', '=', '<', or 0
	inter  byte // its intermediate byte, or which set an ESC ( or ) is about
	skip   int  // bytes of a palette sequence still to come

	logText decoder
	logging bool // the last line of the log has no end yet

	reply  [64]byte
	nreply int
}

// cursor is what ESC 7 saves and ESC 8 restores.
type cursor struct {
	x, y   int
	wrap   bool // behind the last column: the next character begins a new line
	origin bool // rows count from the top margin
	look   look
	pen    Cell // look as a cell without its character
	blank  Cell // what erasing leaves
	sets   [2]byte
	shift  uint8 // which of the sets is in use
}

// look is what SGR has chosen.
type look struct {
	foreground, background        uint8
	bold, faint                   bool
	underline, inverse, concealed bool
}

const maxParams = 16

// Init makes t a terminal of that size, cleared. It reports whether there can be one.
func (t *Terminal) Init(cols, rows int) bool {
	if cols < 1 || rows < 1 || cols > MaxCols || rows > MaxRows {
		return false
	}
	t.cols, t.rows = cols, rows
	t.reset()
	return true
}

// reset does ESC c: everything as in the beginning.
func (t *Terminal) reset() {
	t.state, t.text, t.logText, t.logging = ground, decoder{}, decoder{}, false
	t.last, t.nreply = ' ', 0
	t.softReset()
	t.wrap = false
	t.moveTo(0, 0)
	for i := range t.line {
		t.line[i] = uint8(i)
	}
	for i := range t.tabs {
		t.tabs[i] = i%8 == 0
	}
	t.eraseRows(0, t.rows)
}

// softReset does DECSTR: modes as in the beginning, the screen as it is.
func (t *Terminal) softReset() {
	t.top, t.bottom = 0, t.rows
	t.hidden, t.insert, t.noWrap = false, false, false
	t.origin = false
	t.sets, t.shift = [2]byte{'B', 'B'}, 0
	t.look = look{foreground: defaultForeground, background: defaultBackground}
	t.setPen()
	t.saved = t.cursor
	t.saved.x, t.saved.y, t.saved.wrap = 0, 0, false
}

// Size returns the number of columns and rows.
func (t *Terminal) Size() (cols, rows int) { return t.cols, t.rows }

// Cursor returns where the cursor is, and whether it is to be seen.
func (t *Terminal) Cursor() (x, y int, visible bool) { return t.x, t.y, !t.hidden }

// Row returns the cells of row y. They are Terminal's own.
func (t *Terminal) Row(y int) []Cell { return t.row(y)[:t.cols] }

func (t *Terminal) row(y int) *[MaxCols]Cell {
	return &t.cells[t.line[y&(MaxRows-1)]&(MaxRows-1)]
}

// TakeDirty reports whether row y may have changed since it was last asked.
func (t *Terminal) TakeDirty(y int) bool {
	d := &t.dirty[y&(MaxRows-1)]
	was := *d
	*d = false
	return was
}

// MarkDirty makes row y count as changed.
func (t *Terminal) MarkDirty(y int) { t.dirty[y&(MaxRows-1)] = true }

// TakeReply moves what the terminal has to say, answers to questions in escape sequences, to p
// and returns how much that was. It is input to whoever asked.
func (t *Terminal) TakeReply(p []byte) int {
	n := copy(p, t.reply[:t.nreply])
	copy(t.reply[:], t.reply[n:t.nreply])
	t.nreply -= n
	return n
}

// answer appends to what the terminal has to say; what does not fit is lost as a whole.
func (t *Terminal) answer(s string) {
	if t.nreply+len(s) <= len(t.reply) {
		t.nreply += copy(t.reply[t.nreply:], s)
	}
}

// answerPosition says where the cursor is.
func (t *Terminal) answerPosition() {
	const longest = len("\x1b[999;999R")
	if t.nreply+longest > len(t.reply) {
		return
	}
	y := t.y
	if t.origin {
		y -= t.top
	}
	t.answer("\x1b[")
	t.answerNumber(y + 1)
	t.answer(";")
	t.answerNumber(t.x + 1)
	t.answer("R")
}

func (t *Terminal) answerNumber(n int) {
	for unit := 100; unit > 0; unit /= 10 {
		if n >= unit || unit == 1 {
			t.reply[t.nreply] = '0' + byte(n/unit%10)
			t.nreply++
		}
	}
}
