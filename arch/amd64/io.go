package amd64

// Single instructions that Go has no word for. All are bare; those that are privileged fault
// outside ring 0. The assembly is in io_amd64.s.

// Inb reads a byte from an I/O port. Inw and Inl read two and four bytes.
func Inb(port uint16) uint8

// Inw reads two bytes from an I/O port.
func Inw(port uint16) uint16

// Inl reads four bytes from an I/O port.
func Inl(port uint16) uint32

// Outb writes a byte to an I/O port. Outw and Outl write two and four bytes.
func Outb(port uint16, v uint8)

// Outw writes two bytes to an I/O port.
func Outw(port uint16, v uint16)

// Outl writes four bytes to an I/O port.
func Outl(port uint16, v uint32)

// Rdmsr reads a model-specific register; one that the CPU does not have is #GP.
func Rdmsr(msr uint32) uint64

// Wrmsr writes a model-specific register.
func Wrmsr(msr uint32, v uint64)

// CPUID executes CPUID with EAX = leaf and ECX = sub.
func CPUID(leaf, sub uint32) (a, b, c, d uint32)

// RDTSC reads the time-stamp counter, not ordered against loads or stores around it.
func RDTSC() uint64

// Pause tells the CPU that it is in a spin loop.
func Pause()

// Invlpg drops the translation of the page at va from this CPU's TLB.
func Invlpg(va uintptr)

// Cr2 reads the address of the last page fault.
func Cr2() uint64

// Cr3 reads the physical address of the page tables' root.
func Cr3() uint64

// SetCr3 loads page tables, and drops all translations that are not global.
func SetCr3(v uint64)

// Cr4 reads control register 4.
func Cr4() uint64

// SetCr4 writes control register 4.
func SetCr4(v uint64)

// Cli turns interrupts off.
func Cli()

// Halt stops the CPU for good: no interrupt wakes it.
func Halt()

// fence orders all earlier stores before what follows, even before a WRMSR to an x2APIC
// register, which is not serializing (SDM 3A 10.12.3).
func fence()

// breakCPU faults with no IDT, so that the CPU shuts down and the chipset resets.
func breakCPU()
