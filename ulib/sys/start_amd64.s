#include "go_asm.h"
#include "textflag.h"

// Offsets in the runtime's g and m. The guards are the compiler's ABI; the others are read
// by runtime.morestack, systemstack and panicCheck1. TestOffsets compares them with the
// toolchain's.
#define G_LO         0x00
#define G_HI         0x08
#define G_GUARD0     0x10
#define G_GUARD1     0x18
#define G_M          0x30
#define G_SP         0x38 // g.sched.sp
#define G_THROWSPLIT 0xb7
#define M_G0         0x00
#define M_CURG       0xb8
#define M_MALLOCING  0xf0

// What a chain of nosplit functions may use below the checked bound (internal/abi.StackGuard).
#define STACK_GUARD 928

#define ARCH_SET_FS    0x1002
#define SYS_ARCH_PRCTL 158

// Start is the ELF entry. On entry SP points at argc, argv…, 0, envp…, 0, auxv…; no
// other register is used. It never returns.
TEXT ·Start(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	RDTSC
	SHLQ $32, DX
	ORQ  DX, AX
	MOVQ AX, ·boot+startBlock_tsc(SB)
	MOVQ SP, ·boot+startBlock_args(SB)
	ANDQ $~15, SP
	CLD

	// The program's g: the initial stack, StackWindow bytes of it.
	LEAQ ·boot+startBlock_mainG(SB), BX
	LEAQ ·boot+startBlock_reportG(SB), CX
	LEAQ ·boot+startBlock_reportM(SB), DX
	LEAQ -const_StackWindow(SP), AX
	MOVQ AX, G_LO(BX)
	MOVQ SP, G_HI(BX)
	ADDQ $STACK_GUARD, AX
	MOVQ AX, G_GUARD0(BX)
	MOVQ AX, G_GUARD1(BX)
	MOVQ DX, G_M(BX)

	// Signal handlers run without a lower bound: guards of zero.
	MOVQ DX, ·boot+(startBlock_signalG+G_M)(SB)

	// The g and m on which the runtime reports an overflow. g.throwsplit says that this
	// stack cannot grow; m.mallocing turns a panic, which would allocate, into a fatal
	// error, which does not.
	LEAQ ·reportStack(SB), AX
	MOVQ AX, G_LO(CX)
	ADDQ $STACK_GUARD, AX
	MOVQ AX, G_GUARD0(CX)
	MOVQ AX, G_GUARD1(CX)
	ADDQ $(const_reportStackSize-STACK_GUARD), AX
	ANDQ $~15, AX
	MOVQ AX, G_HI(CX)
	MOVQ AX, G_SP(CX)
	MOVQ DX, G_M(CX)
	MOVQ CX, M_G0(DX)
	MOVQ BX, M_CURG(DX)
	MOVL $1, M_MALLOCING(DX)
	MOVB $1, G_THROWSPLIT(BX)

	LEAQ ·boot+(startBlock_slot+8)(SB), SI
	MOVQ BX, -8(SI)
	MOVQ $ARCH_SET_FS, DI
	MOVQ $SYS_ARCH_PRCTL, AX
	SYSCALL

	LEAQ  ·boot+startBlock_mainG(SB), R14
	XORPS X15, X15
	CALL  ·start(SB)
	INT   $3
