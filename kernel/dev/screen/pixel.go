package screen

import (
	"encoding/binary"

	"gossamer/kernel/dev/screen/font"
	"gossamer/kernel/dev/screen/vt"
)

// glyph paints one cell. mem is video memory.
func (s *Screen) glyph(mem []byte, x, y int, c vt.Cell) {
	foreground, background := s.colours[c.Foreground()], s.colours[c.Background()]
	if c&vt.Marked != 0 {
		foreground, background = background, foreground
	}
	art := font.Glyph(c.Rune())
	at := y*font.Height*s.scale*s.format.Pitch + x*font.Width*s.scale*s.bytes
	if s.bytes == 4 && s.scale == 1 {
		s.fast(mem, at, art, foreground, background, c)
		return
	}
	var span [font.Width * maxScale * 4]byte
	n := font.Width * s.scale * s.bytes
	for line, bits := range art {
		if line == Underline && c&vt.Underlined != 0 {
			bits = 0xff
		}
		s.fill(&span, bits, foreground, background)
		for range s.scale {
			if at+n > len(mem) {
				return
			}
			copy(mem[at:at+n], span[:n])
			at += s.format.Pitch
		}
	}
}

// Underline is the line of a character that an underline takes.
const Underline = font.Height - 2

// fast is glyph for 32 bits a pixel and characters that are not enlarged.
func (s *Screen) fast(mem []byte, at int, art *[font.Height]uint8, foreground, background uint32, c vt.Cell) {
	// Two pixels at a time: what each two bits of a line are.
	f, b := uint64(foreground), uint64(background)
	pairs := [4]uint64{b | b<<32, b | f<<32, f | b<<32, f | f<<32}
	for line, bits := range art {
		if line == Underline && c&vt.Underlined != 0 {
			bits = 0xff
		}
		if at < 0 || at+4*font.Width > len(mem) {
			return
		}
		span := mem[at : at+4*font.Width]
		binary.LittleEndian.PutUint64(span[0:], pairs[bits>>6&3])
		binary.LittleEndian.PutUint64(span[8:], pairs[bits>>4&3])
		binary.LittleEndian.PutUint64(span[16:], pairs[bits>>2&3])
		binary.LittleEndian.PutUint64(span[24:], pairs[bits&3])
		at += s.format.Pitch
	}
}

// fill makes a line of a character.
func (s *Screen) fill(span *[font.Width * maxScale * 4]byte, bits uint8, foreground, background uint32) {
	at := 0
	for column := range font.Width {
		pixel := background
		if bits>>(font.Width-1-column)&1 != 0 {
			pixel = foreground
		}
		for range s.scale {
			for i := range s.bytes {
				span[at&(len(span)-1)] = byte(pixel >> (8 * i & 31))
				at++
			}
		}
	}
}
