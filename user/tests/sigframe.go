package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

func onClobber(sig int, info *sys.SigInfo, uc *sys.UContext) {
	// Fill the vector registers with something else before saying so.
	keepWhile(0xdead0000, &caught, 1)
	setMXCSR(0x1f80 | 0x6000)
	caught++
}

// Does a handler that uses every register leave those of the interrupted code alone: at a
// system call, and at any instruction?
func signalRegisters() {
	ok(sys.Catch(sys.SIGUSR1, onClobber, 0, 0), "rt_sigaction")
	setMXCSR(0x1f80 | 0x2000)
	result, kept := keepAcross(0x123456789, syscall.SYS_KILL, uintptr(sys.Getpid()), sys.SIGUSR1, 0)
	equal(int(result), 0, "kill's result after the handler")
	check(kept == 1, "a register changed: handler at a system call")
	equal(int(caught), 1, "handler runs")
	equal(int(getMXCSR()&0xe040), 0x2000, "MXCSR after the handler")

	parent := sys.Getpid()
	for round := range 20 {
		caught = 0
		pid := fork(func() {
			sys.Sleep(int64(1+round) * 200e3)
			sys.Kill(parent, sys.SIGUSR1)
		})
		kept := keepWhile(0x5550000000+uintptr(round), &caught, 1<<34)
		check(kept == 1, "a register changed: handler at any instruction")
		equal(int(caught), 1, "handler runs")
		wait(pid)
	}
}

var handlerPC uintptr

func onSegv(sig int, info *sys.SigInfo, uc *sys.UContext) {
	onSignal(sig, info, uc)
	uc.IP = uint64(handlerPC)
}

// Can a handler of SIGSEGV go on elsewhere, and does it learn the address?
func signalFaultAddress() {
	handlerPC, _, _ = addresses()
	ok(sys.Catch(sys.SIGSEGV, onSegv, 0, 0), "rt_sigaction")
	at := hole() + 0x123
	for i := range uint64(3) {
		equal(int(probe(at+uintptr(i))), 1, "a fault is survived")
		check(caughtAddr == uint64(at)+i, "si_addr")
		equal(int(caughtCode), 1, "si_code is SEGV_MAPERR")
	}
	page := anon(sys.PageSize)
	equal(int(probe(page)), 0, "no fault")
	ok(sys.Mprotect(page, sys.PageSize, sys.PROT_NONE), "mprotect")
	equal(int(probe(page)), 1, "a fault on a protected page")
	equal(int(caughtCode), 2, "si_code is SEGV_ACCERR")
}

// Is a fault with its signal blocked or ignored deadly, and one in its own handler?
func signalFaultBlocked() {
	bad := hole()
	dies(func() {
		sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGSEGV))
		ok(sys.Catch(sys.SIGSEGV, onSegv, 0, 0), "rt_sigaction")
		load(bad)
	}, sys.SIGSEGV, "a fault with SIGSEGV blocked")
	dies(func() {
		sys.Ignore(sys.SIGSEGV)
		load(bad)
	}, sys.SIGSEGV, "a fault with SIGSEGV ignored")
	dies(func() {
		ok(sys.Catch(sys.SIGSEGV, onFaulting, 0, 0), "rt_sigaction")
		load(bad)
	}, sys.SIGSEGV, "a fault in the handler of SIGSEGV")
}

func onFaulting(sig int, info *sys.SigInfo, uc *sys.UContext) { load(0) }

func onForge(sig int, info *sys.SigInfo, uc *sys.UContext) {
	switch forgery {
	case 0:
		uc.IP = 0xffffffff80200000
	case 1:
		uc.IP = 1 << 63
	case 2:
		uc.IP = 1 << 47
	case 3:
		uc.SP = 1 << 63
	case 4:
		uc.Segments = 0
	case 5:
		uc.Segments = 8 | 0x10<<48
	case 6:
		uc.FPState = 0xffff800000000000
	case 7:
		uc.FPState = uintptr(uint64(1) << 63)
	case 8:
		uc.EFlags |= 0x3000 | 1<<17 | 1<<14 | 1<<19 | 1<<20
	case 9:
		if uc.FPState != 0 {
			// Reserved bits of MXCSR: FXRSTOR would fault on them.
			*(*uint32)(unsafe.Pointer(uc.FPState + 24)) = 0xffffffff
		}
	}
}

var forgery int

// Can a forged frame give a program privileges or hurt the kernel? Most kill the program;
// none may do more.
func signalForged() {
	for forgery = range 10 {
		status := wait(fork(func() {
			ok(sys.Catch(sys.SIGUSR1, onForge, 0, 0), "rt_sigaction")
			raise(sys.SIGUSR1)
			if forgery == 8 {
				doCLI() // the forged I/O privilege level must not hold
			}
		}))
		switch {
		case forgery <= 2 || forgery == 8:
			check(status.Signaled() && (status.Signal() == sys.SIGSEGV || status.Signal() == sys.SIGBUS), "a forged return address or privilege level")
		default:
			check(status.Signaled() || status.Status() == 0, "a check in the child failed")
		}
	}
	for _, sp := range [...]uintptr{0, 16, hole(), 1 << 63, 0xffff800000000000} {
		dies(func() { badSigreturn(sp) }, sys.SIGSEGV, "rt_sigreturn without a frame")
	}
}

// What if there is no room for the frame? The program dies, of SIGSEGV.
func signalNoStack() {
	dies(func() {
		ok(sys.Catch(sys.SIGILL, onSignal, 0, 0), "rt_sigaction")
		doBadStackFault()
	}, sys.SIGSEGV, "a signal for a handler with a useless stack")
}

// An alternate stack: is it used with SA_ONSTACK, by a program whose stack is useless?
func signalAltStack() {
	const size = 64 << 10
	altLow = anon(size)
	altHigh = altLow + size
	ok(sys.Sigaltstack(altLow, size), "sigaltstack")
	ok(sys.Catch(sys.SIGSEGV, onAlt, sys.SA_ONSTACK, 0), "rt_sigaction")
	status := wait(fork(doStackOverflow))
	ended(status, 5, "the handler of a stack overflow")
}

var altLow, altHigh uintptr

func onAlt(sig int, info *sys.SigInfo, uc *sys.UContext) {
	here := uintptr(unsafe.Pointer(&sig))
	if here > altLow && here < altHigh {
		sys.Exit(5)
	}
	sys.Exit(6)
}
