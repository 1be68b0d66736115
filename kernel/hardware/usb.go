package hardware

import (
	"slices"
	"time"

	"gossamer/boot"
	"gossamer/kernel/dev/pci"
	"gossamer/kernel/dev/xhci"
	"gossamer/kernel/frame"
	"gossamer/kernel/goos"
)

// usbController is an xHCI that runs, and where.
type usbController struct {
	*xhci.Controller
	at  pci.Addr
	irq string
}

// maxRegisters is more than any xHCI has.
const maxRegisters = 1 << 24

// startUSB starts a driver for each xHCI.
func (m *Machine) startUSB() {
	if is("usb", "off") {
		m.note("usb: off, by the command line")
		return
	}
	for _, f := range m.functions {
		if f.Class == pci.ClassXHCI {
			m.startXHCI(f)
		}
	}
}

func (m *Machine) startXHCI(f *pci.Function) {
	bars := f.ReadBARs()
	r := bars[0]
	if r.Size == 0 || r.IO || r.Base == 0 || r.Size > maxRegisters {
		m.note("xhci %s: no registers: %+v", f.Addr, r)
		return
	}
	if boot.Boot.InMemory(frame.Addr(r.Base), frame.Addr(r.Base+r.Size)) {
		m.note("xhci %s: its registers at %#x would be in memory", f.Addr, r.Base)
		return
	}
	at := mapRegisters(r.Base, r.Size)
	if at == 0 {
		m.note("xhci %s: its registers at %#x cannot be mapped", f.Addr, r.Base)
		return
	}
	f.Enable(func() { time.Sleep(10 * time.Millisecond) })
	m.takePorts(f)
	interrupt, how := m.messages(f, bars)
	c, err := xhci.Start(xhci.Config{
		Registers: at,
		Size:      r.Size,
		Memory:    dma{},
		Keyboard:  m.keyboard,
		Interrupt: interrupt,
		Now:       goos.Now,
		Sleep:     time.Sleep,
		Log:       m.note,
	})
	if err != nil {
		f.Disable()
		m.note("xhci %s: %v", f.Addr, err)
		return
	}
	m.mu.Lock()
	m.usb = append(m.usb, usbController{c, f.Addr, how})
	m.mu.Unlock()
	go func() {
		err := c.Run(nil)
		f.Disable()
		m.note("xhci %s: %v", f.Addr, err)
	}()
}

// Intel's chipsets of the 7th to 9th series have ports that belong to an EHCI until they are given to
// the xHCI (7 Series PCH data sheet, 17.1: XUSB2PR, XUSB2PRM, USB3_PSSEN, USB3PRM).
const (
	intelPorts     = 0xd0
	intelPortsMask = 0xd4 // those that can be given
	intelFast      = 0xd8
	intelFastMask  = 0xdc
)

// takePorts gives f the ports that it may share with an EHCI.
func (m *Machine) takePorts(f *pci.Function) {
	shared := slices.ContainsFunc(m.functions, func(other *pci.Function) bool {
		return other.Class == pci.ClassEHCI && other.Vendor == pci.VendorIntel
	})
	if f.Vendor != pci.VendorIntel || !shared {
		return
	}
	f.Write(intelFast, f.Read(intelFastMask))
	f.Write(intelPorts, f.Read(intelPortsMask))
	m.note("xhci %s: has the ports %#x, %#x", f.Addr, f.Read(intelPorts), f.Read(intelFast))
}

// messages makes f send its interrupts as messages, by MSI-X or else MSI. It returns what receives
// them, nil if f has to be polled.
func (m *Machine) messages(f *pci.Function, bars [6]pci.BAR) (<-chan struct{}, string) {
	const polled = "none, it is polled"
	if is("usb", "poll") {
		return nil, polled
	}
	line, addr, data, ok := goos.NewMSI()
	if !ok {
		return nil, polled
	}
	interrupt := m.signalOn(line)
	if x, ok := f.MSIXTable(); ok && !is("usb", "msi") {
		if b := bars[x.BAR]; b.Base != 0 && !b.IO && uint64(x.Offset) < b.Size && x.Bytes() <= b.Size-uint64(x.Offset) {
			if table := mapRegisters(b.Base+uint64(x.Offset), x.Bytes()); table != 0 {
				f.EnableMSIX(x, table.Write, addr, data)
				return interrupt, "MSI-X"
			}
		}
	}
	if f.EnableMSI(addr, data) {
		return interrupt, "MSI"
	}
	return nil, polled
}
