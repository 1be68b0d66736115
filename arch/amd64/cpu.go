package amd64

import "unsafe"

// MaxCPU is the number of CPUs that the kernel uses at the most.
const MaxCPU = 64

// CPUBlock is the memory a CPU owns: its CPU record, its stacks.
const CPUBlock = 64 << 10

// Sizes and places inside a CPU block: the record, three small stacks for traps
// (which hold one hardware frame each) and the stack of bare Go.
const (
	istSize   = 4096
	bareStack = 32 << 10
	istCommon = 2 * istSize // top of the stack of every ordinary gate
	istNMI    = 3 * istSize
	istFatal  = 4 * istSize
	// bareTop is the top of the bare stack. Above it there is room for the spilled register
	// arguments of the function that assembly calls: the Go ABI has them in the caller's frame.
	bareTop = CPUBlock - 64
)

// CPU is what one processor knows of itself. GS base points at it in ring 0.
// Only code with interrupts off, on that CPU, may use it through GS; the fields
// marked atomic are read and written by others too.
type CPU struct {
	self    uintptr // its own address
	cur     uintptr // *Regs of the thread that runs here
	kstack  uintptr // top of the stack of bare Go
	uctx    uintptr // atomic: *Context last entered here
	scratch uintptr
	ksp     uintptr // SP and BP of the caller of enter
	kbp     uintptr
	bsp     uintptr // the same of the caller of bareCall
	bbp     uintptr
	g       uintptr // address of gh
	tls     uintptr // FS base of bare Go; the g slot lies just below
	ID      uint64  // index, 0 = the boot CPU
	inUser  uint32  // atomic: in ring 3, or on the way there
	flush   uint32  // atomic: a TLB request waits for this CPU
	cr3     uint64  // atomic: the root that is loaded
	APICID  uint32
	online  uint32 // atomic

	// For kernel/goos; guarded by its lock unless it says otherwise.
	Resched  uint32 // yield the current thread at the next chance
	Idle     uint32 // runs its idle thread and no wake-up is on its way
	IdleThr  uintptr
	Sleepers uintptr
	Armed    uint64 // TSC at which the timer will fire, 0 = not armed
	NextTick uint64 // TSC of the end of the current time slice, 0 = no tick
	Ticks    uint64
	Kicks    uint64
	Wakes    uint64
	Switches uint64
	IRQs     uint64

	gh      [64]uint64 // a g: only its stack bounds are ever read
	tlsSlot [8]uint64  // tlsSlot[0] = g
	gdt     [8]uint64
	gdtr    [2]uint64
	tss     [26]uint32
}

// Regs is the machine state of a runtime thread (an M) that is off its CPU, or in
// the kernel below the runtime. kernel/goos keeps it at the start of its thread.
type Regs struct {
	AX, BX, CX, DX, SI, DI, BP           uint64
	R8, R9, R10, R11, R12, R13, R14, R15 uint64
	IP, Flags, SP                        uint64
	FS                                   uint64  // constant once the thread runs: entries load it and never save it
	FX                                   uintptr // FXSAVE image, 16-byte aligned
	FXLive                               uint64  // the image counts: load it at resume
	CR3                                  uint64  // this thread copies from or to that user space; 0 = none
	Pend                                 uint64  // a signal of the runtime waits for this thread
}

// Vectors. Those below 32 are the processor's.
const (
	VecDivide     = 0
	VecDebug      = 1
	VecNMI        = 2
	VecBreakpoint = 3
	VecOverflow   = 4
	VecBound      = 5
	VecInvalidOp  = 6
	VecNoDevice   = 7
	VecDouble     = 8
	VecTSS        = 10
	VecSegment    = 11
	VecStack      = 12
	VecProtection = 13
	VecPageFault  = 14
	VecFPU        = 16
	VecAlignment  = 17
	VecMachine    = 18
	VecSIMD       = 19

	VecTimer    = 32
	VecKick     = 33 // a runtime signal waits for the thread running here
	VecWake     = 34 // look at the run queue
	VecFlush    = 35 // TLB shootdown
	VecDevice   = 48 // + interrupt line, 0 … 63
	VecSpurious = 255
)

// Selectors. SYSRET wants user data just below user code.
const (
	selKernelCode = 0x08
	selKernelData = 0x10
	selUserData   = 0x18 | 3
	selUserCode   = 0x20 | 3
	selTSS        = 0x28

	UserCode = selUserCode // CS and SS of ring 3
	UserData = selUserData
)

// cpuBlocks is the address of the CPU blocks, one after the other; ncpu of them.
var (
	cpuBlocks uintptr
	ncpu      uint64
)

// CPUs returns the number of CPU records.
func CPUs() uint64 { return ncpu }

// At returns CPU i's record, i < CPUs().
func At(i uint64) *CPU { return (*CPU)(unsafe.Pointer(cpuBlocks + uintptr(i)*CPUBlock)) }

// Cur is the thread that runs on c. Bare, on c.
func (c *CPU) Cur() uintptr     { return c.cur }
func (c *CPU) SetCur(r uintptr) { c.cur = r }

// InUser reports whether c is in ring 3 (or was, a moment ago). Any CPU.
func (c *CPU) InUser() bool { return load32(&c.inUser) != 0 }

// Online reports whether c has come up.
func (c *CPU) Online() bool { return load32(&c.online) != 0 }
