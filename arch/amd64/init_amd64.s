#include "textflag.h"

// func fxsave(p *[512]byte); p need not be aligned
TEXT ·fxsave(SB),NOSPLIT,$528-8
	LEAQ buf-528(SP), SI
	ADDQ $15, SI
	ANDQ $~15, SI
	FXSAVE64 (SI)
	MOVQ p+0(FP), DI
	MOVQ $64, CX
	CLD
	REP
	MOVSQ
	RET

// func imageBounds(p *[4]uintptr): start of text, its end, start of data, end of the image
TEXT ·imageBounds(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), DI
	LEAQ runtime·text(SB), AX
	MOVQ AX, 0(DI)
	LEAQ runtime·etext(SB), AX
	MOVQ AX, 8(DI)
	LEAQ runtime·noptrdata(SB), AX
	MOVQ AX, 16(DI)
	LEAQ runtime·end(SB), AX
	MOVQ AX, 24(DI)
	RET

// func idleAddress() uintptr
TEXT ·idleAddress(SB),NOSPLIT,$0-8
	LEAQ ·IdleLoop(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func RDRAND() (v uint64, ok bool)
TEXT ·RDRAND(SB),NOSPLIT,$0-9
	RDRANDQ AX
	SETCS ok+8(FP)
	MOVQ AX, v+0(FP)
	RET
