package i8042

import kb "gossamer/kernel/dev/keyboard"

// decoder turns bytes of set 2, or of set 1 if the controller translates, into keys.
type decoder struct {
	translated bool
	extended   bool // the last byte was 0xE0
	released   bool // the last byte was 0xF0 (set 2)
	skip       int  // bytes left of a sequence that starts with 0xE1: Pause has no release
}

// event is what a byte completes.
type event struct {
	kind eventKind
	key  kb.Key
	down bool
}

type eventKind uint8

const (
	noEvent      eventKind = iota
	keyEvent               // a key has gone down or up
	overrunEvent           // keys were lost
	passedEvent            // the keyboard has tested itself: it is new
)

const (
	prefixExtended = 0xe0
	prefixPause    = 0xe1
	prefixRelease  = 0xf0
	overrun0       = 0x00
	overrunFF      = 0xff
	upBit          = 0x80 // set 1
)

func (d *decoder) reset() { d.extended, d.released, d.skip = false, false, 0 }

func (d *decoder) feed(b uint8) event {
	switch {
	case b == overrun0 || b == overrunFF:
		d.reset()
		return event{kind: overrunEvent}
	case d.skip > 0:
		d.skip--
		return event{}
	case b == prefixPause:
		d.reset()
		d.skip = 7 // 14 77 E1 F0 14 F0 77
		if d.translated {
			d.skip = 5 // 1D 45 E1 9D C5
		}
		return event{kind: keyEvent, key: kb.Pause, down: true}
	case b == prefixExtended:
		d.extended = true
		return event{}
	}
	if d.translated {
		return d.finish(&set1, b&^upBit, b&upBit == 0)
	}
	switch b {
	case prefixRelease:
		d.released = true
		return event{}
	case kbdPassed:
		d.reset()
		return event{kind: passedEvent}
	}
	return d.finish(&set2, b, !d.released)
}

// codes has two keys for each code: without and with the prefix 0xE0.
type codes [256][2]kb.Key

func (d *decoder) finish(set *codes, code uint8, down bool) event {
	which := 0
	if d.extended {
		which = 1
	}
	d.reset()
	key := set[code][which]
	if key == kb.None {
		return event{}
	}
	if key == kb.Pause { // it is held with control: a key of its own, without a release
		down = true
	}
	return event{keyEvent, key, down}
}

var set1, set2 codes

func init() {
	for _, k := range table {
		set1[k.set1] = [2]kb.Key{k.key, k.extended}
		set2[k.set2] = [2]kb.Key{k.key, k.extended}
	}
}

// table has of each code its number in both sets, the key, and the key with the prefix.
var table = []struct {
	set1, set2    uint8
	key, extended kb.Key
}{
	{0x01, 0x76, kb.Escape, 0}, {0x02, 0x16, kb.Digit1, 0}, {0x03, 0x1e, kb.Digit1 + 1, 0}, {0x04, 0x26, kb.Digit1 + 2, 0},
	{0x05, 0x25, kb.Digit1 + 3, 0}, {0x06, 0x2e, kb.Digit1 + 4, 0}, {0x07, 0x36, kb.Digit1 + 5, 0}, {0x08, 0x3d, kb.Digit1 + 6, 0},
	{0x09, 0x3e, kb.Digit1 + 7, 0}, {0x0a, 0x46, kb.Digit1 + 8, 0}, {0x0b, 0x45, kb.Digit0, 0}, {0x0c, 0x4e, kb.Minus, 0},
	{0x0d, 0x55, kb.Equal, 0}, {0x0e, 0x66, kb.Backspace, 0}, {0x0f, 0x0d, kb.Tab, 0},
	{0x10, 0x15, kb.A + 'q' - 'a', 0}, {0x11, 0x1d, kb.A + 'w' - 'a', 0}, {0x12, 0x24, kb.A + 'e' - 'a', 0}, {0x13, 0x2d, kb.A + 'r' - 'a', 0},
	{0x14, 0x2c, kb.A + 't' - 'a', 0}, {0x15, 0x35, kb.A + 'y' - 'a', 0}, {0x16, 0x3c, kb.A + 'u' - 'a', 0}, {0x17, 0x43, kb.A + 'i' - 'a', 0},
	{0x18, 0x44, kb.A + 'o' - 'a', 0}, {0x19, 0x4d, kb.A + 'p' - 'a', 0}, {0x1a, 0x54, kb.LeftBracket, 0}, {0x1b, 0x5b, kb.RightBracket, 0},
	{0x1c, 0x5a, kb.Enter, kb.PadEnter}, {0x1d, 0x14, kb.LeftCtrl, kb.RightCtrl},
	{0x1e, 0x1c, kb.A, 0}, {0x1f, 0x1b, kb.A + 's' - 'a', 0}, {0x20, 0x23, kb.A + 'd' - 'a', 0}, {0x21, 0x2b, kb.A + 'f' - 'a', 0},
	{0x22, 0x34, kb.A + 'g' - 'a', 0}, {0x23, 0x33, kb.A + 'h' - 'a', 0}, {0x24, 0x3b, kb.A + 'j' - 'a', 0}, {0x25, 0x42, kb.A + 'k' - 'a', 0},
	{0x26, 0x4b, kb.A + 'l' - 'a', 0}, {0x27, 0x4c, kb.Semicolon, 0}, {0x28, 0x52, kb.Quote, 0}, {0x29, 0x0e, kb.Grave, 0},
	{0x2a, 0x12, kb.LeftShift, 0}, {0x2b, 0x5d, kb.Backslash, 0}, // E0 2A and E0 36 surround others, and mean nothing
	{0x2c, 0x1a, kb.Z, 0}, {0x2d, 0x22, kb.A + 'x' - 'a', 0}, {0x2e, 0x21, kb.A + 'c' - 'a', 0}, {0x2f, 0x2a, kb.A + 'v' - 'a', 0},
	{0x30, 0x32, kb.A + 'b' - 'a', 0}, {0x31, 0x31, kb.A + 'n' - 'a', 0}, {0x32, 0x3a, kb.A + 'm' - 'a', 0}, {0x33, 0x41, kb.Comma, 0},
	{0x34, 0x49, kb.Dot, 0}, {0x35, 0x4a, kb.Slash, kb.PadSlash}, {0x36, 0x59, kb.RightShift, 0}, {0x37, 0x7c, kb.PadStar, kb.Print},
	{0x38, 0x11, kb.LeftAlt, kb.RightAlt}, {0x39, 0x29, kb.Space, 0}, {0x3a, 0x58, kb.CapsLock, 0},
	{0x3b, 0x05, kb.F1, 0}, {0x3c, 0x06, kb.F1 + 1, 0}, {0x3d, 0x04, kb.F1 + 2, 0}, {0x3e, 0x0c, kb.F1 + 3, 0}, {0x3f, 0x03, kb.F1 + 4, 0},
	{0x40, 0x0b, kb.F1 + 5, 0}, {0x41, 0x83, kb.F1 + 6, 0}, {0x42, 0x0a, kb.F1 + 7, 0}, {0x43, 0x01, kb.F1 + 8, 0}, {0x44, 0x09, kb.F1 + 9, 0},
	{0x45, 0x77, kb.NumLock, 0}, {0x46, 0x7e, kb.Scroll, kb.Pause},
	{0x47, 0x6c, kb.Pad1 + 6, kb.Home}, {0x48, 0x75, kb.Pad1 + 7, kb.Up}, {0x49, 0x7d, kb.Pad9, kb.PageUp}, {0x4a, 0x7b, kb.PadMinus, 0},
	{0x4b, 0x6b, kb.Pad1 + 3, kb.Left}, {0x4c, 0x73, kb.Pad1 + 4, 0}, {0x4d, 0x74, kb.Pad1 + 5, kb.Right}, {0x4e, 0x79, kb.PadPlus, 0},
	{0x4f, 0x69, kb.Pad1, kb.End}, {0x50, 0x72, kb.Pad1 + 1, kb.Down}, {0x51, 0x7a, kb.Pad1 + 2, kb.PageDown}, {0x52, 0x70, kb.Pad0, kb.Insert},
	{0x53, 0x71, kb.PadDot, kb.Delete}, {0x54, 0x84, kb.Print, 0}, {0x56, 0x61, kb.Less, 0}, {0x57, 0x78, kb.F1 + 10, 0}, {0x58, 0x07, kb.F12, 0},
	{0x59, 0x0f, kb.PadEqual, 0}, {0x5b, 0x1f, 0, kb.LeftGUI}, {0x5c, 0x27, 0, kb.RightGUI}, {0x5d, 0x2f, 0, kb.Menu},
}
