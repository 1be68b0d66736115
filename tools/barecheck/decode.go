package main

import (
	"bytes"

	"golang.org/x/arch/x86/x86asm"
)

// kind is what an instruction does to the flow of control.
type kind int

const (
	plain    kind = iota // goes on
	direct               // may go to target
	indirect             // may go anywhere
)

// instruction is a decoded one, as far as the check needs it.
type instruction struct {
	length int
	kind   kind
	call   bool
	target uint64
	asm    x86asm.Inst // zero for those that x86asm does not know
}

// unknown lists what x86asm v0.32 does not decode, or not with the right
// length. None of these transfers control to an address that it is told.
var unknown = [][]byte{
	{0x0f, 0x01, 0xca},       // CLAC
	{0x0f, 0x01, 0xcb},       // STAC
	{0x0f, 0x01, 0xc8},       // MONITOR
	{0x0f, 0x01, 0xc9},       // MWAIT
	{0xf3, 0x0f, 0x1e, 0xfa}, // ENDBR64
	{0xf3, 0x0f, 0x1e, 0xfb}, // ENDBR32
	{0x0f, 0x01, 0xee},       // RDPKRU
	{0x0f, 0x01, 0xef},       // WRPKRU
}

// decode decodes the instruction at the start of code, which lies at addr.
func decode(code []byte, addr uint64) (in instruction, ok bool) {
	for _, u := range unknown {
		if bytes.HasPrefix(code, u) {
			return instruction{length: len(u)}, true
		}
	}
	// x86asm knows some VEX encodings and gives VZEROUPPER a wrong length; no
	// instruction encoded with VEX or EVEX transfers control.
	if n := vexLength(code); n > 0 {
		return instruction{length: n}, n <= len(code)
	}
	if n := groupLength(code); n > 0 {
		return instruction{length: n}, n <= len(code)
	}
	inst, err := x86asm.Decode(code, 64)
	if err != nil || inst.Op == 0 {
		return in, false
	}
	in = instruction{length: inst.Len, asm: inst}
	if !transfers(inst.Op) {
		return in, true
	}
	in.call = inst.Op == x86asm.CALL
	if rel, isRel := inst.Args[0].(x86asm.Rel); isRel {
		in.kind = direct
		in.target = addr + uint64(inst.Len) + uint64(int64(rel))
	} else {
		in.kind = indirect
	}
	return in, true
}

// transfers lists the calls and jumps. RET, IRET, SYSCALL, SYSRET and INT are not
// among them: where they lead is the business of whoever set up the stack or the
// vector, and the handlers are roots of their own.
func transfers(op x86asm.Op) bool {
	switch op {
	case x86asm.CALL, x86asm.JMP, x86asm.LCALL, x86asm.LJMP,
		x86asm.JA, x86asm.JAE, x86asm.JB, x86asm.JBE, x86asm.JCXZ, x86asm.JE, x86asm.JECXZ, x86asm.JG,
		x86asm.JGE, x86asm.JL, x86asm.JLE, x86asm.JNE, x86asm.JNO, x86asm.JNP, x86asm.JNS, x86asm.JO,
		x86asm.JP, x86asm.JRCXZ, x86asm.JS, x86asm.LOOP, x86asm.LOOPE, x86asm.LOOPNE, x86asm.XBEGIN:
		return true
	}
	return false
}

// vexLength is the length of an instruction with a VEX or EVEX prefix, 0 if it
// has none. In 64-bit mode C4, C5 and 62 begin nothing else (Intel SDM 2A 2.3, 2.7).
func vexLength(code []byte) int {
	if len(code) < 4 {
		return 0
	}
	var prefix, space int // bytes before the opcode; opcode map
	switch code[0] {
	case 0xc5:
		prefix, space = 2, 1
	case 0xc4:
		prefix, space = 3, int(code[1]&31)
	case 0x62:
		prefix, space = 4, int(code[1]&7)
	default:
		return 0
	}
	if space < 1 || space > 3 || len(code) <= prefix {
		return 0
	}
	opcode := code[prefix]
	if space == 1 && opcode == 0x77 { // VZEROUPPER, VZEROALL: no operands
		return prefix + 1
	}
	n := prefix + 1 + modrmLength(code[prefix+1:])
	if space == 3 || space == 1 && immediateInMap1(opcode) {
		n++
	}
	return n
}

// immediateInMap1 lists the opcodes of map 0F that have a byte operand in their
// VEX or EVEX form: shuffles, shifts by a constant, compares, inserts, extracts.
func immediateInMap1(opcode byte) bool {
	return opcode >= 0x70 && opcode <= 0x73 || opcode == 0xc2 || opcode >= 0xc4 && opcode <= 0xc6
}

// modrmLength is the length of the ModRM byte, SIB and displacement.
func modrmLength(code []byte) int {
	if len(code) == 0 {
		return 1
	}
	mod, rm := code[0]>>6, code[0]&7
	n := 1
	if mod == 3 {
		return n
	}
	if rm == 4 {
		n++
		if mod == 0 && len(code) > 1 && code[1]&7 == 5 {
			n += 4
		}
	}
	switch {
	case mod == 0 && rm == 5, mod == 2:
		n += 4
	case mod == 1:
		n++
	}
	return n
}

// groupLength is the length of members of the group 0F AE and 0F C7 which x86asm
// does not know: RDFSBASE and its like, XSAVEC, CLFLUSHOPT; and of INVPCID, RDPID.
// They take a ModRM operand and transfer no control.
func groupLength(code []byte) int {
	i := 0
	for i < len(code) && (code[i] == 0x66 || code[i] == 0xf3 || code[i] == 0xf2) {
		i++
	}
	if i < len(code) && code[i]&0xf0 == 0x40 { // REX
		i++
	}
	if i+3 > len(code) || code[i] != 0x0f {
		return 0
	}
	switch {
	case code[i+1] == 0xae, code[i+1] == 0xc7:
		return i + 2 + modrmLength(code[i+2:])
	case code[i+1] == 0x38 && code[i+2] >= 0x80 && code[i+2] <= 0x82: // INVEPT, INVVPID, INVPCID
		return i + 3 + modrmLength(code[i+3:])
	}
	return 0
}
