package vt

// Cell is what stands at one place of the screen: a character, the numbers of its two colours,
// and flags.
//
//	bits 0…15  character     16…19  foreground     20…23  background     24  underlined
type Cell uint32

const (
	foregroundShift = 16
	backgroundShift = 20

	// Underlined is the flag of an underlined character.
	Underlined Cell = 1 << 24
	// Marked is a flag that Terminal never sets: whoever paints may mark the cursor with it.
	Marked Cell = 1 << 25
)

// Replacement stands for what cannot be shown.
const Replacement rune = 0xfffd

// Rune returns the character.
func (c Cell) Rune() rune { return rune(c & 0xffff) }

// Foreground returns the colour of the character, an index into Palette.
func (c Cell) Foreground() int { return int(c >> foregroundShift & 15) }

// Background returns the colour behind it.
func (c Cell) Background() int { return int(c >> backgroundShift & 15) }

// Colours makes a cell without a character.
func Colours(foreground, background int) Cell {
	return Cell(foreground&15)<<foregroundShift | Cell(background&15)<<backgroundShift
}

// The colours that a terminal starts with, and the flag that makes a colour a bright one.
const (
	defaultForeground = 7
	defaultBackground = 0
	bright            = 8
)

// Palette has red, green and blue of the 16 colours, those of the VGA's text modes.
var Palette = [16][3]uint8{
	{0x00, 0x00, 0x00}, {0xaa, 0x00, 0x00}, {0x00, 0xaa, 0x00}, {0xaa, 0x55, 0x00},
	{0x00, 0x00, 0xaa}, {0xaa, 0x00, 0xaa}, {0x00, 0xaa, 0xaa}, {0xaa, 0xaa, 0xaa},
	{0x55, 0x55, 0x55}, {0xff, 0x55, 0x55}, {0x55, 0xff, 0x55}, {0xff, 0xff, 0x55},
	{0x55, 0x55, 0xff}, {0xff, 0x55, 0xff}, {0x55, 0xff, 0xff}, {0xff, 0xff, 0xff},
}

// nearest returns the colour of the palette that is least far from the given one.
func nearest(red, green, blue int) int {
	best, distance := 0, 1<<30
	for i := range Palette {
		p := &Palette[i]
		r, g, b := red-int(p[0]), green-int(p[1]), blue-int(p[2])
		if d := r*r + g*g + b*b; d < distance {
			best, distance = i, d
		}
	}
	return best
}

// indexed returns the colour of the palette for one of xterm's 256: the 16, a cube of 6 × 6 × 6,
// 24 greys.
func indexed(n int) int {
	switch {
	case n < 16:
		return n
	case n < 232:
		n -= 16
		return nearest(level(n/36), level(n/6%6), level(n%6))
	}
	grey := 8 + 10*(n-232)
	return nearest(grey, grey, grey)
}

// level is the brightness of a step of the cube.
func level(n int) int {
	if n == 0 {
		return 0
	}
	return 55 + 40*n
}
