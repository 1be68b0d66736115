package amd64

// What the assembly calls in bare Go. kernel/goos stores these, once, in assembly,
// before it calls Boot; a store by Go code would need a write barrier.
var (
	// OnBoot sets the machine up on the boot CPU, whose static boot record c is, and
	// returns the stack pointer for the Go runtime's first thread.
	OnBoot func(c *CPU, protocol, info uint64) (sp uintptr)
	// OnAP finishes an application processor and chooses its first thread.
	OnAP func(c *CPU)
	// OnSyscall serves a SYSCALL from ring 0; the caller is c.Cur().
	OnSyscall func(c *CPU)
	// OnTrap serves an exception in kernel Go or an interrupt anywhere. user is 1 if ring 3
	// was interrupted. It may change c.Cur().
	OnTrap func(c *CPU, vector, code, user uint64)
	// OnFatal reports a fault in bare Go, a double fault or a machine check. It does not
	// return.
	OnFatal func(c *CPU, vector, ip, sp uint64)
)

// Boot is where kernel/goos's entry goes on: DI = protocol, SI = information.
func Boot()

// Resume runs the current thread of this CPU; assembly only.
func Resume()

// IdleLoop is the code of every CPU's idle thread.
func IdleLoop()

// Move makes c the record of the CPU this runs on. Boot only.
func Move(c *CPU)

// PollSignals delivers a signal of the Go runtime that waits for this thread.
func PollSignals()

func apentry()

func bareCall(fn func(c *CPU, a, b uint64) uint64, a, b uint64) uint64

// Bare calls fn in bare Go on whichever CPU this is, with interrupts off, and returns
// its result. fn must be a plain function, and obey the rules of bare Go; what it does
// with c is atomic to this CPU.
func Bare(fn func(c *CPU, a, b uint64) uint64, a, b uint64) uint64 { return bareCall(fn, a, b) }

// NMIs counts non-maskable interrupts; written by assembly.
var NMIs uint64

// stopping makes a CPU that gets an NMI halt for good.
var stopping uint32

// bootBlock is the boot CPU's block until memory is known, with room to align it.
var bootBlock [CPUBlock + 4096]byte
