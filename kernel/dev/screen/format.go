package screen

import (
	"gossamer/kernel/dev/screen/font"
	"gossamer/kernel/dev/screen/vt"
)

// Format is how pixels lie in video memory.
type Format struct {
	Pitch            int // bytes from one line to the next
	Width, Height    int // pixels
	BitsPerPixel     int // 15 … 32; a pixel takes whole bytes
	Red, Green, Blue Channel
}

// Channel is the place of a colour in a pixel.
type Channel struct{ Shift, Bits uint8 }

// maxScale bounds how much characters are enlarged.
const maxScale = 8

func (f *Format) bytesPerPixel() int { return (f.BitsPerPixel + 7) / 8 }

// Size returns the bytes of video memory that the format spans.
func (f *Format) Size() int { return f.Pitch * f.Height }

// valid says whether the numbers agree with each other and there is room for a character.
func (f *Format) valid() bool {
	const tooLarge = 1 << 16
	return f.BitsPerPixel >= 15 && f.BitsPerPixel <= 32 &&
		f.Width >= font.Width && f.Width < tooLarge && f.Height >= font.Height && f.Height < tooLarge &&
		f.Pitch >= f.Width*f.bytesPerPixel() && f.Pitch < 8*tooLarge &&
		f.Red.within(f.BitsPerPixel) && f.Green.within(f.BitsPerPixel) && f.Blue.within(f.BitsPerPixel)
}

// within reports whether the channel lies in a pixel of the given number of bits.
func (c Channel) within(bits int) bool {
	return c.Bits > 0 && c.Bits <= 16 && int(c.Shift)+int(c.Bits) <= bits
}

// place returns an intensity of 0 … 255 as the channel's bits of a pixel.
func (c Channel) place(v uint8) uint32 {
	return (uint32(v)*(1<<c.Bits-1) + 127) / 255 << c.Shift
}

// pixel returns a colour as a pixel.
func (f *Format) pixel(rgb *[3]uint8) uint32 {
	return f.Red.place(rgb[0]) | f.Green.place(rgb[1]) | f.Blue.place(rgb[2])
}

// Grid returns how much characters are enlarged on a screen of that size, and how many of them there
// are then: enlarged as few times as brings no more than vt's columns and rows.
func Grid(width, height int) (scale, cols, rows int) {
	for scale = 1; scale <= maxScale; scale++ {
		cols, rows = width/(font.Width*scale), height/(font.Height*scale)
		if cols <= vt.MaxCols && rows <= vt.MaxRows || scale == maxScale {
			break
		}
	}
	return scale, min(cols, vt.MaxCols), min(rows, vt.MaxRows)
}
