#include "textflag.h"

// func parkOnce() uintptr: the address of code for which an LWP needs no stack: it makes the call
// that the registers hold, and ends.
TEXT ·parkOnce(SB),NOSPLIT,$0-8
	LEAQ park<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET

TEXT park<>(SB),NOSPLIT|NOFRAME,$0-0
	SYSCALL
	MOVQ $1025, AX // abi.SysLWPExit
	SYSCALL
	INT  $3
