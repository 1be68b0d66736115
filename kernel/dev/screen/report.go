package screen

import "gossamer/kernel/dev/screen/vt"

// Colours of a report.
const (
	reportForeground = 15
	reportBackground = 1
)

// Report paints a heading and a text over the upper part of the screen, lines broken at the right
// margin, as much as fits; what stood below stays. It looks at nothing but the format, so that it
// works whatever state a Terminal or a Paint is in.
func (s *Screen) Report(mem []byte, heading string, text []byte) {
	if s.cols == 0 {
		return
	}
	at := place{s: s}
	for i := 0; i < len(heading); i++ {
		at.put(mem, rune(heading[i]))
	}
	at.newLine(mem)
	at.newLine(mem)
	for _, c := range text {
		switch {
		case c == '\n':
			at.newLine(mem)
		case c == '\t':
			for again := true; again; again = at.x%8 != 0 && at.x < s.cols {
				at.put(mem, ' ')
			}
		case c >= ' ' && c < 0x7f:
			at.put(mem, rune(c))
		case c >= 0xc0 || c < 0x80: // a sequence of UTF-8 counts once
			at.put(mem, vt.Replacement)
		}
	}
	at.newLine(mem)
}

// place is where the next character of a report goes.
type place struct {
	s    *Screen
	x, y int
}

func (p *place) put(mem []byte, r rune) {
	if p.x >= p.s.cols {
		p.newLine(mem)
	}
	if p.y < p.s.rows {
		p.s.glyph(mem, p.x, p.y, vt.Colours(reportForeground, reportBackground)|vt.Cell(r))
	}
	p.x++
}

// newLine fills the line and goes to the next.
func (p *place) newLine(mem []byte) {
	for ; p.x < p.s.cols && p.y < p.s.rows; p.x++ {
		p.s.glyph(mem, p.x, p.y, vt.Colours(reportForeground, reportBackground)|' ')
	}
	p.x = 0
	p.y++
}
