#include "go_asm.h"
#include "textflag.h"

// The kernel enters here for a caught signal: DI = number, SI = *SigInfo, DX = *UContext,
// 0(SP) = the restorer. Nothing needs saving: sigreturn restores every register of the
// interrupted code from the frame. The room above the call is where a Go function may
// spill its register arguments.
TEXT ·sigtramp(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	SUBQ  $40, SP
	CLD
	LEAQ  ·boot+startBlock_mainG(SB), R14
	XORPS X15, X15
	MOVQ  DI, AX
	MOVQ  SI, BX
	MOVQ  DX, CX
	LEAQ  ·handlers(SB), DX
	MOVQ  (DX)(AX*8), DX
	CALL  (DX)
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
