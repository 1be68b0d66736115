#include "go_asm.h"
#include "textflag.h"
#include "asm_amd64.h"

// The boot CPU's entry from the boot stub by way of goos: long mode, interrupts off,
// boot page tables, DI = protocol, SI = its information. Gives bare Go the static boot
// block (stack, g, TLS, GS) and calls OnBoot, which returns in AX the stack pointer of
// the Go runtime's first thread.
TEXT ·Boot(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	LEAQ ·bootBlock(SB), BX
	ADDQ $4095, BX
	ANDQ $~4095, BX
	MOVQ DI, R12
	MOVQ SI, R13
	XORL DI, DI
	LEAQ const_bareTop(BX), SP
	CALL ·claim(SB)
	MOVQ BX, AX
	MOVQ R12, BX
	MOVQ R13, CX
	MOVQ ·OnBoot(SB), DX
	CALL (DX)
	// The CPU now runs on its final block, and its thread 0 becomes the runtime's m0.
	MOVQ AX, SP
	STI
	JMP _rt0_amd64_linux(SB)

// An application processor comes out of the trampoline here: long mode, boot page
// tables, DI = its index.
TEXT ·apentry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ ·kernelRoot(SB), AX
	MOVQ AX, CR3
	MOVQ DI, BX
	SHLQ $16, BX // CPUBlock
	ADDQ ·cpuBlocks(SB), BX
	LEAQ const_bareTop(BX), SP
	MOVQ CR4, AX
	ORQ  ·cr4(SB), AX // FSGSBASE and the like, as the boot CPU found them
	MOVQ AX, CR4
	CALL ·claim(SB)
	BARE
	MOVQ ·OnAP(SB), DX
	CALL (DX)
	JMP ·Resume(SB)

// claim makes the CPU block at BX that of the CPU this runs on, whose index is DI: sets
// its self pointers, GS and FS base, SP (its caller's return address goes along), g and X15.
// Uses AX, CX, DX, R8.
TEXT ·claim(SB),NOSPLIT|NOFRAME,$0
	POPQ R8
	MOVQ BX, CPU_self(BX)
	MOVQ DI, CPU_ID(BX)
	LEAQ const_bareTop(BX), SP
	MOVQ SP, CPU_kstack(BX)
	LEAQ CPU_gh(BX), R14
	MOVQ R14, CPU_g(BX)
	MOVQ R14, CPU_tlsSlot(BX)
	LEAQ CPU_tlsSlot+8(BX), AX
	MOVQ AX, CPU_tls(BX)
	LEAQ -const_bareStack(SP), AX
	MOVQ AX, 0(R14)     // g.stack.lo
	MOVQ SP, 8(R14)     // g.stack.hi
	ADDQ $1024, AX
	MOVQ AX, 16(R14)    // g.stackguard0
	MOVQ AX, 24(R14)    // g.stackguard1
	MOVQ CR3, AX
	MOVQ AX, CPU_cr3(BX)
	MOVQ BX, AX
	MOVQ BX, DX
	SHRQ $32, DX
	MOVL $0xc0000101, CX // IA32_GS_BASE
	WRMSR
	MOVQ CPU_tls(BX), AX
	MOVQ AX, DX
	SHRQ $32, DX
	MOVL $0xc0000100, CX // IA32_FS_BASE
	WRMSR
	XORPS X15, X15
	CLD
	JMP R8

// func Move(c *CPU): go on, in bare Go, with c as this CPU's record; its stack is taken
// at the next trap, so the caller keeps the one it has. Boot only.
TEXT ·Move(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ c+0(FP), BX
	MOVQ SP, R9
	MOVQ CPU_ID(BX), DI
	CALL ·claim(SB)
	MOVQ R9, SP
	RET

// func bareCall(fn func(c *CPU, a, b uint64) uint64, a, b uint64) uint64
//
// The caller is kernel Go. Interrupts are off from the first instruction to the last, so
// the slots in the CPU record cannot be overwritten by a second caller.
TEXT ·bareCall(SB),NOSPLIT|NOFRAME,$0-32
	MOVQ fn+0(FP), R10
	MOVQ a+8(FP), R11
	MOVQ b+16(FP), R12
	CLI
	MOVQ SP, CPU_bsp(GS)
	MOVQ BP, CPU_bbp(GS)
	BARE
	MOVQ R11, BX
	MOVQ R12, CX
	MOVQ R10, DX
	CALL (DX)
	MOVQ AX, R10
	MOVQ CPU_cur(GS), AX
	MOVQ Regs_FS(AX), AX
	SETFS
	MOVQ CPU_bbp(GS), BP
	MOVQ CPU_bsp(GS), SP
	STI
	MOVQ R10, ret+24(FP)
	RET

// The idle thread of every CPU. An interrupt resumes elsewhere if there is work, else
// here. IRETQ to the first instruction, with IF set in the frame, cannot lose a wake-up:
// its IPI is taken before HLT, and the trap looks at the run queue.
TEXT ·IdleLoop(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	STI
	HLT
	JMP -2(PC)
