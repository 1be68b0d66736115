//go:build !explore

#include "go_asm.h"
#include "textflag.h"

// The kernel enters here on an LWP for a caught signal: DI = number, SI = *SigInfo, DX = *UContext,
// 0(SP) = the restorer. No register needs saving: sigreturn restores all of them. Whether the LWP
// is this package's, and GS base a VP, its g tells: that has throwSplit set.
TEXT ·caughtEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0-0
	SUBQ  $40, SP
	CLD
	MOVQ  (TLS), R14
	XORPS X15, X15
	MOVQ  DI, 0(SP)
	MOVQ  (thread_g+gWords_split)(R14), AX
	SHRQ  $56, AX
	JEQ   foreign
	MOVQ  VP_self(GS), R8
	MOVQ  SI, 8(SP)
	MOVQ  DX, 16(SP)
	MOVQ  R8, 24(SP)
	CALL  ·caught(SB)
	ADDQ  $40, SP
	RET
foreign:
	MOVQ  DX, 8(SP)
	CALL  ·foreign(SB)
	ADDQ  $40, SP
	RET

// func caughtHandler() uintptr
TEXT ·caughtHandler(SB),NOSPLIT,$0-8
	LEAQ ·caughtEntry(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// A thread enters here between two of its instructions, with the address of the second on its stack:
// everything that it has in registers stays there meanwhile.
TEXT ·lookFirst(SB),NOSPLIT|NOFRAME|TOPFRAME,$0-0
	PUSHFQ
	CLD
	PUSHQ AX
	PUSHQ CX
	PUSHQ DX
	PUSHQ BX
	PUSHQ BP
	PUSHQ SI
	PUSHQ DI
	PUSHQ R8
	PUSHQ R9
	PUSHQ R10
	PUSHQ R11
	PUSHQ R12
	PUSHQ R13
	PUSHQ R14
	PUSHQ R15
	MOVQ  SP, BX
	SUBQ  $528, SP
	ANDQ  $~15, SP
	FXSAVE64 (SP)
	MOVQ  BX, 512(SP)
	MOVQ  (TLS), R14
	XORPS X15, X15
	CALL  ·signalPoint(SB)
	MOVQ  512(SP), BX
	FXRSTOR64 (SP)
	MOVQ  BX, SP
	POPQ  R15
	POPQ  R14
	POPQ  R13
	POPQ  R12
	POPQ  R11
	POPQ  R10
	POPQ  R9
	POPQ  R8
	POPQ  DI
	POPQ  SI
	POPQ  BP
	POPQ  BX
	POPQ  DX
	POPQ  CX
	POPQ  AX
	POPFQ
	RET

// func signalEntry() uintptr
TEXT ·signalEntry(SB),NOSPLIT,$0-8
	LEAQ ·lookFirst(SB), AX
	MOVQ AX, ret+0(FP)
	RET
