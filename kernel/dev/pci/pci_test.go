package pci

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// fake is a configuration space: the words of each function, and which bits of them can be written.
type fake struct {
	words    map[Addr]*[64]uint32
	mutable  map[Addr]*[64]uint32
	writes   int
	decoding int // base addresses written while the function decoded them
}

func newFake() *fake { return &fake{words: map[Addr]*[64]uint32{}, mutable: map[Addr]*[64]uint32{}} }

func (f *fake) Read(a Addr, offset uint16) uint32 {
	w := f.words[a]
	if w == nil || offset > 0xff {
		return ^uint32(0)
	}
	return w[offset/4]
}

func (f *fake) Write(a Addr, offset uint16, v uint32) {
	f.writes++
	w, m := f.words[a], f.mutable[a]
	if w == nil || offset > 0xff {
		return
	}
	if offset >= regBAR && offset < regBAR+24 && w[regCommand/4]&(commandIO|commandMemory) != 0 {
		f.decoding++
	}
	w[offset/4] = w[offset/4]&^m[offset/4] | v&m[offset/4]
}

// add makes a function.
func (f *fake) add(bus, dev, fn uint8, class, header uint32) *[64]uint32 {
	a := Addr{Bus: bus, Dev: dev, Fn: fn}
	w := &[64]uint32{0: 0x1234_8086 + uint32(dev)<<16, 2: class<<8 | 7, 3: header << headerShift, 11: 0x1100_1af4}
	f.words[a], f.mutable[a] = w, &[64]uint32{1: 0xffff}
	return w
}

func (f *fake) bar(bus, dev uint8, i int, v, mask uint32) {
	a := Addr{Bus: bus, Dev: dev}
	f.words[a][4+i], f.mutable[a][4+i] = v, mask
}

func addresses(found []*Function) (s []string) {
	for _, f := range found {
		s = append(s, f.String())
	}
	return s
}

// Functions are found behind bridges, once each, and those that are not there are not.
func TestScan(t *testing.T) {
	f := newFake()
	f.add(0, 0, 0, classHostBridge, 0)
	f.add(0, 2, 1, 0x020000, 0) // no function 0: not there
	f.add(0, 3, 0, 0x010601, 0x80)
	f.add(0, 3, 5, ClassXHCI, 0)
	f.add(0, 4, 0, 0x010601, 0)
	f.add(0, 4, 3, 0x010601, 0)                    // function 0 says that it is alone
	f.add(0, 5, 0, 0x060400, 1)[6] = 0x00_02_01_00 // buses 1 and 2
	f.add(1, 0, 0, 0x060400, 1)[6] = 0x00_02_02_01
	f.add(2, 31, 0, ClassXHCI, 0)
	f.add(0, 6, 0, 0x060400, 1)[6] = 0x00_00_00_00 // loops: to itself, back, and to a bus twice
	f.add(0, 7, 0, 0x060400, 1)[6] = 0x00_01_01_00
	f.add(2, 1, 0, 0x060400, 1)[6] = 0x00_00_00_02
	f.add(9, 0, 0, ClassXHCI, 0) // nobody leads there
	found := Scan(f, 0, 0, 255)
	want := []string{"0000:00:00.0", "0000:00:03.0", "0000:00:03.5", "0000:00:04.0", "0000:00:05.0", "0000:01:00.0",
		"0000:02:01.0", "0000:02:1f.0", "0000:00:06.0", "0000:00:07.0"}
	if got := addresses(found); !slices.Equal(got, want) {
		t.Errorf("found %v,\nwant  %v", got, want)
	}
	x := found[2]
	if x.Vendor != 0x8086 || x.Device != 0x1237 || x.Class != ClassXHCI || x.Revision != 7 || x.SubVendor != 0x1af4 || x.SubDevice != 0x1100 {
		t.Errorf("%+v", x)
	}
	if f.writes != 0 {
		t.Errorf("Scan wrote %d times", f.writes)
	}
	if got := Scan(f, 0, 0, 1); len(got) != 8 {
		t.Errorf("up to bus 1: %v", addresses(got))
	}
	if got := Scan(newFake(), 0, 0, 255); got != nil {
		t.Errorf("found %v in an empty machine", addresses(got))
	}
}

// A host bridge of several functions has a bus for each.
func TestHostBridges(t *testing.T) {
	f := newFake()
	f.add(0, 0, 0, classHostBridge, 0x80)
	f.add(0, 0, 2, classHostBridge, 0)
	f.add(0, 0, 3, 0x020000, 0)
	f.add(2, 0, 0, ClassXHCI, 0)
	f.add(3, 0, 0, ClassXHCI, 0)
	want := []string{"0000:00:00.0", "0000:00:00.2", "0000:00:00.3", "0000:02:00.0"}
	if got := addresses(Scan(f, 0, 0, 255)); !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// Base addresses: 32 and 64 bits, I/O with and without its upper half; and those that cannot be.
func TestBARs(t *testing.T) {
	f := newFake()
	w := f.add(0, 1, 0, ClassXHCI, 0)
	w[1] = 7
	f.bar(0, 1, 0, 0xfebf0004, 0xffffc000) // 16 KiB, 64 bits wide
	f.bar(0, 1, 1, 0x00000002, 0xffffffff)
	f.bar(0, 1, 2, 0xfe000008, 0xfff00000) // 1 MiB
	f.bar(0, 1, 3, 0xc001, 0xffe0)         // I/O
	x := Scan(f, 0, 0, 0)[0]
	want := [6]BAR{
		{Base: 0x2_febf0000, Size: 0x4000}, {},
		{Base: 0xfe000000, Size: 1 << 20, Prefetch: true},
		{Base: 0xc000, Size: 32, IO: true},
	}
	before := *w
	if got := x.ReadBARs(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if *w != before || f.decoding != 0 {
		t.Errorf("registers are not as they were, or %d writes while it decoded", f.decoding)
	}
	f.mutable[Addr{Dev: 1}][5] = 0 // no upper half
	w[5] = 0
	if got := x.ReadBARs(); got[0] != (BAR{Base: 0xfebf0000, Size: 0x4000}) {
		t.Errorf("%+v", got[0])
	}
	f.bar(0, 1, 5, 0xfe000004, 0xfffff000) // 64 bits wide, without an upper half
	f.bar(0, 1, 2, 0xfffffff0, 0xfffffff0)
	w[4], w[5] = 4, 0 // no address was given to it: that is no place to be
	if got := x.ReadBARs(); got[5].Size != 0 || got[0].Base != 0 {
		t.Errorf("%+v", got)
	}
}

// Lists of capabilities end, whatever is in them.
func TestCapabilities(t *testing.T) {
	f := newFake()
	w := f.add(0, 0, 0, ClassXHCI, 0)
	w[1] = statusHasCaps
	w[regCapability/4] = 0x43 // the low bits mean nothing
	w[0x40/4] = 0x5005
	w[0x50/4] = 0xf011
	w[0xf0/4] = 0x4001 // and round again
	x := Scan(f, 0, 0, 0)[0]
	want := []Capability{{CapMSI, 0x40}, {CapMSIX, 0x50}, {CapPower, 0xf0}}
	if !slices.Equal(x.Capabilities, want) {
		t.Errorf("%v", x.Capabilities)
	}
	for _, next := range []uint32{0x0005, 0x1005, 0x4005, 0xffffffff} {
		w[0x40/4] = next
		if x := Scan(f, 0, 0, 0)[0]; len(x.Capabilities) > 1 {
			t.Errorf("%#x: %v", next, x.Capabilities)
		}
	}
	w[1] = 0
	if x := Scan(f, 0, 0, 0)[0]; x.Capabilities != nil {
		t.Error("capabilities of a function that has none")
	}
}

// Messages: what is written where, in each shape of the capability.
func TestMessages(t *testing.T) {
	const addr, data = 0xfee01000, 0x51
	for _, c := range []struct {
		control uint32
		addr    uint64
		ok      bool
		at      int // of the data
	}{{0, addr, true, 2}, {msi64, addr, true, 3}, {msi64 | msiMasks | 7<<17, 1<<32 | addr, true, 3}, {0, 1<<32 | addr, false, 0}} {
		f := newFake()
		w := f.add(0, 0, 0, ClassXHCI, 0)
		w[1], w[13] = statusHasCaps, 0x40
		w[16] = CapMSI | c.control
		m := f.mutable[Addr{}]
		m[16], m[17], m[18], m[19], m[20] = 0x71<<16, ^uint32(3), ^uint32(0), ^uint32(0), ^uint32(0)
		w[20] = ^uint32(0)
		x := Scan(f, 0, 0, 0)[0]
		if ok := x.EnableMSI(c.addr, data); ok != c.ok {
			t.Errorf("control %#x: %v", c.control, ok)
		}
		if !c.ok {
			if w[16]&msiEnable != 0 {
				t.Error("switched on all the same")
			}
			continue
		}
		if w[16]&(msiEnable|msiMultiple) != msiEnable || w[17] != uint32(c.addr) || w[16+c.at] != data ||
			c.at == 3 && w[18] != uint32(c.addr>>32) || c.control&msiMasks != 0 && w[20] != 0 {
			t.Errorf("control %#x: %#x", c.control, w[16:21])
		}
	}

	f := newFake()
	w := f.add(0, 0, 0, ClassXHCI, 0)
	w[1], w[13] = statusHasCaps|commandIO, 0x40
	w[16], w[17] = 0x00070011, 0x3001 // MSI-X with 8 entries, in base address 1 at 0x3000
	f.mutable[Addr{}][16] = msixEnable | msixMask
	x := Scan(f, 0, 0, 0)[0]
	where, ok := x.MSIXTable()
	if !ok || where != (MSIX{1, 0x3000, 8}) || where.Bytes() != 128 {
		t.Fatalf("%+v %v", where, ok)
	}
	var table [32]uint32
	x.EnableMSIX(where, func(offset uint32, v uint32) {
		if w[16]&msixMask == 0 {
			t.Error("written while not masked")
		}
		table[offset/4] = v
	}, addr, data)
	if w[16]&(msixEnable|msixMask) != msixEnable || [4]uint32(table[:4]) != [4]uint32{addr, 0, data, 0} || table[7] != 1 || table[31] != 1 {
		t.Errorf("control %#x, table %#x", w[16], table)
	}
	if x.EnableMSI(addr, data) {
		t.Error("MSI without the capability")
	}
}

// A function that sleeps is woken, and left alone until it is awake; it has its addresses then,
// which it may have forgotten. One that is awake is not disturbed.
func TestEnable(t *testing.T) {
	f := newFake()
	w := f.add(0, 0, 0, ClassXHCI, 0)
	f.bar(0, 0, 0, 0xfe000004, ^uint32(0x3fff))
	f.bar(0, 0, 1, 0x12, ^uint32(0))
	w[1], w[13] = statusHasCaps|commandIO, 0x50
	w[20] = CapPower
	w[21] = 0x8003 // it sleeps
	f.mutable[Addr{}][21] = 0x7fff
	x := Scan(f, 0, 0, 0)[0]
	rests := 0
	rest := func() {
		rests++
		if w[21]&3 != 0 || w[1]&(commandMemory|commandMaster) != 0 {
			t.Errorf("at rest: %#x, power %#x", w[1], w[21])
		}
		w[1], w[4], w[5] = statusHasCaps, 4, 0
		f.writes = 0
	}
	const on = commandMemory | commandMaster | commandNoINTx
	if x.Enable(rest); rests != 1 || w[21]&3 != 0 || w[1]&0xffff != on || w[4] != 0xfe000004 || w[5] != 0x12 || f.decoding != 0 {
		t.Errorf("%d rests, command %#x, power %#x, addresses %#x", rests, w[1], w[21], w[4:6])
	}
	if x.Disable(); w[1]&commandMaster != 0 {
		t.Error("not disabled")
	}
	if x.Enable(rest); rests != 1 || w[1]&0xffff != on {
		t.Errorf("again: %d rests, command %#x", rests, w[1])
	}
}

// A space that answers anything at all: the search ends, and nothing panics.
func TestHostile(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 1))
		s := spaceFunc(func(Addr, uint16) uint32 {
			switch rng.IntN(4) {
			case 0:
				return ^uint32(0)
			case 1:
				return 0x01800000 | statusHasCaps
			}
			return rng.Uint32()
		})
		found := Scan(s, 0, 0, 255)
		if len(found) > maxFunctions {
			t.Errorf("%d functions", len(found))
		}
		for _, f := range found[:min(len(found), 50)] {
			f.ReadBARs()
			f.Enable(func() {})
			f.EnableMSI(0xfee00000, 1)
			if m, ok := f.MSIXTable(); ok && m.Bytes() > 2048*16 {
				t.Error(m)
			}
		}
	}
}

// spaceFunc is a space that cannot be written.
type spaceFunc func(Addr, uint16) uint32

func (f spaceFunc) Read(a Addr, offset uint16) uint32 { return f(a, offset) }
func (spaceFunc) Write(Addr, uint16, uint32)          {}
