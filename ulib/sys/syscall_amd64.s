#include "textflag.h"

// SYSCALL: number in AX, arguments in DI SI DX R10 R8 R9, result in AX; the kernel
// destroys CX and R11 and keeps everything else.

// func Syscall0(nr uintptr) uintptr
TEXT ·Syscall0(SB),NOSPLIT,$0-16
	MOVQ nr+0(FP), AX
	SYSCALL
	MOVQ AX, ret+8(FP)
	RET

// func Syscall1(nr, a0 uintptr) uintptr
TEXT ·Syscall1(SB),NOSPLIT,$0-24
	MOVQ nr+0(FP), AX
	MOVQ a0+8(FP), DI
	SYSCALL
	MOVQ AX, ret+16(FP)
	RET

// func Syscall2(nr, a0, a1 uintptr) uintptr
TEXT ·Syscall2(SB),NOSPLIT,$0-32
	MOVQ nr+0(FP), AX
	MOVQ a0+8(FP), DI
	MOVQ a1+16(FP), SI
	SYSCALL
	MOVQ AX, ret+24(FP)
	RET

// func Syscall3(nr, a0, a1, a2 uintptr) uintptr
TEXT ·Syscall3(SB),NOSPLIT,$0-40
	MOVQ nr+0(FP), AX
	MOVQ a0+8(FP), DI
	MOVQ a1+16(FP), SI
	MOVQ a2+24(FP), DX
	SYSCALL
	MOVQ AX, ret+32(FP)
	RET

// func Syscall4(nr, a0, a1, a2, a3 uintptr) uintptr
TEXT ·Syscall4(SB),NOSPLIT,$0-48
	MOVQ nr+0(FP), AX
	MOVQ a0+8(FP), DI
	MOVQ a1+16(FP), SI
	MOVQ a2+24(FP), DX
	MOVQ a3+32(FP), R10
	SYSCALL
	MOVQ AX, ret+40(FP)
	RET

// func Syscall5(nr, a0, a1, a2, a3, a4 uintptr) uintptr
TEXT ·Syscall5(SB),NOSPLIT,$0-56
	MOVQ nr+0(FP), AX
	MOVQ a0+8(FP), DI
	MOVQ a1+16(FP), SI
	MOVQ a2+24(FP), DX
	MOVQ a3+32(FP), R10
	MOVQ a4+40(FP), R8
	SYSCALL
	MOVQ AX, ret+48(FP)
	RET

// func Syscall6(nr, a0, a1, a2, a3, a4, a5 uintptr) uintptr
TEXT ·Syscall6(SB),NOSPLIT,$0-64
	MOVQ nr+0(FP), AX
	MOVQ a0+8(FP), DI
	MOVQ a1+16(FP), SI
	MOVQ a2+24(FP), DX
	MOVQ a3+32(FP), R10
	MOVQ a4+40(FP), R8
	MOVQ a5+48(FP), R9
	SYSCALL
	MOVQ AX, ret+56(FP)
	RET

// func Repeat(nr, a0, a1, a2, n uintptr)
TEXT ·Repeat(SB),NOSPLIT,$0-40
	MOVQ nr+0(FP), R8
	MOVQ a0+8(FP), DI
	MOVQ a1+16(FP), SI
	MOVQ a2+24(FP), DX
	MOVQ n+32(FP), R9
again:
	MOVQ R8, AX
	SYSCALL
	DECQ R9
	JNE  again
	RET

// func RDTSC() uint64
TEXT ·RDTSC(SB),NOSPLIT,$0-8
	RDTSC
	SHLQ $32, DX
	ORQ  DX, AX
	MOVQ AX, ret+0(FP)
	RET
