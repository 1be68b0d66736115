package uart

import (
	"sync/atomic"

	"gossamer/arch/amd64"
)

// Where the PC has its serial ports.
const (
	COM1 = 0x3f8
	COM2 = 0x2f8

	IRQCOM1 = 4 // the ISA interrupt of COM1
)

// Registers: offsets from the base port (National Semiconductor PC16550D data sheet).
const (
	regData    = 0 // receive and transmit; divisor low while lcrDivisor is set
	regIER     = 1 // interrupt enable; divisor high
	regIIR     = 2 // interrupt identification, read
	regFCR     = 2 // FIFO control, write
	regLCR     = 3 // line control
	regMCR     = 4 // modem control
	regLSR     = 5 // line status
	regMSR     = 6 // modem status
	regScratch = 7

	ierReceive  = 1 << 0
	ierTransmit = 1 << 1

	iirNone = 1 << 0
	iirFIFO = 3 << 6 // both set: the FIFOs are on, and work

	fcrEnable  = 1 << 0
	fcrClear   = 3 << 1 // both FIFOs
	fcrTrigger = 2 << 6 // interrupt at 8 bytes, or after a pause

	lcr8N1     = 3
	lcrDivisor = 1 << 7

	mcrDTR  = 1 << 0
	mcrRTS  = 1 << 1
	mcrOut2 = 1 << 3 // gates the interrupt line on a PC
	mcrLoop = 1 << 4

	lsrData    = 1 << 0
	lsrOverrun = 1 << 1
	lsrEmpty   = 1 << 5 // the transmit FIFO is empty
	absent     = 0xff   // what a bus without a device reads as

	fifoSize     = 16
	divisor      = 1      // 115200 baud
	putSpinLimit = 200000 // reads of LSR, 1 µs each on a real bus
)

// UART is one serial port. The zero value is absent: everything may be called, nothing happens.
type UART struct {
	base    uint16
	present bool
	depth   int    // bytes that the transmitter takes at once
	stuck   bool   // the last wait for the transmitter was in vain
	lock    uint32 // guards what follows
	ier     uint8
	paused  bool // the receive interrupt is off because the ring is full
	rx, tx  ring

	Lost     uint64 // bytes that could not be sent
	Overruns uint64 // times the chip lost received bytes
}

// Init looks for a UART at port and sets it up: 115200 baud, 8N1, FIFOs on, no interrupts. It
// reports whether there is one.
func (u *UART) Init(port uint16) bool {
	*u = UART{} // no literal with fields: it would lie on the stack first
	u.base = port
	if !u.probe() {
		return false
	}
	u.present = true
	u.write(regIER, 0)
	u.write(regLCR, lcrDivisor)
	u.write(regData, divisor)
	u.write(regIER, divisor>>8)
	u.write(regLCR, lcr8N1)
	u.write(regFCR, fcrEnable|fcrClear|fcrTrigger)
	u.write(regMCR, mcrDTR|mcrRTS|mcrOut2)
	u.depth = 1
	if u.read(regIIR)&iirFIFO == iirFIFO {
		u.depth = fifoSize
	}
	u.read(regLSR) // forget what has been
	u.read(regMSR)
	return true
}

// probe tells a UART from an empty bus and from other devices: the scratch register keeps what
// is written, and in loop-back mode the modem lines come back.
func (u *UART) probe() bool {
	if u.read(regLSR) == absent {
		return false
	}
	for _, v := range [2]uint8{0x5a, 0xa5} {
		u.write(regScratch, v)
		if u.read(regScratch) != v {
			return false
		}
	}
	old := u.read(regMCR)
	u.write(regMCR, mcrLoop|mcrRTS|mcrOut2)
	lines := u.read(regMSR) & 0xf0
	u.write(regMCR, old)
	return lines == 0x90 // RTS comes back as CTS, OUT2 as DCD
}

// PutByte sends one byte, waiting for the transmitter. It takes no lock.
func (u *UART) PutByte(b byte) {
	if u.ready() {
		u.write(regData, b)
	} else if u.present {
		u.Lost++
	}
}

// Write sends all of p, after what has been queued, waiting for the transmitter.
func (u *UART) Write(p []byte) {
	u.acquire()
	for u.tx.n > 0 && u.present {
		u.burst(nil)
	}
	for len(p) > 0 && u.present {
		p = u.burst(p)
	}
	u.release()
}

// Flush sends what has been queued, when the machine stops: a lock that a stopped CPU holds keeps
// it up for a moment only.
func (u *UART) Flush() {
	for n := 0; n < putSpinLimit && !atomic.CompareAndSwapUint32(&u.lock, 0, 1); n++ {
		amd64.Pause()
	}
	for n := 0; n <= ringSize && u.tx.n > 0 && u.present; n++ {
		u.burst(nil)
	}
	u.release()
}

// burst waits until the transmit FIFO is empty and fills it: from p, of which it returns the
// rest, or from the ring if p is empty.
func (u *UART) burst(p []byte) []byte {
	ready := u.ready()
	if len(p) == 0 {
		for range u.depth {
			b, ok := u.tx.get()
			if !ok {
				break
			}
			u.sendOr(b, ready)
		}
		return nil
	}
	n := min(len(p), u.depth)
	for _, b := range p[:n] {
		u.sendOr(b, ready)
	}
	return p[n:]
}

// sendOr hands b to the chip, or drops it if the chip is not ready.
func (u *UART) sendOr(b byte, ready bool) {
	if ready {
		u.write(regData, b)
	} else {
		u.Lost++
	}
}

// ready waits until the transmit FIFO is empty. After a wait in vain it only looks.
func (u *UART) ready() bool {
	if !u.present {
		return false
	}
	for n := 0; ; n++ {
		if u.read(regLSR)&lsrEmpty != 0 {
			u.stuck = false
			return true
		}
		if u.stuck || n == putSpinLimit {
			u.stuck = true
			return false
		}
		amd64.Pause()
	}
}

func (u *UART) read(reg uint16) uint8     { return amd64.Inb(u.base + reg) }
func (u *UART) write(reg uint16, v uint8) { amd64.Outb(u.base+reg, v) }

func (u *UART) acquire() {
	for !atomic.CompareAndSwapUint32(&u.lock, 0, 1) {
		amd64.Pause()
	}
}

func (u *UART) release() { atomic.StoreUint32(&u.lock, 0) }
