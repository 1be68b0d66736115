package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

var (
	constant = "read-only data"
	variable [64]byte
)

// Wild reads and writes: each kills the program with SIGSEGV.
func faultAddresses() {
	_, text, _ := addresses()
	for _, p := range [...]uintptr{0, 8, 4095, hole(), 0x7ffffffff000, 1 << 47, 1<<47 - 4, 1 << 63, 0xffff800000000000, 0xffff900000000000,
		0xffffffff80000000, 0xffffffff80200000, ^uintptr(7)} {
		dies(func() { loadAt(p) }, sys.SIGSEGV, "a wild read")
		dies(func() { storeAt(p) }, sys.SIGSEGV, "a wild write")
		dies(func() { jumpTo(p) }, sys.SIGSEGV, "a wild jump")
	}
	dies(func() { storeAt(text) }, sys.SIGSEGV, "a write to program text")
	dies(func() { storeAt(uintptr(unsafe.Pointer(unsafe.StringData(constant)))) }, sys.SIGSEGV, "a write to a constant")
}

// Data, stack and fresh memory cannot be executed, and can after mprotect.
func faultNoExecute() {
	if !hasNX() {
		skip()
	}
	const ret = 0xc3
	variable[0] = ret
	dies(func() { jumpTo(uintptr(unsafe.Pointer(&variable))) }, sys.SIGSEGV, "execution of data")
	dies(func() {
		local := [64]byte{ret}
		jumpTo(uintptr(unsafe.Pointer(&local)))
	}, sys.SIGSEGV, "execution of the stack")
	p := anon(page)
	store(p, ret)
	dies(func() { jumpTo(p) }, sys.SIGSEGV, "execution of fresh memory")
	ok(sys.Mprotect(p, page, sys.PROT_READ|sys.PROT_EXEC), "mprotect")
	jumpTo(p)
	dies(func() { store(p, 0) }, sys.SIGSEGV, "a write to executable memory")
}

// The guard below the stack: a stack that never stops growing dies there.
func faultStack() {
	dies(doStackOverflow, sys.SIGSEGV, "stack overflow")
	status := wait(fork(doBadStack)) // a stack fault is SIGBUS, a general one SIGSEGV
	check(status.Signaled() && (status.Signal() == sys.SIGBUS || status.Signal() == sys.SIGSEGV), "a non-canonical stack pointer")
}

// Exceptions of the processor become the signals Linux sends.
func faultExceptions() {
	dies(doUD2, sys.SIGILL, "ud2")
	dies(doDivide, sys.SIGFPE, "division by zero")
	dies(doOverflowDivide, sys.SIGFPE, "division that overflows")
	dies(doInt3, sys.SIGTRAP, "int3")
	dies(doInt14, sys.SIGSEGV, "int $14")
	dies(doInt32, sys.SIGSEGV, "int $32")
	dies(doSingleStep, sys.SIGTRAP, "the trap flag")
	dies(doSingleStepSyscall, sys.SIGTRAP, "the trap flag at a system call")
}

// Privileged instructions do not work.
func faultPrivileged() {
	for i, f := range [...]func(){doHLT, doCLI, doSTI, doIn, doOut, doWRMSR, doRDMSR, doReadCR3, doWriteCR3, doWriteCR4, doInvlpg, doLGDT,
		doIRET, doBadSegment} {
		status := wait(fork(f))
		if !status.Signaled() || status.Signal() != sys.SIGSEGV {
			equal(i, -1, "the first privileged instruction that did not end with SIGSEGV")
		}
	}
	status := wait(fork(doSwapGS))
	check(status.Signaled(), "swapgs did not kill")
}

// What may end the process or not, but nothing else.
func faultOdd() {
	wait(fork(doAlignmentCheck))
	wait(fork(doSysenter))
	exits(func() {}, 0, "a process afterwards")
}

// Do the general and vector registers stay the same over system calls, but for RAX, RCX, R11?
func syscallRegisters() {
	r, w := pipe()
	_, kept := keepAcross(0x1111111111, syscall.SYS_GETPPID, 1, 2, 3)
	check(kept == 1, "a register changed over getppid")
	_, kept = keepAcross(0x2222222222, 599, 1, 2, 3)
	check(kept == 1, "a register changed over an unknown call")
	pid := fork(func() {
		sys.Sleep(20e6)
		sys.WriteString(w, "x")
	})
	n, kept := keepAcross(0x3333333333, syscall.SYS_READ, uintptr(r), uintptr(unsafe.Pointer(&big)), 1)
	equal(int(n), 1, "read")
	check(kept == 1, "a register changed over a read that blocked")
	wait(pid)
	result, kept := keepAcross(0x4444444444, syscall.SYS_FORK, 0, 0, 0)
	if result == 0 {
		sys.Exit(int(1 - kept))
	}
	check(kept == 1, "a register changed over fork")
	ended(wait(int(result)), 0, "the child's registers after fork")
	setMXCSR(0x1f80 | 0x4000)
	setControl(0x27f)
	sys.Yield()
	equal(int(getMXCSR()&0xe000), 0x4000, "MXCSR over a system call")
	equal(int(getControl()), 0x27f, "the x87 control word over a system call")
	exits(func() {
		equal(int(getMXCSR()&0xe000), 0x4000, "MXCSR in the child")
		equal(int(getControl()), 0x27f, "the x87 control word in the child")
	}, 0, "child")
	setMXCSR(0x1f80)
}

// Is the direction flag, set at a call, harmless to the kernel and still set behind it?
func syscallDirection() {
	check(directionKept()&0x400 != 0, "the direction flag is lost")
}

// arch_prctl: FS and GS are set, read back, kept, inherited; kernel addresses refused.
func segmentBases() {
	const setGS, setFS, getFS, getGS = 0x1001, 0x1002, 0x1003, 0x1004
	var base, word uintptr
	ok(sys.Err(sys.Syscall2(syscall.SYS_ARCH_PRCTL, getFS, uintptr(unsafe.Pointer(&base)))), "ARCH_GET_FS")
	check(base != 0, "FS base")
	p := anon(page)
	*(*uint64)(unsafe.Pointer(p)) = 0x1234567
	ok(sys.Err(sys.Syscall2(syscall.SYS_ARCH_PRCTL, setGS, p)), "ARCH_SET_GS")
	check(readGS() == 0x1234567, "a read through GS")
	ok(sys.Err(sys.Syscall2(syscall.SYS_ARCH_PRCTL, getGS, uintptr(unsafe.Pointer(&word)))), "ARCH_GET_GS")
	check(word == p, "GS base read back")
	sys.Sleep(2e6)
	exits(func() { check(readGS() == 0x1234567, "GS in the child") }, 0, "child")
	check(readGS() == 0x1234567, "GS afterwards")
	for _, bad := range [...]uintptr{1 << 47, 1 << 63, 0xffff800000000000, ^uintptr(0)} {
		errno(sys.Err(sys.Syscall2(syscall.SYS_ARCH_PRCTL, setGS, bad)), sys.EPERM, "ARCH_SET_GS to a kernel address")
		errno(sys.Err(sys.Syscall2(syscall.SYS_ARCH_PRCTL, setFS, bad)), sys.EPERM, "ARCH_SET_FS to a kernel address")
	}
	errno(sys.Err(sys.Syscall2(syscall.SYS_ARCH_PRCTL, 0x9999, 0)), sys.EINVAL, "an unknown arch_prctl")
}
