package vt

// maxParam bounds a parameter; larger ones count as this.
const maxParam = 9999

// parameter takes a byte of a control sequence: parameters, intermediate bytes, the final one
// (ECMA-48 5.4). Parameters beyond the sixteenth are dropped; colons, which ISO 8613-6 puts between
// the parts of a colour, are taken for semicolons.
func (t *Terminal) parameter(c byte) {
	switch {
	case c >= '0' && c <= '9':
		if t.nparam < maxParams {
			p := &t.params[t.nparam]
			*p = min(*p*10+int(c-'0'), maxParam)
		}
	case c == ';' || c == ':':
		t.nparam = min(t.nparam+1, maxParams)
	case c >= '<' && c <= '?':
		t.prefix = c
	case c < '0':
		if t.inter != 0 {
			t.state = ignoreRest
		}
		t.inter = c
	default:
		t.state = ground
		t.controlSequence(c)
	}
}

// param returns parameter i, with 0 and "not given" as 1.
func (t *Terminal) param(i int) int { return max(t.params[i], 1) }

// controlSequence does the sequence that ends with c.
func (t *Terminal) controlSequence(c byte) {
	if t.inter != 0 || t.prefix != 0 {
		switch {
		case t.prefix == '?' && t.inter == 0 && (c == 'h' || c == 'l'):
			for _, p := range t.params[:min(t.nparam+1, maxParams)] {
				t.privateMode(p, c == 'h')
			}
		case t.prefix == 0 && t.inter == '!' && c == 'p':
			t.softReset()
		}
		return
	}
	n := t.param(0)
	switch c {
	case '@':
		t.insertCells(n)
	case 'A':
		t.moveUp(n)
	case 'B', 'e':
		t.moveDown(n)
	case 'C', 'a':
		t.moveTo(t.x+n, t.y)
	case 'D':
		t.moveTo(t.x-n, t.y)
	case 'E':
		t.x = 0
		t.moveDown(n)
	case 'F':
		t.x = 0
		t.moveUp(n)
	case 'G', '`':
		t.moveTo(n-1, t.y)
	case 'H', 'f':
		t.moveOrigin(t.param(1)-1, n-1)
	case 'I':
		t.tab(n)
	case 'J':
		t.eraseInDisplay(t.params[0])
	case 'K':
		t.eraseInLine(t.params[0])
	case 'L':
		t.insertLines(n)
	case 'M':
		t.deleteLines(n)
	case 'P':
		t.deleteCells(n)
	case 'S':
		t.scrollUp(t.top, t.bottom, n)
	case 'T':
		t.scrollDown(t.top, t.bottom, n)
	case 'X':
		t.wrap = false
		t.eraseCells(t.y, t.x, t.x+n)
	case 'Z':
		t.tabBack(n)
	case 'b':
		for range min(n, t.cols) {
			t.put(t.last)
		}
	case 'c':
		if t.params[0] == 0 {
			t.answer(attributes)
		}
	case 'd':
		t.moveOrigin(t.x, n-1)
	case 'g':
		t.clearTabs(t.params[0])
	case 'h', 'l':
		for _, p := range t.params[:min(t.nparam+1, maxParams)] {
			if p == 4 {
				t.insert = c == 'h'
			}
		}
	case 'm':
		t.selectLook()
	case 'n':
		switch t.params[0] {
		case 5:
			t.answer("\x1b[0n")
		case 6:
			t.answerPosition()
		}
	case 'r':
		t.setMargins(n-1, t.params[1])
	case 's':
		t.saved = t.cursor
	case 'u':
		t.cursor = t.saved
	}
}

// privateMode sets or resets one of DEC's modes.
func (t *Terminal) privateMode(mode int, on bool) {
	switch mode {
	case 6:
		t.origin = on
		t.moveOrigin(0, 0)
	case 7:
		t.noWrap = !on
		t.wrap = false
	case 25:
		t.hidden = !on
	case 1048:
		if on {
			t.saved = t.cursor
		} else {
			t.cursor = t.saved
		}
	case 47, 1047, 1049: // the alternate screen; there is one screen, which is cleared
		if mode == 1049 && on {
			t.saved = t.cursor
		}
		t.eraseRows(0, t.rows)
		if mode == 1049 && !on {
			t.cursor = t.saved
		}
	}
}

func (t *Terminal) clearTabs(which int) {
	switch which {
	case 0:
		t.tabs[t.x&(MaxCols-1)] = false
	case 3:
		t.tabs = [MaxCols]bool{}
	}
}

// setMargins makes rows top to bottom−1 scroll; bottom 0 is the last row. Fewer than two rows, or
// ones that are not there, change nothing.
func (t *Terminal) setMargins(top, bottom int) {
	if bottom == 0 || bottom > t.rows {
		bottom = t.rows
	}
	if bottom-top < 2 {
		return
	}
	t.top, t.bottom = top, bottom
	t.moveOrigin(0, 0)
}

// moveTo moves the cursor, within the screen.
func (t *Terminal) moveTo(x, y int) {
	t.x = max(0, min(x, t.cols-1))
	t.y = max(0, min(y, t.rows-1))
	t.wrap = false
}

// moveOrigin moves it by a row that counts from the top margin in origin mode.
func (t *Terminal) moveOrigin(x, y int) {
	if t.origin {
		y = min(y+t.top, t.bottom-1)
	}
	t.moveTo(x, y)
}

// moveUp moves it up, from below the top margin not past that.
func (t *Terminal) moveUp(n int) {
	limit := 0
	if t.y >= t.top {
		limit = t.top
	}
	t.moveTo(t.x, max(t.y-n, limit))
}

// moveDown moves it down, from above the bottom margin not past that.
func (t *Terminal) moveDown(n int) {
	limit := t.rows - 1
	if t.y < t.bottom {
		limit = t.bottom - 1
	}
	t.moveTo(t.x, min(t.y+n, limit))
}
