package hardware

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/dev/pci"
	"gossamer/kernel/frame"
	"gossamer/kernel/goos"
)

// ecam reaches configuration space as memory; a bus is mapped when it is first looked at.
type ecam struct {
	amd64.ECAM
	mu    sync.Mutex
	buses [256]uintptr // 0: not mapped
}

const busSize = 1 << 20

// word returns where a register is, nil if nowhere.
func (e *ecam) word(a pci.Addr, offset uint16) *uint32 {
	if a.Segment != e.Segment || a.Bus < e.From || a.Bus > e.To || offset > 0xfff {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	base := e.buses[a.Bus]
	if base == 0 {
		base = goos.MapDevice(e.Base+frame.Addr(a.Bus)*busSize, busSize)
		if base == 0 {
			return nil
		}
		e.buses[a.Bus] = base
	}
	return (*uint32)(unsafe.Pointer(base + uintptr(a.Dev)<<15 + uintptr(a.Fn)<<12 + uintptr(offset&^3)))
}

func (e *ecam) Read(a pci.Addr, offset uint16) uint32 {
	if w := e.word(a, offset); w != nil {
		return atomic.LoadUint32(w)
	}
	return ^uint32(0)
}

func (e *ecam) Write(a pci.Addr, offset uint16, v uint32) {
	if w := e.word(a, offset); w != nil {
		*(*uint32)(unsafe.Pointer(w)) = v
	}
}

// findPCI looks for PCI functions, by ECAM if the firmware tells of it and it shows the same as
// the ports, else by these.
func (m *Machine) findPCI() {
	if is("pci", "off") {
		m.note("pci: off, by the command line")
		return
	}
	ports := pciPorts{new(sync.Mutex)}
	havePorts := ports.there()
	var found []*pci.Function
	access, done := "", false
	for _, area := range amd64.ACPI.ECAMs() {
		if is("pci", "ports") {
			break
		}
		e := &ecam{ECAM: area}
		first := pci.Addr{Segment: e.Segment, Bus: e.From}
		if havePorts && e.Segment == 0 && e.Read(first, 0) != ports.Read(first, 0) {
			m.note("pci: ECAM at %#x does not show what the ports show", e.Base)
			continue
		}
		found = append(found, pci.Scan(e, e.Segment, e.From, e.To)...)
		access, done = "ECAM", done || e.Segment == 0
	}
	if havePorts && !done {
		found = append(pci.Scan(ports, 0, 0, 255), found...)
		access = "ports"
	}
	m.functions, m.access = found, access
}

// text reads a string of the firmware's.
func text(b []byte) string {
	s := make([]byte, 0, len(b))
	for _, c := range b {
		if c == 0 {
			break
		}
		if c < ' ' || c > '~' {
			c = '?'
		}
		s = append(s, c)
	}
	return string(s)
}
