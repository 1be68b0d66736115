#include "go_asm.h"
#include "textflag.h"
#include "asm_amd64.h"

// SYSCALL. From ring 0 it is the Go runtime calling its operating system; it runs on the
// caller's stack, which we leave at once.
TEXT ·syscallEntry(SB),NOSPLIT|NOFRAME,$0
	TESTQ CX, CX
	JPL   user
	MOVQ  AX, CPU_scratch(GS)
	MOVQ  CPU_cur(GS), AX
	SAVEREGS(AX)
	MOVQ  SP, Regs_SP(AX)
	MOVQ  CX, Regs_IP(AX)
	MOVQ  R11, Regs_Flags(AX)
	MOVQ  CPU_scratch(GS), BX
	MOVQ  BX, Regs_AX(AX)
	MOVQ  $0, Regs_FXLive(AX)
	BARE
	MOVQ  ·OnSyscall(SB), DX
	CALL  (DX)
	JMP   ·Resume(SB)
user:
	JMP   ·userSyscall(SB)

// Run the current thread of this CPU. Interrupts are off and nobody else may touch the
// thread: kernel/goos has it in state running, here.
TEXT ·Resume(SB),NOSPLIT|NOFRAME,$0
	MOVQ CPU_kstack(GS), SP
	MOVQ CPU_cur(GS), R15
	MOVQ Regs_FS(R15), AX
	SETFS
	MOVQ Regs_CR3(R15), AX
	TESTQ AX, AX
	JEQ  fx
	CMPQ AX, CPU_cr3(GS)
	JEQ  fx
	MOVQ AX, CPU_cr3(GS)
	MOVQ AX, CR3
fx:
	CMPQ Regs_FXLive(R15), $0
	JEQ  frame
	MOVQ Regs_FX(R15), AX
	FXRSTOR64 (AX)
frame:
	PUSHQ $0x10
	PUSHQ Regs_SP(R15)
	PUSHQ Regs_Flags(R15)
	PUSHQ $0x08
	PUSHQ Regs_IP(R15)
	MOVQ Regs_AX(R15), AX
	MOVQ Regs_BX(R15), BX
	MOVQ Regs_CX(R15), CX
	MOVQ Regs_DX(R15), DX
	MOVQ Regs_SI(R15), SI
	MOVQ Regs_DI(R15), DI
	MOVQ Regs_BP(R15), BP
	MOVQ Regs_R8(R15), R8
	MOVQ Regs_R9(R15), R9
	MOVQ Regs_R10(R15), R10
	MOVQ Regs_R11(R15), R11
	MOVQ Regs_R12(R15), R12
	MOVQ Regs_R13(R15), R13
	MOVQ Regs_R14(R15), R14
	MOVQ Regs_R15(R15), R15
	IRETQ

// Every gate but NMI, #DB, #DF and #MC comes here, on IST1:
// 0 vector, 8 error code, 16 RIP, 24 CS, 32 RFLAGS, 40 RSP, 48 SS.
TEXT ·trap(SB),NOSPLIT|NOFRAME,$0
	TESTQ $3, 24(SP)
	JEQ  2(PC)
	JMP  ·userTrap(SB)
	CMPB ·hasSMAP(SB), $0
	JEQ  2(PC)
	CALL ·clac(SB)
	MOVQ AX, CPU_scratch(GS)
	// A fault in bare Go must not overwrite the registers of the thread below it.
	MOVQ CPU_kstack(GS), AX
	SUBQ 40(SP), AX
	CMPQ AX, $const_bareStack
	JHI  2(PC)
	JMP  ·bareFault(SB)
	MOVQ CPU_cur(GS), AX
	SAVEREGS(AX)
	MOVQ 16(SP), BX
	MOVQ BX, Regs_IP(AX)
	MOVQ 32(SP), BX
	MOVQ BX, Regs_Flags(AX)
	MOVQ 40(SP), BX
	MOVQ BX, Regs_SP(AX)
	MOVQ CPU_scratch(GS), BX
	MOVQ BX, Regs_AX(AX)
	MOVQ Regs_FX(AX), BX
	TESTQ BX, BX
	JEQ  nofx // the idle thread has none
	FXSAVE64 (BX)
	MOVQ $1, Regs_FXLive(AX)
nofx:
	MOVQ 0(SP), R8 // vector
	MOVQ 8(SP), R9 // error code
	BARE
	MOVQ R8, BX
	MOVQ R9, CX
	XORL DI, DI
	MOVQ ·OnTrap(SB), DX
	CALL (DX)
	JMP  ·Resume(SB)

TEXT ·clac(SB),NOSPLIT|NOFRAME,$0
	CLAC
	RET

// A fault on the stack of bare Go: the kernel's floor has a hole. Same frame.
TEXT ·bareFault(SB),NOSPLIT|NOFRAME,$0
	MOVQ 0(SP), R8
	MOVQ 16(SP), R9
	MOVQ 40(SP), R10
	BARE
	MOVQ R8, BX
	MOVQ R9, CX
	MOVQ R10, DI
	MOVQ ·OnFatal(SB), DX
	CALL (DX)
	JMP  ·halt(SB)

// #DF and #MC, on a stack of their own. They may come between any two instructions, so GS may be
// anybody's, and a program can make its own look like the kernel's: the stack says which CPU this
// is, for the record lies below it (cpu.go). Same frame.
TEXT ·fatalTrap(SB),NOSPLIT|NOFRAME,$0
	LEAQ -1(SP), AX
	ANDQ $~4095, AX
	SUBQ $const_istNMI, AX // where the page of this stack begins
	MOVQ AX, DX
	SHRQ $32, DX
	MOVL $0xc0000101, CX // IA32_GS_BASE
	WRMSR
	JMP  ·bareFault(SB)

// NMI is how a dying CPU stops the others. Otherwise it is counted. It may come between
// any two instructions, so it touches no GS and no stack but its own.
TEXT ·nmi(SB),NOSPLIT|NOFRAME,$0
	LOCK
	INCQ ·NMIs(SB)
	CMPL ·stopping(SB), $0
	JEQ  2(PC)
	JMP  ·halt(SB)
	IRETQ

// #DB in the kernel means a user's trap flag came along: drop it. In user mode it is an
// ordinary exception. Stack: RIP, CS, RFLAGS, …
TEXT ·debugTrap(SB),NOSPLIT|NOFRAME,$0
	TESTQ $3, 8(SP)
	JEQ  4(PC)
	PUSHQ $0
	PUSHQ $1
	JMP  ·userTrap(SB)
	ANDQ $~0x100, 16(SP)
	IRETQ

TEXT ·halt(SB),NOSPLIT|NOFRAME,$0
	CLI
	HLT
	JMP -2(PC)

TEXT ·doubleFault(SB),NOSPLIT|NOFRAME,$0
	PUSHQ $8
	JMP ·fatalTrap(SB)

TEXT ·machineCheck(SB),NOSPLIT|NOFRAME,$0
	PUSHQ $0
	PUSHQ $18
	JMP ·fatalTrap(SB)

// One stub of 16 bytes for each vector: it pushes what the CPU did not, so that all
// frames look alike.
// (The pushes are spelt in bytes: the linker would add all of them up and find the stack full.)
#define PUSH0    BYTE $0x6a; BYTE $0
#define PUSHN(n) BYTE $0x68; LONG $n
#define VEC(n)   PCALIGN $16; PUSH0; PUSHN(n); JMP ·trap(SB)
#define VECE(n)  PCALIGN $16; PUSHN(n); JMP ·trap(SB) // the CPU has pushed an error code
#define VEC8(n) \
	VEC((n+0)) \
	VEC((n+1)) \
	VEC((n+2)) \
	VEC((n+3)) \
	VEC((n+4)) \
	VEC((n+5)) \
	VEC((n+6)) \
	VEC((n+7))
#define VEC32(n) \
	VEC8((n+0)) \
	VEC8((n+8)) \
	VEC8((n+16)) \
	VEC8((n+24))

TEXT ·vectors(SB),NOSPLIT|NOFRAME,$0
	VEC8(0)
	VECE(8)
	VEC(9)
	VECE(10)
	VECE(11)
	VECE(12)
	VECE(13)
	VECE(14)
	VEC(15)
	VEC(16)
	VECE(17)
	VEC(18)
	VEC(19)
	VEC(20)
	VECE(21)
	VEC(22)
	VEC(23)
	VEC(24)
	VEC(25)
	VEC(26)
	VEC(27)
	VEC(28)
	VECE(29)
	VECE(30)
	VEC(31)
	VEC32(32)
	VEC32(64)
	VEC32(96)
	VEC32(128)
	VEC32(160)
	VEC32(192)
	VEC32(224)

// func codeAddresses(p *[6]uintptr): vectors, syscallEntry, nmi, debugTrap, doubleFault, machineCheck
TEXT ·codeAddresses(SB),NOSPLIT,$0-8
	MOVQ p+0(FP), DI
	LEAQ ·apentry(SB), AX // only the boot stub knows it; without a mention the linker drops it
	LEAQ ·vectors(SB), AX
	MOVQ AX, 0(DI)
	LEAQ ·syscallEntry(SB), AX
	MOVQ AX, 8(DI)
	LEAQ ·nmi(SB), AX
	MOVQ AX, 16(DI)
	LEAQ ·debugTrap(SB), AX
	MOVQ AX, 24(DI)
	LEAQ ·doubleFault(SB), AX
	MOVQ AX, 32(DI)
	LEAQ ·machineCheck(SB), AX
	MOVQ AX, 40(DI)
	RET
