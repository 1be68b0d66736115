package amd64

import (
	"unsafe"

	"gossamer/boot"
	"gossamer/kernel/frame"
)

// Switching the machine off and resetting it, in every way that there is, one at a time. Everything
// here returns if it did not help, and no wait is longer than a second or so.

const (
	pm1SCIEnabled = 1 << 0
	pm1SleepMask  = 7<<10 | 1<<13
	pm1SleepType  = 10 // shift
	pm1Sleep      = 1 << 13

	sleepType  = 2 // shift, in the sleep control register of ACPI 5
	sleepStart = 1 << 5

	keyboardStatus = 0x64
	keyboardBusy   = 1 << 1
	keyboardReset  = 0xfe
	resetControl   = 0xcf9
	debugExitPort  = 0xf4
	pm1AllEvents   = 0xffff

	// What is given to the hardware, in µs.
	busyMicros  = 100000
	resetMicros = 100000
	offMicros   = 1000000
)

// qemuPowerOff are the PM1a control registers of virtual machines whose tables were not
// found: QEMU q35 and pc, Bochs and old QEMU, VirtualBox; and what to write there.
var qemuPowerOff = [3][2]uint16{{0x604, 0x2000}, {0xb004, 0x2000}, {0x4004, 0x3400}}

// OffWay is a way to switch the machine off (ACPI 6.5, chapter 16.1.5: state S5), best first.
type OffWay uint8

// Ways to switch off.
const (
	OffACPI     OffWay = iota // as the tables say
	OffType7                  // the tables do not tell what to write: what most chipsets want,
	OffType5                  // what some want,
	OffType0                  // and what emulated ones want
	OffEmulator               // ports of emulators
	OffWays
)

// String is the name that poweroff= on the command line has for it.
func (w OffWay) String() string {
	switch w {
	case OffACPI:
		return "acpi"
	case OffType7:
		return "type7"
	case OffType5:
		return "type5"
	case OffType0:
		return "type0"
	}
	return "emulator"
}

// CanPowerOff reports whether there is anything that w can do on this machine.
func CanPowerOff(w OffWay) bool {
	f := &ACPI.FADT
	switch w {
	case OffACPI:
		return ACPI.HaveS5 && (f.SleepControl.Addr != 0 || f.PM1aControl != 0)
	case OffType7, OffType5, OffType0:
		return !ACPI.HaveS5 && f.PM1aControl != 0
	}
	return Has.Hypervisor
}

// PowerOff switches the machine off in one way. Bare. It returns if that does not help within a
// second.
func PowerOff(w OffWay) {
	f := &ACPI.FADT
	switch w {
	case OffACPI:
		if f.SleepControl.Addr != 0 {
			f.SleepControl.write(ACPI.SleepTypeA<<sleepType | sleepStart)
			DelayMicros(offMicros)
		}
		if f.PM1aControl != 0 {
			sleep(f, ACPI.SleepTypeA, ACPI.SleepTypeB)
		}
	case OffType7:
		sleep(f, 7, 7)
	case OffType5:
		sleep(f, 5, 5)
	case OffType0:
		sleep(f, 0, 0)
	case OffEmulator:
		for _, p := range qemuPowerOff {
			Outw(p[0], p[1])
		}
		DelayMicros(resetMicros)
	}
}

// sleep enters the sleeping state of that type through the PM1 control registers.
func sleep(f *FADT, a, b uint8) {
	enableACPI(f)
	if f.PM1aEvent != 0 {
		Outw(f.PM1aEvent, pm1AllEvents) // one that is still there would wake the machine
	}
	sleepVia(f.PM1aControl, a)
	if f.PM1bControl != 0 {
		sleepVia(f.PM1bControl, b)
	}
	DelayMicros(offMicros)
}

// enableACPI asks the firmware to hand the power registers over, if it has not yet.
func enableACPI(f *FADT) {
	if f.SMICommand == 0 || f.ACPIEnable == 0 || Inw(f.PM1aControl)&pm1SCIEnabled != 0 {
		return
	}
	Outb(f.SMICommand, f.ACPIEnable)
	for w := within(busyMicros); Inw(f.PM1aControl)&pm1SCIEnabled == 0 && w.goesOn(); {
	}
}

func sleepVia(port uint16, kind uint8) {
	v := Inw(port)&^pm1SleepMask | uint16(kind)<<pm1SleepType
	Outw(port, v)
	Outw(port, v|pm1Sleep)
}

// ResetWay is a way to reset the machine, best first.
type ResetWay uint8

// Ways to reset.
const (
	ResetACPI     ResetWay = iota // the reset register of the FADT
	ResetChipset                  // the chipset's, port 0xcf9
	ResetKeyboard                 // the keyboard controller's line
	ResetTriple                   // a triple fault: from this there is no return
	ResetWays
)

// String is the name that reboot= on the command line has for it.
func (w ResetWay) String() string {
	switch w {
	case ResetACPI:
		return "acpi"
	case ResetChipset:
		return "chipset"
	case ResetKeyboard:
		return "keyboard"
	}
	return "triple"
}

// CanReset reports whether the machine may have what w needs.
func CanReset(w ResetWay) bool { return w != ResetACPI || ACPI.FADT.Reset.Addr != 0 }

// Reset resets the machine in one way. Bare. It returns if that does not help within a moment.
func Reset(w ResetWay) {
	Cli()
	switch w {
	case ResetACPI:
		f := &ACPI.FADT
		f.Reset.write(f.ResetValue)
	case ResetChipset:
		v := Inb(resetControl) &^ 6
		Outb(resetControl, v|2)
		Outb(resetControl, v|6)
	case ResetKeyboard:
		for w := within(busyMicros); Inb(keyboardStatus)&keyboardBusy != 0 && w.goesOn(); {
		}
		Outb(keyboardStatus, keyboardReset)
	case ResetTriple:
		breakCPU()
	}
	DelayMicros(resetMicros)
}

func (r Register) write(v uint8) {
	switch {
	case r.Space == InIO:
		Outb(uint16(r.Addr), v)
	case r.Space == InMemory && boot.InReach(frame.Addr(r.Addr), 1):
		*(*uint8)(unsafe.Pointer(frame.Addr(r.Addr).Ptr())) = v
	}
}

// DebugExitEnabled says that there is an isa-debug-exit device at port 0xf4, as only somebody who
// started the machine knows. Set from the command line.
var DebugExitEnabled bool

// DebugExit ends QEMU with exit status code<<1|1 if DebugExitEnabled; otherwise, for that port
// may be anything on another machine, it does nothing.
func DebugExit(code uint8) {
	if DebugExitEnabled {
		Outb(debugExitPort, code)
	}
}
