#include "go_asm.h"
#include "textflag.h"

// func switchTo(c, next *coro, at *uint64)
//
// Notes the time-stamp counter in *at, suspends the calling goroutine in c and resumes the one in
// next, in whose place comes the one that was in c. It does what coroswitch does, in its order as
// others see it: the new goroutine has its m before it is running; the old one is off its stack before
// it is waiting, and waiting before it has no m. Interrupts are off while g, m and stack do not belong
// together. The collector holds a goroutine's status while it marks its stack, as that of one that
// does not run, or that does: that is soon over, and it waits for nobody, but whoever does it may need
// this CPU. Neither it nor sysmon waits for what is done here.
TEXT ·switchTo(SB),NOSPLIT|NOFRAME,$0-24
	RDTSC
	SHLQ $32, DX
	ORQ  DX, AX
	MOVQ at+16(FP), DX
	MOVQ AX, 0(DX)
	MOVQ c+0(FP), SI
	MOVQ next+8(FP), DI
	MOVQ (TLS), DX
	MOVQ coro_gp(DI), BX
	MOVQ const_gM(DX), R8
	MOVQ R8, const_gM(BX)
resume:
	CLI
	MOVL $const_waiting, AX
	MOVL $const_running, CX
	LOCK
	CMPXCHGL CX, const_gStatus(BX)
	JNE  busy

	MOVQ coro_gp(SI), AX
	MOVQ AX, coro_gp(DI)
	MOVQ DX, coro_gp(SI)

	MOVB $const_inCoroutine, const_gWaitReason(DX)
	LEAQ 8(SP), AX // as after the return
	MOVQ AX, const_gSP(DX)
	MOVQ 0(SP), AX
	MOVQ AX, const_gPC(DX)
	MOVQ BP, const_gBP(DX)

	MOVQ BX, const_mCurG(R8)
	MOVQ BX, (TLS)
	MOVQ BX, R14
	MOVQ const_gSP(BX), SP
	MOVQ const_gBP(BX), BP

	MOVL $const_running, AX
	MOVL $const_waiting, CX
	LOCK
	CMPXCHGL CX, const_gStatus(DX)
	JNE  held
off:
	MOVQ $0, const_gM(DX)
	MOVQ const_gPC(BX), AX
	MOVQ const_gCtxt(BX), DX
	MOVQ $0, const_gSP(BX) // as gogo has it
	MOVQ $0, const_gCtxt(BX)
	MOVQ $0, const_gBP(BX)
	STI
	JMP  AX

busy:
	STI
	PAUSE
	JMP  resume

held:
	STI
	PAUSE
	MOVL $const_running, AX
	MOVL $const_waiting, CX
	LOCK
	CMPXCHGL CX, const_gStatus(DX)
	JNE  held
	CLI
	JMP  off

// func current() uintptr: the runtime.g of the caller
TEXT ·current(SB),NOSPLIT,$0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET

// func runtimeSched() uintptr
TEXT ·runtimeSched(SB),NOSPLIT,$0-8
	LEAQ runtime·sched(SB), AX
	MOVQ AX, ret+0(FP)
	RET
