package vt

// selectLook does SGR.
func (t *Terminal) selectLook() {
	l := &t.look
	n := min(t.nparam+1, maxParams)
	for i := 0; i < n; i++ {
		switch p := t.params[i]; {
		case p == 0:
			*l = look{foreground: defaultForeground, background: defaultBackground}
		case p == 1:
			l.bold = true
		case p == 2:
			l.faint = true
		case p == 4:
			l.underline = true
		case p == 7:
			l.inverse = true
		case p == 8:
			l.concealed = true
		case p == 22:
			l.bold, l.faint = false, false
		case p == 24:
			l.underline = false
		case p == 27:
			l.inverse = false
		case p == 28:
			l.concealed = false
		case p >= 30 && p <= 37:
			l.foreground = uint8(p - 30)
		case p == 38:
			i = t.longColour(i, n, &l.foreground)
		case p == 39:
			l.foreground = defaultForeground
		case p >= 40 && p <= 47:
			l.background = uint8(p - 40)
		case p == 48:
			i = t.longColour(i, n, &l.background)
		case p == 49:
			l.background = defaultBackground
		case p >= 90 && p <= 97:
			l.foreground = uint8(p - 90 + bright)
		case p >= 100 && p <= 107:
			l.background = uint8(p - 100 + bright)
		}
	}
	t.setPen()
}

// longColour takes a colour that begins with parameter i, 38 or 48: "5; number" or "2; red; green;
// blue". It returns the index of the last parameter that belongs to it.
func (t *Terminal) longColour(i, n int, colour *uint8) int {
	switch {
	case i+2 < n && t.params[i+1] == 5:
		*colour = uint8(indexed(min(t.params[i+2], 255)))
		return i + 2
	case i+4 < n && t.params[i+1] == 2:
		*colour = uint8(nearest(min(t.params[i+2], 255), min(t.params[i+3], 255), min(t.params[i+4], 255)))
		return i + 4
	}
	return n // the rest makes no sense
}

// setPen works out the pen from the look.
func (t *Terminal) setPen() {
	l := &t.look
	foreground, background := int(l.foreground), int(l.background)
	switch {
	case l.bold:
		foreground |= bright
	case l.faint:
		foreground = bright // dark grey
	}
	t.blank = Colours(foreground, background) | ' '
	if l.inverse {
		foreground, background = background, foreground
	}
	if l.concealed {
		foreground = background
	}
	t.pen = Colours(foreground, background)
	if l.underline {
		t.pen |= Underlined
	}
}
