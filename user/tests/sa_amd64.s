#include "textflag.h"
#include "go_asm.h"

// The bare handler of the activation tests. GS is the VP's page, FS that of whatever runs.

// An upcall enters here: RDI = why, RSI = slot, RDX = VP, FS = the VP's own TLS block.
TEXT ·saEntry(SB),NOSPLIT|NOFRAME,$0
	MOVQ  DI, AX
	MOVQ  SI, BX
	MOVQ  DX, CX
	JMP   ·saSchedule(SB)

// Into saHandler(why, slot, vp), AX, BX, CX, on the VP's stack.
TEXT ·saSchedule(SB),NOSPLIT|NOFRAME,$0
	CLD
	ANDQ  $~15, SP
	SUBQ  $64, SP
	MOVQ  AX, 0(SP)
	MOVQ  BX, 8(SP)
	MOVQ  CX, 16(SP)
	CALL  ·saHandler(SB)
	INT   $3 // it does not return

// func saResume(slot *sa.Slot): goes on with the thread in a slot that Cur names. Flags and
// program counter go below its red zone: QEMU's IRET reads a program's stack with the kernel's
// rights, which SMAP forbids.
TEXT ·saResume(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ 8(SP), R15
	FXRSTOR64 const_saFX(R15)
	MOVQ const_saSP(R15), R14
	SUBQ $144, R14
	MOVQ const_saFlags(R15), AX
	MOVQ AX, 0(R14)
	MOVQ const_saIP(R15), AX
	MOVQ AX, 8(R14)
	MOVQ const_saFS(R15), SI
	MOVQ R14, SP
	MOVQ $158, AX // arch_prctl(ARCH_SET_FS)
	MOVQ $0x1002, DI
	SYSCALL
	MOVQ const_saAX(R15), AX
	MOVQ const_saCX(R15), CX
	MOVQ const_saDX(R15), DX
	MOVQ const_saBX(R15), BX
	MOVQ const_saBP(R15), BP
	MOVQ const_saSI(R15), SI
	MOVQ const_saDI(R15), DI
	MOVQ const_saR8(R15), R8
	MOVQ const_saR9(R15), R9
	MOVQ const_saR10(R15), R10
	MOVQ const_saR11(R15), R11
	MOVQ const_saR12(R15), R12
	MOVQ const_saR13(R15), R13
	MOVQ const_saR14(R15), R14
	MOVQ const_saR15(R15), R15
	MOVL $0, const_saDisabled(GS)
	JMP  ·saRangeLo(SB)

// The resume range. saRangeHi is its end.
TEXT ·saRangeLo(SB),NOSPLIT|NOFRAME,$0
	CMPL const_saPending(GS), $0
	JNE  look
	POPFQ
	BYTE $0xc2; WORD $128 // RET 128
look:
	MOVL $1, const_saDisabled(GS)
	JMP  ·saRangeHi(SB)

// Something is pending: back to the VP's stack.
TEXT ·saRangeHi(SB),NOSPLIT|NOFRAME,$0
	MOVQ const_saStack(GS), SP
	MOVQ $158, AX // arch_prctl(ARCH_SET_FS)
	MOVQ $0x1002, DI
	MOVQ const_saUpcallFS(GS), SI
	SYSCALL
	XORL AX, AX
	MOVL $-1, BX
	MOVL const_saNumber(GS), CX
	JMP  ·saSchedule(SB)

// func saLeave(slot *sa.Slot): saves the caller, a disabled thread, in its slot and goes to the
// handler on the VP's stack, with why 0 and the slot. Returns when the slot is resumed.
TEXT ·saLeave(SB),NOSPLIT,$0-8
	MOVQ slot+0(FP), R15
	MOVQ BP, const_saBP(R15)
	MOVQ R14, const_saR14(R15)
	LEAQ 0(SP), AX
	MOVQ AX, const_saSP(R15)
	LEAQ back<>(SB), AX
	MOVQ AX, const_saIP(R15)
	MOVQ $0x202, const_saFlags(R15)
	FXSAVE64 const_saFX(R15)
	MOVQ $158, AX // arch_prctl(ARCH_GET_FS)
	MOVQ $0x1003, DI
	LEAQ const_saFS(R15), SI
	SYSCALL
	MOVQ const_saStack(GS), SP // Own: the VP's stack top
	MOVQ R15, R12
	MOVQ $158, AX
	MOVQ $0x1002, DI
	MOVQ const_saUpcallFS(GS), SI
	SYSCALL
	XORL AX, AX
	MOVQ R12, BX
	SUBQ const_saSlots(GS), BX // the slot's number, by way of Own
	SHRQ $10, BX
	MOVL const_saNumber(GS), CX
	JMP  ·saSchedule(SB)

// Where a thread goes on that left by saLeave, as if that returned.
TEXT back<>(SB),NOSPLIT|NOFRAME,$0
	XORPS X15, X15
	RET

// A thread of the test begins here: R12 is its function, AX its argument.
TEXT ·saThread(SB),NOSPLIT|NOFRAME,$0
	MOVQ  R12, DX
	CALL  (DX)
	INT   $3

// func saClose(), saOpen(): the two ends of a critical section. saOpen tells whether something
// became pending.
TEXT ·saClose(SB),NOSPLIT,$0-0
	MOVL $1, const_saDisabled(GS)
	RET

TEXT ·saOpen(SB),NOSPLIT,$0-4
	MOVL $0, const_saDisabled(GS)
	MOVL const_saPending(GS), AX
	MOVL AX, pending+0(FP)
	RET

// func saSelf() *sa.VP
TEXT ·saSelf(SB),NOSPLIT,$0-8
	MOVQ const_saSelfAt(GS), AX
	MOVQ AX, ret+0(FP)
	RET

// func saAddresses(p *[4]uintptr): entry, lo, hi, thread
TEXT ·saAddresses(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), DI
	LEAQ ·saEntry(SB), AX
	MOVQ AX, 0(DI)
	LEAQ ·saRangeLo(SB), AX
	MOVQ AX, 8(DI)
	LEAQ ·saRangeHi(SB), AX
	MOVQ AX, 16(DI)
	LEAQ ·saThread(SB), AX
	MOVQ AX, 24(DI)
	RET

// func saLieGS(base uint64, rounds uintptr) uint64: GS base := base, rounds of nothing, a system call;
// returns what GS base is then. Where the CPU has WRGSBASE.
TEXT ·saLieGS(SB),NOSPLIT,$0-24
	MOVQ base+0(FP), AX
	WRGSBASEQ AX
	MOVQ rounds+8(FP), DX
again:
	DECQ DX
	JNE  again
	RDGSBASEQ DX
	MOVQ $39, AX // getpid
	SYSCALL
	RDGSBASEQ AX
	MOVQ AX, ret+16(FP)
	RET
