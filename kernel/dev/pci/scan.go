package pci

// Bounds of a search.
const (
	maxFunctions = 1024
	devices      = 32
	functions    = 8
)

// scan is a search in one segment.
type scan struct {
	space   Space
	segment uint16
	last    uint8
	visited [256]bool
	found   []*Function
}

// Scan finds the functions of a segment on bus first and on those behind bridges, up to bus last,
// in the order of their addresses on each bus. It only reads.
func Scan(space Space, segment uint16, first, last uint8) []*Function {
	s := &scan{space: space, segment: segment, last: last}
	s.bus(first)
	// A host bridge of several functions may have a bus for each.
	root := Addr{Segment: segment, Bus: first}
	if s.header(root)&headerMultiple != 0 {
		for fn := uint8(1); fn < functions; fn++ {
			a := root
			a.Fn = fn
			if s.exists(a) && s.space.Read(a, regClass)>>8 == classHostBridge && int(first)+int(fn) <= int(last) {
				s.bus(first + fn)
			}
		}
	}
	return s.found
}

const classHostBridge = 0x060000

func (s *scan) exists(a Addr) bool {
	id := s.space.Read(a, regID)
	return id != ^uint32(0) && id != 0 && id&0xffff != 0xffff
}

func (s *scan) header(a Addr) uint32 { return s.space.Read(a, regHeader) }

// bus looks at all functions of a bus, once.
func (s *scan) bus(bus uint8) {
	if s.visited[bus] || bus > s.last {
		return
	}
	s.visited[bus] = true
	for dev := uint8(0); dev < devices; dev++ {
		a := Addr{Segment: s.segment, Bus: bus, Dev: dev}
		if !s.exists(a) {
			continue
		}
		n := uint8(1)
		if s.header(a)&headerMultiple != 0 {
			n = functions
		}
		for a.Fn = 0; a.Fn < n; a.Fn++ {
			if len(s.found) == maxFunctions {
				return
			}
			if a.Fn == 0 || s.exists(a) {
				s.function(a)
			}
		}
	}
}

// function takes one in, and what is behind it if it is a bridge.
func (s *scan) function(a Addr) {
	id, class := s.space.Read(a, regID), s.space.Read(a, regClass)
	f := &Function{
		Addr:   a,
		Vendor: uint16(id), Device: uint16(id >> 16),
		Class: class >> 8, Revision: uint8(class),
		space: s.space,
	}
	kind := s.header(a) >> headerShift & headerMask
	if kind == 0 {
		sub := f.read(regSubsystem)
		f.SubVendor, f.SubDevice = uint16(sub), uint16(sub>>16)
	}
	if kind <= headerBridge {
		f.Capabilities = f.capabilities()
	}
	s.found = append(s.found, f)
	if kind == headerBridge {
		f.Bridge = true
		f.Secondary = uint8(f.read(regBuses) >> 8)
		if f.Secondary != 0 { // 0: the firmware has not set it up
			s.bus(f.Secondary)
		}
	}
}
