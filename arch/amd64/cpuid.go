package amd64

// Features is what CPUID tells about a CPU (SDM 2A, CPUID; AMD APM 3, appendix E).
type Features struct {
	Vendor   [12]byte
	Brand    [48]byte // padded with zeros
	Family   uint32
	Model    uint32
	Stepping uint32
	PhysBits uint8 // width of a physical address
	VirtBits uint8

	NX           bool // no-execute pages
	MCE          bool // machine checks are exceptions
	PGE          bool // global pages
	PAT          bool // page attribute table
	Page1G       bool
	PCID         bool
	INVPCID      bool
	LA57         bool
	SMEP         bool
	SMAP         bool
	UMIP         bool
	FSGSBASE     bool
	XSAVE        bool
	RDRAND       bool
	RDTSCP       bool
	X2APIC       bool
	TSCDeadline  bool // the LAPIC timer takes TSC values
	InvariantTSC bool // the TSC runs at one rate in all power states
	ARAT         bool // and so does the LAPIC timer

	Hypervisor       bool
	HypervisorVendor [12]byte

	maxLeaf uint32
	maxHyp  uint32
}

// Has tells what the boot CPU has; the others are taken to have the same. Set by Detect.
var Has Features

// Detect fills Has in. Bare; once, on the boot CPU, before anything depends on it.
func Detect() {
	f := &Has
	*f = Features{}
	var b, c, d uint32
	f.maxLeaf, b, c, d = CPUID(0, 0)
	words3(&f.Vendor, b, d, c)

	a, b, c, d := CPUID(1, 0)
	f.Stepping = a & 15
	f.Family, f.Model = a>>8&15, a>>4&15
	if f.Family == 6 || f.Family == 15 {
		f.Model |= a >> 12 & 0xf0
	}
	if f.Family == 15 {
		f.Family += a >> 20 & 0xff
	}
	f.PCID = c>>17&1 != 0
	f.X2APIC = c>>21&1 != 0
	f.TSCDeadline = c>>24&1 != 0
	f.XSAVE = c>>26&1 != 0
	f.RDRAND = c>>30&1 != 0
	f.Hypervisor = c>>31&1 != 0
	f.MCE = d>>7&1 != 0
	f.PGE = d>>13&1 != 0
	f.PAT = d>>16&1 != 0

	if f.maxLeaf >= 6 {
		a, _, _, _ = CPUID(6, 0)
		f.ARAT = a>>2&1 != 0
	}
	if f.maxLeaf >= 7 {
		_, b, c, _ = CPUID(7, 0)
		f.FSGSBASE = b&1 != 0
		f.SMEP = b>>7&1 != 0
		f.INVPCID = b>>10&1 != 0
		f.SMAP = b>>20&1 != 0
		f.UMIP = c>>2&1 != 0
		f.LA57 = c>>16&1 != 0
	}
	f.extended()
	if f.Hypervisor {
		f.maxHyp, b, c, d = CPUID(0x40000000, 0)
		words3(&f.HypervisorVendor, b, c, d)
	}
}

// extended reads the leaves from 0x80000000 on.
func (f *Features) extended() {
	f.PhysBits, f.VirtBits = 36, 48
	last, _, _, _ := CPUID(0x80000000, 0)
	if last < 0x80000001 || last > 0x8000ffff {
		return
	}
	_, _, _, d := CPUID(0x80000001, 0)
	f.NX = d>>20&1 != 0
	f.Page1G = d>>26&1 != 0
	f.RDTSCP = d>>27&1 != 0
	if last >= 0x80000004 {
		n, skip := 0, true // some pad on the left
		for leaf := uint32(0x80000002); leaf <= 0x80000004; leaf++ {
			a, b, c, d := CPUID(leaf, 0)
			for _, w := range [4]uint32{a, b, c, d} {
				for i := 0; i < 32; i += 8 {
					ch := byte(w >> i)
					if skip = skip && ch == ' '; !skip {
						f.Brand[n] = ch
						n++
					}
				}
			}
		}
	}
	if last >= 0x80000007 {
		_, _, _, d = CPUID(0x80000007, 0)
		f.InvariantTSC = d>>8&1 != 0
	}
	if last >= 0x80000008 {
		a, _, _, _ := CPUID(0x80000008, 0)
		f.PhysBits, f.VirtBits = uint8(a), uint8(a>>8)
	}
}

func words3(p *[12]byte, a, b, c uint32) {
	for i := range 4 {
		p[i], p[4+i], p[8+i] = byte(a>>(8*i)), byte(b>>(8*i)), byte(c>>(8*i))
	}
}
