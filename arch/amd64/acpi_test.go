package amd64

import (
	"encoding/binary"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"gossamer/boot"
	"gossamer/kernel/frame"
)

// acpiMemory is the physical memory of these tests; pages that fault surround it.
const acpiMemory = 1 << 20

func acpiArena(t testing.TB) []byte {
	const guard = 1 << 20
	m, err := syscall.Mmap(-1, 0, acpiMemory+2*guard, syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	in := m[guard : guard+acpiMemory]
	if err := syscall.Mprotect(in, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
		t.Fatal(err)
	}
	oldMap, oldReach := frame.DirectMap, boot.Reach
	frame.DirectMap, boot.Reach = uintptr(unsafe.Pointer(unsafe.SliceData(in))), acpiMemory
	t.Cleanup(func() {
		frame.DirectMap, boot.Reach = oldMap, oldReach
		ACPI, Topology = ACPIInfo{}, Machine{}
		syscall.Munmap(m)
	})
	return in
}

func bytesOf(values ...any) (b []byte) {
	for _, v := range values {
		var err error
		if b, err = binary.Append(b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return b
}

// fix makes the sum of b zero by way of b[at].
func fix(b []byte, at int) {
	b[at] -= sum(b)
}

// putTable writes a table with the given body, and returns its address.
func putTable(m []byte, at int, signature string, revision uint8, body ...any) int {
	b := slices.Concat([]byte(signature), make([]byte, 32), bytesOf(body...))
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)))
	b[8] = revision
	fix(b, 9)
	copy(m[at:], b)
	return at
}

// rsdp makes a root pointer.
func rsdp(revision uint8, rsdt, xsdt int) []byte {
	b := bytesOf([]byte("RSD PTR "), uint8(0), []byte("GOSSMR"), revision, uint32(rsdt))
	fix(b, 8)
	if revision >= 2 {
		b = append(b, bytesOf(uint32(36), uint64(xsdt), uint32(0))...)
		fix(b, 32)
	}
	return b
}

var testMADT = []any{uint32(0xfee00000), uint32(1),
	[]byte{0, 8, 0, 0, 1, 0, 0, 0},                       // CPU 0
	[]byte{0, 8, 1, 2, 1, 0, 0, 0},                       // CPU with APIC ID 2
	[]byte{0, 8, 2, 4, 0, 0, 0, 0},                       // disabled
	[]byte{0, 8, 3, 0xff, 1, 0, 0, 0},                    // no ID
	[]byte{9, 16, 0, 0}, uint32(2), uint32(1), uint32(1), // APIC ID 2 again
	[]byte{9, 16, 0, 0}, uint32(300), uint32(1), uint32(7), // beyond xAPIC
	[]byte{1, 12, 0, 0}, uint32(0x80000), uint32(0), // I/O APIC
	[]byte{1, 12, 1, 0}, uint32(0x81000), uint32(24), // and another
	[]byte{2, 10, 0, 0}, uint32(2), uint16(0), // IRQ 0 -> GSI 2
	[]byte{2, 10, 0, 9}, uint32(9), uint16(0xf), // IRQ 9 level, low
	[]byte{4, 6, 0xff, 5, 0, 1},                           // LINT1 of all is NMI
	[]byte{10, 12, 0xf, 0}, uint32(7), []byte{0, 0, 0, 0}, // LINT0 of UID 7, level, low
	[]byte{5, 12, 0, 0}, uint64(0x90000), []byte{77, 4, 1, 2}} // LAPIC elsewhere; unknown type

// fadt is the body of a FADT of ACPI 6 with everything in it.
func fadt(dsdt int) []byte {
	b := make([]byte, fadtMin5)
	le := binary.LittleEndian
	le.PutUint32(b[fadtDSDT:], 0x12345678) // must be ignored for the 64-bit field
	le.PutUint32(b[fadtSMICommand:], 0xb2)
	b[fadtACPIEnable] = 0xf1
	le.PutUint32(b[fadtPM1aEvent:], 0x600)
	b[fadtCentury] = 0x32
	le.PutUint32(b[fadtPM1aControl:], 0x604)
	le.PutUint32(b[fadtPMTimer:], 0x608)
	b[fadtPMTimerLen] = 4
	le.PutUint16(b[fadtBootFlags:], uint16(Has8042))
	le.PutUint32(b[fadtFlags:], flagReset|flagTimer32)
	b[fadtReset] = InIO
	le.PutUint64(b[fadtReset+4:], 0xcf9)
	b[fadtResetValue] = 0xf
	le.PutUint64(b[fadtXDSDT:], uint64(dsdt))
	b[fadtXPM1bControl] = InIO
	le.PutUint64(b[fadtXPM1bControl+4:], 0x704)
	return b[tableHeader:]
}

// mcfg are the entries of a MCFG: two that are good, and others.
var mcfg = bytesOf(
	uint64(0xb0000000), uint16(0), uint8(0), uint8(0xff), uint32(0),
	uint64(0), uint16(1), uint8(0), uint8(0xff), uint32(0), // nowhere
	uint64(0xc0080000), uint16(1), uint8(0), uint8(0xff), uint32(0), // not aligned
	uint64(0xc0000000), uint16(1), uint8(9), uint8(8), uint32(0), // no buses
	uint64(1<<64-1<<20), uint16(1), uint8(0), uint8(8), uint32(0), // beyond the end
	uint64(0xc0000000), uint16(2), uint8(0x80), uint8(0x8f), uint32(0), uint32(7)) // and a rest

// putACPI writes a whole set of tables and returns the root pointer.
func putACPI(m []byte, revision uint8) []byte {
	dsdt := putTable(m, 0x1000, "DSDT", 2, []byte("junk_S5_\x12junk\x08_S5_\x12\x0a\x04\x0a\x05\x01\x00\x00tail\x08_HID\x0c\x41\xd0\x03\x03"))
	f := putTable(m, 0x2000, "FACP", 6, fadt(dsdt))
	a := putTable(m, 0x3000, "APIC", 3, testMADT...)
	h := putTable(m, 0x4000, "HPET", 1, uint32(0), []byte{InMemory, 64, 0, 0}, uint64(0x82000), make([]byte, 4))
	c := putTable(m, 0x4800, "MCFG", 1, make([]byte, 8), mcfg)
	bad := putTable(m, 0x5000, "APIC", 3, uint32(0), uint32(0))
	m[0x5020]++ // checksum
	put := func(at int, sig string, entry func(int) any) int {
		return putTable(m, at, sig, 1, entry(bad), entry(f), entry(0), entry(1<<30), entry(a), entry(h), entry(c))
	}
	rsdt := put(0x6000, "RSDT", func(v int) any { return uint32(v) })
	xsdt := put(0x7000, "XSDT", func(v int) any { return uint64(v) })
	return rsdp(revision, rsdt, xsdt)
}

func TestACPI(t *testing.T) {
	for _, revision := range []uint8{0, 2} {
		m := acpiArena(t)
		copy(m[0xf0000:], putACPI(m, revision))
		FindACPI(&boot.Info{RSDP: 0xf0000})
		if !ACPI.Found || string(ACPI.OEM[:]) != "GOSSMR" || ACPI.HPET != 0x82000 {
			t.Errorf("revision %d: %+v", revision, ACPI)
		}
		want := FADT{Present: true, SMICommand: 0xb2, ACPIEnable: 0xf1, Century: 0x32, PM1aEvent: 0x600, PM1aControl: 0x604, PM1bControl: 0x704,
			PMTimer: 0x608, PMTimer32: true, Reset: Register{InIO, 0xcf9}, ResetValue: 0xf, BootFlags: Has8042}
		if ACPI.FADT != want {
			t.Errorf("FADT %+v, want %+v", ACPI.FADT, want)
		}
		if !ACPI.Keyboard {
			t.Error("the keyboard was not found")
		}
		if !ACPI.HaveS5 || ACPI.SleepTypeA != 5 || ACPI.SleepTypeB != 1 {
			t.Errorf("S5 %v: %d, %d", ACPI.HaveS5, ACPI.SleepTypeA, ACPI.SleepTypeB)
		}
		if got, want := ACPI.ECAMs(), []ECAM{{0xb0000000, 0, 0, 0xff}, {0xc0000000, 2, 0x80, 0x8f}}; !slices.Equal(got, want) {
			t.Errorf("ECAM %+v, want %+v", got, want)
		}
		var names []byte
		for _, s := range ACPI.Signatures() {
			names = append(names, s[:]...)
		}
		if got := string(names); got != "APICFACPAPICHPETMCFG" {
			t.Errorf("tables %s", got)
		}
		checkMADT(t)
	}
}

// Registers that would lie across the end of a page, of which one is mapped, or in memory, are none.
func TestRegistersAt(t *testing.T) {
	m := acpiArena(t)
	const info = 0x8000
	copy(m[info:], bytesOf(uint32(64), uint32(0), uint32(6), uint32(40), uint32(24), uint32(0),
		uint64(0x90000), uint64(0x1000), uint32(1), uint32(0), uint64(0), uint64(0)))
	if !boot.Parse(boot.Multiboot2, info) || len(boot.Boot.Regions()) != 1 {
		t.Fatalf("%+v", boot.Boot.Regions())
	}
	defer func() { boot.Boot = boot.Info{} }()
	for _, c := range []struct {
		at uint64
		ok bool
	}{{0x82000, true}, {0x82c00, true}, {0x82c08, false}, {0x82004, false}, {0x90000, false}, {0x8fc00, true}, {0, false}, {acpiMemory, false}} {
		h := putTable(m, 0x4000, "HPET", 1, uint32(0), []byte{InMemory, 64, 0, 0}, c.at, make([]byte, 4))
		copy(m[0xf0000:], rsdp(2, 0, putTable(m, 0x7000, "XSDT", 1, uint64(h))))
		FindACPI(&boot.Info{RSDP: 0xf0000})
		if (ACPI.HPET != 0) != c.ok {
			t.Errorf("%#x: HPET at %#x", c.at, ACPI.HPET)
		}
	}
	for at, ok := range map[frame.Addr]bool{0x80000: true, 0x80fe8: true, 0x80ff0: false, 0x90ff0: false, 0x90010: false} {
		var topology Machine
		if topology.addIOAPIC(at, 0); topology.nioapic == 1 != ok || topology.Dropped == 0 != ok {
			t.Errorf("I/O APIC at %#x: %d", at, topology.nioapic)
		}
	}
}

func checkMADT(t *testing.T) {
	t.Helper()
	m := &Topology
	var ids [8]uint32
	if n := m.Targets(0, ids[:]); m.CPUs() != 3 || n != 2 || ids[0] != 2 || ids[1] != 300 {
		t.Errorf("%d CPUs, targets %v", m.CPUs(), ids[:n])
	}
	if !m.beyondXAPIC() || !m.PIC || m.LAPIC != 0x90000 || m.nioapic != 2 || m.Dropped != 0 {
		t.Errorf("%+v", m)
	}
	for _, c := range []struct {
		irq        uint8
		gsi        uint32
		level, low bool
	}{{0, 2, false, false}, {4, 4, false, false}, {9, 9, true, true}} {
		if gsi, level, low := m.ISA(c.irq); gsi != c.gsi || level != c.level || low != c.low {
			t.Errorf("IRQ %d: GSI %d level %v low %v", c.irq, gsi, level, low)
		}
	}
	for _, c := range []struct {
		id   uint32
		pin  uint8
		want uint32
	}{{0, 0, lvtMasked}, {0, 1, lvtNMI}, {300, 1, lvtNMI}, {300, 0, lvtNMI | lvtLow | lvtLevel}} {
		if got := lintSetting(c.id, c.pin); got != c.want {
			t.Errorf("LINT%d of %d is %#x, want %#x", c.pin, c.id, got, c.want)
		}
	}
	var pages [MaxDevicePages]MMIO
	n := DevicePages(pages[:])
	want := []MMIO{{0x90000, 4096}, {0x80000, 4096}, {0x81000, 4096}, {0x82000, 4096}}
	if !slices.Equal(pages[:n], want) {
		t.Errorf("device pages %x, want %x", pages[:n], want)
	}
}

// A copy of the root pointer, which Multiboot2 gives, is as good as the original.
func TestRootPointerCopy(t *testing.T) {
	m := acpiArena(t)
	if _, entry, ok := rootFromCopy(putACPI(m, 2)); !ok || entry != 8 {
		t.Error("version 2 does not lead to the XSDT")
	}
	p := putACPI(m, 2)
	p[33]++
	if _, entry, ok := rootFromCopy(p); !ok || entry != 4 {
		t.Error("with a bad extended checksum, the RSDT is not taken")
	}
	p[10]++
	if _, _, ok := rootFromCopy(p); ok {
		t.Error("a bad checksum was accepted")
	}
}

// Without ACPI there is one CPU, and nobody to start.
func TestNoACPI(t *testing.T) {
	acpiArena(t)
	boot.Reach = 4 << 30
	FindACPI(&boot.Info{})
	var ids [4]uint32
	if ACPI.Found || Topology.CPUs() != 1 || Topology.Targets(3, ids[:]) != 0 || Topology.LAPIC != defaultLAPIC || Topology.nioapic != 1 {
		t.Errorf("%+v", Topology)
	}
}

// An entry that claims to go on behind the table's end is not looked at.
func TestMADTEntryPastEnd(t *testing.T) {
	m := acpiArena(t)
	a := putTable(m, 0x3000, "APIC", 3, uint32(0xfee00000), uint32(0),
		[]byte{0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 1, 0, 0}) // the second lacks a byte
	Topology.readMADT(frame.Addr(a), uint64(binary.LittleEndian.Uint32(m[a+4:])))
	if Topology.CPUs() != 1 || Topology.Dropped != 1 {
		t.Errorf("%d CPUs, %d dropped", Topology.CPUs(), Topology.Dropped)
	}
}

// More CPUs than the kernel can use are left out and counted.
func TestTooManyCPUs(t *testing.T) {
	m := acpiArena(t)
	var body []byte
	for i := range MaxCPU + 3 {
		body = append(body, 0, 8, byte(i), byte(i), 1, 0, 0, 0)
	}
	a := putTable(m, 0x3000, "APIC", 3, uint32(0xfee00000), uint32(0), body)
	copy(m[0xf0000:], rsdp(0, putTable(m, 0x6000, "RSDT", 1, uint32(a)), 0))
	FindACPI(&boot.Info{RSDP: 0xf0000})
	if Topology.CPUs() != MaxCPU || Topology.Dropped != 3 {
		t.Errorf("%d CPUs, %d dropped", Topology.CPUs(), Topology.Dropped)
	}
}

// \_S5 in the ways that compilers of AML write it, and what only looks like it.
func TestS5(t *testing.T) {
	for _, c := range []struct {
		aml  string
		ok   bool
		a, b uint8
	}{
		{"\x08_S5_\x12\x06\x04\x00\x00\x00\x00", true, 0, 0},
		{"\x08\\_S5_\x12\x06\x04\x0a\x07\x0a\x06", true, 7, 6},
		{"\x08_S5_\x12\x47\x00\x02\x0a\x05\x01", true, 5, 1}, // length of two bytes
		{"\x08_S5_\x12\x06\x01\x0a\x05", true, 5, 0},
		{"\x08_S5_\x12\x06\x04\x0b\x05\x00", false, 0, 0}, // a word
		{"\x08_S5_\x12", false, 0, 0},
		{"\x08_S5_\x12\xc7", false, 0, 0},
		{"\x08_S5_\x12\x06\x04\x0a", false, 0, 0},
		{"x_S5_\x12\x06\x04\x00\x00", false, 0, 0},
	} {
		m := acpiArena(t)
		a := acpiMemory - tableHeader - len(c.aml) // a read past the end faults
		putTable(m, a, "DSDT", 2, []byte(c.aml))
		scanS5(frame.Addr(a), uint64(tableHeader+len(c.aml)))
		if ACPI.HaveS5 != c.ok || ACPI.SleepTypeA != c.a || ACPI.SleepTypeB != c.b {
			t.Errorf("%q: %v %d %d", c.aml, ACPI.HaveS5, ACPI.SleepTypeA, ACPI.SleepTypeB)
		}
		ACPI = ACPIInfo{}
	}
}

// A keyboard's identifier, to the last byte of the table; a mouse's is none.
func TestKeyboard(t *testing.T) {
	for aml, want := range map[string]bool{
		"\x0c\x41\xd0\x03\x03": true, "xxxx\x0c\x41\xd0\x03\x0b": true,
		"\x0c\x41\xd0\x0f\x13": false, "\x0c\x41\xd0\x03": false, "": false,
	} {
		m := acpiArena(t)
		a := acpiMemory - tableHeader - len(aml)
		putTable(m, a, "SSDT", 2, []byte(aml))
		if got := scanKeyboard(frame.Addr(a), uint64(tableHeader+len(aml))); got != want {
			t.Errorf("%q: %v", aml, got)
		}
	}
}

// Rubbish in a table of any kind: does the reader leave memory (which faults here), or loop?
func FuzzACPI(f *testing.F) {
	m := acpiArena(f)
	putACPI(m, 2)
	for _, at := range []int{0x1000, 0x2000, 0x3000, 0x4000, 0x4800, 0x6000, 0x7000} {
		f.Add(slices.Clone(m[at : at+0x200]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := putACPI(m, 2)
		data = data[:min(len(data), 0x800)]
		for _, at := range []int{0x1000, 0x2000, 0x3000, 0x4000, 0x4800, 0x7000} {
			clear(m[at : at+0x800])
			n := copy(m[at:at+0x800], data)
			if n >= tableHeader { // so that it is read at all
				copy(m[at:], map[int]string{0x1000: "DSDT", 0x2000: "FACP", 0x3000: "APIC", 0x4000: "HPET", 0x4800: "MCFG", 0x7000: "XSDT"}[at])
				binary.LittleEndian.PutUint32(m[at+4:], uint32(n))
				fix(m[at:at+n], 9)
			}
			var b boot.Info
			b.RSDP = 0xf0000
			copy(m[0xf0000:], p)
			FindACPI(&b)
			var pages [MaxDevicePages]MMIO
			for _, d := range pages[:DevicePages(pages[:])] {
				if d.Addr != defaultLAPIC && !boot.InReach(d.Addr, d.Size) {
					t.Errorf("device page %x is out of reach", d)
				}
			}
			if n := Topology.CPUs(); n < 1 || n > MaxCPU {
				t.Errorf("%d CPUs", n)
			}
			putACPI(m, 2)
		}
	})
}
