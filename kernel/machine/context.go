package machine

import (
	"sync"
	"syscall"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/mem"
	"gossamer/kernel/mmu"
	"gossamer/lwp"
)

// Context is an amd64.Context as lwp sees it. Like that it holds no pointers.
type Context struct {
	u       amd64.Context
	vector  uint64
	pending [3]uint64 // between PushSignal and CommitSignal: stack pointer, signal, handler
}

// contexts are those released, to be used again. Somebody may still ask for the attention of the
// LWP that had one: then its next owner comes back from user mode once for nothing.
var contexts struct {
	mu    sync.Mutex
	spare [64]*Context
	n     int
}

// take returns a context that nobody has, as its last owner has left it.
func take() *Context {
	s := &contexts
	s.mu.Lock()
	if s.n != 0 {
		s.n--
		c := s.spare[s.n]
		s.mu.Unlock()
		return c
	}
	s.mu.Unlock()
	c := new(Context)
	if uintptr(unsafe.Pointer(c))&15 != 0 {
		panic("machine: context is not 16-byte aligned")
	}
	return c
}

// NewContext returns a context for Start, Load or CopyFrom to fill in.
func NewContext() lwp.Context {
	c := take()
	c.u.Reuse()
	return c
}

// forgetFault does away with what a signal's frame tells of the last exception.
func (c *Context) forgetFault() { c.vector, c.u.Err, c.u.CR2 = 0, 0, 0 }

// Enter implements lwp.Context.
func (c *Context) Enter(bracket bool) lwp.Why {
	var why uint64
	if bracket {
		why = c.u.EnterLong()
	} else {
		why = c.u.Enter()
	}
	if why == amd64.WhySyscall {
		return lwp.Syscall
	}
	return c.returned(why)
}

// returned sorts out every other return.
func (c *Context) returned(why uint64) lwp.Why {
	switch {
	case why == amd64.VecTimer:
		return lwp.Tick
	case why < 32:
		c.vector = why
		return lwp.Fault
	}
	if c.u.Attend(why) {
		return lwp.Tick
	}
	return lwp.Kick
}

// SetPageTable implements lwp.Context.
func (c *Context) SetPageTable(pt mem.PageTable) { c.u.Root = pt.(*mmu.PageTable).Root() }

// Call implements lwp.Context: amd64.Context has these registers in this order.
func (c *Context) Call() *lwp.Call { return (*lwp.Call)(unsafe.Pointer(&c.u.AX)) }

// LastCall implements lwp.Context.
func (c *Context) LastCall() uint64 { return c.u.Number }

// RestartSyscall implements lwp.Context; a SYSCALL instruction has two bytes.
func (c *Context) RestartSyscall() {
	c.u.IP -= 2
	c.u.AX = c.u.Number
}

// CopyFrom implements lwp.Context.
func (c *Context) CopyFrom(from lwp.Context) {
	d := from.(*Context)
	c.u.CopyFrom(&d.u)
	c.vector = d.vector
}

// Release implements lwp.Context.
func (c *Context) Release() {
	c.u.Forget()
	s := &contexts
	s.mu.Lock()
	if s.n < len(s.spare) {
		s.spare[s.n] = c
		s.n++
	}
	s.mu.Unlock()
}

func (c *Context) PC() uint64        { return c.u.IP }
func (c *Context) SP() uint64        { return c.u.SP }
func (c *Context) SetSP(sp uint64)   { c.u.SP = sp }
func (c *Context) FS() uint64        { return c.u.FS }
func (c *Context) SetFS(base uint64) { c.u.FS = base }
func (c *Context) GS() uint64        { return c.u.GS }
func (c *Context) SetGS(base uint64) { c.u.GS = base }

// Registers implements lwp.Context.
func (c *Context) Registers() []lwp.Register {
	return []lwp.Register{
		{Name: "rip", Value: c.u.IP}, {Name: "rsp", Value: c.u.SP}, {Name: "rflags", Value: c.u.Flags},
		{Name: "rax", Value: c.u.AX}, {Name: "rbx", Value: c.u.BX}, {Name: "rcx", Value: c.u.CX},
		{Name: "rdx", Value: c.u.DX}, {Name: "rsi", Value: c.u.SI}, {Name: "rdi", Value: c.u.DI},
		{Name: "rbp", Value: c.u.BP}, {Name: "r8", Value: c.u.R8}, {Name: "r9", Value: c.u.R9},
		{Name: "r10", Value: c.u.R10}, {Name: "r11", Value: c.u.R11}, {Name: "r12", Value: c.u.R12},
		{Name: "r13", Value: c.u.R13}, {Name: "r14", Value: c.u.R14}, {Name: "r15", Value: c.u.R15},
		{Name: "fs", Value: c.u.FS}, {Name: "gs", Value: c.u.GS},
	}
}

// si_code values, Linux asm-generic/siginfo.h.
const (
	segvMapErr = 1
	segvAccErr = 2
	fpeIntDiv  = 1
	fpeFltInv  = 7
	illIllOpn  = 2
	trapBrkpt  = 1
	trapTrace  = 2
	busAdrAln  = 1
	siKernel   = 0x80
)

// Page-fault error code, SDM 3A 4.7.
const (
	pfPresent = 1 << 0
	pfWrite   = 1 << 1
	pfUser    = 1 << 2
	pfReserve = 1 << 3
	pfFetch   = 1 << 4
)

// Fault implements lwp.Context.
func (c *Context) Fault() lwp.FaultInfo {
	f := lwp.FaultInfo{Vector: int(c.vector), ErrCode: c.u.Err, Addr: c.u.IP}
	set := func(s syscall.Signal, code int32, text string) { f.Signal, f.Code, f.Text = s, code, text }
	switch c.vector {
	case amd64.VecPageFault:
		f.Addr, f.PageFault = c.u.CR2, true
		f.Access = mem.Read
		if c.u.Err&pfWrite != 0 {
			f.Access = mem.Write
		} else if c.u.Err&pfFetch != 0 {
			f.Access = mem.Exec
		}
		set(syscall.SIGSEGV, segvMapErr, "page not present")
		if c.u.Err&pfPresent != 0 {
			set(syscall.SIGSEGV, segvAccErr, "not permitted")
		}
		switch {
		case c.u.Err&pfReserve != 0:
			f.PageFault = false
			f.Text = "corrupt page table"
		case c.u.Err&pfUser == 0:
			f.PageFault = false // made on the program's behalf with the kernel's rights: IRET, far RET
			f.Text = "not permitted in ring 3"
		}
	case amd64.VecDivide:
		set(syscall.SIGFPE, fpeIntDiv, "division error")
	case amd64.VecDebug:
		set(syscall.SIGTRAP, trapTrace, "single step")
	case amd64.VecBreakpoint:
		set(syscall.SIGTRAP, trapBrkpt, "breakpoint")
	case amd64.VecInvalidOp:
		set(syscall.SIGILL, illIllOpn, "invalid instruction")
	case amd64.VecFPU, amd64.VecSIMD:
		set(syscall.SIGFPE, fpeFltInv, "floating-point exception")
	case amd64.VecAlignment:
		set(syscall.SIGBUS, busAdrAln, "misaligned access")
	case amd64.VecStack:
		set(syscall.SIGBUS, siKernel, "stack address not canonical")
	case amd64.VecOverflow, amd64.VecBound, amd64.VecProtection:
		f.Addr = 0
		set(syscall.SIGSEGV, siKernel, "general protection")
	default:
		f.Addr = 0
		set(syscall.SIGSEGV, siKernel, "unexpected exception")
	}
	return f
}

// Start implements lwp.Context.
func (c *Context) Start(pc, sp uint64) {
	c.u.Start(pc, sp)
	c.forgetFault()
}

// Refuse implements lwp.Context.
func (c *Context) Refuse() { c.u.Refuse() }

// Heed implements lwp.Context.
func (c *Context) Heed() { c.u.Reuse() }

// Attention implements lwp.Context.
func (c *Context) Attention() { c.u.Attention() }
