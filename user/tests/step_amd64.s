#include "textflag.h"

// func setStep(on uint64): has the caller's thread trap after each of its instructions, or not.
TEXT ·setStep(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ on+0(FP), AX
	SHLQ $8, AX
	PUSHFQ
	ANDQ $~0x100, 0(SP)
	ORQ  AX, 0(SP)
	POPFQ
	RET

// func steps(n uint64) uint64: makes 4n instructions, and a few, and returns 2n.
TEXT ·steps(SB),NOSPLIT,$0-16
	MOVQ n+0(FP), CX
	XORL AX, AX
again:
	INCQ AX
	LEAQ 1(AX), AX
	DECQ CX
	JNE  again
	MOVQ AX, ret+8(FP)
	RET
