package vt

// eraseCells blanks columns from … to−1 of row y.
func (t *Terminal) eraseCells(y, from, to int) {
	blank := t.blank
	cells := t.row(y)[from:min(to, t.cols)]
	for x := range cells {
		cells[x] = blank
	}
	t.MarkDirty(y)
}

// eraseRows blanks rows from … to−1.
func (t *Terminal) eraseRows(from, to int) {
	for y := from; y < to; y++ {
		t.eraseCells(y, 0, t.cols)
	}
}

// eraseInDisplay does ED: from the cursor on, up to it, or everything.
func (t *Terminal) eraseInDisplay(which int) {
	t.wrap = false
	switch which {
	case 0:
		t.eraseCells(t.y, t.x, t.cols)
		t.eraseRows(t.y+1, t.rows)
	case 1:
		t.eraseRows(0, t.y)
		t.eraseCells(t.y, 0, t.x+1)
	case 2:
		t.eraseRows(0, t.rows)
	}
}

// eraseInLine does EL, in the same way.
func (t *Terminal) eraseInLine(which int) {
	t.wrap = false
	switch which {
	case 0:
		t.eraseCells(t.y, t.x, t.cols)
	case 1:
		t.eraseCells(t.y, 0, t.x+1)
	case 2:
		t.eraseCells(t.y, 0, t.cols)
	}
}

// insertCells moves the rest of the line n columns to the right.
func (t *Terminal) insertCells(n int) {
	t.wrap = false
	n = min(n, t.cols-t.x)
	row := t.row(t.y)[:t.cols]
	copy(row[t.x+n:], row[t.x:])
	t.eraseCells(t.y, t.x, t.x+n)
}

// deleteCells takes n cells out of the line.
func (t *Terminal) deleteCells(n int) {
	t.wrap = false
	n = min(n, t.cols-t.x)
	row := t.row(t.y)[:t.cols]
	copy(row[t.x:], row[t.x+n:])
	t.eraseCells(t.y, t.cols-n, t.cols)
}

// insertLines makes room for n lines at the cursor, between the margins.
func (t *Terminal) insertLines(n int) {
	if t.y >= t.top && t.y < t.bottom {
		t.scrollDown(t.y, t.bottom, n)
		t.x, t.wrap = 0, false
	}
}

// deleteLines takes n lines out.
func (t *Terminal) deleteLines(n int) {
	if t.y >= t.top && t.y < t.bottom {
		t.scrollUp(t.y, t.bottom, n)
		t.x, t.wrap = 0, false
	}
}

// scrollUp moves rows from … to−1 up by n; the first n are lost, the last n blank.
func (t *Terminal) scrollUp(from, to, n int) {
	n = min(n, to-from)
	if n == 1 { // by far the most frequent
		first := t.line[from]
		copy(t.line[from:to-1], t.line[from+1:to])
		t.line[to-1] = first
	} else {
		var out [MaxRows]uint8
		copy(out[:n], t.line[from:])
		copy(t.line[from:to-n], t.line[from+n:to])
		copy(t.line[to-n:to], out[:n])
	}
	t.eraseRows(to-n, to)
	t.markRows(from, to)
}

// scrollDown moves them down.
func (t *Terminal) scrollDown(from, to, n int) {
	n = min(n, to-from)
	var out [MaxRows]uint8
	copy(out[:n], t.line[to-n:])
	copy(t.line[from+n:to], t.line[from:to-n])
	copy(t.line[from:from+n], out[:n])
	t.eraseRows(from, from+n)
	t.markRows(from, to)
}

func (t *Terminal) markRows(from, to int) {
	rows := t.dirty[from:to]
	for y := range rows {
		rows[y] = true
	}
}
