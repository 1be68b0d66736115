package proc

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// maxInstruction is the length of the longest x86 instruction.
const maxInstruction = 15

// disassemble returns the instruction at the start of code, which was read at pc, in GNU
// syntax, with its bytes. x86asm does not know every instruction (AVX among them), so what it
// cannot decode is shown as bytes only; it gets a full-length buffer, and a panic of its own
// is no reason to lose the report.
func disassemble(code []byte, pc uint64) (text string) {
	if len(code) == 0 {
		return "(not readable)"
	}
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("(unknown)  [% x]", code)
		}
	}()
	buf := make([]byte, maxInstruction+1)
	copy(buf, code)
	inst, err := x86asm.Decode(buf, 64)
	if err != nil || inst.Len > len(code) {
		return fmt.Sprintf("(unknown)  [% x]", code)
	}
	s := x86asm.GNUSyntax(inst, pc, nil)
	return fmt.Sprintf("%s  [% x]", strings.TrimSpace(s), code[:inst.Len])
}
