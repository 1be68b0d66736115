// Package screen paints text on a linear framebuffer, as a boot loader hands it over: any size and
// pitch, 15 to 32 bits a pixel, the colours anywhere in it.
//
// Package vt decides what stands in which cell; a [Screen] knows what it has painted in each, and
// [Screen.Paint] paints those that differ. So video memory is written to, never read: that is slow,
// and what scrolls by between two calls of Paint is not painted at all. Characters are those of
// package font, 8 × 16 pixels, enlarged on a screen with so many pixels that they would be too many
// or too small. [Screen.Report] is for the last words of a machine: it needs nothing but the
// format.
//
// All of it is bare Go. Video memory is a slice that the caller passes in; nothing is written
// outside of it, whatever the format says. There are no locks: the caller sees to it that one call
// is made at a time. Init comes before everything else; Report may then be called even while
// another CPU has been stopped within Paint.
//
// Reading order: format, pixel, screen, report; then font and vt.
package screen
