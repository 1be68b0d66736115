package main

import (
	"time"

	"gossamer/kernel/goos"
)

// toPaint is full when the screen is not up to date.
var toPaint = make(chan struct{}, 1)

// wakePainter has the screen painted soon.
func wakePainter() {
	select {
	case toPaint <- struct{}{}:
	default:
	}
}

// frameTime is the least time between two pictures. What comes and goes within it is never painted:
// a program that prints much does not wait for the screen.
const frameTime = 16 * time.Millisecond

// paint is the goroutine that paints the terminal's screen, and hands in what the screen answers to
// escape sequences. A serial terminal hears the same questions; so the screen answers unless that is
// where somebody types.
func (t *terminal) paint() {
	answers := new([64]byte)
	for range toPaint {
		for goos.PaintScreen() {
		}
		for n := goos.ReadScreen(answers[:]); n > 0; n = goos.ReadScreen(answers[:]) {
			if !t.serial || t.keyed.Load() {
				t.Input(answers[:n])
			}
		}
		time.Sleep(frameTime)
	}
}
