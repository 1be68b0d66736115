#include "textflag.h"

// The fields of runtime.g, runtime.m and runtime.coro that switchTo uses, and values of
// theirs; checkLayout compares them with the runtime at boot.
#define g_m 0x30
#define g_sp 0x38
#define g_pc 0x40
#define g_ctxt 0x50
#define g_bp 0x60
#define g_status 0x90
#define g_waitreason 0xb0
#define m_curg 0xb8
#define coro_gp 0
#define Grunning 2
#define Gwaiting 4
#define waitReasonCoroutine 38

// func switchTo(c, next *coro) (switched bool)
//
// Suspends the calling goroutine in c and resumes the one in next, in whose place comes the one
// that was in c. It does what coroswitch does, in its order as others see it: the new goroutine has
// its m before it is running; the old one is off its stack before it is waiting, and waiting before
// it has no m. Interrupts are off while g, m and stack do not belong together. If the collector
// holds the new goroutine's status, nothing is done. The collector and sysmon wait for neither.
TEXT ·switchTo(SB),NOSPLIT|NOFRAME,$0-17
	MOVQ c+0(FP), SI
	MOVQ next+8(FP), DI
	MOVB $1, switched+16(FP) // by the time this returns so it will be
	MOVQ (TLS), DX
	MOVQ coro_gp(DI), BX
	MOVQ g_m(DX), R8
	CLI
	MOVQ R8, g_m(BX)
	MOVL $Gwaiting, AX
	MOVL $Grunning, CX
	LOCK
	CMPXCHGL CX, g_status(BX)
	JNE  busy

	MOVQ coro_gp(SI), AX
	MOVQ AX, coro_gp(DI)
	MOVQ DX, coro_gp(SI)

	MOVB $waitReasonCoroutine, g_waitreason(DX)
	LEAQ 8(SP), AX // as after the return
	MOVQ AX, g_sp(DX)
	MOVQ 0(SP), AX
	MOVQ AX, g_pc(DX)
	MOVQ BP, g_bp(DX)

	MOVQ BX, m_curg(R8)
	MOVQ BX, (TLS)
	MOVQ BX, R14
	MOVQ g_sp(BX), SP
	MOVQ g_bp(BX), BP

	MOVL $Grunning, AX
	MOVL $Gwaiting, CX
	LOCK
	CMPXCHGL CX, g_status(DX)
	JNE  held
off:
	MOVQ $0, g_m(DX)
	MOVQ g_pc(BX), AX
	MOVQ g_ctxt(BX), DX
	MOVQ $0, g_sp(BX) // as gogo has it
	MOVQ $0, g_ctxt(BX)
	MOVQ $0, g_bp(BX)
	STI
	JMP  AX

held:
	// The collector is marking the old goroutine, as running. That is soon over, but whoever does
	// it may need this CPU.
	STI
	PAUSE
	MOVL $Grunning, AX
	MOVL $Gwaiting, CX
	LOCK
	CMPXCHGL CX, g_status(DX)
	JNE  held
	CLI
	JMP  off

busy:
	MOVQ $0, g_m(BX)
	STI
	MOVB $0, switched+16(FP)
	RET

// func current() uintptr: the runtime.g of the caller
TEXT ·current(SB),NOSPLIT,$0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET
