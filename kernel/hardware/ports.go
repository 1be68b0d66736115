package hardware

import (
	"sync"

	"gossamer/arch/amd64"
	"gossamer/kernel/dev/pci"
)

// ps2Ports is the keyboard controller.
type ps2Ports struct{}

const (
	ps2Data   = 0x60
	ps2Status = 0x64
)

func (ps2Ports) Status() uint8   { return amd64.Inb(ps2Status) }
func (ps2Ports) Read() uint8     { return amd64.Inb(ps2Data) }
func (ps2Ports) Write(v uint8)   { amd64.Outb(ps2Data, v) }
func (ps2Ports) Command(v uint8) { amd64.Outb(ps2Status, v) }

// pciPorts reaches the first 256 bytes of configuration space through two I/O ports (PCI 3.0,
// 3.2.2.3.2).
type pciPorts struct{ mu *sync.Mutex }

const (
	pciAddress = 0xcf8
	pciData    = 0xcfc
	pciEnable  = 1 << 31
)

// there reports whether the machine has the ports: the address can be read back.
func (p pciPorts) there() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := amd64.Inl(pciAddress)
	amd64.Outl(pciAddress, pciEnable)
	ok := amd64.Inl(pciAddress) == pciEnable
	amd64.Outl(pciAddress, old)
	return ok
}

// point chooses a register; false if the ports cannot reach it.
func (p pciPorts) point(a pci.Addr, offset uint16) bool {
	if a.Segment != 0 || offset > 0xff {
		return false
	}
	amd64.Outl(pciAddress, pciEnable|uint32(a.Bus)<<16|uint32(a.Dev)<<11|uint32(a.Fn)<<8|uint32(offset&0xfc))
	return true
}

func (p pciPorts) Read(a pci.Addr, offset uint16) uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.point(a, offset) {
		return ^uint32(0)
	}
	return amd64.Inl(pciData)
}

func (p pciPorts) Write(a pci.Addr, offset uint16, v uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.point(a, offset) {
		amd64.Outl(pciData, v)
	}
}
