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
