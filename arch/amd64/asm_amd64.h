// Macros that the assembly files share. Offsets come from go_asm.h, which the
// toolchain generates from the Go declarations in this package.

// CPU_field(GS) is a field of the CPU record of the CPU this runs on; GS must be the
// kernel's.

// FS base := AX. Uses CX, DX where the CPU has no FSGSBASE.
#define SETFS \
	CMPB ·hasFSGSBASE(SB), $0 \
	JEQ  3(PC)                \
	WRFSBASEQ AX              \
	JMP  5(PC)                \
	MOVQ AX, DX               \
	SHRQ $32, DX              \
	MOVL $0xc0000100, CX      \
	WRMSR

// Enter bare Go: this CPU's own stack, TLS and g; AX := the CPU record. All
// registers are lost, interrupts must be off.
#define BARE \
	MOVQ  CPU_kstack(GS), SP \
	MOVQ  CPU_tls(GS), AX    \
	SETFS                    \
	MOVQ  CPU_g(GS), R14     \
	XORPS X15, X15           \
	CLD                      \
	MOVQ  CPU_self(GS), AX

// Drop the right to touch user memory, where the CPU knows such a thing.
#define CLAC BYTE $0x0f; BYTE $0x01; BYTE $0xca
#define STAC BYTE $0x0f; BYTE $0x01; BYTE $0xcb

// All general registers but AX and SP into the Regs at r.
#define SAVEREGS(r) \
	MOVQ BX, Regs_BX(r)   \
	MOVQ CX, Regs_CX(r)   \
	MOVQ DX, Regs_DX(r)   \
	MOVQ SI, Regs_SI(r)   \
	MOVQ DI, Regs_DI(r)   \
	MOVQ BP, Regs_BP(r)   \
	MOVQ R8, Regs_R8(r)   \
	MOVQ R9, Regs_R9(r)   \
	MOVQ R10, Regs_R10(r) \
	MOVQ R11, Regs_R11(r) \
	MOVQ R12, Regs_R12(r) \
	MOVQ R13, Regs_R13(r) \
	MOVQ R14, Regs_R14(r) \
	MOVQ R15, Regs_R15(r)

// All general registers that survive a system call into the Context at r, but SP.
#define SAVEUSER(r) \
	MOVQ DX, Context_DX(r)   \
	MOVQ SI, Context_SI(r)   \
	MOVQ DI, Context_DI(r)   \
	MOVQ R8, Context_R8(r)   \
	MOVQ R9, Context_R9(r)   \
	MOVQ R10, Context_R10(r) \
	MOVQ BX, Context_BX(r)   \
	MOVQ BP, Context_BP(r)   \
	MOVQ R12, Context_R12(r) \
	MOVQ R13, Context_R13(r) \
	MOVQ R14, Context_R14(r) \
	MOVQ R15, Context_R15(r)

// The reverse, of all but BX, CX, R11 and SP; r is BX.
#define LOADUSER \
	MOVQ Context_AX(BX), AX   \
	MOVQ Context_DX(BX), DX   \
	MOVQ Context_SI(BX), SI   \
	MOVQ Context_DI(BX), DI   \
	MOVQ Context_R8(BX), R8   \
	MOVQ Context_R9(BX), R9   \
	MOVQ Context_R10(BX), R10 \
	MOVQ Context_BP(BX), BP   \
	MOVQ Context_R12(BX), R12 \
	MOVQ Context_R13(BX), R13 \
	MOVQ Context_R14(BX), R14 \
	MOVQ Context_R15(BX), R15
