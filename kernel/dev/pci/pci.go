package pci

import "fmt"

// Addr says where a function is.
type Addr struct {
	Segment uint16
	Bus     uint8
	Dev     uint8 // 0 … 31
	Fn      uint8 // 0 … 7
}

func (a Addr) String() string {
	return fmt.Sprintf("%04x:%02x:%02x.%x", a.Segment, a.Bus, a.Dev, a.Fn)
}

// Space is configuration space. Offsets are multiples of 4. What is not there reads as all ones.
type Space interface {
	Read(a Addr, offset uint16) uint32
	Write(a Addr, offset uint16, v uint32)
}

// Registers, by the offset of the double word that they are in.
const (
	regID         = 0x00 // vendor, device
	regCommand    = 0x04 // command, status
	regClass      = 0x08 // revision, interface, subclass, class
	regHeader     = 0x0c // bits 16-23: header type
	regBAR        = 0x10
	regBuses      = 0x18 // bridge: primary, secondary, subordinate
	regSubsystem  = 0x2c
	regCapability = 0x34

	commandIO      = 1 << 0
	commandMemory  = 1 << 1
	commandMaster  = 1 << 2
	commandNoINTx  = 1 << 10
	statusHasCaps  = 1 << 20 // of the double word
	headerMultiple = 1 << 23
	headerShift    = 16
	headerMask     = 0x7f
	headerBridge   = 1
)

// Function is one function of a device, as Scan found it.
type Function struct {
	Addr
	Vendor, Device       uint16
	SubVendor, SubDevice uint16
	Class                uint32 // class, subclass, interface: 24 bits
	Revision             uint8
	Bridge               bool
	Secondary            uint8 // bus behind a bridge
	Capabilities         []Capability

	space Space
}

// Class codes that somebody looks for.
const (
	ClassXHCI = 0x0c0330
	ClassEHCI = 0x0c0320
)

// VendorIntel is Intel's number.
const VendorIntel = 0x8086

// Read reads a register of the function's own. Write writes it.
func (f *Function) Read(offset uint16) uint32 { return f.read(offset) }

// Write writes a register of the function's own.
func (f *Function) Write(offset uint16, v uint32) { f.write(offset, v) }

func (f *Function) read(offset uint16) uint32     { return f.space.Read(f.Addr, offset) }
func (f *Function) write(offset uint16, v uint32) { f.space.Write(f.Addr, offset, v) }

// setCommand changes bits of the command register. The status register beside it is cleared by
// writing ones, so it gets zeros.
func (f *Function) setCommand(clear, set uint32) {
	f.write(regCommand, f.read(regCommand)&0xffff&^clear|set)
}

// Enable switches the function on: it decodes memory, may read and write memory by itself, and
// raises no interrupt by wire. It leaves a sleeping state first; then it must not be touched for
// 10 ms, which is rest, and may have forgotten its addresses (PCI Power Management 1.2, 5.4.1).
func (f *Function) Enable(rest func()) {
	c := f.Capability(CapPower)
	const state = 3
	if c != nil && f.read(c.Offset+4)&state != 0 {
		var bars [6]uint32
		for i := range bars {
			bars[i] = f.read(regBAR + 4*uint16(i))
		}
		f.write(c.Offset+4, f.read(c.Offset+4)&0x7ffc) // the status bit is cleared by writing one
		rest()
		f.setCommand(commandIO|commandMemory|commandMaster, 0)
		for i, v := range bars {
			f.write(regBAR+4*uint16(i), v)
		}
	}
	f.setCommand(0, commandMemory|commandMaster|commandNoINTx)
}

// Disable stops it from reading and writing memory.
func (f *Function) Disable() { f.setCommand(commandMaster, 0) }
