package keyboard

import "strconv"

// What keys without a character send: TERM=linux, which is what programs are told.

// final are the keys whose sequence is CSI, letter (or CSI 1 ; modifiers letter).
var final = map[Key]byte{Up: 'A', Down: 'B', Right: 'C', Left: 'D'}

// numbered are those with CSI, number, ~ (or CSI number ; modifiers ~), as on a VT220.
var numbered = map[Key]int{
	Home: 1, Insert: 2, Delete: 3, End: 4, PageUp: 5, PageDown: 6,
	F1 + 5: 17, F1 + 6: 18, F1 + 7: 19, F1 + 8: 20, F1 + 9: 21, F1 + 10: 23, F12: 24,
}

// padMoves are the keypad's keys while num lock is off.
var padMoves = map[Key]Key{
	Pad1: End, Pad1 + 1: Down, Pad1 + 2: PageDown, Pad1 + 3: Left, Pad1 + 5: Right,
	Pad1 + 6: Home, Pad1 + 7: Up, Pad9: PageUp, Pad0: Insert, PadDot: Delete,
}

// sequence returns what key sends if that is not a character, nil otherwise. The slice is valid
// until the next call.
func (k *Keyboard) sequence(key Key, m modifiers) []byte {
	if key >= Pad1 && key <= PadDot && (k.locks&NumLight == 0) != m.shift {
		if key = padMoves[key]; key == None { // 5, in the middle
			return []byte{}
		}
		m.shift = false
	}
	b := k.buf[:0]
	meta := func(s string) []byte {
		if m.meta {
			b = append(b, esc)
		}
		return append(b, s...)
	}
	switch key {
	case Enter, PadEnter:
		return meta("\r")
	case Escape:
		return meta("\x1b")
	case Tab:
		if m.shift {
			return meta("\x1b[Z")
		}
		return meta("\t")
	case Backspace:
		if m.ctrl {
			return meta("\b")
		}
		return meta("\x7f")
	}
	number, isNumbered := numbered[key]
	letter, isFinal := final[key]
	low := key >= F1 && key < F1+5
	if !isNumbered && !isFinal && !low {
		return nil
	}
	mods := m.parameter()
	b = append(b, esc, '[')
	switch {
	case low && mods == 1: // F1 to F5, as on the Linux console only
		return append(b, '[', 'A'+byte(key-F1))
	case low:
		number = 11 + int(key-F1) // as on a VT220
	case isFinal && mods == 1:
		return append(b, letter)
	case isFinal:
		number = 1
	}
	b = strconv.AppendInt(b, int64(number), 10)
	if mods != 1 {
		b = append(b, ';')
		b = strconv.AppendInt(b, int64(mods), 10)
	}
	if isFinal {
		return append(b, letter)
	}
	return append(b, '~')
}

// parameter is how xterm tells modifiers: 1 and a bit for each.
func (m modifiers) parameter() int {
	p := 1
	if m.shift {
		p += 1
	}
	if m.meta {
		p += 2
	}
	if m.ctrl {
		p += 4
	}
	return p
}
