package amd64

import "unsafe"

// Descriptor tables: SDM 3A 3.4.5 (segments), 6.14 (gates, IST), 7.7 (TSS).

var (
	idt  [256][2]uint64
	idtr [2]uint64
)

// Model-specific registers of SYSCALL, SDM 3A 5.8.8.
const (
	msrSTAR   = 0xc0000081
	msrLSTAR  = 0xc0000082
	msrSFMASK = 0xc0000084

	// Cleared in RFLAGS at SYSCALL: AC, NT, IOPL, DF, IF, TF.
	syscallMask = 0x47700
)

//go:noescape
func codeAddresses(p *[6]uintptr)

//go:noescape
func lgdt(p *[2]uint64, code, data uint64)

//go:noescape
func lidt(p *[2]uint64)
func ltr(selector uint64)

// InitTables builds the one IDT. Once, on the boot CPU, before any CPU's Install.
func InitTables() {
	var at [6]uintptr
	codeAddresses(&at)
	for v := range idt {
		gate(v, at[0]+uintptr(v)*16, 1)
	}
	gate(VecNMI, at[2], 2)
	gate(VecDebug, at[3], 3)
	gate(VecDouble, at[4], 3)
	gate(VecMachine, at[5], 3)
	// INT3 and INTO may be executed in ring 3; INT n of any other vector is #GP there.
	idt[VecBreakpoint][0] |= 3 << 45
	idt[VecOverflow][0] |= 3 << 45
	pseudo(&idtr, unsafe.Pointer(&idt), unsafe.Sizeof(idt))
}

// gate fills vector v: a present interrupt gate (interrupts off) on stack ist.
func gate(v int, at uintptr, ist uint64) {
	a := uint64(at)
	idt[v][0] = a&0xffff | selKernelCode<<16 | ist<<32 | 0x8e<<40 | (a>>16&0xffff)<<48
	idt[v][1] = a >> 32
}

// pseudo makes the operand of LGDT and LIDT: limit, base.
func pseudo(p *[2]uint64, base unsafe.Pointer, size uintptr) {
	b := uint64(uintptr(base))
	p[0] = uint64(size-1) | b<<16
	p[1] = b >> 48
}

// Install gives the CPU this runs on its own GDT and TSS, the IDT and the SYSCALL
// registers. Bare, interrupts off; c is that CPU's record.
func (c *CPU) Install() {
	top := c.kstack - bareTop  // start of the block
	c.setTSS(0, top+istCommon) // RSP0: no gate uses it, every one has an IST
	c.setTSS(1, top+istCommon)
	c.setTSS(2, top+istNMI)
	c.setTSS(3, top+istFatal)
	c.tss[25] = 104 << 16 // no I/O bitmap: IN and OUT in ring 3 are #GP
	t := uint64(uintptr(unsafe.Pointer(&c.tss)))
	c.gdt[1] = 0x00af9b000000ffff
	c.gdt[2] = 0x00cf93000000ffff
	c.gdt[3] = 0x00cff3000000ffff
	c.gdt[4] = 0x00affb000000ffff
	c.gdt[5] = 103 | t&0xffffff<<16 | 0x89<<40 | t>>24&0xff<<56
	c.gdt[6] = t >> 32
	pseudo(&c.gdtr, unsafe.Pointer(&c.gdt), unsafe.Sizeof(c.gdt))
	lgdt(&c.gdtr, selKernelCode, selKernelData)
	ltr(selTSS)
	lidt(&idtr)
	var at [6]uintptr
	codeAddresses(&at)
	Wrmsr(msrSTAR, selKernelCode<<32|(selKernelData|3)<<48)
	Wrmsr(msrLSTAR, uint64(at[1]))
	Wrmsr(msrSFMASK, syscallMask)
}

// setTSS stores RSP0 (i = 0) or ISTi. The TSS's 64-bit fields are only 4-byte aligned.
func (c *CPU) setTSS(i int, v uintptr) {
	at := 1 // RSP0, at byte 4
	if i > 0 {
		at = 9 + 2*(i-1) // IST1 is at byte 36
	}
	c.tss[at] = uint32(v)
	c.tss[at+1] = uint32(uint64(v) >> 32)
}
