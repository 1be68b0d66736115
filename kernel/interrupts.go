package main

import (
	"math/bits"

	"gossamer/kernel/goos"
)

// handlers has, for each line that goos.WaitIRQ reports, what serves it in kernel Go, or nil.
var handlers [64]func()

// onLine has f called each time the interrupt line is raised. f runs on the goroutine that serves
// all lines, and must not block. To be called before serveInterrupts.
func onLine(line int, f func()) { handlers[line] = f }

// serveInterrupts is the goroutine that hands interrupts on.
func serveInterrupts() {
	for {
		for lines := goos.WaitIRQ(); lines != 0; lines &= lines - 1 {
			if f := handlers[bits.TrailingZeros64(lines)]; f != nil {
				f()
			}
		}
	}
}
