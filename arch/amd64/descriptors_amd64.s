#include "textflag.h"

// func lgdt(p *[2]uint64, code, data uint64): load the GDT and every segment register
TEXT ·lgdt(SB),NOSPLIT|NOFRAME,$0-24
	MOVQ p+0(FP), AX
	LGDT (AX)
	MOVQ code+8(FP), CX
	MOVQ data+16(FP), DX
	MOVW DX, SS
	XORL AX, AX
	MOVW AX, DS
	MOVW AX, ES
	// FS and GS selectors: zero; their bases, which a load would clear, are MSRs and
	// already set, so the selectors stay what the boot stub made them, which is zero.
	MOVQ SP, BX
	PUSHQ DX
	PUSHQ BX
	PUSHFQ
	PUSHQ CX
	LEAQ ·reloaded(SB), AX
	PUSHQ AX
	IRETQ

TEXT ·reloaded(SB),NOSPLIT|NOFRAME,$0
	RET

// func lidt(p *[2]uint64)
TEXT ·lidt(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), AX
	LIDT (AX)
	RET

// func ltr(selector uint64)
TEXT ·ltr(SB),NOSPLIT,$0-8
	MOVQ selector+0(FP), AX
	LTR  AX
	RET
