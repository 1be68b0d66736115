package amd64

import (
	"gossamer/boot"
	"gossamer/kernel/frame"
)

// The few ACPI tables that are read, and only once, at boot (ACPI specification 6.5, chapter
// 5.2). There is no AML interpreter: the two things needed from AML, \_S5 and whether there is
// a keyboard, are found by their names. A table whose checksum or size is wrong does not exist.

// ACPIInfo is what the tables say. Read-only after FindACPI.
type ACPIInfo struct {
	Found    bool
	Revision uint8 // of the root pointer: 0 = ACPI 1.0
	OEM      [6]byte

	FADT FADT
	HPET frame.Addr // registers of the event timer, 0 if there is none

	HaveS5     bool
	SleepTypeA uint8 // what to write to the PM1 control registers for soft-off
	SleepTypeB uint8

	// Keyboard says that some AML names a PS/2 keyboard (PNP03xx), whatever the FADT's flag says.
	Keyboard bool

	ecams [maxECAM]ECAM
	necam int

	Tables     int // tables that the root table lists, and that can be read
	signatures [maxListed][4]byte
	nsignature int
}

// maxListed bounds how many tables' names are kept.
const maxListed = 48

// Signatures returns the names of the tables that were found, whether or not they are used.
func (i *ACPIInfo) Signatures() [][4]byte { return i.signatures[:i.nsignature] }

// FADT is the part of the fixed description table that is used.
type FADT struct {
	Present         bool
	SMICommand      uint16 // I/O port, 0 if there is no ACPI mode to switch on
	ACPIEnable      uint8  // what to write there
	PM1aEvent       uint16 // I/O ports, 0 if absent
	PM1aControl     uint16
	PM1bControl     uint16
	PMTimer         uint16
	PMTimer32       bool // 32 bits wide, else 24
	HardwareReduced bool // no PM1 registers: SleepControl instead
	Reset           Register
	ResetValue      uint8
	SleepControl    Register
	BootFlags       BootFlags
	Century         uint8 // register of the CMOS clock that has it, 0 if none
}

// BootFlags are the FADT's IA-PC boot architecture flags.
type BootFlags uint16

// Boot architecture flags.
const (
	LegacyDevices BootFlags = 1 << 0 // there are devices on an LPC or ISA bus
	Has8042       BootFlags = 1 << 1
	NoVGA         BootFlags = 1 << 2
	NoCMOSClock   BootFlags = 1 << 5
)

// Register is a hardware register of one byte: ACPI's generic address structure.
type Register struct {
	Space uint8
	Addr  uint64 // 0: there is no such register
}

// Address spaces of a Register.
const (
	InMemory = 0
	InIO     = 1
)

// ACPI is the machine's ACPI information. CPUs and interrupt controllers are in Topology.
var ACPI ACPIInfo

const (
	tableHeader = 36
	maxTable    = 4 << 20
	maxTables   = 256 // entries of the root table that are looked at
)

// FindACPI reads the tables that the loader pointed at into ACPI and Topology. Without ACPI
// it describes a machine of one CPU. Bare; once, at boot, with everything below boot.Reach
// mapped.
func FindACPI(b *boot.Info) {
	ACPI = ACPIInfo{}
	Topology = Machine{}
	root, size, ok := rootFromCopy(b.RSDPCopy())
	if !ok && b.RSDP != 0 {
		root, size, ok = rootFromMemory(b.RSDP)
	}
	if ok {
		readRoot(root, size)
	}
	Topology.complete()
}

// rootFromMemory copies the root pointer at a and follows it.
func rootFromMemory(a frame.Addr) (root frame.Addr, entry int, ok bool) {
	var rsdp [36]byte
	n := 20
	if boot.Phys8(a+15) >= 2 {
		n = 36
	}
	if !boot.InReach(a, uint64(n)) {
		return 0, 0, false
	}
	for i := range n {
		rsdp[i] = boot.Phys8(a + frame.Addr(i))
	}
	return rootFromCopy(rsdp[:n])
}

// rootFromCopy checks a root pointer and returns the root table and the size of its entries:
// the XSDT (8) if there is one, else the RSDT (4).
func rootFromCopy(p []byte) (root frame.Addr, entry int, ok bool) {
	if len(p) < 20 || string(p[:8]) != "RSD PTR " || sum(p[:20]) != 0 {
		return 0, 0, false
	}
	copy(ACPI.OEM[:], p[9:15])
	ACPI.Revision = p[15]
	if p[15] >= 2 && len(p) >= 36 && sum(p[:36]) == 0 {
		xsdt := uint64(le32(p[24:])) | uint64(le32(p[28:]))<<32
		if length, ok := acpiTable(frame.Addr(xsdt), "XSDT"); ok && length >= tableHeader {
			return frame.Addr(xsdt), 8, true
		}
	}
	rsdt := frame.Addr(le32(p[16:]))
	if _, ok := acpiTable(rsdt, "RSDT"); ok {
		return rsdt, 4, true
	}
	return 0, 0, false
}

// readRoot visits the tables that the root table lists. Of MADT, FADT, MCFG and HPET table
// the first of its kind counts.
func readRoot(root frame.Addr, entry int) {
	ACPI.Found = true
	n := min((int(boot.Phys32(root+4))-tableHeader)/entry, maxTables)
	for i := range n {
		at := root + tableHeader + frame.Addr(i*entry)
		a := frame.Addr(boot.Phys32(at))
		if entry == 8 {
			a = frame.Addr(boot.Phys64(at))
		}
		if a == 0 || !boot.InReach(a, tableHeader) {
			continue
		}
		ACPI.list(a)
		if length, ok := acpiTable(a, "MCFG"); ok && ACPI.necam == 0 {
			readMCFG(a, length)
		}
		if length, ok := acpiTable(a, "APIC"); ok && !Topology.FromMADT {
			Topology.readMADT(a, length)
		}
		if length, ok := acpiTable(a, "FACP"); ok && !ACPI.FADT.Present {
			readFADT(a, length)
		}
		if length, ok := acpiTable(a, "HPET"); ok && ACPI.HPET == 0 && length >= 56 && boot.Phys8(a+40) == InMemory {
			if h := frame.Addr(boot.Phys64(a + 44)); registersAt(h, hpetSize) {
				ACPI.HPET = h
			}
		}
		if length, ok := acpiTable(a, "SSDT"); ok {
			scanAML(a, length)
		}
	}
}

// list notes the name of the table at a.
func (i *ACPIInfo) list(a frame.Addr) {
	i.Tables++
	if i.nsignature == maxListed {
		return
	}
	for k := range 4 {
		c := boot.Phys8(a + frame.Addr(k))
		if c < ' ' || c > '~' {
			c = '?'
		}
		i.signatures[i.nsignature][k] = c
	}
	i.nsignature++
}

// acpiTable checks the table at a, of the given signature if that is not empty, and returns its
// length.
func acpiTable(a frame.Addr, signature string) (length uint64, ok bool) {
	if a == 0 || !boot.InReach(a, tableHeader) {
		return 0, false
	}
	for i := range len(signature) {
		if boot.Phys8(a+frame.Addr(i)) != signature[i] {
			return 0, false
		}
	}
	length = uint64(boot.Phys32(a + 4))
	if length < tableHeader || length > maxTable || !boot.InReach(a, length) {
		return 0, false
	}
	s := uint8(0)
	for i := frame.Addr(0); i < frame.Addr(length); i++ {
		s += boot.Phys8(a + i)
	}
	return length, s == 0
}

func sum(p []byte) (s uint8) {
	for _, b := range p {
		s += b
	}
	return s
}

func le32(p []byte) uint32 {
	return uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16 | uint32(p[3])<<24
}
