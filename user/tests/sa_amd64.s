#include "textflag.h"
#include "go_asm.h"

// GS is the VP's page.

// A thread of the test begins here: R12 is its function, AX its argument.
TEXT ·saThread(SB),NOSPLIT|NOFRAME,$0
	MOVQ  R12, DX
	CALL  (DX)
	INT   $3

// func saThreadAt() uintptr: where that is
TEXT ·saThreadAt(SB),NOSPLIT,$0-8
	LEAQ ·saThread(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func saClose(), saOpen(): the two ends of a critical section. saOpen tells whether something
// became pending.
TEXT ·saClose(SB),NOSPLIT,$0-0
	MOVL $1, const_saDisabled(GS)
	RET

TEXT ·saOpen(SB),NOSPLIT,$0-4
	MOVL $0, const_saDisabled(GS)
	MOVL const_saPending(GS), AX
	MOVL AX, pending+0(FP)
	RET

// func saSelf() *sa.VP
TEXT ·saSelf(SB),NOSPLIT,$0-8
	MOVQ const_saSelfAt(GS), AX
	MOVQ AX, ret+0(FP)
	RET

// func saLieGS(base uint64, rounds uintptr) uint64: GS base := base, rounds of nothing, a system call;
// returns what GS base is then. Where the CPU has WRGSBASE.
TEXT ·saLieGS(SB),NOSPLIT,$0-24
	MOVQ base+0(FP), AX
	WRGSBASEQ AX
	MOVQ rounds+8(FP), DX
again:
	DECQ DX
	JNE  again
	RDGSBASEQ DX
	MOVQ $39, AX // getpid
	SYSCALL
	RDGSBASEQ AX
	MOVQ AX, ret+16(FP)
	RET
