#include "textflag.h"

// Each of these ends the process, or does nothing that matters.

#define FAULT(name) TEXT ·name(SB),NOSPLIT,$0-0

FAULT(doUD2)
	UD2
	RET

FAULT(doDivide)
	XORL CX, CX
	XORL DX, DX
	MOVL $1, AX
	DIVL CX
	RET

FAULT(doOverflowDivide)
	MOVQ $0x8000000000000000, AX
	CQO
	MOVQ $-1, CX
	IDIVQ CX
	RET

FAULT(doInt3)
	INT $3
	RET

FAULT(doInt14)
	INT $14
	RET

FAULT(doInt32)
	INT $32
	RET

FAULT(doHLT)
	HLT
	RET

FAULT(doCLI)
	CLI
	RET

FAULT(doSTI)
	STI
	RET

FAULT(doIn)
	MOVL $0x3f8, DX
	INB
	RET

FAULT(doOut)
	MOVL $0x3f8, DX
	MOVL $33, AX
	OUTB
	RET

FAULT(doWRMSR)
	MOVL $0xc0000082, CX
	XORL AX, AX
	XORL DX, DX
	WRMSR
	RET

FAULT(doRDMSR)
	MOVL $0xc0000080, CX
	RDMSR
	RET

FAULT(doReadCR3)
	MOVQ CR3, AX
	RET

FAULT(doWriteCR3)
	XORL AX, AX
	MOVQ AX, CR3
	RET

FAULT(doWriteCR4)
	XORL AX, AX
	MOVQ AX, CR4
	RET

FAULT(doInvlpg)
	INVLPG (SP)
	RET

FAULT(doSwapGS)
	SWAPGS
	RET

FAULT(doLGDT)
	LGDT (SP)
	RET

// IRETQ to ring 0 selectors.
FAULT(doIRET)
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
FAULT(doBadSegment)
	PUSHQ $0x10
	LEAQ after<>(SB), AX
	PUSHQ AX
	BYTE $0x48; BYTE $0xcb

// Sets the trap flag: a debug exception after the next instruction.
FAULT(doSingleStep)
	PUSHFQ
	ORQ  $0x100, 0(SP)
	POPFQ
	NOP
	NOP
	RET

// The trap flag is set when a system call is made.
FAULT(doSingleStepSyscall)
	MOVQ $39, AX
	PUSHFQ
	ORQ  $0x100, 0(SP)
	POPFQ
	SYSCALL
	NOP
	RET

// Sets the alignment-check flag and reads a misaligned word: SIGBUS if the kernel has
// CR0.AM on, nothing otherwise. A system call before it must not trouble the kernel.
FAULT(doAlignmentCheck)
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
FAULT(doStackOverflow)
again:
	PUSHQ AX
	JMP  again

// Makes the stack pointer useless, and a fault and a system call with it.
FAULT(doBadStack)
	MOVQ $0x8000000000000000, SP
	MOVQ $39, AX
	SYSCALL
	PUSHQ AX
	RET

// The entries from another world: without a handler for them they must not work, and must
// not hurt.
FAULT(doSysenter)
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
FAULT(doBadStackFault)
	MOVQ $0x1000, SP
	UD2
	RET
