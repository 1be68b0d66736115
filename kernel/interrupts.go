package main

import (
	"math/bits"
	"sync/atomic"

	"gossamer/kernel/machine"
)

// handlers has, for each line that machine.WaitInterrupts reports, what serves it in kernel Go, or nil.
var handlers [64]atomic.Pointer[func()]

// onLine has f called each time the interrupt line is raised. f runs on the goroutine that serves
// all lines, and must not block.
func onLine(line int, f func()) { handlers[line].Store(&f) }

// serveInterrupts is the goroutine that hands interrupts on.
func serveInterrupts() {
	machine.FindOldP()
	for {
		for lines := machine.WaitInterrupts(); lines != 0; lines &= lines - 1 {
			if f := handlers[bits.TrailingZeros64(lines)].Load(); f != nil {
				(*f)()
			}
		}
	}
}
