package uart

// maxRounds bounds the work of one interrupt.
const maxRounds = 64

// EnableRxIRQ makes the chip interrupt when bytes have come. The caller has routed IRQ to a
// handler that calls Interrupt.
func (u *UART) EnableRxIRQ() {
	u.acquire()
	u.enable(ierReceive)
	u.release()
}

// Interrupt serves the chip: received bytes go to the ring, queued ones to the chip. It reports
// whether there is something to Drain.
func (u *UART) Interrupt() (received bool) {
	if !u.present {
		return false
	}
	u.acquire()
	for range maxRounds {
		iir := u.read(regIIR)
		u.receive()
		u.transmit()
		if iir&iirNone != 0 {
			break
		}
	}
	received = u.rx.n > 0
	u.release()
	return received
}

// Drain moves received bytes to p and returns how many. It needs no interrupts: it looks at the
// chip too.
func (u *UART) Drain(p []byte) int {
	if !u.present {
		return 0
	}
	u.acquire()
	if u.rx.n == 0 {
		u.receive()
	}
	n := 0
	for n < len(p) {
		b, ok := u.rx.get()
		if !ok {
			break
		}
		p[n] = b
		n++
	}
	if u.paused && !u.rx.full() {
		u.paused = false
		u.receive()
		u.enable(ierReceive)
	}
	u.release()
	return n
}

// Queue takes bytes of p to be sent by interrupt and returns how many there was room for. The
// rest should be offered again after an interrupt, or written.
func (u *UART) Queue(p []byte) int {
	if !u.present {
		return len(p)
	}
	u.acquire()
	n := 0
	for n < len(p) && u.tx.put(p[n]) {
		n++
	}
	u.transmit()
	u.release()
	return n
}

// receive empties the chip's FIFO into the ring. If that is full the rest stays in the chip
// and the interrupt, which would come for ever, is switched off until Drain.
func (u *UART) receive() {
	for range ringSize {
		if u.rx.full() {
			if u.ier&ierReceive != 0 {
				u.paused = true
				u.disable(ierReceive)
			}
			return
		}
		status := u.read(regLSR)
		if status == absent || status&lsrData == 0 {
			return
		}
		if status&lsrOverrun != 0 {
			u.Overruns++
		}
		u.rx.put(u.read(regData))
	}
}

// transmit fills the chip's FIFO if it is empty, and asks for an interrupt when it is empty
// again as long as there is more.
func (u *UART) transmit() {
	if u.tx.n > 0 && u.read(regLSR)&lsrEmpty != 0 {
		for range u.depth {
			b, ok := u.tx.get()
			if !ok {
				break
			}
			u.write(regData, b)
		}
	}
	if u.tx.n > 0 {
		u.enable(ierTransmit)
	} else {
		u.disable(ierTransmit)
	}
}

func (u *UART) enable(bits uint8)  { u.setIER(u.ier | bits) }
func (u *UART) disable(bits uint8) { u.setIER(u.ier &^ bits) }

// setIER writes the interrupt-enable register if that changes it.
func (u *UART) setIER(v uint8) {
	if u.present && v != u.ier {
		u.ier = v
		u.write(regIER, v)
	}
}
