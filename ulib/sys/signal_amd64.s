#include "go_asm.h"
#include "textflag.h"

// The kernel enters here for a caught signal: DI = number, SI = *SigInfo, DX = *UContext,
// 0(SP) = the restorer. No register needs saving: sigreturn restores all of them from the
// frame. The handler runs with signalG, which has no lower bound, because it may be on an
// alternate stack; the g it interrupted (signalG again if it interrupted a handler) comes
// back before it returns. The 24 bytes at 0(SP) are where a Go function may spill its
// register arguments.
TEXT ·sigtramp(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	SUBQ  $40, SP
	CLD
	LEAQ  ·boot+startBlock_slot(SB), CX
	MOVQ  (CX), R14
	MOVQ  R14, 24(SP)
	LEAQ  ·boot+startBlock_signalG(SB), R14
	MOVQ  R14, (CX)
	XORPS X15, X15
	MOVQ  DI, AX
	MOVQ  SI, BX
	MOVQ  DX, CX
	LEAQ  ·handlers(SB), DX
	MOVQ  (DX)(AX*8), DX
	CALL  (DX)
	MOVQ  24(SP), AX
	MOVQ  AX, ·boot+startBlock_slot(SB)
	ADDQ  $40, SP
	RET

// rt_sigreturn, with SP just above the restorer's address.
TEXT ·sigrestore(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ $15, AX
	SYSCALL
	INT  $3

// func trampolines() (handler, restorer uintptr)
TEXT ·trampolines(SB),NOSPLIT,$0-16
	LEAQ ·sigtramp(SB), AX
	MOVQ AX, handler+0(FP)
	LEAQ ·sigrestore(SB), AX
	MOVQ AX, restorer+8(FP)
	RET

// func SingleStep(on bool): the trap flag, bit 8 of RFLAGS.
TEXT ·SingleStep(SB),NOSPLIT|NOFRAME,$0-1
	MOVBLZX on+0(FP), AX
	SHLQ    $8, AX
	PUSHFQ
	ANDQ    $~0x100, 0(SP)
	ORQ     AX, 0(SP)
	POPFQ
	RET
