package amd64

import (
	"gossamer/boot"
	"gossamer/kernel/frame"
)

// MaxIOAPIC, maxOverrides and maxNMIs bound the tables of Machine.
const (
	MaxIOAPIC    = 8
	maxOverrides = 24
	maxNMIs      = 16
)

// Machine lists the CPUs and interrupt controllers (ACPI's MADT, 5.2.12). Without ACPI there
// are one CPU and, at their usual places, a LAPIC and perhaps an IOAPIC.
type Machine struct {
	FromMADT bool
	PIC      bool // there are 8259s too, and they must be masked

	cpus    [MaxCPU]processor
	ncpu    int
	LAPIC   frame.Addr
	ioapics [MaxIOAPIC]ioapic
	nioapic int

	overrides [maxOverrides]override
	noverride int
	nmis      [maxNMIs]localNMI
	nnmi      int

	Dropped int // entries that did not fit or made no sense
}

// processor is a CPU that is ready to be started. ACPI names it by uid.
type processor struct{ apicID, uid uint32 }

// override says that an ISA interrupt arrives elsewhere or otherwise than usual.
type override struct {
	irq        uint8
	gsi        uint32
	level, low bool
}

// localNMI says which LINT pin of which CPU (allCPUs = of each) is an NMI.
type localNMI struct {
	uid        uint32
	pin        uint8
	level, low bool
}

const allCPUs = ^uint32(0)

// Topology is this machine. Read-only after FindACPI.
var Topology Machine

// Entries of the MADT.
const (
	madtLAPIC    = 36 // u32
	madtFlags    = 40 // u32: bit 0 = 8259s
	madtEntries  = 44
	entryLAPIC   = 0
	entryIOAPIC  = 1
	entryISO     = 2
	entryNMI     = 4
	entryAddress = 5
	entryX2APIC  = 9
	entryX2NMI   = 10

	cpuEnabled = 1

	defaultLAPIC  = frame.Addr(0xfee00000)
	defaultIOAPIC = frame.Addr(0xfec00000)
)

// CPUs returns how many CPUs there are, at the most MaxCPU.
func (m *Machine) CPUs() int { return m.ncpu }

// IOAPICs returns the number of I/O APICs.
func (m *Machine) IOAPICs() int { return m.nioapic }

// IOAPIC describes one: its registers, its first global system interrupt, the number of its pins.
func (m *Machine) IOAPIC(i int) (addr frame.Addr, base, pins uint32) {
	a := &m.ioapics[i]
	return a.addr, a.base, a.pins
}

// Targets writes the APIC IDs of all CPUs but self to out and returns how many there are.
func (m *Machine) Targets(self uint32, out []uint32) int {
	n := 0
	for i := range m.cpus[:m.ncpu] {
		if id := m.cpus[i].apicID; id != self && id != allCPUs && n < len(out) {
			out[n] = id
			n++
		}
	}
	return n
}

// ISA returns where the ISA interrupt irq arrives and how it is signalled. ISA interrupts
// are edge-triggered, active high, and arrive at the GSI of the same number unless the
// firmware says otherwise.
func (m *Machine) ISA(irq uint8) (gsi uint32, level, low bool) {
	for i := range m.overrides[:m.noverride] {
		if o := &m.overrides[i]; o.irq == irq {
			return o.gsi, o.level, o.low
		}
	}
	return uint32(irq), false, false
}

func (m *Machine) readMADT(a frame.Addr, length uint64) {
	if length < madtEntries {
		return
	}
	m.FromMADT = true
	m.LAPIC = frame.Addr(boot.Phys32(a + madtLAPIC))
	m.PIC = boot.Phys32(a+madtFlags)&1 != 0
	end := a + frame.Addr(length)
	for e := a + madtEntries; e+2 <= end; {
		size := frame.Addr(boot.Phys8(e + 1))
		if size < 2 || size > end-e {
			m.Dropped++
			return
		}
		m.readEntry(e, size)
		e += size
	}
}

// readEntry takes in the entry of size bytes at e.
func (m *Machine) readEntry(e, size frame.Addr) {
	kind := boot.Phys8(e)
	if size < entrySize(kind) {
		m.Dropped++
		return
	}
	switch kind {
	case entryLAPIC:
		if id := boot.Phys8(e + 3); id != 0xff {
			m.addCPU(uint32(id), uint32(boot.Phys8(e+2)), boot.Phys32(e+4))
		}
	case entryX2APIC:
		m.addCPU(boot.Phys32(e+4), boot.Phys32(e+12), boot.Phys32(e+8))
	case entryIOAPIC:
		m.addIOAPIC(frame.Addr(boot.Phys32(e+4)), boot.Phys32(e+8))
	case entryISO:
		if boot.Phys8(e+2) != 0 || m.noverride == maxOverrides { // bus 0 is ISA
			m.Dropped++
			return
		}
		low, level := signalling(boot.Phys16(e + 8))
		m.overrides[m.noverride] = override{boot.Phys8(e + 3), boot.Phys32(e + 4), level, low}
		m.noverride++
	case entryNMI:
		uid := uint32(boot.Phys8(e + 2))
		if uid == 0xff {
			uid = allCPUs
		}
		m.addNMI(uid, boot.Phys16(e+3), boot.Phys8(e+5))
	case entryX2NMI:
		m.addNMI(boot.Phys32(e+4), boot.Phys16(e+2), boot.Phys8(e+8))
	case entryAddress:
		m.LAPIC = frame.Addr(boot.Phys64(e + 4))
	}
}

// entrySize is the number of bytes that readEntry reads of an entry.
func entrySize(kind uint8) frame.Addr {
	switch kind {
	case entryLAPIC:
		return 8
	case entryNMI:
		return 6
	case entryISO:
		return 10
	case entryIOAPIC, entryAddress, entryX2NMI:
		return 12
	case entryX2APIC:
		return 16
	}
	return 2
}

// signalling decodes MPS INTI flags; "as the bus has it" is ISA's way: high, edge.
func signalling(flags uint16) (low, level bool) { return flags&3 == 3, flags>>2&3 == 3 }

// addCPU takes a CPU in if it is enabled. Firmware may list one twice, as LAPIC and x2APIC.
func (m *Machine) addCPU(id, uid, flags uint32) {
	if flags&cpuEnabled == 0 || id == allCPUs {
		return
	}
	for i := range m.cpus[:m.ncpu] {
		if m.cpus[i].apicID == id {
			return
		}
	}
	if m.ncpu == MaxCPU {
		m.Dropped++
		return
	}
	m.cpus[m.ncpu] = processor{id, uid}
	m.ncpu++
}

func (m *Machine) addIOAPIC(a frame.Addr, base uint32) {
	if m.nioapic == MaxIOAPIC || !registersAt(a, ioapicSize) {
		m.Dropped++
		return
	}
	m.ioapics[m.nioapic] = ioapic{addr: a, base: base}
	m.nioapic++
}

func (m *Machine) addNMI(uid uint32, flags uint16, pin uint8) {
	if m.nnmi == maxNMIs || pin > 1 {
		m.Dropped++
		return
	}
	low, level := signalling(flags)
	m.nmis[m.nnmi] = localNMI{uid, pin, level, low}
	m.nnmi++
}

// complete fills in what the firmware did not say.
func (m *Machine) complete() {
	if m.LAPIC == 0 || m.LAPIC%frame.Size != 0 || !boot.InReach(m.LAPIC, frame.Size) {
		m.LAPIC = defaultLAPIC
	}
	if !m.FromMADT {
		m.PIC = true
		m.addIOAPIC(defaultIOAPIC, 0)
		m.overrides[0] = override{irq: 0, gsi: 2} // the PIT, as every PC has it
		m.noverride = 1
	}
	if m.ncpu == 0 {
		m.cpus[0] = processor{allCPUs, allCPUs} // the one that runs this
		m.ncpu = 1
	}
}

// nmiPin returns the setting of a LINT pin of the CPU with the given APIC ID, if it is an NMI.
func (m *Machine) nmiPin(apicID uint32, pin uint8) (n localNMI, ok bool) {
	uid, known := uint32(0), false
	for i := range m.cpus[:m.ncpu] {
		if m.cpus[i].apicID == apicID {
			uid, known = m.cpus[i].uid, m.FromMADT
		}
	}
	for i := range m.nmis[:m.nnmi] {
		if n := m.nmis[i]; n.pin == pin && (n.uid == allCPUs || known && n.uid == uid) {
			return n, true
		}
	}
	return localNMI{}, false
}

// MMIO is a piece of physical memory that belongs to a device.
type MMIO struct {
	Addr frame.Addr
	Size uint64
}

// registersAt reports whether n bytes at a can be the registers of a device: in the one page of it
// that is mapped, and not in memory.
func registersAt(a frame.Addr, n uint64) bool {
	return a != 0 && a%8 == 0 && uint64(a)&(pageSize-1)+n <= pageSize && boot.InReach(a&^(pageSize-1), pageSize) &&
		!boot.Boot.InMemory(a, a+frame.Addr(n))
}

// MaxDevicePages is the most that DevicePages writes.
const MaxDevicePages = MaxIOAPIC + 4

// DevicePages lists the pages of the devices that this package drives, for mapping in the
// direct map, writable and uncached, none twice. It returns how many it wrote to out;
// MaxDevicePages is enough.
func DevicePages(out []MMIO) int {
	n := addPage(out, 0, Topology.LAPIC)
	for i := range Topology.ioapics[:Topology.nioapic] {
		n = addPage(out, n, Topology.ioapics[i].addr)
	}
	n = addPage(out, n, ACPI.HPET)
	if r := ACPI.FADT.Reset; r.Space == InMemory {
		n = addPage(out, n, frame.Addr(r.Addr))
	}
	if r := ACPI.FADT.SleepControl; r.Space == InMemory {
		n = addPage(out, n, frame.Addr(r.Addr))
	}
	return n
}

func addPage(out []MMIO, n int, a frame.Addr) int {
	if a == 0 || n == len(out) {
		return n
	}
	a &^= frame.Size - 1
	for i := range out[:n] {
		if out[i].Addr == a {
			return n
		}
	}
	out[n] = MMIO{a, frame.Size}
	return n + 1
}
