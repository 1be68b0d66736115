package amd64

import (
	"unsafe"

	"gossamer/kernel/frame"
)

// I/O APICs (Intel 82093AA data sheet): each has a number of pins, and pin i of the one with
// base b is global system interrupt b+i. Bare; callers keep interrupts off, for a spin lock
// guards the index register.

// ioapic is one of them. pins is 0 if it is not there.
type ioapic struct {
	addr frame.Addr
	base uint32
	pins uint32
}

// Registers, reached through an index and a window.
const (
	ioapicIndex  = 0x00
	ioapicWindow = 0x10
	ioapicSize   = 0x14

	ioapicVersion = 1    // bits 16-23: number of the last pin
	ioapicPins    = 0x10 // two registers a pin, low half first

	pinLow    = 1 << 13
	pinLevel  = 1 << 15
	pinMasked = 1 << 16
	pinMode   = 7 << 8 // delivery mode; SMI = 2 << 8
	pinSMI    = 2 << 8
)

var ioapicLock uint32

func (a *ioapic) read(reg uint32) uint32 {
	store32((*uint32)(unsafe.Pointer(a.addr.Ptr()+ioapicIndex)), reg)
	return load32((*uint32)(unsafe.Pointer(a.addr.Ptr() + ioapicWindow)))
}

func (a *ioapic) write(reg, v uint32) {
	store32((*uint32)(unsafe.Pointer(a.addr.Ptr()+ioapicIndex)), reg)
	store32((*uint32)(unsafe.Pointer(a.addr.Ptr()+ioapicWindow)), v)
}

// InitIOAPIC finds out how many pins there are and masks them, save those that the firmware
// uses for itself (SMI). Once, on the boot CPU, after FindACPI.
func InitIOAPIC() {
	for i := range Topology.ioapics[:Topology.nioapic] {
		a := &Topology.ioapics[i]
		v := a.read(ioapicVersion)
		a.pins = 0
		if last := v >> 16 & 0xff; v != ^uint32(0) && v&0xff != 0 && last < 240 {
			a.pins = last + 1
		}
		for pin := uint32(0); pin < a.pins; pin++ {
			if low := a.read(ioapicPins + 2*pin); low&pinMode != pinSMI {
				a.write(ioapicPins+2*pin, low|pinMasked)
			}
		}
	}
}

// find returns the I/O APIC and the pin of a global system interrupt, or nil.
func (m *Machine) find(gsi uint32) (a *ioapic, pin uint32) {
	for i := range m.ioapics[:m.nioapic] {
		if a := &m.ioapics[i]; gsi >= a.base && gsi-a.base < a.pins {
			return a, gsi - a.base
		}
	}
	return nil, 0
}

// Route sends a global system interrupt as vector to the CPU with the given APIC ID (below
// 256), and unmasks it. level and low tell how the pin is signalled; for ISA interrupts ask
// Machine.ISA. It reports false if there is no such pin.
func Route(gsi uint32, vector uint8, apicID uint32, level, low bool) bool {
	a, pin := Topology.find(gsi)
	if a == nil || apicID > 0xff {
		return false
	}
	v := uint32(vector)
	if level {
		v |= pinLevel
	}
	if low {
		v |= pinLow
	}
	spinLock(&ioapicLock)
	a.write(ioapicPins+2*pin, pinMasked) // never half of the old and half of the new
	a.write(ioapicPins+2*pin+1, apicID<<24)
	a.write(ioapicPins+2*pin, v)
	spinUnlock(&ioapicLock)
	return true
}

// RouteISA is Route for an ISA interrupt, 0 … 15, wherever it arrives.
func RouteISA(irq, vector uint8, apicID uint32) bool {
	gsi, level, low := Topology.ISA(irq)
	return Route(gsi, vector, apicID, level, low)
}
