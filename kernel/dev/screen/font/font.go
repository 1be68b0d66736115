// Package font is the kernel's own font: characters of 8 × 16 pixels for ASCII, Latin-1, lines and
// blocks, arrows and some symbols. They are drawn in font.txt; table.go is made of that. Bare.
package font

//go:generate go run gossamer/tools/mkfont font.txt table.go

// The size of a character in pixels.
const (
	Width  = 8
	Height = 16
)

// replacement is what is shown for a character that the font does not have; it is in the font.
const replacement = 0xfffd

// span is a run of characters without a gap; the first is glyphs[at].
type span struct{ first, last, at uint16 }

// Glyph returns the picture of a character, a byte for each row from the top, bit 7 being the
// leftmost pixel; that of U+FFFD if the font does not have it.
func Glyph(r rune) *[Height]uint8 {
	if i, ok := find(r); ok {
		return &glyphs[i]
	}
	i, _ := find(replacement)
	return &glyphs[i]
}

// Has reports whether the font has a character.
func Has(r rune) bool {
	_, ok := find(r)
	return ok
}

// find returns the index of a character in glyphs.
func find(r rune) (int, bool) {
	lo, hi := 0, len(ranges)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		s := &ranges[mid]
		switch {
		case r < rune(s.first):
			hi = mid
		case r > rune(s.last):
			lo = mid + 1
		default:
			return int(r) - int(s.first) + int(s.at), true
		}
	}
	return 0, false
}
