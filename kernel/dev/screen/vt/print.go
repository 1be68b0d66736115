package vt

// Print shows lines of a log between what programs write: in the colours of the beginning, as plain
// text, where only newline and tab are more than characters. Whatever escape sequence, colour or
// mode a program is at stays as it is. The log begins on a line of its own.
func (t *Terminal) Print(p []byte) {
	pen, blank, insert, noWrap := t.pen, t.blank, t.insert, t.noWrap
	t.pen = Colours(defaultForeground, defaultBackground)
	t.blank = t.pen | ' '
	t.insert, t.noWrap = false, false
	if !t.logging && t.x > 0 {
		t.newLine()
	}
	for _, c := range p {
		t.printByte(c)
	}
	if len(p) > 0 {
		t.logging = p[len(p)-1] != '\n'
	}
	t.pen, t.blank, t.insert, t.noWrap = pen, blank, insert, noWrap
}

func (t *Terminal) printByte(c byte) {
	if c < 0x80 && t.logText.need == 0 {
		t.printRune(rune(c))
		return
	}
	switch r, status := t.logText.next(c); status {
	case complete:
		t.printRune(r)
	case wrong:
		t.put(Replacement)
	case broken:
		t.put(Replacement)
		t.printByte(c) // nothing is under way now: no more recursion
	}
}

func (t *Terminal) printRune(r rune) {
	switch {
	case r == '\n':
		t.newLine()
	case r == '\t':
		for again := true; again; again = t.x%8 != 0 && !t.wrap {
			t.put(' ')
		}
	case r == '\r':
	case r < ' ' || r == del:
		t.put(Replacement)
	default:
		t.put(r)
	}
}

func (t *Terminal) newLine() {
	t.x = 0
	t.lineFeed()
}
