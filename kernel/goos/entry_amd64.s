#include "textflag.h"

// The kernel's entry. The boot stub jumps here in long mode, interrupts off, on the boot
// page tables, with DI = protocol and SI = its information. Stores the hooks, which Go
// code could not do without a write barrier, and goes on in arch/amd64.
TEXT ·kentry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ ·fnBoot(SB), AX
	MOVQ AX, gossamer∕arch∕amd64·OnBoot(SB)
	MOVQ ·fnAP(SB), AX
	MOVQ AX, gossamer∕arch∕amd64·OnAP(SB)
	MOVQ ·fnSyscall(SB), AX
	MOVQ AX, gossamer∕arch∕amd64·OnSyscall(SB)
	MOVQ ·fnTrap(SB), AX
	MOVQ AX, gossamer∕arch∕amd64·OnTrap(SB)
	MOVQ ·fnFatal(SB), AX
	MOVQ AX, gossamer∕arch∕amd64·OnFatal(SB)
	LEAQ ·vdsoClock(SB), AX
	MOVQ AX, runtime·vdsoClockgettimeSym(SB)
	JMP  gossamer∕arch∕amd64·Boot(SB)

// The runtime's fast clock, called as a vDSO's clock_gettime is, by C's conventions on a
// system stack: DI = clock, SI = *timespec, AX = 0. Monotonic time is
// (TSC − start) × mult / 2³²; real time adds what the machine's clock said at boot.
TEXT ·vdsoClock(SB),NOSPLIT|NOFRAME,$0
	RDTSC
	SHLQ $32, DX
	ORQ  DX, AX
	SUBQ ·tscStart(SB), AX
	MULQ ·nsPerTick(SB)
	SHRQ $32, DX, AX
	ADDQ $1, AX
	TESTL DI, DI // CLOCK_REALTIME
	JNE  2(PC)
	ADDQ ·bootWall(SB), AX
	XORL DX, DX
	MOVQ $1000000000, CX
	DIVQ CX
	MOVQ AX, 0(SI)
	MOVQ DX, 8(SI)
	XORL AX, AX
	RET

// func firstStack() (lo, hi uintptr): where the runtime's first thread has its stack
TEXT ·firstStack(SB),NOSPLIT,$0-16
	LEAQ ·bootStack(SB), AX
	MOVQ AX, lo+0(FP)
	ADDQ $98304, AX // bootStackSize
	MOVQ AX, hi+8(FP)
	RET
