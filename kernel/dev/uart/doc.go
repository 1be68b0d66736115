// Package uart drives the serial ports of the PC: 16550 UARTs at I/O ports.
//
// It is bare Go. A [UART] serves early output and panics by polling, and everything else by
// interrupt: [UART.Interrupt] empties the chip's receive FIFO into a ring and fills its
// transmit FIFO from another; [UART.Drain] and [UART.Queue] are the other ends of the rings.
//
// No loop waits for the chip without a bound: a port whose transmitter stands still loses what
// is written to it, and counts it in Lost. A port that is not there (all ones on the bus) is
// found out by [UART.Init] and ignored from then on.
//
// # Locks
//
// One spin lock in each UART guards its rings and the chip's interrupt-enable register.
// Callers of methods keep interrupts off, for the interrupt handler takes it too. PutByte
// takes no lock: it is what a panic uses while another CPU may hold it.
//
// # Flow control
//
// When the receive ring is full the driver leaves bytes in the chip and switches the receive
// interrupt off; Drain switches it on again. An emulator then stops sending; a real line
// overruns, which is counted.
//
// Read uart.go, then ring.go, then interrupt.go.
package uart
