//go:build !explore

#include "go_asm.h"
#include "textflag.h"
#include "switch.h"

// GS base is the VP, always. What compiled Go takes for its g is the thread itself, VP.cur: in R14, and
// in the word at -8(FS), which belongs to the LWP. Go's calling convention keeps no register
// over a call but SP, R14, X15 = 0, and BP for tracebacks: they are the whole context of a
// thread that has left its VP by a call.

// func enter() *VP
TEXT ·enter(SB),NOSPLIT,$0-8
	MOVL $1, VP_disabled(GS)
	MOVQ VP_self(GS), AX
	MOVQ AX, ret+0(FP)
	RET

// func swtch(to *thread, unlock *lock)
TEXT ·swtch(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ to+0(FP), AX
	MOVQ unlock+8(FP), BX
	SWITCH
	LEAVE

// func toScheduler(unlock *lock)
//
// The VP's scheduler runs disabled.
TEXT ·toScheduler(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ unlock+0(FP), BX
	MOVQ VP_self(GS), AX
	ADDQ $VP_sched, AX
	SWITCH
	RET

// func self() *thread
TEXT ·self(SB),NOSPLIT,$0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET

// func become(t *thread)
TEXT ·become(SB),NOSPLIT,$0-8
	MOVQ t+0(FP), AX
	MOVQ AX, (TLS)
	RET

// func pause()
TEXT ·pause(SB),NOSPLIT,$0-0
	PAUSE
	RET

// func threadEntry() uintptr
TEXT ·threadEntry(SB),NOSPLIT,$0-8
	LEAQ ·threadStart(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func schedulerEntry() uintptr
TEXT ·schedulerEntry(SB),NOSPLIT,$0-8
	LEAQ ·schedulerStart(SB), AX
	MOVQ AX, ret+0(FP)
	RET

TEXT ·schedulerStart(SB),NOSPLIT|NOFRAME|TOPFRAME,$0-0
	CALL ·scheduleMain(SB)
	INT  $3
