package sys

import (
	"syscall"
	"unsafe"
)

// Signals; Linux numbers.
const (
	SIGHUP  = 1
	SIGINT  = 2
	SIGQUIT = 3
	SIGILL  = 4
	SIGTRAP = 5
	SIGABRT = 6
	SIGBUS  = 7
	SIGFPE  = 8
	SIGKILL = 9
	SIGUSR1 = 10
	SIGSEGV = 11
	SIGUSR2 = 12
	SIGPIPE = 13
	SIGALRM = 14
	SIGTERM = 15
	SIGCHLD = 17
	SIGCONT = 18
	SIGSTOP = 19
	SIGTSTP = 20
	SIGTTIN = 21
	SIGTTOU = 22
	SIGURG  = 23
	SIGSYS  = 31

	SA_SIGINFO   = 4
	SA_RESTORER  = 0x04000000
	SA_ONSTACK   = 0x08000000
	SA_RESTART   = 0x10000000
	SA_NODEFER   = 0x40000000
	SA_RESETHAND = 0x80000000

	SIG_DFL = 0
	SIG_IGN = 1

	SIG_BLOCK   = 0
	SIG_UNBLOCK = 1
	SIG_SETMASK = 2
)

// SigInfo is the head of Linux's siginfo_t; Addr overlays si_pid and si_uid.
type SigInfo struct {
	Signo, Errno, Code int32
	_                  int32
	Addr               uint64
	_                  [104]byte
}

// UContext is Linux's ucontext as rt_sigreturn reads it: what a handler changes here, the
// interrupted code has in its registers when it goes on.
type UContext struct {
	Flags, Link                        uint64
	StackSP, StackFlags, StackSize     uint64
	R8, R9, R10, R11                   uint64
	R12, R13, R14, R15                 uint64
	DI, SI, BP, BX, DX, AX, CX, SP, IP uint64
	EFlags, Segments                   uint64
	ErrorCode, Trap, OldMask, CR2      uint64
	FPState                            uintptr
	_                                  [8]uint64
	Mask                               uint64
}

// Sigaction is the kernel's struct sigaction.
type Sigaction struct {
	Handler, Flags, Restorer uintptr
	Mask                     uint64
}

// A Handler runs on the program's stack, or the alternate one with SA_ONSTACK, with the
// signal (and the mask given with it) blocked, at any instruction: it shares variables with
// what it interrupts. It must return or end the process; the stack it uses is not bounded
// by [StackWindow].
type Handler func(sig int, info *SigInfo, uc *UContext)

// handlers[n] is the address of signal n's function value; the trampoline calls it.
var handlers [65]uintptr

func trampolines() (handler, restorer uintptr)

// Restorer is the address of code that ends a handler: Sigaction.Restorer.
func Restorer() uintptr {
	_, restorer := trampolines()
	return restorer
}

// SingleStep has the calling thread trap after each of its instructions from now on, or no more: the
// kernel sends SIGTRAP for each. Of a process with activations that ignores SIGTRAP it makes a
// preemption of each instead.
func SingleStep(on bool)

// SigactionRaw is rt_sigaction(2); next or old may be nil.
func SigactionRaw(sig int, next, old *Sigaction) Errno {
	return Err(Syscall4(syscall.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(next)), uintptr(unsafe.Pointer(old)), 8))
}

// Catch makes h, a top-level function, the handler of sig. SA_SIGINFO and SA_RESTORER are
// added to flags.
func Catch(sig int, h Handler, flags uintptr, mask uint64) Errno {
	if sig < 1 || sig >= len(handlers) {
		return EINVAL
	}
	handlers[sig] = *(*uintptr)(unsafe.Pointer(&h))
	tramp, restore := trampolines()
	return SigactionRaw(sig, &Sigaction{Handler: tramp, Flags: flags | SA_SIGINFO | SA_RESTORER, Restorer: restore, Mask: mask}, nil)
}

// Ignore makes the process ignore sig; Default gives it back its default action.
func Ignore(sig int) Errno  { return SigactionRaw(sig, &Sigaction{Handler: SIG_IGN}, nil) }
func Default(sig int) Errno { return SigactionRaw(sig, &Sigaction{Handler: SIG_DFL}, nil) }

// SigBit is sig's bit in a signal mask.
func SigBit(sig int) uint64 { return 1 << uint(sig-1) }

// Sigprocmask changes the mask by set and returns the old one.
func Sigprocmask(how int, set uint64) (old uint64, e Errno) {
	e = Err(Syscall4(syscall.SYS_RT_SIGPROCMASK, uintptr(how), uintptr(unsafe.Pointer(&set)), uintptr(unsafe.Pointer(&old)), 8))
	return old, e
}

// Sigpending returns the signals that wait for being unblocked.
func Sigpending() (set uint64, e Errno) {
	e = Err(Syscall2(syscall.SYS_RT_SIGPENDING, uintptr(unsafe.Pointer(&set)), 8))
	return set, e
}

// Sigaltstack gives handlers with SA_ONSTACK the memory [low, low+size) as their stack.
func Sigaltstack(low, size uintptr) Errno {
	stack := [3]uintptr{low, 0, size} // ss_sp, ss_flags, ss_size
	return Err(Syscall2(syscall.SYS_SIGALTSTACK, uintptr(unsafe.Pointer(&stack)), 0))
}

// Sigsuspend waits with the given mask until a handler has run; it returns EINTR.
func Sigsuspend(mask uint64) Errno {
	return Err(Syscall2(syscall.SYS_RT_SIGSUSPEND, uintptr(unsafe.Pointer(&mask)), 8))
}
