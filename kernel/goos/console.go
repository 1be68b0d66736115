package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/dev/uart"
)

// The console is COM1, by interrupt both ways.
var console uart.UART

// ConsoleLine is the line that a wait for interrupts (WaitIRQ) reports when the console has input, or room again.
const ConsoleLine = uart.IRQCOM1

// OpenConsole sets COM1 up and routes its interrupt. It reports whether there is one.
func OpenConsole() bool { return amd64.Bare(openConsole, 0, 0) != 0 }

func openConsole(c *amd64.CPU, _, _ uint64) uint64 {
	if !console.Init(uart.COM1) {
		return 0
	}
	amd64.RouteISA(uart.IRQCOM1, amd64.VecDevice+ConsoleLine, amd64.At(0).APICID)
	console.EnableRxIRQ()
	return 1
}

// ReadConsole moves input to p, which must not be on a goroutine's stack, and returns how
// much there was.
func ReadConsole(p []byte) int {
	if len(p) == 0 {
		return 0
	}
	clear(p) // and see to it that the memory is there
	return int(amd64.Bare(readConsole, uint64(uintptr(unsafe.Pointer(unsafe.SliceData(p)))), uint64(len(p))))
}

func readConsole(c *amd64.CPU, p, n uint64) uint64 {
	return uint64(console.Drain(unsafe.Slice((*byte)(unsafe.Pointer(uintptr(p))), n)))
}

// WriteConsole takes bytes of p, which must not be on a goroutine's stack and must have been
// written to, for output, and returns how many: at least one. They are sent by interrupt; if
// more are queued than there is room for, it waits for the port to send a few.
func WriteConsole(p []byte) int {
	if len(p) == 0 {
		return 0
	}
	return int(amd64.Bare(writeConsole, uint64(uintptr(unsafe.Pointer(unsafe.SliceData(p)))), uint64(len(p))))
}

func writeConsole(c *amd64.CPU, p, n uint64) uint64 {
	b := unsafe.Slice((*byte)(unsafe.Pointer(uintptr(p))), n)
	taken := console.Queue(b)
	if taken == 0 {
		taken = min(len(b), 16)
		console.Write(b[:taken])
	}
	return uint64(taken)
}

// flushConsole sends what is queued, before the machine stops.
func flushConsole() { console.Flush() }

// ConsoleDevices tells what the console is on: what console= on the command line names, as a list
// with commas, of "serial" (or "ttyS0") and "screen" (or "tty0", "tty1"); both if it names neither.
// Whether they are there is another question. Bare.
func ConsoleDevices() (serial, screen bool) {
	list, _ := boot.Option("console")
	for len(list) > 0 {
		n := 0
		for n < len(list) && list[n] != ',' {
			n++
		}
		switch list[:n] {
		case "serial", "ttyS0":
			serial = true
		case "screen", "tty0", "tty1":
			screen = true
		}
		list = list[min(n+1, len(list)):]
	}
	if !serial && !screen {
		return true, true
	}
	return serial, screen
}
