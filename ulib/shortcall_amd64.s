//go:build shortways

#include "go_asm.h"
#include "textflag.h"

// How a test on a host calls a short way, or the function behind it, as a thread does: on the thread's
// stack, with the thread for g, GS base being a VP. Signals are blocked meanwhile.

// func callAs(t *thread, sp, f uintptr)
//
// Calls what is at f, whose arguments are at sp. It returns when that has returned, or has switched to
// a thread that goes on at landing.
TEXT ·callAs(SB),NOSPLIT|NOFRAME,$0-24
	MOVQ t+0(FP), DX
	MOVQ sp+8(FP), BX
	MOVQ f+16(FP), CX
	MOVQ SP, ·backSP(SB)
	MOVQ BP, ·backBP(SB)
	MOVQ R14, ·backG(SB)
	MOVQ DX, R14
	MOVQ R14, (TLS)
	MOVQ BX, SP
	XORL BP, BP
	CALL CX
	XORL AX, AX
	JMP  ·comeBack(SB)

// func goOn(t *thread)
//
// Goes on with a thread that has left its VP, as a switch does.
TEXT ·goOn(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ t+0(FP), DX
	MOVQ SP, ·backSP(SB)
	MOVQ BP, ·backBP(SB)
	MOVQ R14, ·backG(SB)
	MOVQ DX, R14
	MOVQ R14, (TLS)
	MOVQ thread_sp(R14), SP
	MOVQ thread_bp(R14), BP
	RET

// A thread that is switched to goes on here.
TEXT ·landing(SB),NOSPLIT|NOFRAME|TOPFRAME,$0-0
	MOVQ R14, AX
	JMP  ·comeBack(SB)

TEXT ·comeBack(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ  AX, ·switched(SB)
	MOVQ  ·backSP(SB), SP
	MOVQ  ·backBP(SB), BP
	MOVQ  ·backG(SB), R14
	MOVQ  R14, (TLS)
	XORPS X15, X15
	RET

// func addresses(a *[11]uintptr)
TEXT ·addresses(SB),NOSPLIT,$0-8
	MOVQ a+0(FP), BX
	LEAQ ·Yield(SB), AX
	MOVQ AX, 0(BX)
	LEAQ ·yield(SB), AX
	MOVQ AX, 8(BX)
	LEAQ ·semPost(SB), AX
	MOVQ AX, 16(BX)
	LEAQ ·post(SB), AX
	MOVQ AX, 24(BX)
	LEAQ ·semWait(SB), AX
	MOVQ AX, 32(BX)
	LEAQ ·wait(SB), AX
	MOVQ AX, 40(BX)
	LEAQ ·Create(SB), AX
	MOVQ AX, 48(BX)
	LEAQ ·create(SB), AX
	MOVQ AX, 56(BX)
	LEAQ ·Join(SB), AX
	MOVQ AX, 64(BX)
	LEAQ ·join(SB), AX
	MOVQ AX, 72(BX)
	LEAQ ·landing(SB), AX
	MOVQ AX, 80(BX)
	RET
