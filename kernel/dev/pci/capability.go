package pci

// Capability is an entry of a function's list: its kind, and where its registers are.
type Capability struct {
	ID     uint8
	Offset uint16
}

// Kinds of capabilities.
const (
	CapPower = 0x01
	CapMSI   = 0x05
	CapMSIX  = 0x11
)

// maxCapabilities fit into the 192 bytes that they may be in.
const maxCapabilities = 48

// capabilities reads the list. One that runs in circles ends where it would begin again.
func (f *Function) capabilities() (list []Capability) {
	if f.read(regCommand)&statusHasCaps == 0 {
		return nil
	}
	var seen [256]bool
	at := uint16(f.read(regCapability) & 0xfc)
	for at >= 0x40 && !seen[at] && len(list) < maxCapabilities {
		seen[at] = true
		v := f.read(at)
		if v&0xff == 0xff {
			break
		}
		list = append(list, Capability{uint8(v), at})
		at = uint16(v >> 8 & 0xfc)
	}
	return list
}

// Capability returns the first capability of a kind, nil if there is none.
func (f *Function) Capability(id uint8) *Capability {
	for i := range f.Capabilities {
		if c := &f.Capabilities[i]; c.ID == id {
			return c
		}
	}
	return nil
}
