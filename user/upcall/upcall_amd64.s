#include "textflag.h"
#include "go_asm.h"

// GS is the VP's page, FS base that of whatever runs.

// An upcall enters here, on the VP's stack: RDI = why, RSI = slot, RDX = VP, FS = the VP's.
TEXT ·entry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ DI, AX
	MOVQ SI, BX
	MOVQ DX, CX
	JMP  ·handle(SB)

// Into the handler (AX, BX, CX): Go's ABIInternal, with room for its arguments to be spilled.
TEXT ·handle(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	CLD
	MOVQ  (TLS), R14
	XORPS X15, X15
	MOVQ  const_ownHandler(GS), DX
	SUBQ  $64, SP
	CALL  (DX)
	INT   $3

// func Resume(slot *sa.Slot)
// Flags and program counter go below the thread's red zone: QEMU's IRET reads a program's stack with
// the kernel's rights, which SMAP forbids.
TEXT ·Resume(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ 8(SP), R15
	MOVQ const_slotFS(R15), SI
	CMPQ SI, const_vpFS(GS)
	JEQ  load
	MOVQ $158, AX // arch_prctl(ARCH_SET_FS)
	MOVQ $0x1002, DI
	SYSCALL
load:
	FXRSTOR64 const_slotFX(R15)
	MOVQ const_slotSP(R15), R14
	SUBQ $144, R14
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
	MOVL $0, const_disabled(GS)
	JMP  ·rangeLo(SB)

// The resume range. rangeHi is its end.
TEXT ·rangeLo(SB),NOSPLIT|NOFRAME,$0
	CMPL const_pending(GS), $0
	JNE  look
	POPFQ
	BYTE $0xc2; WORD $128 // RET 128
look:
	MOVL $1, const_disabled(GS)
	JMP  ·rangeHi(SB)

// Something is pending: back to the VP's stack.
TEXT ·rangeHi(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVL $-1, R12 // no slot
	JMP  ·again(SB)

// To the handler, with why 0 and the slot in R12, from a thread.
TEXT ·again(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ const_ownTop(GS), SP
	MOVQ $158, AX // arch_prctl(ARCH_SET_FS)
	MOVQ $0x1002, DI
	MOVQ const_vpFS(GS), SI
	SYSCALL
	XORL AX, AX
	MOVQ R12, BX
	MOVL const_number(GS), CX
	JMP  ·handle(SB)

// func Leave(slot *sa.Slot)
TEXT ·Leave(SB),NOSPLIT,$0-8
	MOVQ slot+0(FP), R15
	MOVQ BP, const_slotBP(R15)
	MOVQ R14, const_slotR14(R15)
	LEAQ 0(SP), AX
	MOVQ AX, const_slotSP(R15)
	LEAQ back<>(SB), AX
	MOVQ AX, const_slotIP(R15)
	MOVQ $0x202, const_slotFlags(R15)
	FXSAVE64 const_slotFX(R15)
	MOVQ $158, AX // arch_prctl(ARCH_GET_FS)
	MOVQ $0x1003, DI
	LEAQ const_slotFS(R15), SI
	SYSCALL
	MOVQ R15, R12
	SUBQ const_ownSlots(GS), R12
	SHRQ $const_slotShift, R12 // its number
	JMP  ·again(SB)

// Where a thread goes on that left, as if Leave returned.
TEXT back<>(SB),NOSPLIT|NOFRAME,$0
	XORPS X15, X15
	RET

// func addresses(p *[3]uintptr): entry, lo, hi
TEXT ·addresses(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), DI
	LEAQ ·entry(SB), AX
	MOVQ AX, 0(DI)
	LEAQ ·rangeLo(SB), AX
	MOVQ AX, 8(DI)
	LEAQ ·rangeHi(SB), AX
	MOVQ AX, 16(DI)
	RET
