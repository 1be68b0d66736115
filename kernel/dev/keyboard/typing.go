package keyboard

import (
	"unicode"
	"unicode/utf8"
)

const esc = 0x1b

// modifiers are what is held while a key is pressed.
type modifiers struct{ shift, ctrl, meta, third bool }

func (k *Keyboard) modifiers() modifiers {
	m := modifiers{
		shift: k.anyHeld(LeftShift, RightShift),
		ctrl:  k.anyHeld(LeftCtrl, RightCtrl),
		meta:  k.anyHeld(LeftAlt, LeftAlt),
	}
	if right := k.anyHeld(RightAlt, RightAlt); k.cfg.Layout.altGr {
		m.third = right
	} else {
		m.meta = m.meta || right
	}
	return m
}

// enter types what key means now. The lock is held.
func (k *Keyboard) enter(key Key) {
	m := k.modifiers()
	if b := k.sequence(key, m); b != nil {
		k.accent = 0
		if len(b) > 0 {
			k.cfg.Out(b)
		}
		return
	}
	c := k.character(key, m)
	if c == 0 {
		return
	}
	if c&dead != 0 && k.accent == 0 && !m.ctrl && !m.meta {
		k.accent = c &^ dead
		return
	}
	c &^= dead
	b := k.buf[:0]
	if m.meta {
		b = append(b, esc)
	}
	if accent := k.accent; accent != 0 {
		k.accent = 0
		made := combine(accent, c)
		if made == 0 { // no such letter: both
			b = utf8.AppendRune(b, accent)
			made = c
		}
		c = made
	}
	if m.ctrl {
		if c = control(c); c < 0 {
			return
		}
	}
	k.buf = utf8.AppendRune(b, c)
	k.cfg.Out(k.buf)
}

// character returns what is printed on key where the modifiers point, 0 if nothing is.
func (k *Keyboard) character(key Key, m modifiers) rune {
	l := k.cfg.Layout
	if int(key) >= len(l.keys) {
		return 0
	}
	if c := l.pad(key); c != 0 {
		return c
	}
	on := &l.keys[key]
	isLetter := on[shifted] != on[plain] && on[shifted] == unicode.ToUpper(on[plain])
	switch capital := isLetter && k.locks&CapsLight != 0; {
	case m.third:
		return on[third]
	case m.shift != capital:
		return on[shifted]
	}
	return on[plain]
}

// pad returns what a key of the keypad types, 0 if key is none. Those that move the cursor while
// num lock is off have been dealt with.
func (l *Layout) pad(key Key) rune {
	switch {
	case key >= Pad1 && key <= Pad9:
		return '1' + rune(key-Pad1)
	case key == PadDot:
		return l.point
	}
	return map[Key]rune{Pad0: '0', PadSlash: '/', PadStar: '*', PadMinus: '-', PadPlus: '+', PadEqual: '='}[key]
}

// control returns the control character of c, −1 if there is none. The digits are a VT220's.
func control(c rune) rune {
	switch {
	case c >= '@' && c <= '_', c >= 'a' && c <= 'z':
		return c & 0x1f
	case c == ' ' || c == '2':
		return 0
	case c >= '3' && c <= '7':
		return c - '3' + esc
	case c == '8' || c == '?':
		return 0x7f
	case c == '/':
		return 0x1f
	}
	return -1
}
