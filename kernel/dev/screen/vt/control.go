package vt

// control does a control character.
func (t *Terminal) control(c byte) {
	switch c {
	case '\b':
		if t.x > 0 {
			t.x--
		}
		t.wrap = false
	case '\t':
		t.tab(1)
	case '\n', '\v', '\f':
		t.lineFeed()
	case '\r':
		t.x, t.wrap = 0, false
	case 0x0e:
		t.shift = 1
	case 0x0f:
		t.shift = 0
	case 0x18, 0x1a: // CAN, SUB
		t.state = ground
	case esc:
		t.state = escape
	}
}

// tab moves the cursor n tab stops on, but not past the last column.
func (t *Terminal) tab(n int) {
	t.wrap = false
	for n = min(n, t.cols); n > 0 && t.x < t.cols-1; {
		t.x++
		if t.tabs[t.x&(MaxCols-1)] {
			n--
		}
	}
}

// tabBack moves it n tab stops back.
func (t *Terminal) tabBack(n int) {
	t.wrap = false
	for n = min(n, t.cols); n > 0 && t.x > 0; {
		t.x--
		if t.tabs[t.x&(MaxCols-1)] {
			n--
		}
	}
}

// lineFeed moves the cursor down; at the bottom margin the lines between the margins move up.
func (t *Terminal) lineFeed() {
	t.wrap = false
	switch t.y {
	case t.bottom - 1:
		t.scrollUp(t.top, t.bottom, 1)
	case t.rows - 1:
	default:
		t.y++
	}
}

// reverseLineFeed moves it up.
func (t *Terminal) reverseLineFeed() {
	t.wrap = false
	switch t.y {
	case t.top:
		t.scrollDown(t.top, t.bottom, 1)
	case 0:
	default:
		t.y--
	}
}

// escape does the byte behind ESC.
func (t *Terminal) escape(c byte) {
	t.state = ground
	switch c {
	case '[':
		t.state = parameters
		t.params, t.nparam = [maxParams]int{}, 0
		t.prefix, t.inter = 0, 0
	case ']':
		t.state = command
	case 'P', 'X', '^', '_':
		t.state = text
	case '(', ')':
		t.state, t.inter = charset, c-'('
	case '*', '+', '-', '.', '/', '%', '#', ' ':
		t.state, t.inter = ignoreOne, c
	case '7':
		t.saved = t.cursor
	case '8':
		t.cursor = t.saved
	case 'D':
		t.lineFeed()
	case 'E':
		t.x = 0
		t.lineFeed()
	case 'M':
		t.reverseLineFeed()
	case 'H':
		t.tabs[t.x&(MaxCols-1)] = true
	case 'Z':
		t.answer(attributes)
	case 'c':
		t.reset()
	}
}

// attributes is the answer to "what are you": a VT102.
const attributes = "\x1b[?6c"

// alignment does ESC # 8: the screen full of E.
func (t *Terminal) alignment() {
	for y := range t.rows {
		row := t.row(y)
		for x := range t.cols {
			row[x&(MaxCols-1)] = Colours(defaultForeground, defaultBackground) | 'E'
		}
		t.MarkDirty(y)
	}
	t.top, t.bottom = 0, t.rows
	t.moveTo(0, 0)
}
