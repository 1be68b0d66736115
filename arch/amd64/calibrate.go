package amd64

import (
	"math/bits"
	"unsafe"
)

// How fast the TSC and the LAPIC timer run. CPUID or the hypervisor says so, or they are
// measured against a timer of known rate: HPET, ACPI's PM timer, channel 2 of the PIT,
// whichever is there and moves. No wait is without a bound, for on some machines each of the
// three is missing or stands still.

// ClockSource tells where TSCHz comes from.
type ClockSource uint8

// Sources of TSCHz, best first.
const (
	ClockUnknown    ClockSource = iota // nothing worked: TSCHz is a guess
	ClockCPUID                         // leaf 15h
	ClockHypervisor                    // leaf 40000010h
	ClockHPET
	ClockPMTimer
	ClockPIT
)

func (s ClockSource) String() string {
	return [...]string{"a guess", "CPUID", "the hypervisor", "HPET", "ACPI's timer", "PIT"}[s]
}

var (
	// TSCHz is the rate of the TSC. Set by Calibrate.
	TSCHz uint64
	// LAPICHz is the rate of the LAPIC timer, divided by 1; 0 if the timer takes TSC values.
	LAPICHz uint64
	// TSCSource tells where TSCHz comes from.
	TSCSource ClockSource
)

const (
	pmTimerHz = 3579545
	pitHz     = 1193182
	guessHz   = 1000000000

	hpetSize    = 0x400
	hpetPeriod  = 0x04 // u32: femtoseconds a tick
	hpetConfig  = 0x10 // u32: bit 0 = run
	hpetCounter = 0xf0 // u32: low half
	hpetSlowest = 100000000

	pitChannel2 = 0x42
	pitCommand  = 0x43
	pitGate     = 0x61
	pitMode0    = 0xb0 // channel 2, both bytes, count down once
	pitLatch2   = 0x80

	femto = 1000000000000000

	tries       = 3
	windowMicro = 2000    // length of a measurement
	windowTicks = 20000   // but at least so many ticks, for 50 ppm
	stuckReads  = 20000   // so many reads of the same value: the timer stands still
	maxReads    = 5000000 // and it is never read more often than this
)

// Calibrate sets TSCHz, TSCSource and LAPICHz. Bare, on the boot CPU, interrupts off; after
// Detect, FindACPI and InitLAPIC, with the device pages mapped. It takes some milliseconds.
func Calibrate() {
	TSCHz, TSCSource = 0, ClockUnknown
	lapic := uint64(0)
	if hz := cpuidTSC(); hz != 0 {
		TSCHz, TSCSource = hz, ClockCPUID
	} else if has, tsc, bus := hypervisorClocks(); has {
		TSCHz, TSCSource, lapic = tsc, ClockHypervisor, bus
	}
	for s := ClockHPET; TSCHz == 0 && s <= ClockPIT; s++ {
		r := reference{source: s}
		if r.start() {
			if hz := r.measure(); hz != 0 {
				TSCHz, TSCSource = hz, s
			}
		}
	}
	if TSCHz == 0 {
		TSCHz = guessHz
	}
	LAPICHz = 0
	if !lapicState.deadline {
		if lapic == 0 {
			lapic = measureLAPIC()
		}
		LAPICHz = lapic
		lapicState.scale = timerScale(LAPICHz, TSCHz)
	}
}

// timerScale is lapic/tsc times 2^32.
func timerScale(lapic, tsc uint64) uint64 {
	if lapic>>32 >= tsc {
		return ^uint64(0)
	}
	q, _ := bits.Div64(lapic>>32, lapic<<32, tsc)
	return q
}

// cpuidTSC asks leaf 15h (crystal and ratio). Where it leaves the crystal out, the nominal
// frequency of leaf 16h is the TSC's, to within a per mille, which is not enough.
func cpuidTSC() uint64 {
	if Has.maxLeaf < 0x15 {
		return 0
	}
	den, num, crystal, _ := CPUID(0x15, 0)
	if den == 0 || num == 0 || crystal == 0 {
		return 0
	}
	return plausible(uint64(crystal) * uint64(num) / uint64(den))
}

// hypervisorClocks asks the leaf that VMware began and KVM and others took over: kHz of TSC
// and of the LAPIC timer.
func hypervisorClocks() (ok bool, tsc, bus uint64) {
	if !Has.Hypervisor || Has.maxHyp < 0x40000010 || Has.maxHyp > 0x400000ff {
		return false, 0, 0
	}
	a, b, _, _ := CPUID(0x40000010, 0)
	tsc = plausible(uint64(a) * 1000)
	return tsc != 0, tsc, uint64(b) * 1000
}

// plausible returns hz, or 0 if no TSC runs at that rate.
func plausible(hz uint64) uint64 {
	if hz < 10000000 || hz > 20000000000 {
		return 0
	}
	return hz
}

// reference is a timer that TSC and LAPIC are compared with. It counts up, modulo mask+1.
type reference struct {
	source ClockSource
	hz     uint64
	mask   uint64
}

// start makes the timer run and reports whether it may be there.
func (r *reference) start() bool {
	switch r.source {
	case ClockHPET:
		if ACPI.HPET == 0 {
			return false
		}
		period := uint64(hpetRead(hpetPeriod))
		if period == 0 || period > hpetSlowest {
			return false
		}
		hpetWrite(hpetConfig, hpetRead(hpetConfig)|1)
		r.hz, r.mask = femto/period, 0xffffffff
	case ClockPMTimer:
		if ACPI.FADT.PMTimer == 0 {
			return false
		}
		r.hz, r.mask = pmTimerHz, 0xffffff
	case ClockPIT:
		Outb(pitGate, Inb(pitGate)&^2|1) // gate on, speaker off
		Outb(pitCommand, pitMode0)
		Outb(pitChannel2, 0xff)
		Outb(pitChannel2, 0xff)
		r.hz, r.mask = pitHz, 0xffff
	}
	return true
}

func (r *reference) read() uint64 {
	switch r.source {
	case ClockHPET:
		return uint64(hpetRead(hpetCounter))
	case ClockPMTimer:
		return uint64(Inl(ACPI.FADT.PMTimer)) & r.mask
	}
	Outb(pitCommand, pitLatch2)
	low := uint64(Inb(pitChannel2))
	return -(low | uint64(Inb(pitChannel2))<<8) & r.mask
}

// moment is a reading of a timer and of the TSC at the same time, to within slack.
type moment struct{ timer, tsc, slack uint64 }

// now reads both, some times, and takes the reading that lasted least: a CPU that its host
// takes away in between would make any other wrong by as long as it was away.
func (r *reference) now() (m moment) {
	m.slack = ^uint64(0)
	for range 5 {
		before := RDTSC()
		t := r.read()
		if slack := RDTSC() - before; slack < m.slack {
			m = moment{t, before + slack/2, slack}
		}
	}
	return m
}

// measure returns the TSC's rate: of some tries the one with the least doubt. It returns 0 if
// the timer stands still.
func (r *reference) measure() uint64 {
	best, doubt := uint64(0), ^uint64(0)
	for range tries {
		from := r.now()
		if !r.wait(from.timer, max(r.hz*windowMicro/1000000, windowTicks)) {
			return 0
		}
		to := r.now()
		ticks := (to.timer - from.timer) & r.mask
		if slack := from.slack + to.slack; ticks != 0 && slack < doubt {
			best, doubt = rate(to.tsc-from.tsc, r.hz, ticks), slack
		}
	}
	return plausible(best)
}

// wait spins until the timer is ticks past from; false if it stands still.
func (r *reference) wait(from, ticks uint64) bool {
	last, same := from, 0
	for range maxReads {
		t := r.read()
		if (t-from)&r.mask >= ticks {
			return true
		}
		if t != last {
			last, same = t, 0
		} else if same++; same > stuckReads {
			return false
		}
	}
	return false
}

// rate is count·hz/ticks, where count was counted while a timer of hz made ticks.
func rate(count, hz, ticks uint64) uint64 {
	high, low := bits.Mul64(count, hz)
	if high >= ticks {
		return 0
	}
	q, _ := bits.Div64(high, low, ticks)
	return q
}

// measureLAPIC compares the LAPIC timer, masked, with the TSC.
func measureLAPIC() uint64 {
	lapicWrite(regTimer, lvtMasked|lapicState.vector)
	best, doubt := uint64(0), ^uint64(0)
	for range tries {
		lapicWrite(regInitial, ^uint32(0))
		from := lapicNow()
		DelayMicros(windowMicro)
		to := lapicNow()
		lapicWrite(regInitial, 0)
		if slack := from.slack + to.slack; slack < doubt && to.tsc != from.tsc {
			best, doubt = rate(to.timer-from.timer, TSCHz, to.tsc-from.tsc), slack
		}
	}
	lapicWrite(regTimer, lapicState.vector)
	return best
}

func lapicNow() (m moment) {
	m.slack = ^uint64(0)
	for range 5 {
		before := RDTSC()
		t := uint64(^lapicRead(regCurrent)) // it counts down from all ones
		if slack := RDTSC() - before; slack < m.slack {
			m = moment{t, before + slack/2, slack}
		}
	}
	return m
}

func hpetRead(reg uintptr) uint32 {
	return load32((*uint32)(unsafe.Pointer(ACPI.HPET.Ptr() + reg)))
}

func hpetWrite(reg uintptr, v uint32) {
	store32((*uint32)(unsafe.Pointer(ACPI.HPET.Ptr()+reg)), v)
}
