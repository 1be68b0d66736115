package vt

import (
	"strings"
	"testing"
)

// play returns a terminal that has got text.
func play(cols, rows int, text string) *Terminal {
	t := new(Terminal)
	if !t.Init(cols, rows) {
		panic("size")
	}
	t.Write([]byte(text))
	return t
}

// shown is what the screen shows: a line for each row, without blanks at the end, and without
// empty lines at the end.
func (t *Terminal) shown() string {
	var b strings.Builder
	for y := range t.rows {
		var line strings.Builder
		for _, c := range t.Row(y) {
			line.WriteRune(c.Rune())
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// Every case is played in one piece and byte by byte: the result must be the same.
func TestText(t *testing.T) {
	for _, c := range []struct {
		name, typed, shown string
		x, y               int
	}{
		{"plain", "hello", "hello", 5, 0},
		{"lines", "a\r\nb\r\n", "a\nb", 0, 2},
		{"newline alone goes straight down", "a\nb", "a\n b", 2, 1},
		{"wraps with the next character", "1234567890", "1234567890", 9, 0},
		{"wraps", "1234567890x", "1234567890\nx", 1, 1},
		{"no empty line at the margin", "1234567890\r\nx", "1234567890\nx", 1, 1},
		{"backspace", "abc\b\bX", "aXc", 2, 0},
		{"backspace at the margin takes the wrap away", "1234567890\bX", "12345678X0", 9, 0},
		{"backspace stops at the left", "\b\bX", "X", 1, 0},
		{"tab", "a\tb", "a       b", 9, 0},
		{"tab stops at the right margin", "a\t\t\tb", "a        b", 9, 0},
		{"scrolls", "1\r\n2\r\n3\r\n4\r\n5", "2\n3\n4\n5", 1, 3},
		{"UTF-8", "äöü €", "äöü €", 5, 0},
		{"beyond the BMP", "a😀b", "a\ufffdb", 3, 0},
		{"combining", "e\u0301x", "ex", 2, 0},
		{"no-break space", "a\u00a0b", "a b", 3, 0},
		{"a lone continuation", "a\x80b", "a\ufffdb", 3, 0},
		{"truncated", "a\xe2\x82b", "a\ufffdb", 3, 0},
		{"truncated by ESC", "a\xe2\x82\x1b[Cb", "a\ufffd b", 4, 0},
		{"overlong", "\xc0\xafx", "\ufffd\ufffdx", 3, 0},
		{"surrogate", "\xed\xa0\x80x", "\ufffd\ufffd\ufffdx", 4, 0},
		{"too large", "\xf4\x90x", "\ufffd\ufffdx", 3, 0},
		{"sequence in sequence", "\xe2\x82\xe2\x82\xac", "\ufffd€", 2, 0},
		{"C1", "a\u0085b", "ab", 2, 0},
		{"autowrap off", "\x1b[?7l1234567890xyz", "123456789z", 9, 0},
		{"cursor home", "abc\x1b[Hx", "xbc", 1, 0},
		{"cursor position", "\x1b[2;3Hx", "\n  x", 3, 1},
		{"cursor far away", "\x1b[999;999Hx", "\n\n\n         x", 9, 3},
		{"huge parameter", "\x1b[99999999999999999999;1Hx", "\n\n\nx", 1, 3},
		{"cursor up, down, right, left", "\x1b[3;3H\x1b[Aa\x1b[Bb\x1b[2Cc\x1b[4Dd", "\n  a\n   d  c", 4, 2},
		{"next and previous line", "\x1b[2;5H\x1b[Ea\x1b[2Fb", "b\n\na", 1, 0},
		{"column, row", "\x1b[5Ga\x1b[3db", "    a\n\n     b", 6, 2},
		{"movement cancels the wrap", "1234567890\x1b[Dx", "12345678x0", 9, 0},
		{"erase to the end of line", "abcdef\x1b[3D\x1b[K", "abc", 3, 0},
		{"erase to the start of line", "abcdef\x1b[3D\x1b[1K", "    ef", 3, 0},
		{"erase line", "abc\x1b[2Kd", "   d", 4, 0},
		{"erase below", "a\r\nb\r\nc\x1b[2;1H\x1b[J", "a", 0, 1},
		{"erase above", "a\r\nb\r\ncd\x1b[3;1H\x1b[1J", "\n\n d", 0, 2},
		{"erase all", "a\r\nb\x1b[2Jc", "\n c", 2, 1},
		{"erase characters", "abcdef\x1b[1;2H\x1b[3X", "a   ef", 1, 0},
		{"insert characters", "abc\x1b[1;2H\x1b[2@", "a  bc", 1, 0},
		{"insert more than fit", "abc\x1b[1;2H\x1b[99@", "a", 1, 0},
		{"delete characters", "abcdef\x1b[1;2H\x1b[2P", "adef", 1, 0},
		{"insert lines", "1\r\n2\r\n3\r\n4\x1b[2;3H\x1b[L", "1\n\n2\n3", 0, 1},
		{"delete lines", "1\r\n2\r\n3\r\n4\x1b[2;3H\x1b[2M", "1\n4", 0, 1},
		{"insert mode", "abc\x1b[1;1H\x1b[4hx\x1b[4ly", "xybc", 2, 0},
		{"scroll up, down", "1\r\n2\r\n3\r\n4\x1b[S\x1b[2T", "\n\n2\n3", 1, 3},
		{"margins", "1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\n\nx", "1\n\nx\n4", 1, 2},
		{"below the margins nothing scrolls", "\x1b[1;2r\x1b[4;1Ha\n\nb", "\n\n\nab", 2, 3},
		{"up and down stop at the margins", "\x1b[2;3r\x1b[2;1H\x1b[9Ba\x1b[9Ab", "\n b\na", 2, 1},
		{"but from outside they go on", "\x1b[2;3r\x1b[9Aa\x1b[4;1H\x1b[9Bb\x1b[2A\x1b[Dc", "a\nc\n\nb", 1, 1},
		{"margins out of range", "1\r\n2\r\n3\r\n4\x1b[9;99rx", "1\n2\n3\n4x", 2, 3},
		{"margins the wrong way round", "a\x1b[3;2rx", "ax", 2, 0},
		{"reverse index", "1\r\n2\x1b[H\x1bMx", "x\n1\n2", 1, 0},
		{"index, next line", "a\x1bDb\x1bEc", "a\n b\nc", 1, 2},
		{"origin mode", "\x1b[2;3r\x1b[?6hx\x1b[9;1Hy", "\nx\ny", 1, 2},
		{"save and restore", "ab\x1b7cd\x1b[3;3H\x1b8x", "abxd", 3, 0},
		{"save and restore by CSI", "ab\x1b[scd\x1b[ux", "abxd", 3, 0},
		{"repeat", "a\x1b[3b", "aaaa", 4, 0},
		{"tab stops", "\x1b[3g\x1b[1;4H\x1bH\r\tx", "   x", 4, 0},
		{"back tab", "\x1b[1;10H\x1b[Zx", "        x", 9, 0},
		{"title with BEL", "a\x1b]0;a title\ab", "ab", 2, 0},
		{"title with ST", "a\x1b]2;x\x1b\\b", "ab", 2, 0},
		{"title broken off", "a\x1b]2;x\x1b[Cb", "a b", 3, 0},
		{"device control string", "a\x1bPq#0;1\x1b\\b", "ab", 2, 0},
		{"Linux palette", "a\x1b]P1aa00aab\x1b]Rc", "abc", 3, 0},
		{"unknown sequences", "a\x1b[?2004h\x1b[>4;1m\x1b[1$z\x1b[5 q\x1b[!!xb", "ab", 2, 0},
		{"cancelled", "a\x1b[12\x18b", "ab", 2, 0},
		{"restarted", "a\x1b[12\x1b[Cb", "a b", 3, 0},
		{"control in a sequence", "a\x1b[\r3Cb", "a  b", 4, 0},
		{"no ASCII in a sequence", "a\x1b[3äb", "aäb", 3, 0},
		{"line graphics", "\x1b(0lqk\x1b(Bl", "┌─┐l", 4, 0},
		{"line graphics shifted in", "\x1b)0\x0eqx\x0fq", "─│q", 3, 0},
		{"alignment", "\x1b#8\x1b[2J", "", 0, 0},
		{"reset", "\x1b[2;3r\x1b[?6habc\x1bcx", "x", 1, 0},
		{"alternate screen", "a\x1b[?1049hbc\x1b[?1049ld", " d", 2, 0},
		{"margins, then deletion outside", "1\r\n2\r\n3\x1b[2;3r\x1b[M", "1\n2\n3", 0, 0},
	} {
		for _, piecewise := range []bool{false, true} {
			s := play(10, 4, "")
			if piecewise {
				for i := range len(c.typed) {
					s.Write([]byte{c.typed[i]})
				}
			} else {
				s.Write([]byte(c.typed))
			}
			if got := s.shown(); got != c.shown {
				t.Errorf("%s: shows %q, want %q", c.name, got, c.shown)
			}
			if x, y, _ := s.Cursor(); x != c.x || y != c.y {
				t.Errorf("%s: the cursor is at %d, %d, want %d, %d", c.name, x, y, c.x, c.y)
			}
		}
	}
}

func TestColours(t *testing.T) {
	for _, c := range []struct {
		sgr  string
		want Cell
	}{
		{"", Colours(7, 0)},
		{"31;44", Colours(1, 4)},
		{"1;31", Colours(9, 0)},
		{"1;22;31", Colours(1, 0)},
		{"2", Colours(8, 0)},
		{"7", Colours(0, 7)},
		{"7;31;27", Colours(1, 0)},
		{"7;1", Colours(0, 15)},
		{"4", Colours(7, 0) | Underlined},
		{"4;24", Colours(7, 0)},
		{"8;33", Colours(0, 0)},
		{"97;105", Colours(15, 13)},
		{"31;42;39;49", Colours(7, 0)},
		{"31;1;0", Colours(7, 0)},
		{"31;", Colours(7, 0)},
		{"38;5;9;48;5;4", Colours(9, 4)},
		{"38;5;196", Colours(1, 0)},
		{"38;5;231", Colours(15, 0)},
		{"38;5;240", Colours(8, 0)},
		{"38;2;0;170;0;4", Colours(2, 0) | Underlined},
		{"38:2:0:0:160", Colours(4, 0)},
		{"38;2;0", Colours(7, 0)},
		{"38", Colours(7, 0)},
		{"99;1234;5", Colours(7, 0)},
	} {
		s := play(10, 4, "\x1b["+c.sgr+"mx")
		if got := s.Row(0)[0]; got != c.want|'x' {
			t.Errorf("%s: %#x, want %#x", c.sgr, got, c.want|'x')
		}
	}
	// What is erased takes the background, but not the inversion.
	s := play(10, 4, "\x1b[44;7m\x1b[2J")
	if got, want := s.Row(3)[9], Colours(7, 4)|' '; got != want {
		t.Errorf("erased: %#x, want %#x", got, want)
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct{ asked, answered string }{
		{"\x1b[5n", "\x1b[0n"},
		{"ab\x1b[6n", "\x1b[1;3R"},
		{"1234567890\x1b[6n", "\x1b[1;10R"},
		{"\x1b[2;4r\x1b[?6h\x1b[2;2H\x1b[6n", "\x1b[2;2R"},
		{"\x1b[c\x1bZ", "\x1b[?6c\x1b[?6c"},
		{"\x1b[1c\x1b[>c", ""},
		{strings.Repeat("\x1b[6n", 99), strings.Repeat("\x1b[1;1R", 10)}, // what does not fit is left out whole
	} {
		s := play(10, 4, c.asked)
		var got []byte
		p := make([]byte, 5)
		for n := s.TakeReply(p); n > 0; n = s.TakeReply(p) {
			got = append(got, p[:n]...)
		}
		if string(got) != c.answered {
			t.Errorf("%q: %q, want %q", c.asked, got, c.answered)
		}
	}
	s := play(256, 128, "\x1b[999;999H\x1b[6n")
	p := make([]byte, 64)
	if n := s.TakeReply(p); string(p[:n]) != "\x1b[128;256R" {
		t.Errorf("%q", p[:n])
	}
}

func TestCursorVisible(t *testing.T) {
	s := play(10, 4, "\x1b[?25l")
	if _, _, visible := s.Cursor(); visible {
		t.Error("it is to be seen")
	}
	s.Write([]byte("\x1b[?25h"))
	if _, _, visible := s.Cursor(); !visible {
		t.Error("it is not to be seen")
	}
}

// The log comes between what programs write and disturbs none of it.
func TestLog(t *testing.T) {
	s := play(12, 6, "\x1b[31mab\x1b[1")
	s.Print([]byte("one\ttwo\n"))
	s.Print([]byte("thr"))
	s.Print([]byte("ee \xe2\x82"))
	s.Print([]byte("\xac\x1b\n"))
	s.Write([]byte(";34mcd"))
	if want := "ab\none     two\nthree €\ufffd\ncd"; s.shown() != want {
		t.Errorf("shows %q, want %q", s.shown(), want)
	}
	if got := s.Row(3)[0]; got != Colours(12, 0)|'c' {
		t.Errorf("the program's colour became %#x", got)
	}
	if got := s.Row(1)[0]; got != Colours(7, 0)|'o' {
		t.Errorf("the log's colour is %#x", got)
	}
	// In the middle of a log line a program writes: the rest of the line begins a new one.
	s = play(12, 6, "")
	s.Print([]byte("half"))
	s.Write([]byte("P"))
	s.Print([]byte("rest\n"))
	if want := "halfP\nrest"; s.shown() != want {
		t.Errorf("shows %q, want %q", s.shown(), want)
	}
}

// A row is reported as changed once.
func TestDirty(t *testing.T) {
	s := play(10, 4, "")
	for y := range 4 {
		if !s.TakeDirty(y) || s.TakeDirty(y) {
			t.Errorf("row %d", y)
		}
	}
	for _, c := range []struct {
		typed string
		rows  []bool
	}{
		{"a", []bool{true, false, false, false}},
		{"\x1b[2;1H", make([]bool, 4)},
		{"\x1b[J", []bool{false, true, true, true}},
		{"\x1b[2;3r\x1b[3;1H\n", []bool{false, true, true, false}},
		{"\x1b[1;1H\x1b[P", []bool{true, false, false, false}},
		{"\x1b[r\x1b[4;1H\n", []bool{true, true, true, true}},
	} {
		s.Write([]byte(c.typed))
		for y, want := range c.rows {
			if s.TakeDirty(y) != want {
				t.Errorf("%q: row %d is not %v", c.typed, y, want)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		cols, rows int
		ok         bool
	}{{0, 1, false}, {1, 0, false}, {-1, 5, false}, {MaxCols + 1, 5, false}, {5, MaxRows + 1, false}, {1, 1, true}, {MaxCols, MaxRows, true}} {
		if new(Terminal).Init(c.cols, c.rows) != c.ok {
			t.Errorf("%d × %d", c.cols, c.rows)
		}
	}
	// The smallest screen does everything, too.
	s := play(1, 1, "abc\r\n\td\x1b[2;2r\x1b[L\x1b[M\x1b[@\x1b[P\x1b[5S\x1b[5T\x1b[Zx")
	if s.shown() != "x" {
		t.Errorf("shows %q", s.shown())
	}
}
