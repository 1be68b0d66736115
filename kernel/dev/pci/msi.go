package pci

// Message-signalled interrupts: the function writes data to an address. A function that can has one
// message, of many, here.

const (
	msiEnable   = 1 << 16
	msiMultiple = 7 << 20
	msi64       = 1 << 23
	msiMasks    = 1 << 24

	msixEnable = 1 << 31
	msixMask   = 1 << 30
	msixSize   = 0x7ff // of the upper half
	msixEntry  = 16
)

// EnableMSI makes the function write data to addr for its interrupts; false if it cannot.
func (f *Function) EnableMSI(addr uint64, data uint32) bool {
	c := f.Capability(CapMSI)
	if c == nil {
		return false
	}
	if c.Offset > 0xe8 {
		return false
	}
	control := f.read(c.Offset) &^ (msiEnable | msiMultiple)
	if control&msi64 == 0 && addr>>32 != 0 {
		return false
	}
	f.write(c.Offset, control)
	f.write(c.Offset+4, uint32(addr))
	at := c.Offset + 8
	if control&msi64 != 0 {
		f.write(at, uint32(addr>>32))
		at += 4
	}
	f.write(at, f.read(at)&^0xffff|data&0xffff)
	if control&msiMasks != 0 {
		f.write(at+4, 0)
	}
	f.write(c.Offset, control|msiEnable)
	return true
}

// MSIX is the table of an MSI-X capability: where it is, and its number of entries.
type MSIX struct {
	BAR     int
	Offset  uint32
	Entries int
}

// Bytes is the size of the table.
func (m MSIX) Bytes() uint64 { return uint64(m.Entries) * msixEntry }

// MSIXTable tells where the table is; false if there is none, or none that can be.
func (f *Function) MSIXTable() (m MSIX, ok bool) {
	c := f.Capability(CapMSIX)
	if c == nil || c.Offset > 0xf4 {
		return m, false
	}
	where := f.read(c.Offset + 4)
	m = MSIX{BAR: int(where & 7), Offset: where &^ 7, Entries: int(f.read(c.Offset)>>16&msixSize) + 1}
	return m, m.BAR < 6
}

// EnableMSIX makes the function write data to addr for its interrupt 0, and masks all others. write
// stores a double word in the table, at an offset from its start.
func (f *Function) EnableMSIX(m MSIX, write func(offset uint32, v uint32), addr uint64, data uint32) {
	const masked = 1
	c := f.Capability(CapMSIX)
	control := f.read(c.Offset)
	f.write(c.Offset, control|msixEnable|msixMask)
	for i := range m.Entries {
		write(uint32(i*msixEntry+12), masked)
	}
	write(0, uint32(addr))
	write(4, uint32(addr>>32))
	write(8, data)
	write(12, 0)
	f.write(c.Offset, control&^msixMask|msixEnable)
}
