package lwp

import (
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/ulib/abi"
	abisa "gossamer/ulib/sa"
)

// Why says what brought an LWP back from user mode.
type Why uint8

const (
	// Syscall: the program executed SYSCALL; Context.Call has its number and arguments.
	Syscall Why = iota
	// Fault: an exception in user mode; Context.Fault describes it. The program counter is
	// that of the faulting instruction, so entering again retries it.
	Fault
	// Tick: the time slice has ended, in user mode, or in the kernel before Enter.
	Tick
	// Kick: somebody asked for attention (Context.Attention, a preemption request of the
	// Go runtime, a refused entry). Nothing happened to the program itself.
	Kick
)

// A Context is the user half of one LWP: its registers, floating-point state, FS and GS
// bases. The machine implements it (arch/amd64.Context in the kernel, a script in host
// tests). Only the thread that runs the LWP calls its methods, and only while the LWP is
// not in user mode, except for Attention, which anybody may call at any time.
type Context interface {
	// Enter loads the context, runs it in user mode in its address space, and returns when
	// it comes back, with everything saved. bracket says that user mode may last long: the
	// Go P is given away meanwhile (set it when the last return was a Tick or a Kick).
	// After Attention the next Enter returns Kick without having executed one user
	// instruction; it may do so at other times.
	Enter(bracket bool) Why

	// SetPageTable makes pt the address space of the Enters to come.
	SetPageTable(pt mem.PageTable)

	// Call gives the registers of system calls, in place, for as long as there is the
	// Context: after a Syscall return they hold the call, and what Number is at the next
	// Enter is the call's result.
	Call() *Call
	// LastCall is the number of the last call made, whatever its result.
	LastCall() uint64
	// RestartSyscall undoes the last Syscall return: the next Enter executes the same
	// SYSCALL instruction again with the same number and arguments.
	RestartSyscall()

	// Fault describes the exception after a Fault return.
	Fault() FaultInfo

	// Start makes this the context of a fresh program: all general registers zero, fresh
	// floating-point state, FS and GS bases zero, the given program counter and stack.
	// The address space stays.
	Start(pc, sp uint64)
	// Load makes this the context that c describes, with GS base 0; the address space stays.
	// EINVAL: user mode cannot have it; then nothing has changed. c's flags are the caller's.
	Load(c *abi.LWPContext) syscall.Errno
	// CopyFrom makes this a copy of another with the same register contents, for fork.
	CopyFrom(Context)
	// Release tells the machine that the context will not be used again.
	Release()

	PC() uint64
	SP() uint64
	SetSP(sp uint64)
	FS() uint64
	SetFS(base uint64) // the caller has checked that base is a user address
	GS() uint64
	SetGS(base uint64)

	// PushSignal computes the frame of a signal handler (Linux's rt_sigframe: return
	// address, ucontext, siginfo, floating-point state) from the present registers. It
	// changes nothing yet: the caller copies frame to user memory at sp and then calls
	// CommitSignal, which loads the registers for the handler. frame is valid until then.
	PushSignal(f *SignalFrame) (sp uint64, frame []byte, err error)
	CommitSignal()
	// SigReturn restores the registers from the rt_sigframe that the stack pointer is
	// in, as rt_sigreturn(2) has it, and returns the signal mask saved there. read copies
	// from user memory. Privileged flag bits are dropped; a program counter outside user
	// space or an invalid floating-point image is EINVAL, and then nothing has changed.
	SigReturn(read func(va uint64, p []byte) error) (mask uint64, err error)

	// Registers lists the registers for a report, in the order in which to print them.
	Registers() []Register

	// Refuse makes the next Enter return Kick. It is for the thread that runs the LWP, or before
	// it runs.
	Refuse()
	// SaveSlot writes all registers to a slot of the area of activations, as they are when the
	// program goes on: everything but Next and Reason.
	SaveSlot(slot *abisa.Slot)
	// Upcall makes this the context of an upcall, as package ulib/sa describes it, but for GS base.
	Upcall(vp int, why, slot uint32, entry, stack, fs uint64)

	// Adopt makes this, but for GS base and what Attention has asked, the context of another LWP
	// that is in a system call, which returns 0 here and never there.
	Adopt(from Context)

	// Heed forgets that Attention and Refuse have been called: the caller looks, after that and
	// before it enters, at everything they may have been about.
	Heed()

	// Attention makes a running Enter, or else the next one, return soon with Kick.
	Attention()
}

// Call is the registers of a system call. As on x86-64, the number's register is also the
// result's.
type Call struct {
	Number uint64
	Args   [6]uint64
}

// FaultInfo describes an exception in user mode.
type FaultInfo struct {
	Signal    syscall.Signal // the signal that the exception means
	Code      int32          // siginfo's si_code (SEGV_MAPERR, FPE_INTDIV, ...)
	Addr      uint64         // siginfo's si_addr; for a page fault the address accessed
	Access    mem.Prot       // page fault only: Read, Write or Exec
	PageFault bool           // mem.AddressSpace.Fault may be able to resolve it
	Vector    int            // the machine's number of the exception
	ErrCode   uint64         // the machine's error code
	Text      string         // in words, e.g. "page not present", "division by zero"
}

// SignalFrame is what PushSignal needs to know besides the registers.
type SignalFrame struct {
	Signal   int       // 1..64, the handler's first argument
	Handler  uint64    // where the handler begins
	Restorer uint64    // the handler's return address (SA_RESTORER)
	Mask     uint64    // the mask that rt_sigreturn shall restore
	Stack    uint64    // top of the stack to use; 0: below the present one and its red zone
	Info     [128]byte // siginfo_t
	AltStack AltStack  // recorded in uc_stack
}

// AltStack is Linux's stack_t, sigaltstack(2).
type AltStack struct {
	Base  uint64
	Flags int32
	_     int32
	Size  uint64
}

// Register is one line of a register dump.
type Register struct {
	Name  string
	Value uint64
}
