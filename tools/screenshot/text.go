package screenshot

import (
	"image"
	"image/color"
	"strings"

	"gossamer/kernel/dev/screen"
	"gossamer/kernel/dev/screen/font"
)

// unknown stands in a text for a cell that is no character of the kernel's font.
const unknown = 0xfffd

// Text reads the text on a picture of the kernel's screen: a string for each row of characters,
// without the blanks at its end. Characters are found by their pictures, whatever their two colours
// are, underlined or under the cursor; of those that look alike the first is taken.
func Text(img image.Image) []string {
	b := img.Bounds()
	scale, cols, rows := screen.Grid(b.Dx(), b.Dy())
	lines := make([]string, rows)
	for row := range lines {
		var line strings.Builder
		for col := range cols {
			line.WriteRune(character(img, b.Min.X+col*font.Width*scale, b.Min.Y+row*font.Height*scale, scale))
		}
		lines[row] = strings.TrimRight(line.String(), " ")
	}
	return lines
}

type picture = [font.Height]uint8

// characters has the font the other way round, and underlined.
var characters = func() map[picture]rune {
	m := map[picture]rune{}
	for r := rune(0xffff); r >= ' '; r-- {
		if font.Has(r) {
			p := *font.Glyph(r)
			p[screen.Underline] = 0xff
			m[p] = r
		}
	}
	for r := rune(0xffff); r >= ' '; r-- {
		if font.Has(r) {
			m[*font.Glyph(r)] = r
		}
	}
	return m
}()

// character finds the one whose upper left corner is at x, y.
func character(img image.Image, x, y, scale int) rune {
	first := img.At(x, y)
	var second color.Color
	var bits picture
	for j := range bits {
		for i := range font.Width {
			c := img.At(x+i*scale, y+j*scale)
			if c == first {
				continue
			}
			if second == nil {
				second = c
			} else if c != second {
				return unknown
			}
			bits[j] |= 0x80 >> i
		}
	}
	if second == nil {
		return ' '
	}
	// Most characters leave their corner free; of the others the darker colour is the background.
	if brightness(first) > brightness(second) {
		invert(&bits)
	}
	for range 2 { // the second time with the colours the other way round: inverted, or the cursor
		if r, ok := characters[bits]; ok {
			return r
		}
		invert(&bits)
	}
	return unknown
}

func invert(p *picture) {
	for j := range p {
		p[j] = ^p[j]
	}
}

func brightness(c color.Color) uint32 {
	r, g, b, _ := c.RGBA()
	return r + g + b
}
