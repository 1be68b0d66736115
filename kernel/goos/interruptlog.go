package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
)

// Interrupts, and exceptions in the kernel, can be recorded: every CPU writes into its own part
// of a buffer that kernel Go has provided, without a lock: a CPU that is just recording when that
// ends writes into the buffer once more.
var (
	interruptPart uint64  // bytes of the buffer for each CPU; set before interruptLog
	interruptLog  uintptr // the buffer; 0: they are not recorded
)

// InterruptLog is memory for TraceInterrupts: of each CPU the number of records made, then the
// records, the newest of them, as a ring.
type InterruptLog struct {
	words []uint64
	each  int // records of a CPU, a power of two
}

// TraceInterrupts begins to record up to each of every CPU's newest interrupts; each is a power
// of two. To be called once; the log must stay referenced for ever.
func TraceInterrupts(each int) *InterruptLog {
	l := &InterruptLog{words: make([]uint64, int(amd64.CPUs())*(1+each)), each: each}
	for i := range l.words {
		l.words[i] = 1 // see to it that the memory is there: bare code may not fault
	}
	clear(l.words)
	amd64.Bare(setInterruptLog, uint64(uintptr(unsafe.Pointer(unsafe.SliceData(l.words)))), uint64(8*(1+each)))
	return l
}

// StopInterrupts ends it.
func StopInterrupts() { amd64.Bare(setInterruptLog, 0, 0) }

func setInterruptLog(_ *amd64.CPU, p, part uint64) uint64 {
	if p != 0 {
		interruptPart = part
	}
	interruptLog = uintptr(p)
	return 0
}

// traceInterrupt records one. Bare, interrupts off.
func traceInterrupt(c *amd64.CPU, log uintptr, vector, user uint64) {
	part := interruptPart
	base := uint64(log) + c.ID*part
	n := *word(base)
	*word(base + 8 + n%(part/8-1)*8) = amd64.RDTSC()<<9 | user&1<<8 | vector&255
	*word(base) = n + 1
}

// Read calls f for each record of a CPU, oldest first, and returns how many there were before.
func (l *InterruptLog) Read(cpu int, f func(tsc uint64, vector uint8, user bool)) (lost uint64) {
	w := l.words[cpu*(1+l.each) : (cpu+1)*(1+l.each)]
	n := w[0]
	lost = n - min(n, uint64(l.each))
	for i := lost; i < n; i++ {
		r := w[1+i%uint64(l.each)]
		f(r>>9, uint8(r), r&(1<<8) != 0)
	}
	return lost
}
