package font

import "testing"

// What the package promises to have, each with a picture of its own that is not empty.
func TestCovers(t *testing.T) {
	seen := map[[Height]uint8]rune{}
	same := func(a, b rune) bool { // these look alike, here as elsewhere
		return a == 0x2d && b == 0xad || a == 0xb5 && b == 0x3bc || a == 0x25ba && b == 0x25b6 || a == 0x25b6 && b == 0x25ba ||
			a == 0x25c4 && b == 0x25c0 || a == 0x25c0 && b == 0x25c4 || a == 0x2d && b == 0x2013 || a == 0x2013 && b == 0x2212 || a == 0xad && b == 0x2013
	}
	for _, part := range [][2]rune{{0x20, 0x7e}, {0xa1, 0xff}, {0x2500, 0x259f}, {0x2190, 0x2195}, {0xfffd, 0xfffd}} {
		for r := part[0]; r <= part[1]; r++ {
			if !Has(r) {
				t.Errorf("%U is missing", r)
				continue
			}
			g := *Glyph(r)
			if other, ok := seen[g]; ok && !same(other, r) {
				t.Errorf("%U looks like %U", r, other)
			}
			if g == [Height]uint8{} && r != ' ' {
				t.Errorf("%U is empty", r)
			}
			seen[g] = r
		}
	}
	for _, r := range "←→•…–—‘’“”€√≤≥≠≈∞πΩ■▲▼◆○●✓✗" {
		if !Has(r) {
			t.Errorf("%U is missing", r)
		}
	}
}

// Anything may be asked for.
func TestMissing(t *testing.T) {
	want := Glyph(0xfffd)
	for _, r := range []rune{-1, 0, 0x1f, 0x7f, 0x9f, 0x4e00, 0xffff, 0x10ffff, 0x7fffffff} {
		if Has(r) || Glyph(r) != want {
			t.Errorf("%U is not the replacement", r)
		}
	}
}
