#include "textflag.h"

// func countdown(n uintptr): executes 2n instructions and a few.
TEXT ·countdown(SB),NOSPLIT,$0-8
	MOVQ n+0(FP), AX
again:
	DECQ AX
	JNE  again
	RET
