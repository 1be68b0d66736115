#include "textflag.h"

// func keepFlags(flags, rounds uint64) (got uint64)
// Sets the flags, spins for rounds without changing them, and returns them.
TEXT ·keepFlags(SB),NOSPLIT,$0-24
	MOVQ flags+0(FP), AX
	MOVQ rounds+8(FP), CX
	PUSHQ AX
	POPFQ
spin:
	LOOP spin
	PUSHFQ
	POPQ AX
	CLD
	MOVQ AX, got+16(FP)
	RET

// func spinDeep(released, count *uint32)
// Counts until it is released, with a frame that only fits because nothing is called from here.
TEXT ·spinDeep(SB),NOSPLIT,$640-16
	MOVQ released+0(FP), AX
	MOVQ count+8(FP), BX
	MOVQ BX, 0(SP)
spin:
	MOVQ 0(SP), CX
	CMPQ CX, BX
	JNE  bad
	LOCK
	INCL (BX)
	CMPL (AX), $0
	JEQ  spin
	RET
bad:
	INT $3

// func stackLimit() uintptr: what functions compare their stack pointer with.
TEXT ·stackLimit(SB),NOSPLIT,$0-8
	MOVQ (TLS), AX
	MOVQ 16(AX), AX
	MOVQ AX, ret+0(FP)
	RET

// func spinOffStack(stack uintptr, rounds uint64): with stack for its stack pointer.
TEXT ·spinOffStack(SB),NOSPLIT,$0-16
	MOVQ rounds+8(FP), CX
	MOVQ stack+0(FP), AX
	MOVQ SP, BX
	MOVQ AX, SP
spin:
	DECQ CX
	JNE  spin
	MOVQ BX, SP
	RET
