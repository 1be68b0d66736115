package amd64

import (
	"sync/atomic"
	"unsafe"
)

// UserEnd is the first address that a program counter may not have. The last page below
// the canonical hole stays unmapped for ever: a SYSCALL at its end would return to a
// non-canonical address, and SYSRET faults on that in ring 0.
const UserEnd = 0x7ffffffff000

// Context is the user half of an LWP: everything ring 3 can see of the CPU. It holds no Go
// pointers, so that the allocator gives it the 16-byte alignment that FXSAVE wants and the
// collector does not look at it. Whoever sets IP keeps it below UserEnd, and Flags to
// FlagsUser and FlagsFixed.
type Context struct {
	FX [512]byte // FXSAVE image

	// AX: the number of a system call, and its result; then its arguments, in order.
	AX, DI, SI, DX, R10, R8, R9 uint64

	BX, CX, BP, R11, R12, R13, R14, R15 uint64
	IP, Flags, SP, FS, GS               uint64

	Err, CR2 uint64 // of the last exception
	Root     uint64 // its address space, as CR3 has it
	Number   uint64 // of the last system call

	attn      uint32 // atomic: come back soon
	bracketed uint32 // next to attn: enter looks at both in one load
	full      uint32 // enter by IRETQ: CX and R11 are the user's own
	_         uint32
}

// What Enter returns besides vectors.
const (
	whySyscall = 256
	whyRefused = 257

	WhySyscall = whySyscall // the program executed SYSCALL
	WhyRefused = whyRefused // not entered: somebody wants the kernel's attention first
)

//go:noescape
func enter(c *Context) (why uint64)

//go:linkname entersyscall runtime.entersyscall
func entersyscall()

//go:linkname exitsyscall runtime.exitsyscall
func exitsyscall()

// enterBracketed gives the P away while in user mode. The function must not be split:
// between entersyscall and exitsyscall the stack may not grow.
//
//go:nosplit
func enterBracketed(c *Context) uint64 {
	entersyscall()
	why := enter(c)
	exitsyscall()
	return why
}

// RFLAGS that a user owns: CF PF AF ZF SF TF DF OF AC ID (SDM 1 3.4.3). IF is always on,
// IOPL always 0.
const (
	FlagsUser  = 1<<0 | 1<<2 | 1<<4 | 1<<6 | 1<<7 | 1<<8 | 1<<10 | 1<<11 | 1<<18 | 1<<21
	FlagsFixed = 1<<1 | 1<<9
)

// FreshFX is the FXSAVE image of a new program: x87 and SSE as the System V ABI has them
// at process entry (control word 0x37f, MXCSR 0x1f80).
var FreshFX = [512]byte{0: 0x7f, 1: 0x03, 24: 0x80, 25: 0x1f}

// MXCSRMask has the bits of MXCSR that this CPU knows; loading others faults (SDM 1 11.6.6).
var MXCSRMask uint32 = 0xffbf

// Start makes c the context of a fresh program in the same address space. It leaves attn
// alone, which another CPU may be setting.
func (c *Context) Start(pc, sp uint64) {
	c.Refresh()
	c.AX, c.DI, c.SI, c.DX, c.R10, c.R8, c.R9 = 0, 0, 0, 0, 0, 0, 0
	c.BX, c.CX, c.BP, c.R11, c.R12, c.R13, c.R14, c.R15 = 0, 0, 0, 0, 0, 0, 0, 0
	c.IP, c.Flags, c.SP, c.FS, c.GS = pc, FlagsFixed, sp, 0, 0
	c.full = 1
}

// Refresh makes the floating-point state that of a fresh program.
func (c *Context) Refresh() {
	c.FX = [512]byte{} // all but these two words; clearing is cheaper than copying
	*(*uint64)(unsafe.Pointer(&c.FX[0])) = *(*uint64)(unsafe.Pointer(&FreshFX[0]))
	*(*uint32)(unsafe.Pointer(&c.FX[24])) = *(*uint32)(unsafe.Pointer(&FreshFX[24]))
}

// Jump has the program that c is of go on elsewhere: with the flags and the floating-point control of
// a fresh program, all other registers left as they are.
func (c *Context) Jump(pc, sp, fs uint64) {
	*(*uint64)(unsafe.Pointer(&c.FX[0])) = *(*uint64)(unsafe.Pointer(&FreshFX[0]))   // FCW, FSW, tags
	*(*uint32)(unsafe.Pointer(&c.FX[24])) = *(*uint32)(unsafe.Pointer(&FreshFX[24])) // MXCSR
	c.IP, c.Flags, c.SP, c.FS = pc, FlagsFixed, sp, fs
	c.full = 1
}

// CopyFrom makes c a copy of d.
func (c *Context) CopyFrom(d *Context) {
	*c = *d
	c.attn = 0
}

//go:noescape
func copyState(to, from unsafe.Pointer)

// CopyState copies FX and all after it to FS, in the order of the fields, to a place of StateSize bytes.
func (c *Context) CopyState(to unsafe.Pointer) { copyState(to, unsafe.Pointer(&c.FX)) }

// Adopt gives c the registers of d, which is in a system call: it returns 0 in c. Neither GS base nor
// what others have asked of c changes.
func (c *Context) Adopt(d *Context) {
	copyState(unsafe.Pointer(&c.FX), unsafe.Pointer(&d.FX))
	c.AX, c.full = 0, d.full
}

// StateSize is what CopyState copies.
const StateSize = 512 + 19*8

var _ = [1]byte{}[unsafe.Offsetof(Context{}.FS)+8-unsafe.Offsetof(Context{}.FX)-StateSize]

// Whole says that all registers of c count at the next Enter, not only those that survive
// a system call.
func (c *Context) Whole() { c.full = 1 }

// IsWhole reports whether they do.
func (c *Context) IsWhole() bool { return c.full != 0 }

// Enter runs c in user mode and returns why it came back: WhySyscall, WhyRefused, or the
// vector of an exception or interrupt.
func (c *Context) Enter() uint64 { return enter(c) }

// EnterLong is Enter for when user mode is likely to last: it gives the Go P away meanwhile,
// which costs some hundred instructions.
func (c *Context) EnterLong() uint64 {
	c.bracketed = 1
	why := enterBracketed(c)
	c.bracketed = 0
	return why
}

// Attend takes note of a return that somebody asked for: it delivers a signal of the Go
// runtime that is on its way, rather than be refused again and again, and lets the runtime
// preempt this goroutine. It says whether the time slice has ended while c was in the kernel.
func (c *Context) Attend(why uint64) (sliceEnded bool) {
	if why == whyRefused {
		PollSignals()
	}
	sliceEnded = atomic.SwapUint32(&c.attn, 0)&attnSlice != 0
	preemptionPoint()
	return sliceEnded
}

// Bits of attn.
const (
	attnAsked = 1 << iota
	attnSlice // a time slice has ended
)

// EndSlice has the context that this CPU entered last come back at its next Enter as if the timer had
// found it in ring 3: its time slice ended in the kernel. Bare.
func (c *CPU) EndSlice() {
	if p := atomic.LoadUintptr(&c.uctx); p != 0 {
		atomic.OrUint32(&(*Context)(unsafe.Pointer(p)).attn, attnSlice)
	}
}

// Forget says that c will not be entered again, by this owner: no CPU writes to it any more.
func (c *Context) Forget() {
	for i := range ncpu {
		atomic.CompareAndSwapUintptr(&At(i).uctx, uintptr(unsafe.Pointer(c)), 0)
	}
}

// preemptionPoint has a frame big enough to have a stack check, which is where the runtime
// preempts a goroutine that it has asked to.
//
//go:noinline
func preemptionPoint() {
	var b [512]byte
	use(&b)
}

//go:noinline
func use(b *[512]byte) { b[0]++ }

// Reuse makes c ready for another owner, who starts it or copies into it; or for the same one, who
// then looks at all that somebody may have wanted its attention for.
func (c *Context) Reuse() { atomic.StoreUint32(&c.attn, 0) }

// Refuse makes the next Enter return. The caller is the only one to enter c.
func (c *Context) Refuse() { atomic.OrUint32(&c.attn, attnAsked) }

// Attention makes a running Enter, or else the next one, return soon. Any CPU.
func (c *Context) Attention() {
	atomic.OrUint32(&c.attn, attnAsked)
	if ncpu > 1 {
		Bare(kickContext, uint64(uintptr(unsafe.Pointer(c))), 0)
	}
}

// kickContext interrupts the CPUs that entered context a last, in user mode or not: enter
// names its context before it looks at attn, so one of the two sees the other. Bare.
func kickContext(me *CPU, a, _ uint64) uint64 {
	for i := range ncpu {
		if c := At(i); c != me && atomic.LoadUintptr(&c.uctx) == uintptr(a) {
			SendIPI(c.APICID, VecWake)
		}
	}
	return 0
}
