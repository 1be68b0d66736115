package amd64

import (
	"math/bits"
	"unsafe"

	"gossamer/boot"
)

// The local APIC (SDM 3A, chapter 11), in xAPIC mode (a page of registers) or x2APIC mode
// (MSRs). All functions are bare, act on the LAPIC of the CPU they run on, and want
// interrupts off, so that the caller stays on it and a command in two halves stays whole.

// Registers: offsets in the page; the MSR is x2APICBase + offset/16.
const (
	regID      = 0x20
	regTPR     = 0x80
	regEOI     = 0xb0
	regSVR     = 0xf0
	regESR     = 0x280
	regICR     = 0x300 // x2APIC: one MSR of 64 bits
	regICRHigh = 0x310
	regTimer   = 0x320
	regPerf    = 0x340
	regLINT0   = 0x350
	regLINT1   = 0x360
	regError   = 0x370
	regInitial = 0x380
	regCurrent = 0x390
	regDivide  = 0x3e0

	x2APICBase     = 0x800
	msrAPICBase    = 0x1b
	msrTSCDeadline = 0x6e0

	apicBaseEnable = 1 << 11
	apicBaseX2     = 1 << 10

	svrEnable   = 1 << 8
	lvtMasked   = 1 << 16
	lvtNMI      = 4 << 8
	lvtLow      = 1 << 13
	lvtLevel    = 1 << 15
	lvtDeadline = 2 << 17
	divideBy1   = 0xb
	icrPending  = 1 << 12
	icrAssert   = 1 << 14
	icrNMI      = 4 << 8
	icrInit     = 5 << 8
	icrStartup  = 6 << 8
	icrMicros   = 100000 // within which a command has left
)

// lapicState is how this machine's LAPICs are driven; set on the boot CPU.
var lapicState struct {
	x2       bool
	deadline bool   // the timer takes TSC values
	vector   uint32 // of the timer
	scale    uint64 // LAPIC timer ticks per TSC tick, times 2^32
}

// InitLAPIC switches this CPU's LAPIC on, with everything masked but NMI. The boot CPU
// decides the mode for all: x2APIC if the firmware left it on (going back is #GP), if there is
// a CPU that xAPIC cannot address, in a virtual machine that offers it, where its registers
// cost less, or if the command line says "x2apic" and the CPU has it. timer is the timer's vector, spurious that of interrupts gone by
// delivery time, which want no EOI. FindACPI and Detect come before.
func InitLAPIC(boots bool, timer, spurious uint8) {
	base := Rdmsr(msrAPICBase)
	if boots {
		s := &lapicState
		_, wanted := boot.Option("x2apic")
		s.x2 = base&apicBaseX2 != 0 || Has.X2APIC && (wanted || Has.Hypervisor || Topology.beyondXAPIC())
		s.deadline = Has.TSCDeadline
		s.vector = uint32(timer)
	}
	base |= apicBaseEnable
	Wrmsr(msrAPICBase, base)
	if lapicState.x2 {
		Wrmsr(msrAPICBase, base|apicBaseX2) // not in one step from "off": SDM 11.12.5
	}
	lapicWrite(regTimer, lvtMasked)
	lapicWrite(regPerf, lvtMasked)
	lapicWrite(regError, lvtMasked)
	id := LAPICID()
	lapicWrite(regLINT0, lintSetting(id, 0))
	lapicWrite(regLINT1, lintSetting(id, 1))
	lapicWrite(regTPR, 0)
	lapicWrite(regSVR, svrEnable|uint32(spurious))
	EOI() // of whatever the firmware left in service
	if lapicState.deadline {
		lapicWrite(regTimer, lvtDeadline|lapicState.vector)
		fence() // the mode must be set before the first deadline: SDM 11.5.4.1
	} else {
		lapicWrite(regDivide, divideBy1)
		lapicWrite(regInitial, 0)
		lapicWrite(regTimer, lapicState.vector) // one-shot
	}
	LAPICErrors()
}

// lintSetting is the LVT entry of a LINT pin: NMI if the firmware says so, else masked, for
// a pin that carries the 8259's interrupts is not wanted.
func lintSetting(apicID uint32, pin uint8) uint32 {
	n, ok := Topology.nmiPin(apicID, pin)
	if !ok {
		return lvtMasked
	}
	v := uint32(lvtNMI)
	if n.low {
		v |= lvtLow
	}
	if n.level {
		v |= lvtLevel
	}
	return v
}

// beyondXAPIC reports whether some CPU's ID does not fit xAPIC's 8 bits.
func (m *Machine) beyondXAPIC() bool {
	for i := range m.cpus[:m.ncpu] {
		if id := m.cpus[i].apicID; id >= 255 && id != allCPUs {
			return true
		}
	}
	return false
}

// X2APIC reports whether the LAPICs are in x2APIC mode.
func X2APIC() bool { return lapicState.x2 }

// UsesTSCDeadline reports whether the timer is armed by TSC value.
func UsesTSCDeadline() bool { return lapicState.deadline }

func lapicRead(reg uint32) uint32 {
	if lapicState.x2 {
		return uint32(Rdmsr(x2APICBase + reg>>4))
	}
	return load32((*uint32)(unsafe.Pointer(Topology.LAPIC.Ptr() + uintptr(reg))))
}

//go:nosplit
func lapicWrite(reg, v uint32) {
	if lapicState.x2 {
		x2Write(reg, v)
		return
	}
	store32((*uint32)(unsafe.Pointer(Topology.LAPIC.Ptr()+uintptr(reg))), v)
}

//go:noinline
func x2Write(reg, v uint32) { Wrmsr(x2APICBase+reg>>4, uint64(v)) }

// LAPICID returns the APIC ID of this CPU.
func LAPICID() uint32 {
	v := lapicRead(regID)
	if !lapicState.x2 {
		v >>= 24
	}
	return v
}

// EOI ends the interrupt that is being served.
func EOI() { lapicWrite(regEOI, 0) }

// LAPICErrors returns and clears the error status (SDM 11.5.3).
func LAPICErrors() uint32 {
	lapicWrite(regESR, 0)
	return lapicRead(regESR)
}

// SendIPI interrupts the CPU with the given APIC ID. What was stored before is visible to the
// handler.
func SendIPI(apicID uint32, vector uint8) { command(apicID, icrAssert|uint32(vector)) }

// SendNMI sends a non-maskable interrupt.
func SendNMI(apicID uint32) { command(apicID, icrAssert|icrNMI) }

// SendInit resets a CPU; it then waits for SendStartup.
func SendInit(apicID uint32) { command(apicID, icrAssert|icrInit) }

// SendStartup makes a CPU that SendInit has reset start in real mode at page × 4096.
func SendStartup(apicID uint32, page uint8) { command(apicID, icrAssert|icrStartup|uint32(page)) }

// command writes the interrupt command register. In xAPIC mode it is two registers, and the
// last command must have left; x2APIC takes one write, which no fence orders by itself.
func command(apicID, v uint32) {
	if lapicState.x2 {
		fence()
		Wrmsr(x2APICBase+regICR>>4, uint64(apicID)<<32|uint64(v))
		return
	}
	for w := within(icrMicros); lapicRead(regICR)&icrPending != 0 && w.goesOn(); {
	}
	lapicWrite(regICRHigh, apicID<<24)
	lapicWrite(regICR, v)
}

// ArmTimer makes the timer interrupt this CPU once, ticks of the TSC from now, or earlier if
// that is more than the timer can count: the handler looks at the clock and arms it again. It
// replaces what was armed before. Calibrate comes before.
//
//go:nosplit
func ArmTimer(ticks uint64) {
	if lapicState.deadline {
		at, carry := bits.Add64(RDTSC(), ticks, 0)
		if carry != 0 {
			at = ^uint64(0)
		}
		Wrmsr(msrTSCDeadline, at)
		return
	}
	lapicWrite(regInitial, timerCount(ticks, lapicState.scale))
}

// timerCount converts TSC ticks to a count of the LAPIC timer, which is never 0 (that would
// disarm it) and rounds up (waking early would only mean to arm it again).
func timerCount(ticks, scale uint64) uint32 {
	high, low := bits.Mul64(ticks, scale)
	if high>>32 != 0 {
		return ^uint32(0)
	}
	n := high<<32 | low>>32
	if n >= uint64(^uint32(0)) {
		return ^uint32(0)
	}
	return uint32(n) + 1
}

// startable reports whether a CPU's LAPIC can be addressed in the mode in use.
func startable(apicID uint32) bool { return lapicState.x2 || apicID < 255 }
