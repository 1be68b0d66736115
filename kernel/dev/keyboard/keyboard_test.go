package keyboard

import (
	"slices"
	"testing"
)

// typist is a keyboard with one device, and what came out.
type typist struct {
	*Device
	out    []byte
	lights []Lights
	reboot int
	now    int64
}

func newTypist(layout string) *typist {
	t := &typist{}
	k := New(Config{
		Layout:  LayoutOf(layout),
		NumLock: true,
		Out:     func(p []byte) { t.out = append(t.out, p...) },
		Reboot:  func() { t.reboot++ },
	})
	t.Device = k.Attach(func(l Lights) { t.lights = append(t.lights, l) }, false)
	return t
}

// tap holds all keys but the last, types that, and lets all go.
func (t *typist) tap(keys ...Key) {
	for _, key := range keys {
		t.Press(key, t.now)
	}
	for _, key := range slices.Backward(keys) {
		t.Release(key)
	}
}

func (t *typist) take() string {
	s := string(t.out)
	t.out = nil
	return s
}

func letter(c byte) Key { return A + Key(c-'a') }

// What does each key send, with which modifiers?
func TestTyping(t *testing.T) {
	for _, c := range []struct {
		layout string
		keys   []Key
		want   string
	}{
		{"us", []Key{A}, "a"}, {"us", []Key{Z}, "z"}, {"us", []Key{LeftShift, A}, "A"}, {"us", []Key{RightShift, Z}, "Z"},
		{"us", []Key{Digit1}, "1"}, {"us", []Key{Digit0}, "0"}, {"us", []Key{LeftShift, Digit0}, ")"}, {"us", []Key{LeftShift, Digit1 + 1}, "@"},
		{"us", []Key{Minus}, "-"}, {"us", []Key{LeftShift, Minus}, "_"}, {"us", []Key{Backslash}, `\`}, {"us", []Key{LeftShift, Backslash}, "|"},
		{"us", []Key{Quote}, "'"}, {"us", []Key{LeftShift, Quote}, `"`}, {"us", []Key{Grave}, "`"}, {"us", []Key{LeftShift, Grave}, "~"},
		{"us", []Key{Slash}, "/"}, {"us", []Key{LeftShift, Slash}, "?"}, {"us", []Key{Less}, `\`}, {"us", []Key{Space}, " "},
		{"us", []Key{RightAlt, letter('q')}, "\x1bq"}, {"us", []Key{LeftAlt, LeftShift, letter('q')}, "\x1bQ"},
		{"us", []Key{LeftCtrl, letter('c')}, "\x03"}, {"us", []Key{RightCtrl, LeftShift, letter('c')}, "\x03"},
		{"us", []Key{LeftCtrl, Space}, "\x00"}, {"us", []Key{LeftCtrl, LeftBracket}, "\x1b"}, {"us", []Key{LeftCtrl, Backslash}, "\x1c"},
		{"us", []Key{LeftCtrl, Digit1}, ""}, {"us", []Key{LeftCtrl, Digit1 + 7}, "\x7f"}, {"us", []Key{LeftCtrl, Slash}, "\x1f"},
		{"us", []Key{LeftCtrl, LeftAlt, letter('a')}, "\x1b\x01"},
		{"us", []Key{Enter}, "\r"}, {"us", []Key{PadEnter}, "\r"}, {"us", []Key{Escape}, "\x1b"}, {"us", []Key{Tab}, "\t"},
		{"us", []Key{LeftShift, Tab}, "\x1b[Z"}, {"us", []Key{Backspace}, "\x7f"}, {"us", []Key{LeftAlt, Backspace}, "\x1b\x7f"}, {"us", []Key{LeftCtrl, Backspace}, "\b"},
		{"us", []Key{Up}, "\x1b[A"}, {"us", []Key{Left}, "\x1b[D"}, {"us", []Key{LeftCtrl, Right}, "\x1b[1;5C"}, {"us", []Key{LeftShift, LeftAlt, Up}, "\x1b[1;4A"},
		{"us", []Key{Home}, "\x1b[1~"}, {"us", []Key{Delete}, "\x1b[3~"}, {"us", []Key{LeftCtrl, PageDown}, "\x1b[6;5~"},
		{"us", []Key{F1}, "\x1b[[A"}, {"us", []Key{F1 + 4}, "\x1b[[E"}, {"us", []Key{F1 + 5}, "\x1b[17~"}, {"us", []Key{F12}, "\x1b[24~"}, {"us", []Key{LeftShift, F1}, "\x1b[11;2~"},
		{"us", []Key{Pad1}, "1"}, {"us", []Key{Pad0}, "0"}, {"us", []Key{PadDot}, "."}, {"us", []Key{LeftShift, Pad1}, "\x1b[4~"}, {"us", []Key{LeftShift, Pad1 + 4}, ""},
		{"us", []Key{NumLock, Pad1 + 7}, "\x1b[A"}, {"us", []Key{NumLock, LeftShift, Pad1 + 7}, "8"}, {"us", []Key{PadStar}, "*"}, {"us", []Key{PadPlus}, "+"},
		{"us", []Key{CapsLock, A}, "A"}, {"us", []Key{CapsLock, LeftShift, A}, "a"}, {"us", []Key{CapsLock, Digit1}, "1"}, {"us", []Key{CapsLock, LeftCtrl, A}, "\x01"},
		{"us", []Key{Print}, ""}, {"us", []Key{Pause}, ""}, {"us", []Key{Menu}, ""}, {"us", []Key{LeftGUI}, ""}, {"us", []Key{0x7f}, ""}, {"us", []Key{0xff}, ""}, {"us", []Key{3}, ""},

		{"de", []Key{letter('y')}, "z"}, {"de", []Key{LeftShift, letter('z')}, "Y"}, {"de", []Key{Quote}, "ä"}, {"de", []Key{LeftShift, LeftBracket}, "Ü"},
		{"de", []Key{Minus}, "ß"}, {"de", []Key{LeftShift, Minus}, "?"}, {"de", []Key{RightAlt, Minus}, `\`}, {"de", []Key{LeftShift, Digit1 + 6}, "/"},
		{"de", []Key{RightAlt, letter('q')}, "@"}, {"de", []Key{RightAlt, letter('e')}, "€"}, {"de", []Key{RightAlt, Digit1 + 6}, "{"}, {"de", []Key{RightAlt, Digit0}, "}"},
		{"de", []Key{RightAlt, Digit1 + 7}, "["}, {"de", []Key{RightAlt, RightBracket}, "~"}, {"de", []Key{RightAlt, A}, ""}, {"de", []Key{Less}, "<"}, {"de", []Key{LeftShift, Less}, ">"},
		{"de", []Key{RightAlt, Less}, "|"}, {"de", []Key{Hash}, "#"}, {"de", []Key{Backslash}, "#"}, {"de", []Key{LeftShift, Grave}, "°"}, {"de", []Key{Slash}, "-"}, {"de", []Key{PadDot}, ","},
		{"de", []Key{LeftAlt, letter('z')}, "\x1by"}, {"de", []Key{LeftCtrl, letter('y')}, "\x1a"}, {"de", []Key{CapsLock, Quote}, "Ä"}, {"de", []Key{CapsLock, Minus}, "ß"},
		{"de", []Key{Equal, A}, "á"}, {"de", []Key{LeftShift, Equal}, ""}, {"de", []Key{Grave, letter('o')}, "ô"}, {"de", []Key{Grave, Space}, "^"}, {"de", []Key{Grave, letter('x')}, "^x"},
		{"de", []Key{Equal, Equal}, "´´"}, {"de", []Key{Grave, Up, A}, "\x1b[Aa"}, {"de", []Key{RightAlt, Digit1 + 1}, "²"},
	} {
		ty := newTypist(c.layout)
		if c.keys[0].isModifier() || c.keys[0] == CapsLock || c.keys[0] == NumLock || len(c.keys) == 1 {
			ty.tap(c.keys...)
		} else {
			for _, key := range c.keys { // one after the other
				ty.tap(key)
			}
		}
		if got := ty.take(); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.layout, c.keys, got, c.want)
		}
	}
	if LayoutOf("xx") != nil {
		t.Error("there is a layout xx")
	}
}

// Does every printable ASCII character have a key, in each layout?
func TestComplete(t *testing.T) {
	for _, l := range layouts {
		have := map[rune]bool{}
		for _, on := range l.keys {
			for _, c := range on {
				have[c&^dead] = true
			}
		}
		for c := rune(' '); c < 0x7f; c++ {
			if !have[c] {
				t.Errorf("%s: no %q", l.Name(), c)
			}
		}
	}
}

// Locks: each press toggles, holding does not; all devices hear of it, a new one at once.
func TestLocks(t *testing.T) {
	ty := newTypist("us")
	var other []Lights
	d := ty.k.Attach(func(l Lights) { other = append(other, l) }, true)
	ty.Press(CapsLock, 0)
	ty.Press(CapsLock, 1)
	ty.Release(CapsLock)
	d.Press(Scroll, 2)
	want := []Lights{NumLight, NumLight | CapsLight, NumLight | CapsLight | ScrollLight}
	if !slices.Equal(ty.lights, want) || !slices.Equal(other, want) {
		t.Errorf("lights %v, %v, want %v", ty.lights, other, want)
	}
	d.Detach()
	ty.tap(CapsLock)
	if len(other) != 3 || len(ty.lights) != 4 || ty.k.Devices() != 1 {
		t.Errorf("after detaching: %v, %v", ty.lights, other)
	}
}

// Shift on one keyboard counts on another, until it is let go, or unplugged.
func TestTwoDevices(t *testing.T) {
	ty := newTypist("us")
	d := ty.k.Attach(nil, true)
	d.Press(LeftShift, 0)
	ty.tap(A)
	d.Detach()
	ty.tap(A)
	if got := ty.take(); got != "Aa" {
		t.Errorf("%q", got)
	}
}

// A held key repeats: the one pressed last, until it is let go. Modifiers do not stop it.
func TestRepeat(t *testing.T) {
	ty := newTypist("us")
	if _, ok := ty.Due(); ok {
		t.Error("something is due")
	}
	ty.Press(A, 1000)
	if at, ok := ty.Due(); !ok || at != 1000+RepeatDelay {
		t.Errorf("due at %d, %v", at, ok)
	}
	ty.Tick(999 + RepeatDelay)
	ty.Tick(1000 + RepeatDelay)
	if at, _ := ty.Due(); at != 1000+RepeatDelay+RepeatPeriod {
		t.Errorf("then at %d", at)
	}
	ty.Press(LeftShift, 0)
	ty.Tick(1000 + RepeatDelay + 10*RepeatPeriod) // late: once
	if got := ty.take(); got != "aaA" {
		t.Errorf("%q", got)
	}
	ty.Press(letter('b'), 5e9)
	ty.Release(A)
	ty.Tick(6e9)
	ty.Release(letter('b'))
	ty.Tick(7e9)
	if got := ty.take(); got != "BB" {
		t.Errorf("%q", got)
	}
	if _, ok := ty.Due(); ok {
		t.Error("still something is due")
	}
	d := ty.k.Attach(nil, true) // repeats by itself
	d.Press(A, 0)
	d.Press(A, 1)
	d.Tick(9e9)
	if got := ty.take(); got != "AA" {
		t.Errorf("a device that repeats: %q", got)
	}
}

// Without repetition a held key is typed once, whoever would repeat it.
func TestNoRepeat(t *testing.T) {
	var out []byte
	k := New(Config{NoRepeat: true, Out: func(p []byte) { out = append(out, p...) }})
	for _, d := range []*Device{k.Attach(nil, false), k.Attach(nil, true)} {
		d.Press(A, 0)
		d.Press(A, 1)
		d.Tick(9e9)
		if _, ok := d.Due(); ok {
			t.Error("something is due")
		}
	}
	if string(out) != "aa" {
		t.Errorf("%q", out)
	}
}

// Reports of all keys that are down: what is new is typed, whatever the order of keys in them.
func TestReport(t *testing.T) {
	ty := newTypist("us")
	for _, r := range [][]Key{
		{A, LeftShift}, {A, LeftShift, letter('b')}, {letter('b')}, {letter('b'), None, letter('c')},
		{RollOver, RollOver}, {letter('c')}, {letter('b'), letter('c')}, {},
	} {
		ty.Report(r, 0)
	}
	if got := ty.take(); got != "ABcb" {
		t.Errorf("%q", got)
	}
	if _, ok := ty.Due(); ok {
		t.Error("a released key is repeated")
	}
}

// Control, Alt and Delete reboot, once; ReleaseAll forgets what was held.
func TestReboot(t *testing.T) {
	ty := newTypist("us")
	ty.Press(LeftCtrl, 0)
	ty.Press(RightAlt, 0)
	ty.Press(Delete, 0)
	ty.Press(Delete, 0)
	if ty.reboot != 1 || ty.take() != "" {
		t.Errorf("%d reboots", ty.reboot)
	}
	ty.ReleaseAll()
	ty.tap(Delete)
	if ty.reboot != 1 || ty.take() != "\x1b[3~" {
		t.Error("modifiers are still held")
	}
}

// Can any sequence of events make it panic or emit invalid text?
func FuzzEvents(f *testing.F) {
	f.Add([]byte{0xe1, 4, 0x39, 5, 0x53, 0x59})
	f.Fuzz(func(t *testing.T, events []byte) {
		ty := newTypist("de")
		for i, e := range events {
			switch {
			case i%3 == 2:
				ty.Release(Key(e))
			case i%7 == 6:
				ty.Report([]Key{Key(e), Key(e + 1)}, int64(i)*1e8)
			default:
				ty.Press(Key(e), int64(i)*1e8)
			}
			ty.Tick(int64(i) * 1e8)
		}
	})
}
