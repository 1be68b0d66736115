// Package vt is the logic of a text terminal: it takes the bytes that programs write and keeps
// a screen of cells, each a character with its colours. It knows nothing of pixels.
//
// The terminal is what programs expect of TERM=linux: UTF-8; the control characters of a VT100
// with its delayed wrap at the right margin; of the escape sequences (ECMA-48, DEC VT102,
// console_codes(4)) those that move the cursor, erase, insert and delete, scroll within margins,
// choose colours, set tab stops, save and restore, and ask where the cursor is. Sequences that
// mean something else are recognised and skipped to their end: titles, palettes, mouse modes,
// cursor shapes. What cannot be shown is U+FFFD: characters beyond U+FFFF, and bytes that are no
// UTF-8. Characters take one column each, and combining ones none: they are left out.
//
// # Bare
//
// All of it is bare Go: kernel/goos writes its log here. A [Terminal] has no pointers, allocates
// nothing and may lie in static memory. Whatever bytes it is given, the cursor, the margins and
// the cells stay within the screen. Work is bounded: a sequence costs at most as many passes over
// the cells as it has bytes.
//
// A Terminal has no lock; calls take turns by their callers' doing.
//
// Reading order: cell, terminal, write, utf8, control, csi, edit, sgr, print.
package vt
