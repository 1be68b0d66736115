#include "textflag.h"

// Each of these ends the process, or does nothing that matters.

TEXT ·doUD2(SB),NOSPLIT,$0-0
	UD2
	RET

TEXT ·doDivide(SB),NOSPLIT,$0-0
	XORL CX, CX
	XORL DX, DX
	MOVL $1, AX
	DIVL CX
	RET

TEXT ·doOverflowDivide(SB),NOSPLIT,$0-0
	MOVQ $0x8000000000000000, AX
	CQO
	MOVQ $-1, CX
	IDIVQ CX
	RET

TEXT ·doInt3(SB),NOSPLIT,$0-0
	INT $3
	RET

TEXT ·doInt14(SB),NOSPLIT,$0-0
	INT $14
	RET

TEXT ·doInt32(SB),NOSPLIT,$0-0
	INT $32
	RET

TEXT ·doHLT(SB),NOSPLIT,$0-0
	HLT
	RET

TEXT ·doCLI(SB),NOSPLIT,$0-0
	CLI
	RET

TEXT ·doSTI(SB),NOSPLIT,$0-0
	STI
	RET

TEXT ·doIn(SB),NOSPLIT,$0-0
	MOVL $0x3f8, DX
	INB
	RET

TEXT ·doOut(SB),NOSPLIT,$0-0
	MOVL $0x3f8, DX
	MOVL $33, AX
	OUTB
	RET

TEXT ·doWRMSR(SB),NOSPLIT,$0-0
	MOVL $0xc0000082, CX
	XORL AX, AX
	XORL DX, DX
	WRMSR
	RET

TEXT ·doRDMSR(SB),NOSPLIT,$0-0
	MOVL $0xc0000080, CX
	RDMSR
	RET

TEXT ·doReadCR3(SB),NOSPLIT,$0-0
	MOVQ CR3, AX
	RET

TEXT ·doWriteCR3(SB),NOSPLIT,$0-0
	XORL AX, AX
	MOVQ AX, CR3
	RET

TEXT ·doWriteCR4(SB),NOSPLIT,$0-0
	XORL AX, AX
	MOVQ AX, CR4
	RET

TEXT ·doInvlpg(SB),NOSPLIT,$0-0
	INVLPG (SP)
	RET

TEXT ·doSwapGS(SB),NOSPLIT,$0-0
	SWAPGS
	RET

TEXT ·doLGDT(SB),NOSPLIT,$0-0
	LGDT (SP)
	RET

// IRETQ to ring 0 selectors.
TEXT ·doIRET(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ SP, AX
	PUSHQ $0x10
	PUSHQ AX
	PUSHQ $2
	PUSHQ $8
	LEAQ after<>(SB), AX
	PUSHQ AX
	IRETQ

TEXT after<>(SB),NOSPLIT,$0-0
	UD2
	RET

// A far return to a data selector.
TEXT ·doBadSegment(SB),NOSPLIT|NOFRAME,$0-0
	PUSHQ $0x10
	LEAQ after<>(SB), AX
	PUSHQ AX
	BYTE $0x48; BYTE $0xcb

// Sets the trap flag: a debug exception after the next instruction.
TEXT ·doSingleStep(SB),NOSPLIT|NOFRAME,$0-0
	PUSHFQ
	ORQ  $0x100, 0(SP)
	POPFQ
	NOP
	NOP
	RET

// The trap flag is set when a system call is made.
TEXT ·doSingleStepSyscall(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ $39, AX
	PUSHFQ
	ORQ  $0x100, 0(SP)
	POPFQ
	SYSCALL
	NOP
	RET

// Sets the alignment-check flag and reads a misaligned word: SIGBUS if the kernel has
// CR0.AM on, nothing otherwise. A system call before it must not trouble the kernel.
TEXT ·doAlignmentCheck(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ $39, AX
	PUSHFQ
	ORQ  $0x40000, 0(SP)
	POPFQ
	SYSCALL
	MOVQ 1(SP), AX
	PUSHFQ
	ANDQ $~0x40000, 0(SP)
	POPFQ
	RET

// Grows the stack until it meets its guard.
TEXT ·doStackOverflow(SB),NOSPLIT|NOFRAME,$0-0
again:
	PUSHQ AX
	JMP  again

// Makes the stack pointer useless, and a fault and a system call with it.
TEXT ·doBadStack(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ $0x8000000000000000, SP
	MOVQ $39, AX
	SYSCALL
	MOVQ AX, -8(SP)
	RET

// The entries from another world: without a handler for them they must not work, and must
// not hurt.
TEXT ·doSysenter(SB),NOSPLIT,$0-0
	XORL AX, AX
	BYTE $0x0f; BYTE $0x34
	RET

// func loadAt(p uintptr) uint64
TEXT ·loadAt(SB),NOSPLIT,$0-16
	MOVQ p+0(FP), AX
	MOVQ (AX), AX
	MOVQ AX, ret+8(FP)
	RET

// func storeAt(p uintptr)
TEXT ·storeAt(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), AX
	MOVB $1, (AX)
	RET

// func jumpTo(p uintptr)
TEXT ·jumpTo(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), AX
	CALL AX
	RET

// func probe(p uintptr) (faulted uintptr)
// Reads p; a SIGSEGV handler that goes on at probeEnd makes it return 1.
TEXT ·probe(SB),NOSPLIT,$0-16
	MOVQ p+0(FP), AX
	MOVQ $0, faulted+8(FP)
	MOVB (AX), AX
	RET

// func probeEnd(): goes on after a fault in probe, whose frame is as on entry.
TEXT ·probeEnd(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ $1, 16(SP)
	RET

// func addresses() (probeEnd, text, ret uintptr)
TEXT ·addresses(SB),NOSPLIT,$0-24
	LEAQ ·probeEnd(SB), AX
	MOVQ AX, probeEnd+0(FP)
	LEAQ ·addresses(SB), AX
	MOVQ AX, text+8(FP)
	LEAQ ·doUD2(SB), AX
	MOVQ AX, ret+16(FP)
	RET

// func hasNX() bool
TEXT ·hasNX(SB),NOSPLIT,$0-1
	MOVL $0x80000001, AX
	CPUID
	SHRL $20, DX
	ANDL $1, DX
	MOVB DX, ret+0(FP)
	RET

// UD2 with a stack pointer that no frame can be pushed on.
TEXT ·doBadStackFault(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ $0x1000, SP
	UD2
	RET
