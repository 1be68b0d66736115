package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/dev/uart"
)

// The log port and the screen get what the runtime writes (panics, tracebacks, print), what
// kernel Go logs, and this package's own last words. Output to the port is polled and bounded: one
// that is not there costs nothing.
var (
	logLock     spinLock
	logPort     uart.UART
	logOnScreen bool
)

func setLogPort(port uint16) { logPort.Init(port) }

// logWrite writes n bytes at p.
func logWrite(c *amd64.CPU, p uintptr, n uint64) {
	populateRange(c, p, uintptr(n))
	text := unsafe.Slice((*byte)(unsafe.Pointer(p)), n)
	logLock.lock(c)
	for _, b := range text {
		putByte(b)
	}
	wake := screenLog(c, text)
	logLock.unlock()
	if wake {
		wakePainter(c)
	}
}

func putByte(b byte) {
	remember(b)
	if b == '\n' {
		logPort.PutByte('\r')
	}
	logPort.PutByte(b)
}

func logString(s string) {
	for i := 0; i < len(s); i++ {
		putByte(s[i])
	}
	screenString(s)
}

func logNumber(v uint64) {
	var b [20]byte
	i := len(b)
	for {
		i--
		b[i] = '0' + byte(v%10)
		if v /= 10; v == 0 {
			break
		}
	}
	logString(unsafe.String(&b[i], len(b)-i))
}

func logHex(v uint64) {
	var b [18]byte
	b[0], b[1] = '0', 'x'
	for i := range 16 {
		b[2+i] = "0123456789abcdef"[v>>(60-4*i)&15]
	}
	logString(unsafe.String(&b[0], len(b)))
}
