package main

import (
	"math/bits"
	"sync/atomic"

	"gossamer/kernel/goos"
)

// handlers has, for each line that goos.WaitIRQ reports, what serves it in kernel Go, or nil.
var handlers [64]atomic.Pointer[func()]

// onLine has f called each time the interrupt line is raised. f runs on the goroutine that serves
// all lines, and must not block.
func onLine(line int, f func()) { handlers[line].Store(&f) }

// serveInterrupts is the goroutine that hands interrupts on.
func serveInterrupts() {
	for {
		for lines := goos.WaitIRQ(); lines != 0; lines &= lines - 1 {
			if f := handlers[bits.TrailingZeros64(lines)].Load(); f != nil {
				(*f)()
			}
		}
	}
}
