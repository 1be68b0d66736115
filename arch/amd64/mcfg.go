package amd64

import (
	"gossamer/boot"
	"gossamer/kernel/frame"
)

// ECAM is a piece of memory in which the configuration space of a range of PCI buses lies, 1 MiB
// for each (PCI Firmware Specification 3.3, 4.1.2: the table MCFG).
type ECAM struct {
	Base     frame.Addr // of bus 0, even if the range begins later
	Segment  uint16
	From, To uint8 // buses, both included
}

const (
	maxECAM   = 8
	mcfgFirst = 44
	mcfgEntry = 16
)

// ECAMs returns what the firmware told.
func (i *ACPIInfo) ECAMs() []ECAM { return i.ecams[:i.necam] }

// readMCFG takes in the entries that make sense: none that lies in memory, or beyond the address
// space.
func readMCFG(a frame.Addr, length uint64) {
	for at := uint64(mcfgFirst); at+mcfgEntry <= length && ACPI.necam < maxECAM; at += mcfgEntry {
		p := a + frame.Addr(at)
		e := ECAM{frame.Addr(boot.Phys64(p)), boot.Phys16(p + 8), boot.Phys8(p + 10), boot.Phys8(p + 11)}
		start := e.Base + frame.Addr(e.From)<<20
		end := e.Base + (frame.Addr(e.To)+1)<<20
		if e.Base == 0 || e.Base&(1<<20-1) != 0 || e.From > e.To || end < start || boot.Boot.InMemory(start, end) {
			continue
		}
		ACPI.ecams[ACPI.necam] = e
		ACPI.necam++
	}
}

// MSI is the message by which a device raises vector on the CPU with the given APIC ID: what it
// writes, and where (SDM 3A 11.11). It reports false if a message cannot reach that CPU.
func MSI(vector uint8, apicID uint32) (addr uint64, data uint32, ok bool) {
	return 0xfee00000 | uint64(apicID&0xff)<<12, uint32(vector), apicID < 0xff
}
