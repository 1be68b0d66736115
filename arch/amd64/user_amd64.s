#include "go_asm.h"
#include "textflag.h"
#include "asm_amd64.h"

// func enter(c *Context) (why uint64)
//
// To ring 3, and back with the reason: whySyscall, a vector, or whyRefused when somebody
// wants the kernel's attention first. Saves nothing of the caller's but SP, BP and FS
// base: Go's ABI0 expects no more.
TEXT ·enter(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ c+0(FP), BX
	// From here to SYSRETQ or IRETQ no interrupt comes. A kick that came before has set
	// one of the flags tested; one that comes later waits in the APIC and hits user mode.
	CLI
	CMPQ BX, CPU_uctx(GS)
	JNE  moved // who wants our attention looks for the CPU that has us in uctx
here:
	CMPQ Context_attn(BX), $0 // and bracketed
	JNE  flags
	CMPQ 16(R14), $-1314 // g.stackguard0 == runtime.stackPreempt
	JEQ  refused
ready:
	MOVQ SP, CPU_ksp(GS)
	MOVQ BP, CPU_kbp(GS)
	MOVL $1, CPU_inUser(GS)
	MOVQ Context_Root(BX), AX
	CMPQ AX, CPU_cr3(GS)
	JNE  switch
space:
	MOVQ CPU_kstack(GS), SP
	FXRSTOR64 Context_FX(BX)
	MOVQ Context_FS(BX), AX
	CMPB ·hasFSGSBASE(SB), $0
	JEQ  slow
	WRFSBASEQ AX
	SWAPGS // from here on no CPU_…(GS)
	MOVQ Context_GS(BX), AX
	WRGSBASEQ AX
load:
	CMPL Context_full(BX), $0
	JNE  whole
	LOADUSER
	MOVQ Context_IP(BX), CX
	MOVQ Context_Flags(BX), R11
	MOVQ Context_SP(BX), SP
	MOVQ Context_BX(BX), BX
	BYTE $0x48; BYTE $0x0f; BYTE $0x07 // SYSRETQ
switch:
	MOVQ AX, CPU_cr3(GS) // before the load: who changes a table looks here afterwards
	MOVQ AX, CR3
	JMP  space
slow:
	SETFS
	MOVQ Context_GS(BX), AX
	MOVQ AX, DX
	SHRQ $32, DX
	MOVL $0xc0000102, CX // IA32_KERNEL_GS_BASE
	WRMSR
	SWAPGS
	JMP  load
moved:
	MOVQ BX, AX
	XCHGQ AX, CPU_uctx(GS) // with a fence: before we look at attn
	JMP  here
flags:
	// entersyscall sets stackguard0 itself: a bracketed context does not look at it.
	CMPL Context_attn(BX), $0
	JEQ  ready
refused:
	STI
	MOVQ $const_whyRefused, why+8(FP)
	RET
whole:
	PUSHQ $0x1b // selUserData
	PUSHQ Context_SP(BX)
	PUSHQ Context_Flags(BX)
	PUSHQ $0x23 // selUserCode
	PUSHQ Context_IP(BX)
	LOADUSER
	MOVQ Context_CX(BX), CX
	MOVQ Context_R11(BX), R11
	MOVQ Context_BX(BX), BX
	IRETQ

// SYSCALL from ring 3: enter returns whySyscall.
TEXT ·userSyscall(SB),NOSPLIT|NOFRAME,$0
	SWAPGS
	MOVQ SP, CPU_scratch(GS)
	MOVQ CPU_uctx(GS), SP
	MOVQ AX, Context_AX(SP)
	MOVQ AX, Context_Number(SP)
	SAVEUSER(SP)
	MOVQ CX, Context_IP(SP)
	MOVQ R11, Context_Flags(SP)
	MOVQ CPU_scratch(GS), AX
	MOVQ AX, Context_SP(SP)
	MOVL $0, Context_full(SP)
	FXSAVE64 Context_FX(SP)
	LDMXCSR ·kernelMXCSR(SB)
	MOVL $0, CPU_inUser(GS)
	CMPB ·hasFSGSBASE(SB), $0
	JEQ  slow
	RDFSBASEQ AX
	MOVQ AX, Context_FS(SP)
	SWAPGS // the user's GS base without an MSR
	RDGSBASEQ AX
	SWAPGS
	MOVQ AX, Context_GS(SP)
	MOVQ CPU_cur(GS), AX
	MOVQ Regs_FS(AX), AX
	WRFSBASEQ AX
done:
	MOVQ CPU_kbp(GS), BP
	MOVQ CPU_ksp(GS), SP
	STI
	MOVQ $const_whySyscall, 16(SP)
	RET
slow: // the user's bases are what they were: without FSGSBASE a user cannot set them
	MOVQ CPU_cur(GS), AX
	MOVQ Regs_FS(AX), AX
	SETFS
	JMP  done

// A trap from ring 3, with the frame of trap. An exception is enter's result at once; an
// interrupt is first served in bare Go, which may run another thread meanwhile.
TEXT ·userTrap(SB),NOSPLIT|NOFRAME,$0
	SWAPGS
	CLD // the flags are still the user's: DF would have Go's memory copies run backwards,
	CMPB ·hasSMAP(SB), $0
	JEQ  2(PC)
	CALL ·clac(SB) // and AC would let them touch user memory
	MOVQ AX, CPU_scratch(GS)
	MOVQ CPU_uctx(GS), AX
	SAVEUSER(AX)
	MOVQ CX, Context_CX(AX)
	MOVQ R11, Context_R11(AX)
	MOVQ CPU_scratch(GS), BX
	MOVQ BX, Context_AX(AX)
	MOVQ 16(SP), BX
	MOVQ BX, Context_IP(AX)
	MOVQ 32(SP), BX
	MOVQ BX, Context_Flags(AX)
	MOVQ 40(SP), BX
	MOVQ BX, Context_SP(AX)
	MOVQ 8(SP), BX
	MOVQ BX, Context_Err(AX)
	MOVL $1, Context_full(AX)
	FXSAVE64 Context_FX(AX)
	CMPB ·hasFSGSBASE(SB), $0
	JEQ  bases
	RDFSBASEQ BX
	MOVQ BX, Context_FS(AX)
	SWAPGS
	RDGSBASEQ BX
	SWAPGS
	MOVQ BX, Context_GS(AX)
bases:
	LDMXCSR ·kernelMXCSR(SB)
	MOVL $0, CPU_inUser(GS)
	MOVQ 0(SP), R8
	CMPQ R8, $32
	JCC  interrupt
	MOVQ CR2, BX
	MOVQ BX, Context_CR2(AX)
	MOVQ CPU_cur(GS), AX
	MOVQ Regs_FS(AX), AX
	SETFS
	MOVQ CPU_kbp(GS), BP
	MOVQ CPU_ksp(GS), SP
	STI
	MOVQ R8, 16(SP)
	RET
interrupt:
	// The thread is now "about to return from enter".
	MOVQ CPU_cur(GS), AX
	MOVQ CPU_ksp(GS), BX
	MOVQ BX, Regs_SP(AX)
	MOVQ CPU_kbp(GS), BX
	MOVQ BX, Regs_BP(AX)
	LEAQ ·enterReturns(SB), BX
	MOVQ BX, Regs_IP(AX)
	MOVQ $0x202, Regs_Flags(AX)
	MOVQ R8, Regs_AX(AX)
	MOVQ $0, Regs_FXLive(AX)
	BARE
	MOVQ R8, BX
	XORL CX, CX
	MOVL $1, DI
	MOVQ ·OnTrap(SB), DX
	CALL (DX)
	JMP  ·Resume(SB)

// Where a thread goes on whose user mode was interrupted: the end of enter; AX = vector.
TEXT ·enterReturns(SB),NOSPLIT|NOFRAME,$0
	MOVQ AX, 16(SP)
	RET

// func PollSignals(): a call to goos that does nothing but deliver a pending signal of
// the runtime.
TEXT ·PollSignals(SB),NOSPLIT,$0-0
	MOVL $39, AX // getpid
	SYSCALL
	RET

// func copyUser(dst, src, n uintptr, root uint64) (left uintptr)
//
// Copies n bytes from or to user memory of the address space root, up to the first fault,
// and tells how many bytes were not copied. While Regs.CR3 is set, kernel/goos gives this
// thread that space on whichever CPU it goes on.
TEXT ·copyUser(SB),NOSPLIT|NOFRAME,$0-40
	MOVQ root+24(FP), AX
	MOVQ CPU_cur(GS), R8 // a thread moves, but remains itself
	MOVQ AX, Regs_CR3(R8)
	CLI
	CMPQ AX, CPU_cr3(GS)
	JEQ  space
	MOVQ AX, CPU_cr3(GS)
	MOVQ AX, CR3
space:
	STI
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ CX, R9
	ANDQ $7, R9
	SHRQ $3, CX
	CLD
	CMPB ·hasSMAP(SB), $0
	JEQ  2(PC)
	CALL ·stac(SB)
	CALL ·copyWords(SB)
	CMPB ·hasSMAP(SB), $0
	JEQ  2(PC)
	CALL ·clac(SB)
	MOVQ $0, Regs_CR3(R8)
	MOVQ CX, left+32(FP)
	RET

#define COPY(at) MOVUPS (at)(SI), X0; MOVUPS (at+16)(SI), X1; MOVUPS (at+32)(SI), X2; MOVUPS (at+48)(SI), X3; \
	MOVUPS X0, (at)(DI); MOVUPS X1, (at+16)(DI); MOVUPS X2, (at+32)(DI); MOVUPS X3, (at+48)(DI)

// func copyState(to, from unsafe.Pointer): 664 bytes, the FXSAVE image and 19 words
TEXT ·copyState(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ to+0(FP), DI
	MOVQ from+8(FP), SI
	COPY(0)
	COPY(64)
	COPY(128)
	COPY(192)
	COPY(256)
	COPY(320)
	COPY(384)
	COPY(448)
	COPY(512)
	COPY(576)
	MOVUPS 640(SI), X0
	MOVQ 656(SI), AX
	MOVUPS X0, 640(DI)
	MOVQ AX, 656(DI)
	RET

TEXT ·stac(SB),NOSPLIT|NOFRAME,$0
	STAC
	RET

// The two instructions of the kernel that may touch user memory are the first of their
// symbols, so that a fault in them has an exact address (copyFixups).
// copyWords: CX words, then R9 bytes; on return CX = bytes left.
TEXT ·copyWords(SB),NOSPLIT|NOFRAME,$0
	REP
	MOVSQ
	MOVQ R9, CX
	JMP ·copyBytes(SB)

TEXT ·copyBytes(SB),NOSPLIT|NOFRAME,$0
	REP
	MOVSB
	RET

// Faulted in copyWords: CX words and R9 bytes are left.
TEXT ·copyWordsFault(SB),NOSPLIT|NOFRAME,$0
	// The word may lie across the end of a page: go on by bytes, up to the very one.
	SHLQ $3, CX
	ADDQ R9, CX
	JMP  ·copyBytes(SB)

// Faulted in copyBytes: CX bytes are left.
TEXT ·copyBytesFault(SB),NOSPLIT|NOFRAME,$0
	RET

// func copyFixups(p *[4]uintptr): the faulting instruction and where to go on, twice
TEXT ·copyFixups(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), DI
	LEAQ ·copyWords(SB), AX
	MOVQ AX, 0(DI)
	LEAQ ·copyWordsFault(SB), AX
	MOVQ AX, 8(DI)
	LEAQ ·copyBytes(SB), AX
	MOVQ AX, 16(DI)
	LEAQ ·copyBytesFault(SB), AX
	MOVQ AX, 24(DI)
	RET

DATA ·kernelMXCSR+0(SB)/4, $0x1f80 // all exceptions masked, round to nearest
GLOBL ·kernelMXCSR(SB), RODATA, $4
