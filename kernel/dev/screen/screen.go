package screen

import "gossamer/kernel/dev/screen/vt"

// Screen is a framebuffer and what has been painted there.
type Screen struct {
	format     Format
	bytes      int // of a pixel
	scale      int // pixels of the screen for one of a character, each way
	cols, rows int
	colours    [16]uint32 // of vt's palette, as pixels
	shown      [vt.MaxRows][vt.MaxCols]vt.Cell
	next       int // row that Paint goes on with
	cursor     int // row where the cursor was painted
}

// Init makes s the screen of that format. It reports false, and there is no screen then, if the
// format makes no sense.
func (s *Screen) Init(f *Format) bool {
	s.cols, s.rows = 0, 0
	if !f.valid() {
		return false
	}
	s.format = *f
	s.bytes = f.bytesPerPixel()
	for i := range vt.Palette {
		s.colours[i] = f.pixel(&vt.Palette[i])
	}
	s.next, s.cursor = 0, 0
	s.scale, s.cols, s.rows = Grid(f.Width, f.Height)
	return true
}

// Size returns the number of characters that fit, 0 if there is no screen.
func (s *Screen) Size() (cols, rows int) { return s.cols, s.rows }

// Pixels returns the size of the picture.
func (s *Screen) Pixels() (width, height int) { return s.format.Width, s.format.Height }

// Clear makes all of the screen black.
func (s *Screen) Clear(mem []byte) {
	clear(mem[:min(len(mem), s.format.Size())]) // black is 0, whatever the format
	for y := range s.shown {
		for x := range s.shown[y] {
			s.shown[y][x] = ' '
		}
	}
}

// Paint paints cells of t that are not on the screen as they should be, but not many more than
// budget. It reports whether there may be others left; call it again then.
func (s *Screen) Paint(mem []byte, t *vt.Terminal, budget int) (more bool) {
	cursorX, cursorY, visible := t.Cursor()
	// The cursor leaves a mark on its row when it moves, and makes one.
	if s.cursor != cursorY && s.cursor < s.rows {
		t.MarkDirty(s.cursor)
	}
	s.cursor = cursorY
	t.MarkDirty(cursorY)
	for range s.rows {
		if s.next >= s.rows {
			s.next = 0
		}
		y := s.next
		if t.TakeDirty(y) {
			mark := -1
			if visible && y == cursorY {
				mark = cursorX
			}
			budget -= s.paintRow(mem, y, t.Row(y), mark)
		}
		s.next++
		if budget <= 0 {
			return true
		}
	}
	return false
}

// paintRow paints what differs in row y, with the cursor in column mark, and returns how many cells
// that was.
func (s *Screen) paintRow(mem []byte, y int, row []vt.Cell, mark int) (n int) {
	shown := s.shown[y&(vt.MaxRows-1)][:min(s.cols, len(row))]
	for x, c := range row[:len(shown)] {
		if x == mark {
			c |= vt.Marked
		}
		if c != shown[x] {
			shown[x] = c
			s.glyph(mem, x, y, c)
			n++
		}
	}
	return n
}
