package vt

import (
	"math/rand/v2"
	"testing"
)

// check is what holds whatever a terminal has been given.
func (t *Terminal) check(tb testing.TB) {
	tb.Helper()
	for _, c := range []cursor{t.cursor, t.saved} {
		if c.x < 0 || c.x >= t.cols || c.y < 0 || c.y >= t.rows || c.shift > 1 || c.wrap && c.x != t.cols-1 {
			tb.Fatalf("cursor %+v of %d × %d", c, t.cols, t.rows)
		}
	}
	if t.top < 0 || t.bottom > t.rows || t.bottom <= t.top {
		tb.Fatalf("margins %d, %d of %d", t.top, t.bottom, t.rows)
	}
	var seen [MaxRows]bool
	for y := range t.rows {
		l := t.line[y]
		if int(l) >= t.rows || seen[l] {
			tb.Fatalf("row %d is line %d, which is there twice or not at all", y, l)
		}
		seen[l] = true
		for x, c := range t.Row(y) {
			if r := c.Rune(); r < ' ' || zeroWidth(r) || c&Marked != 0 || c>>26 != 0 {
				tb.Fatalf("cell %d, %d is %#x", x, y, c)
			}
		}
	}
	if t.nreply < 0 || t.nreply > len(t.reply) || t.nparam > maxParams || t.text.need > 3 {
		tb.Fatal("the parser's state is out of range")
	}
}

// Whatever comes, in whatever pieces: nothing leaves its bounds, and pieces make no difference.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{
		"hello\r\nworld\t\b", "\x1b[2;3r\x1b[?6h\x1b[99;99Hx\x1bM\x1bD", "\x1b[38;5;300;48;2;1;2mä€😀\xf0\x90",
		"\x1b]0;t\a\x1b]P123\x1b[4h\x1b[9999@\x1b[9999P\x1b[9999L\x1b[9999M", "\x1b7\x1b[?1049h\x1b[?1049l\x1b8\x1bc\x1b#8",
		"\x1b[3g\x1b[99I\x1b[99Z\x1b[9999b\x1b[6n\x1b(0abc\x0e\x0f\x1b[?7labc",
	} {
		f.Add(uint8(9), uint8(3), uint8(5), []byte(s))
	}
	f.Fuzz(func(t *testing.T, cols, rows, piece uint8, text []byte) {
		whole, pieces := new(Terminal), new(Terminal)
		c, r := int(cols)+1, int(rows)%MaxRows+1
		if !whole.Init(c, r) || !pieces.Init(c, r) {
			t.Fatalf("no terminal of %d × %d", c, r)
		}
		whole.Write(text)
		for rest := text; len(rest) > 0; {
			n := min(int(piece)+1, len(rest))
			pieces.Write(rest[:n])
			rest = rest[n:]
		}
		whole.check(t)
		if *whole != *pieces {
			t.Error("in pieces it comes out differently")
		}
		whole.Print(text)
		whole.check(t)
		whole.Write(text)
		whole.check(t)
	})
}

// hostile makes escape sequences with a bent for the edges.
func hostile(rng *rand.Rand) []byte {
	numbers := []string{"", "0", "1", "2", "3", "4", "7", "25", "40", "255", "256", "1049", "9999", "99999999999999999999", "-1"}
	var b []byte
	for range 1 + rng.IntN(20) {
		switch rng.IntN(8) {
		case 0:
			b = append(b, byte(rng.Uint32()))
		case 1:
			b = append(b, "text \xc3\xa4\xe2\x82\xac\n"[rng.IntN(10):]...)
		case 2:
			b = append(b, esc, "78DEMHZc()#]P_^X["[rng.IntN(17)])
		default:
			b = append(b, esc, '[')
			if rng.IntN(4) == 0 {
				b = append(b, "?>=<"[rng.IntN(4)])
			}
			for i := rng.IntN(20); i > 0; i -= 1 + rng.IntN(8) {
				b = append(append(b, numbers[rng.IntN(len(numbers))]...), ";:"[rng.IntN(2)])
			}
			b = append(b, numbers[rng.IntN(len(numbers))]...)
			b = append(b, byte('@'+rng.IntN(63)))
		}
	}
	return b
}

// The same with sequences that are nearly right, on screens of every size.
func TestHostile(t *testing.T) {
	rounds := 20000
	if testing.Short() {
		rounds = 2000
	}
	rng := rand.New(rand.NewPCG(3, 4))
	s := new(Terminal)
	for i := range rounds {
		if i%50 == 0 {
			s.Init(1+rng.IntN(MaxCols)>>rng.IntN(8), 1+rng.IntN(MaxRows)>>rng.IntN(7))
		}
		text := hostile(rng)
		if rng.IntN(10) == 0 {
			s.Print(text)
		} else {
			s.Write(text)
		}
		if i%10 == 0 {
			s.check(t)
		}
	}
}

// What a line that scrolls costs; the kernel does no less.
func BenchmarkScroll(b *testing.B) {
	s := new(Terminal)
	s.Init(128, 48)
	line := []byte("-rwxr-xr-x   1    1178784 bench   and so on until the line has some eighty chars\r\n")
	b.SetBytes(int64(len(line)))
	for range b.N {
		s.Write(line)
	}
}
