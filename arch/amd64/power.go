package amd64

import (
	"unsafe"

	"gossamer/boot"
	"gossamer/kernel/frame"
)

// Switching the machine off and resetting it. Everything here returns if it did not help.

const (
	pm1SCIEnabled = 1 << 0
	pm1SleepMask  = 7<<10 | 1<<13
	pm1SleepType  = 10 // shift
	pm1Sleep      = 1 << 13

	sleepType  = 2 // shift, in the sleep control register of ACPI 5
	sleepStart = 1 << 5

	keyboardStatus  = 0x64
	keyboardBusy    = 1 << 1
	keyboardReset   = 0xfe
	resetControl    = 0xcf9
	debugExitPort   = 0xf4
	portSpinLimit   = 100000
	resetSpinMicros = 50000
)

// qemuPowerOff are the PM1a control registers of virtual machines whose tables were not
// found: QEMU q35 and pc, Bochs and old QEMU, VirtualBox; and what to write there.
var qemuPowerOff = [3][2]uint16{{0x604, 0x2000}, {0xb004, 0x2000}, {0x4004, 0x3400}}

// PowerOff enters ACPI state S5 (soft off, ACPI 6.5 chapter 16.1.5). Bare. If it returns, the
// machine cannot be switched off by software, and the caller had better halt.
func PowerOff() {
	f := &ACPI.FADT
	if ACPI.HaveS5 {
		if f.SleepControl.Addr != 0 {
			f.SleepControl.write(ACPI.SleepTypeA<<sleepType | sleepStart)
			settle()
		}
		if f.PM1aControl != 0 {
			enableACPI(f)
			sleepVia(f.PM1aControl, ACPI.SleepTypeA)
			if f.PM1bControl != 0 {
				sleepVia(f.PM1bControl, ACPI.SleepTypeB)
			}
			settle()
		}
	}
	if Has.Hypervisor {
		for _, p := range qemuPowerOff {
			Outw(p[0], p[1])
		}
		settle()
	}
}

// enableACPI asks the firmware to hand the power registers over, if it has not yet.
func enableACPI(f *FADT) {
	if f.SMICommand == 0 || f.ACPIEnable == 0 || Inw(f.PM1aControl)&pm1SCIEnabled != 0 {
		return
	}
	Outb(f.SMICommand, f.ACPIEnable)
	for n := 0; n < portSpinLimit && Inw(f.PM1aControl)&pm1SCIEnabled == 0; n++ {
		Pause()
	}
}

func sleepVia(port uint16, kind uint8) {
	v := Inw(port)&^pm1SleepMask | uint16(kind)<<pm1SleepType
	Outw(port, v)
	Outw(port, v|pm1Sleep)
}

// Reboot resets the machine: ACPI's reset register, the chipset's, the keyboard controller's,
// and last a triple fault, from which there is no return.
func Reboot() {
	Cli()
	if f := &ACPI.FADT; f.Reset.Addr != 0 {
		f.Reset.write(f.ResetValue)
		settle()
	}
	v := Inb(resetControl) &^ 6
	Outb(resetControl, v|2)
	Outb(resetControl, v|6)
	settle()
	for n := 0; n < portSpinLimit && Inb(keyboardStatus)&keyboardBusy != 0; n++ {
		Pause()
	}
	Outb(keyboardStatus, keyboardReset)
	settle()
	breakCPU()
}

// settle gives the hardware time to act.
func settle() {
	if TSCHz != 0 {
		DelayMicros(resetSpinMicros)
		return
	}
	for range portSpinLimit {
		Pause()
	}
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
