package boot

import (
	"slices"
	"strings"
	"testing"

	"gossamer/kernel/frame"
)

func region(start, end uint64, t MemoryType) Region {
	return Region{frame.Range{Start: frame.Addr(start), End: frame.Addr(end)}, t}
}

// putPVH writes what qemu -kernel would.
func putPVH(m []byte) frame.Addr {
	put(m, 0x9000, uint32(pvhMagicValue), uint32(1), uint32(0), uint32(1),
		uint64(0xa000), uint64(0xb000), uint64(0xf59d0), uint64(0xc000), uint32(4), uint32(0))
	put(m, 0xa000, uint64(0x110000), uint64(0x1234), uint64(0), uint64(0))
	put(m, 0xb000, []byte("init=/bin/init log=com2\x00rubbish"))
	at := 0xc000
	for _, r := range [][3]uint64{{0, 0x9fc00, 1}, {0x9fc00, 0x400, 2}, {0x100000, 0x7ee0000, 1}, {1 << 32, 1 << 30, 77}} {
		at = put(m, at, r[0], r[1], uint32(r[2]), uint32(0))
	}
	return 0x9000
}

func TestPVH(t *testing.T) {
	if !Parse(PVH, putPVH(arena(t))) {
		t.Fatal("refused")
	}
	want := []Region{
		region(0, 0x9fc00, Usable), region(0x9fc00, 0xa0000, Reserved), region(0x100000, 0x7fe0000, Usable),
		region(1<<32, 5<<30, Reserved), // unknown type
	}
	if !slices.Equal(Boot.Regions(), want) {
		t.Errorf("regions %x, want %x", Boot.Regions(), want)
	}
	if m := Boot.Modules(); len(m) != 1 || m[0] != (frame.Range{Start: 0x110000, End: 0x111234}) {
		t.Errorf("modules %x", m)
	}
	if got := string(Boot.CommandLine()); got != "init=/bin/init log=com2" {
		t.Errorf("command line %q", got)
	}
	if Boot.RSDP != 0xf59d0 || Boot.Dropped != 0 {
		t.Errorf("RSDP %#x, dropped %d", Boot.RSDP, Boot.Dropped)
	}
	usable, reserved := Boot.FrameRanges(0x300000)
	if len(usable) != 2 || len(reserved) != 4 || !slices.Contains(reserved, frame.Range{Start: 0x100000, End: 0x300000}) ||
		!slices.Contains(reserved, frame.Range{Start: 0x110000, End: 0x111234}) {
		t.Errorf("usable %x, reserved %x", usable, reserved)
	}
}

// Version 0 of PVH's record has no memory map: is none read from behind it?
func TestPVHVersion0(t *testing.T) {
	m := arena(t)
	at := putPVH(m)
	put(m, int(at)+pvhVersion, uint32(0))
	if !Parse(PVH, at) || len(Boot.Regions()) != 0 || len(Boot.Modules()) != 1 {
		t.Errorf("regions %v, modules %v", Boot.Regions(), Boot.Modules())
	}
}

// tag writes one Multiboot2 tag and returns where the next begins.
func tag(m []byte, at int, kind uint32, body ...any) int {
	end := put(m, put(m, at, kind, uint32(0)), body...)
	put(m, at+4, uint32(end-at))
	return (end + 7) &^ 7
}

// putMultiboot2 writes what GRUB would under UEFI.
func putMultiboot2(m []byte) frame.Addr {
	const info = 0x8000
	rsdp := func(b byte, n int) []byte { return slices.Repeat([]byte{b}, n) }
	at := tag(m, info+8, tagCommandLine, []byte("test \"a b\"\x00"))
	at = tag(m, at, 2, []byte("GRUB 2.06\x00"))
	at = tag(m, at, tagRSDP1, rsdp(1, 20))
	at = tag(m, at, tagRSDP2, rsdp(2, 36))
	at = tag(m, at, tagModule, uint32(0x120000), uint32(0x120800), []byte("initrd\x00"))
	at = tag(m, at, tagMemoryMap, uint32(24), uint32(0),
		uint64(0), uint64(0xa0000), uint32(1), uint32(0), uint64(0x100000), uint64(0x700000), uint32(20), uint32(0))
	at = tag(m, at, tagFramebuffer, uint64(0xc0000000), uint32(4096), uint32(1024), uint32(768), uint8(32), uint8(1),
		uint16(0), []byte{16, 8, 8, 8, 0, 8})
	at = tag(m, at, tagEnd)
	put(m, info, uint32(at-info), uint32(0))
	return info
}

func TestMultiboot2(t *testing.T) {
	if !Parse(Multiboot2, putMultiboot2(arena(t))) {
		t.Fatal("refused")
	}
	if want := []Region{region(0, 0xa0000, Usable), region(0x100000, 0x800000, Reserved)}; !slices.Equal(Boot.Regions(), want) {
		t.Errorf("regions %x, want %x", Boot.Regions(), want)
	}
	if m := Boot.Modules(); len(m) != 1 || m[0] != (frame.Range{Start: 0x120000, End: 0x120800}) {
		t.Errorf("modules %x", m)
	}
	if got := string(Boot.CommandLine()); got != `test "a b"` {
		t.Errorf("command line %q", got)
	}
	if c := Boot.RSDPCopy(); len(c) != 36 || c[0] != 2 {
		t.Errorf("RSDP copy %x, want that of version 2", c)
	}
	want := Framebuffer{0xc0000000, 4096, 1024, 768, 32, Channel{16, 8}, Channel{8, 8}, Channel{0, 8}}
	if Boot.Framebuffer != want {
		t.Errorf("framebuffer %+v, want %+v", Boot.Framebuffer, want)
	}
	if Boot.Dropped != 0 {
		t.Errorf("dropped %d", Boot.Dropped)
	}
}

// A framebuffer whose lines do not fit its pitch must not be believed.
func TestFramebufferMustFit(t *testing.T) {
	m := arena(t)
	const info = 0x8000
	at := tag(m, info+8, tagFramebuffer, uint64(0xc0000000), uint32(4095), uint32(1024), uint32(768), uint8(32), uint8(1),
		uint16(0), []byte{16, 8, 8, 8, 0, 8})
	put(m, info, uint32(at-info))
	if Parse(Multiboot2, info); Boot.Framebuffer.Addr != 0 {
		t.Errorf("took %+v", Boot.Framebuffer)
	}
}

// Nor one that lies in memory, wherever the tag of the memory map is.
func TestFramebufferInMemory(t *testing.T) {
	for _, c := range []struct {
		at    uint64
		taken bool
	}{{0xc0000000, true}, {0xbffff000, false}, {0xbfffe000 - 4096*767, true}, {0xbffff000 - 4096*767, false}, {0x100000, false}} {
		m := arena(t)
		const info = 0x8000
		at := tag(m, info+8, tagFramebuffer, c.at, uint32(4096), uint32(1024), uint32(768), uint8(32), uint8(1),
			uint16(0), []byte{16, 8, 8, 8, 0, 8})
		at = tag(m, at, tagMemoryMap, uint32(24), uint32(0),
			uint64(0x100000), uint64(0x7f00000), uint32(1), uint32(0), uint64(0xc0000000-4096), uint64(4096), uint32(1), uint32(0))
		put(m, info, uint32(at-info))
		if Parse(Multiboot2, info); (Boot.Framebuffer.Addr != 0) != c.taken {
			t.Errorf("%#x: took %+v", c.at, Boot.Framebuffer)
		}
	}
}

// A tag that claims to go on behind the information's end is not looked at.
func TestTagPastEnd(t *testing.T) {
	m := arena(t)
	const info = 0x8000
	at := tag(m, info+8, tagModule, uint32(0x120000), uint32(0x120800))
	put(m, info, uint32(at-info-8))
	if !Parse(Multiboot2, info) || len(Boot.Modules()) != 0 || Boot.Dropped != 1 {
		t.Errorf("modules %x, dropped %d", Boot.Modules(), Boot.Dropped)
	}
}

// The root pointer of version 2 counts whether it comes before or after that of version 1.
func TestRSDPOrder(t *testing.T) {
	for _, kinds := range [][2]uint32{{tagRSDP1, tagRSDP2}, {tagRSDP2, tagRSDP1}} {
		m := arena(t)
		const info = 0x8000
		at := info + 8
		for _, k := range kinds {
			at = tag(m, at, k, slices.Repeat([]byte{byte(k)}, map[uint32]int{tagRSDP1: 20, tagRSDP2: 36}[k]))
		}
		put(m, info, uint32(at-info))
		Parse(Multiboot2, info)
		if c := Boot.RSDPCopy(); len(c) != 36 || c[0] != tagRSDP2 {
			t.Errorf("%d: copy %x", kinds, c)
		}
	}
}

// What exceeds the record is counted, and what is too long is cut off.
func TestBounds(t *testing.T) {
	m := arena(t)
	at := putPVH(m)
	put(m, int(at)+pvhMemoryCount, uint32(MaxRegions+7))
	for i := range MaxRegions + 7 {
		put(m, 0xc000+i*pvhRegionSize, uint64(i)<<20, uint64(1<<20), uint32(1))
	}
	copy(m[0xb000:], strings.Repeat("x", 0x1000))
	if !Parse(PVH, at) || len(Boot.Regions()) != MaxRegions || Boot.Dropped != 7 {
		t.Errorf("%d regions, %d dropped", len(Boot.Regions()), Boot.Dropped)
	}
	if len(Boot.CommandLine()) != MaxCommandLine {
		t.Errorf("command line has %d bytes", len(Boot.CommandLine()))
	}
}

func TestRefuses(t *testing.T) {
	m := arena(t)
	put(m, 0x5000, uint32(0xffffffff))
	for _, c := range []struct {
		p  Protocol
		at frame.Addr
	}{
		{0, 0x9000}, {3, 0x9000}, {PVH, 0x9000}, {PVH, arenaSize - 8}, {PVH, ^frame.Addr(0)}, {PVH, ^frame.Addr(3)},
		{Multiboot2, 0x9000}, {Multiboot2, 0x5000}, {Multiboot2, arenaSize}, {Multiboot2, ^frame.Addr(7)},
	} {
		if Parse(c.p, c.at) {
			t.Errorf("protocol %d at %#x was accepted", c.p, c.at)
		}
	}
}

// check is what holds of the record whatever the loader wrote.
func check(t *testing.T) {
	for _, r := range Boot.Regions() {
		if r.Start >= r.End || r.Type < Usable || r.Type > Bad {
			t.Errorf("region %x", r)
		}
	}
	for _, m := range Boot.Modules() {
		if m.Start >= m.End || m.End > Reach {
			t.Errorf("module %x is out of reach", m)
		}
	}
	Boot.FrameRanges(0x200000)
	Option("init")
}

// Rubbish: does it read outside of memory (which faults here), or never end?
func FuzzInfo(f *testing.F) {
	m := arena(f)
	putPVH(m)
	f.Add(uint8(PVH), uint32(0x1000), m[0x9000:0xd000])
	putMultiboot2(m)
	f.Add(uint8(Multiboot2), uint32(0), m[0x8000:0x8200])
	f.Add(uint8(Multiboot2), uint32(arenaSize-0x200-0x8000), m[0x8000:0x8200])
	clear(m)
	f.Fuzz(func(t *testing.T, p uint8, shift uint32, data []byte) {
		at := (0x8000 + int(shift)) % arenaSize
		n := copy(m[at:], data)
		Parse(Protocol(p), frame.Addr(at))
		check(t)
		clear(m[at : at+n])
	})
}

func TestOption(t *testing.T) {
	for _, c := range []struct {
		line, name, value string
		ok                bool
	}{
		{"", "x", "", false},
		{"test quiet", "test", "", true},
		{"test quiet", "quiet", "", true},
		{"testing", "test", "", false},
		{"test", "testing", "", false},
		{"init=/bin/init", "init", "/bin/init", true},
		{"  init=/a \t init=/b ", "init", "/b", true},
		{"init=", "init", "", true},
		{"xinit=/a", "init", "", false},
		{`run="a b" test`, "run", "a b", true},
		{`run="a b" test`, "test", "", true},
		{`run="a test`, "test", "", false},
		{`"run=a b"`, "run", "a b", true},
		{`x="run=a"`, "run", "", false},
		{`a=b=c`, "a", "b=c", true},
		{`a="`, "a", "", true},
		{`"`, "", "", true},
		{`=v`, "", "v", true},
	} {
		var b Info
		b.nCommandLine = copy(b.commandLine[:], c.line)
		if v, ok := b.Option(c.name); v != c.value || ok != c.ok {
			t.Errorf("%q in %q: %q %v, want %q %v", c.name, c.line, v, ok, c.value, c.ok)
		}
	}
}

func FuzzOption(f *testing.F) {
	f.Add(`run="a b" x= "y=z`, "y")
	f.Fuzz(func(t *testing.T, line, name string) {
		var b Info
		b.nCommandLine = copy(b.commandLine[:], line)
		b.Option(name)
	})
}

// The trampoline: what is refused, and the mailbox's protocol.
func TestTrampoline(t *testing.T) {
	m := arena(t)
	h := Header{Magic: HeaderMagic, APEntry: 0xffffffff80200100, TrampStart: 0x100100, TrampEnd: 0x100200, PML4: 0x101000}
	put(m, 0x100200-mailboxSize+mailboxMagic, uint64(mailboxSignature))
	put(m, 0x100100, []byte{0xfa, 0xfc})
	var tr Trampoline
	for _, page := range []frame.Addr{0, 0x8001, 0x100000, arenaSize} {
		if tr.Install(page, &h) {
			t.Errorf("page %#x was accepted", page)
		}
	}
	for _, bad := range []func(h *Header){
		func(h *Header) { h.Magic++ },
		func(h *Header) { h.TrampEnd = h.TrampStart + 5000 },
		func(h *Header) { h.TrampEnd = h.TrampStart - 1 },
		func(h *Header) { h.TrampEnd++ },
		func(h *Header) { h.TrampStart += 1 << 40; h.TrampEnd += 1 << 40 },
		func(h *Header) { h.APEntry = 0 },
		func(h *Header) { h.PML4 = 1 << 32 },
	} {
		g := h
		if bad(&g); tr.Install(0x8000, &g) {
			t.Errorf("header %#x was accepted", g)
		}
	}
	if !tr.Install(0x8000, &h) || tr.Vector() != 8 {
		t.Fatal("not installed")
	}
	box := 0x8100 - mailboxSize
	if Phys64(frame.Addr(box+mailboxEntry)) != h.APEntry || Phys32(frame.Addr(box+mailboxPML4)) != 0x101000 || m[0x8001] != 0xfc {
		t.Errorf("the copy is % x", m[0x8000:0x8100])
	}
	if !tr.Taken() {
		t.Error("there is an offer before the first")
	}
	tr.Offer(3)
	if tr.Taken() || Phys64(frame.Addr(box+mailboxIndex)) != 3 {
		t.Error("the offer is not there")
	}
	if !tr.Withdraw() || !tr.Taken() || tr.Withdraw() {
		t.Error("an offer can be withdrawn once")
	}
}
