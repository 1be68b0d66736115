#include "textflag.h"
#include "go_asm.h"

// An upcall, with FS as the thread has it: saUpcall(why), which keeps to the VP's stack.
TEXT ·saEntry(SB),NOSPLIT|NOFRAME,$0
	SUBQ $64, SP
	MOVQ DI, 0(SP)
	CALL ·saUpcall(SB)
	INT  $3

// func saResume(slot uintptr): goes on with the thread in a slot.
TEXT ·saResume(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ 8(SP), R15
	FXRSTOR64 const_saFX(R15)
	MOVQ const_saSP(R15), R14
	SUBQ $144, R14 // flags and program counter, below the red zone
	MOVQ const_saFlags(R15), AX
	MOVQ AX, 0(R14)
	MOVQ const_saIP(R15), AX
	MOVQ AX, 8(R14)
	MOVQ R14, SP
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
	JMP  ·saRange(SB)

// The resume range, to its RET. Nothing is ever pending that matters here.
TEXT ·saRange(SB),NOSPLIT|NOFRAME,$0
	POPFQ
	BYTE $0xc2; WORD $128 // RET 128

// func saAddresses(p *[3]uintptr): entry, lo, hi
TEXT ·saAddresses(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), DI
	LEAQ ·saEntry(SB), AX
	MOVQ AX, 0(DI)
	LEAQ ·saRange(SB), AX
	MOVQ AX, 8(DI)
	ADDQ $4, AX
	MOVQ AX, 16(DI)
	RET
