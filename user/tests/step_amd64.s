#include "textflag.h"

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
