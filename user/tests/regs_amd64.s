#include "textflag.h"

// func vforkExit(status int) (pid int)
// The child must not return into the parent's frame.
TEXT ·vforkExit(SB),NOSPLIT,$0-16
	MOVQ $58, AX
	SYSCALL
	TESTQ AX, AX
	JNE  parent
	MOVQ status+0(FP), DI
	MOVQ $231, AX
	SYSCALL
parent:
	MOVQ AX, pid+8(FP)
	RET

// FILL gives every register that a system call and a signal must keep its own value;
// R13 is the base of it. COMPARE jumps to bad unless they are still there. AX, CX, R11
// belong to SYSCALL, and DI, SI, DX carry the arguments of calls below.
#define FILL \
	LEAQ 1(R13), BX; \
	LEAQ 2(R13), BP; \
	LEAQ 3(R13), R8; \
	LEAQ 4(R13), R9; \
	LEAQ 5(R13), R10; \
	LEAQ 6(R13), R12; \
	LEAQ 7(R13), R15; \
	LEAQ 8(R13), R14; \
	MOVQ R13, X0; \
	MOVLHPS X0, X0; \
	MOVQ R14, X15; MOVLHPS X15, X15; \
	MOVO X0, X1; PADDQ X15, X1; \
	MOVO X1, X2; PADDQ X15, X2; \
	MOVO X2, X3; PADDQ X15, X3; \
	MOVO X3, X4; PADDQ X15, X4; \
	MOVO X4, X5; PADDQ X15, X5; \
	MOVO X5, X6; PADDQ X15, X6; \
	MOVO X6, X7; PADDQ X15, X7; \
	MOVO X7, X8; PADDQ X15, X8; \
	MOVO X8, X9; PADDQ X15, X9; \
	MOVO X9, X10; PADDQ X15, X10; \
	MOVO X10, X11; PADDQ X15, X11; \
	MOVO X11, X12; PADDQ X15, X12; \
	MOVO X12, X13; PADDQ X15, X13; \
	MOVO X13, X14; PADDQ X15, X14

// X(n) - X(n-1) must be X15, for all n: the difference of X14 and 14 times X15 is X0.
#define STEP(hi, lo) \
	PSUBQ lo, hi; \
	PSUBQ X15, hi; \
	MOVQ hi, AX; \
	TESTQ AX, AX; \
	JNE bad; \
	MOVHLPS hi, hi; \
	MOVQ hi, AX; \
	TESTQ AX, AX; \
	JNE bad

#define SAME(reg, n) \
	LEAQ n(R13), AX; \
	CMPQ AX, reg; \
	JNE bad

#define COMPARE \
	SAME(BX, 1); \
	SAME(BP, 2); \
	SAME(R8, 3); \
	SAME(R9, 4); \
	SAME(R10, 5); \
	SAME(R12, 6); \
	SAME(R15, 7); \
	SAME(R14, 8); \
	MOVQ X15, AX; \
	CMPQ AX, R14; \
	JNE bad; \
	MOVQ X0, AX; \
	CMPQ AX, R13; \
	JNE bad; \
	STEP(X14, X13); \
	STEP(X13, X12); \
	STEP(X12, X11); \
	STEP(X11, X10); \
	STEP(X10, X9); \
	STEP(X9, X8); \
	STEP(X8, X7); \
	STEP(X7, X6); \
	STEP(X6, X5); \
	STEP(X5, X4); \
	STEP(X4, X3); \
	STEP(X3, X2); \
	STEP(X2, X1); \
	STEP(X1, X0)

// func keepAcross(base, nr, a0, a1, a2 uintptr) (result, kept uintptr)
// Makes a system call with every other register full. The Go compiler's registers (BP,
// R14, X15) are put back before returning.
TEXT ·keepAcross(SB),NOSPLIT,$16-56
	MOVQ BP, 0(SP)
	MOVQ R14, 8(SP)
	MOVQ base+0(FP), R13
	MOVQ a0+16(FP), DI
	MOVQ a1+24(FP), SI
	MOVQ a2+32(FP), DX
	FILL
	MOVQ nr+8(FP), AX
	SYSCALL
	MOVQ AX, result+40(FP)
	MOVQ $0, kept+48(FP)
	LEAQ 0(DI), AX
	CMPQ AX, a0+16(FP)
	JNE  bad
	CMPQ SI, a1+24(FP)
	JNE  bad
	CMPQ DX, a2+32(FP)
	JNE  bad
	COMPARE
	MOVQ $1, kept+48(FP)
bad:
	MOVQ 0(SP), BP
	MOVQ 8(SP), R14
	XORPS X15, X15
	RET

// func keepWhile(base uintptr, flag *uint32, rounds uintptr) (kept uintptr)
// Fills the registers, spins for rounds or until *flag is not zero, and compares.
TEXT ·keepWhile(SB),NOSPLIT,$16-32
	MOVQ BP, 0(SP)
	MOVQ R14, 8(SP)
	MOVQ base+0(FP), R13
	MOVQ flag+8(FP), DI
	MOVQ rounds+16(FP), SI
	FILL
spin:
	MOVL (DI), AX
	TESTL AX, AX
	JNE  done
	DECQ SI
	JNE  spin
done:
	MOVQ $0, kept+24(FP)
	COMPARE
	MOVQ $1, kept+24(FP)
bad:
	MOVQ 0(SP), BP
	MOVQ 8(SP), R14
	XORPS X15, X15
	RET

// func directionKept() (flags uintptr)
// A system call with the direction flag set; returns RFLAGS as they were after it.
TEXT ·directionKept(SB),NOSPLIT,$8-8
	MOVQ $39, AX
	STD
	SYSCALL
	PUSHFQ
	CLD
	POPQ AX
	MOVQ AX, flags+0(FP)
	RET

// func setMXCSR(v uint32)
TEXT ·setMXCSR(SB),NOSPLIT,$0-4
	LDMXCSR v+0(FP)
	RET

// func getMXCSR() (v uint32)
TEXT ·getMXCSR(SB),NOSPLIT,$0-4
	STMXCSR v+0(FP)
	RET

// func setControl(v uint16): the x87 control word.
TEXT ·setControl(SB),NOSPLIT,$0-2
	FLDCW v+0(FP)
	RET

// func getControl() (v uint16)
TEXT ·getControl(SB),NOSPLIT,$0-2
	FSTCW v+0(FP)
	RET

// func readGS() uint64: the word at GS:0.
TEXT ·readGS(SB),NOSPLIT,$0-8
	MOVQ 0(GS), AX
	MOVQ AX, ret+0(FP)
	RET

// func badSigreturn(sp uintptr)
TEXT ·badSigreturn(SB),NOSPLIT,$0-8
	MOVQ sp+0(FP), SP
	MOVQ $15, AX
	SYSCALL
	INT  $3

// func touchBackward(p, step uintptr, n uintptr): stores a byte every step bytes with the
// direction flag set
TEXT ·touchBackward(SB),NOSPLIT,$0-24
	MOVQ p+0(FP), DI
	MOVQ step+8(FP), SI
	MOVQ n+16(FP), CX
	STD
again:
	MOVB $1, (DI)
	ADDQ SI, DI
	DECQ CX
	JNZ  again
	CLD
	RET

// func readTLS() uintptr: the word below FS base.
TEXT ·readTLS(SB),NOSPLIT,$0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET

// Code that a new LWP begins with, for which it needs no stack and nothing else.

// func parkOnce() uintptr: its address; it makes the call that the registers hold, and ends.
TEXT ·parkOnce(SB),NOSPLIT,$0-8
	LEAQ park<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET

TEXT park<>(SB),NOSPLIT|NOFRAME,$0-0
	SYSCALL
	MOVQ $1025, AX
	SYSCALL
	INT  $3

// func storeRegisters() uintptr: its address; it stores all registers in birth, and ends.
TEXT ·storeRegisters(SB),NOSPLIT,$0-8
	LEAQ storeAll<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET

TEXT storeAll<>(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ   AX, ·birth+0(SB)
	MOVQ   BX, ·birth+8(SB)
	MOVQ   CX, ·birth+16(SB)
	MOVQ   DX, ·birth+24(SB)
	MOVQ   SI, ·birth+32(SB)
	MOVQ   DI, ·birth+40(SB)
	MOVQ   BP, ·birth+48(SB)
	MOVQ   SP, ·birth+56(SB)
	MOVQ   R8, ·birth+64(SB)
	MOVQ   R9, ·birth+72(SB)
	MOVQ   R10, ·birth+80(SB)
	MOVQ   R11, ·birth+88(SB)
	MOVQ   R12, ·birth+96(SB)
	MOVQ   R13, ·birth+104(SB)
	MOVQ   R14, ·birth+112(SB)
	MOVQ   R15, ·birth+120(SB)
	PUSHFQ
	POPQ   AX
	MOVQ   AX, ·birth+128(SB)
	MOVQ   (TLS), AX
	MOVQ   AX, ·birth+136(SB)
	FXSAVE ·birthFX(SB)
	CLD
	MOVQ   $1025, AX
	SYSCALL
	INT    $3
