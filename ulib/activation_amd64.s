//go:build !explore

#include "go_asm.h"
#include "textflag.h"

// An upcall enters here, on the VP's stack, disabled: DI = why, SI = the slot that it is about.
// FS is the VP's. The scheduler begins anew: what it did before on this stack is over.
TEXT ·upcallEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0-0
	MOVQ  VP_self(GS), R14
	ADDQ  $VP_sched, R14
	MOVQ  (TLS), AX
	MOVQ  AX, VP_tookG(GS)
	MOVQ  R14, (TLS)
	XORPS X15, X15
	SUBQ  $const_schedulerBase, SP
	MOVQ  DI, 0(SP)
	MOVQ  SI, 8(SP)
	CALL  ·upcall(SB)
	INT   $3

// func resumeSlot(slot *sa.Slot, tls uintptr)
//
// Goes on with the thread whose registers are all in the slot that VP.slot names. Flags and program
// counter go below its stack pointer, where nothing is: Go has no red zone, and whoever may call
// has room. FS base remains the VP's.
TEXT ·resumeSlot(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ tls+8(FP), AX
	MOVQ slot+0(FP), R15
	MOVQ AX, (TLS)
	FXRSTOR64 const_slotFX(R15)
	MOVQ const_slotSP(R15), R14
	SUBQ $16, R14
	MOVQ const_slotFlags(R15), AX
	MOVQ AX, 0(R14)
	MOVQ const_slotIP(R15), AX
	MOVQ AX, 8(R14)
	MOVQ R14, SP
	MOVQ const_slotAX(R15), AX
	MOVQ const_slotCX(R15), CX
	MOVQ const_slotDX(R15), DX
	MOVQ const_slotBX(R15), BX
	MOVQ const_slotBP(R15), BP
	MOVQ const_slotSI(R15), SI
	MOVQ const_slotDI(R15), DI
	MOVQ const_slotR8(R15), R8
	MOVQ const_slotR9(R15), R9
	MOVQ const_slotR10(R15), R10
	MOVQ const_slotR11(R15), R11
	MOVQ const_slotR12(R15), R12
	MOVQ const_slotR13(R15), R13
	MOVQ const_slotR14(R15), R14
	MOVQ const_slotR15(R15), R15
	MOVL $0, VP_disabled(GS)
	JMP  ·resumeLow(SB)

// The resume range, up to resumeHigh: interrupted here, the thread is whole in its slot, and the
// kernel writes nothing.
TEXT ·resumeLow(SB),NOSPLIT|NOFRAME,$0-0
	CMPL VP_pending(GS), $0
	JNE  look
on:
	BYTE $0x9d // POPFQ, which the assembler would want a PUSHFQ for
	RET
look:
	CMPL VP_looks(GS), $const_resumeLooks
	JEQ  on // the next section's end, or the kernel, sees to it
	MOVL $1, VP_disabled(GS)
	JMP  ·resumeHigh(SB)

// Something is pending: back to the scheduler, with the thread still in its slot.
TEXT ·resumeHigh(SB),NOSPLIT|NOFRAME|TOPFRAME,$0-0
	MOVQ  VP_self(GS), R14
	ADDQ  $VP_sched, R14
	MOVQ  VP_top(GS), SP
	MOVQ  R14, (TLS)
	XORPS X15, X15
	SUBQ  $const_schedulerBase, SP
	CALL  ·resumeAgain(SB)
	INT   $3

// func upcallAddresses() (entry, low, high uintptr)
TEXT ·upcallAddresses(SB),NOSPLIT,$0-24
	LEAQ ·upcallEntry(SB), AX
	MOVQ AX, entry+0(FP)
	LEAQ ·resumeLow(SB), AX
	MOVQ AX, low+8(FP)
	LEAQ ·resumeHigh(SB), AX
	MOVQ AX, high+16(FP)
	RET

