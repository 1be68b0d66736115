#include "textflag.h"

// The program's first word on a new LWP's stack is the function, the second its argument:
// as Clone leaves them. The function is assembly or keeps to what a handler may do.

// func clone(flags, stack, parentTID, childTID, tls uintptr) uintptr
TEXT ·clone(SB),NOSPLIT,$0-48
	MOVQ flags+0(FP), DI
	MOVQ stack+8(FP), SI
	MOVQ parentTID+16(FP), DX
	MOVQ childTID+24(FP), R10
	MOVQ tls+32(FP), R8
	MOVQ $56, AX
	SYSCALL
	TESTQ AX, AX
	JEQ  child
	MOVQ AX, ret+40(FP)
	RET
child:
	CLD
	MOVQ  SP, BX // the new stack; what is on it is not this function's frame
	MOVQ  8(BX), AX        // the argument
	MOVQ  16(BX), R14      // a g without a lower bound, in the LWP's own block
	MOVQ  0(BX), DX
	SUBQ  $64, SP
	XORPS X15, X15
	CALL  (DX)
	MOVQ  $60, AX
	XORL  DI, DI
	SYSCALL
	INT   $3

// func lwpEntry() uintptr
TEXT ·lwpEntry(SB),NOSPLIT,$0-8
	LEAQ enterLWP<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET

TEXT enterLWP<>(SB),NOSPLIT|NOFRAME,$0-0
	XORPS X15, X15
	CALL  (DX)
	MOVQ  $1025, AX // abi.SysLWPExit
	SYSCALL
	INT   $3
