package amd64

import (
	"gossamer/boot"
	"gossamer/kernel/frame"
)

// Fields of the FADT (ACPI 6.5, 5.2.9).
const (
	fadtDSDT         = 40  // u32
	fadtSMICommand   = 48  // u32
	fadtACPIEnable   = 52  // u8
	fadtPM1aEvent    = 56  // u32
	fadtPM1aControl  = 64  // u32
	fadtPM1bControl  = 68  // u32
	fadtPMTimer      = 76  // u32
	fadtPMTimerLen   = 91  // u8
	fadtCentury      = 108 // u8
	fadtBootFlags    = 109 // u16, not before ACPI 2.0
	fadtFlags        = 112 // u32
	fadtReset        = 116 // register, 12 bytes
	fadtResetValue   = 128 // u8
	fadtXDSDT        = 140 // u64
	fadtXPM1aEvent   = 148 // register
	fadtXPM1aControl = 172 // register
	fadtXPM1bControl = 184 // register
	fadtXPMTimer     = 208 // register
	fadtSleepControl = 244 // register

	fadtMin1 = 116 // length in ACPI 1.0
	fadtMin2 = 132 // has the reset register
	fadtMin3 = 244 // has the X fields
	fadtMin5 = 256 // has the sleep registers

	flagTimer32         = 1 << 8
	flagReset           = 1 << 10
	flagHardwareReduced = 1 << 20
)

func readFADT(a frame.Addr, length uint64) {
	if length < fadtMin1 {
		return
	}
	f := &ACPI.FADT
	f.Present = true
	flags := boot.Phys32(a + fadtFlags)
	f.SMICommand = ioPort(uint64(boot.Phys32(a + fadtSMICommand)))
	f.ACPIEnable = boot.Phys8(a + fadtACPIEnable)
	f.PM1aEvent = ioPort(uint64(boot.Phys32(a + fadtPM1aEvent)))
	f.PM1aControl = ioPort(uint64(boot.Phys32(a + fadtPM1aControl)))
	f.PM1bControl = ioPort(uint64(boot.Phys32(a + fadtPM1bControl)))
	if boot.Phys8(a+fadtPMTimerLen) == 4 {
		f.PMTimer = ioPort(uint64(boot.Phys32(a + fadtPMTimer)))
	}
	if c := boot.Phys8(a + fadtCentury); c < 128 {
		f.Century = c
	}
	f.PMTimer32 = flags&flagTimer32 != 0
	f.BootFlags = LegacyDevices | Has8042 // a machine of ACPI 1.0 has them
	if boot.Phys8(a+8) >= 2 {
		f.BootFlags = BootFlags(boot.Phys16(a + fadtBootFlags))
	}
	dsdt := frame.Addr(boot.Phys32(a + fadtDSDT))
	if length >= fadtMin2 && flags&flagReset != 0 {
		f.Reset = register(a + fadtReset)
		f.ResetValue = boot.Phys8(a + fadtResetValue)
	}
	if length >= fadtMin3 {
		if x := boot.Phys64(a + fadtXDSDT); x != 0 {
			dsdt = frame.Addr(x)
		}
		prefer(&f.PM1aEvent, register(a+fadtXPM1aEvent))
		prefer(&f.PM1aControl, register(a+fadtXPM1aControl))
		prefer(&f.PM1bControl, register(a+fadtXPM1bControl))
		prefer(&f.PMTimer, register(a+fadtXPMTimer))
	}
	if length >= fadtMin5 && flags&flagHardwareReduced != 0 {
		f.HardwareReduced = true
		f.SMICommand, f.PM1aEvent, f.PM1aControl, f.PM1bControl, f.PMTimer = 0, 0, 0, 0, 0
		f.SleepControl = register(a + fadtSleepControl)
	}
	if length, ok := acpiTable(dsdt, "DSDT"); ok {
		scanAML(dsdt, length)
	}
}

// register reads a generic address structure; one that this kernel cannot reach is none.
func register(a frame.Addr) Register {
	r := Register{boot.Phys8(a), boot.Phys64(a + 4)}
	switch {
	case r.Space == InIO && ioPort(r.Addr) != 0:
	case r.Space == InMemory && boot.InReach(frame.Addr(r.Addr), 1):
	default:
		return Register{}
	}
	return r
}

func ioPort(v uint64) uint16 {
	if v > 0xffff {
		return 0
	}
	return uint16(v)
}

// prefer replaces a port by the one of the 64-bit field if that is an I/O port.
func prefer(port *uint16, x Register) {
	if x.Space == InIO && x.Addr != 0 {
		*port = uint16(x.Addr)
	}
}

// scanAML looks for what is not known yet in a table of AML.
func scanAML(a frame.Addr, length uint64) {
	if !ACPI.HaveS5 {
		scanS5(a, length)
	}
	if !ACPI.Keyboard {
		ACPI.Keyboard = scanKeyboard(a, length)
	}
}

// scanKeyboard looks for the identifier of a PS/2 keyboard, EisaId ("PNP03xx"): 0c 41 d0 03 xx.
func scanKeyboard(a frame.Addr, length uint64) bool {
	end := a + frame.Addr(length)
	for p := a + tableHeader; p+5 <= end; p++ {
		if boot.Phys32(p) == 0x03d0410c {
			return true
		}
	}
	return false
}

// scanS5 looks in a table of AML for "Name (_S5, Package () {a, b, …})" and takes a and b.
// Encoding (ACPI 6.5, 20.2): 08 [5c] "_S5_" 12 length count a b, where the length has 1 to 4
// bytes and each number is 00, 01, or 0a and a byte.
func scanS5(a frame.Addr, length uint64) {
	end := a + frame.Addr(length)
	for p := a + tableHeader + 1; p+8 <= end; p++ {
		if boot.Phys32(p) != 0x5f35535f || boot.Phys8(p+4) != 0x12 { // "_S5_", PackageOp
			continue
		}
		if before := boot.Phys8(p - 1); before != 0x08 && !(before == '\\' && boot.Phys8(p-2) == 0x08) {
			continue
		}
		q := p + 5
		q += 1 + frame.Addr(boot.Phys8(q)>>6) // package length
		if q >= end || boot.Phys8(q) < 1 {
			continue
		}
		first, q, ok := amlByte(q+1, end)
		if !ok {
			continue
		}
		second, _, ok := amlByte(q, end)
		if !ok {
			second = 0
		}
		ACPI.HaveS5, ACPI.SleepTypeA, ACPI.SleepTypeB = true, first&7, second&7
		return
	}
}

// amlByte reads a small integer at p, and returns what follows it.
func amlByte(p, end frame.Addr) (v uint8, next frame.Addr, ok bool) {
	if p >= end {
		return 0, p, false
	}
	switch op := boot.Phys8(p); {
	case op <= 1: // ZeroOp, OneOp
		return op, p + 1, true
	case op == 0x0a && p+1 < end: // BytePrefix
		return boot.Phys8(p + 1), p + 2, true
	}
	return 0, p, false
}
