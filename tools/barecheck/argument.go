package main

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// arguments finds the functions that are handed to one with the directive
// "argument" in the roots file, which calls its first argument in bare Go, and
// makes them roots. It looks at the whole program, for the callers are ordinary
// Go. The compiler passes a function that the caller names as
//
//	LEAQ f·f(SB), AX; …; CALL callee
//	LEAQ f·f(SB), R; …; MOVQ R, 0(SP); …; CALL callee (if it is assembly)
//
// where f·f is a word with f's address. Anything else cannot be followed and is
// a violation.
func (s *search) arguments(roots *list) {
	callees := map[int]bool{}
	for i, f := range s.functions {
		if roots.match("argument", f.name) {
			callees[i] = true
		}
	}
	if len(callees) == 0 {
		return
	}
	for i, f := range s.functions {
		if callees[i] {
			continue // one passes on to the other: a wrapper
		}
		code := s.code(f.start, f.end-f.start)
		var before []placed
		for off := 0; off < len(code); {
			at := f.start + uint64(off)
			in, ok := decode(code[off:], at)
			if !ok {
				break
			}
			if t := s.at(in.target); in.kind == direct && callees[t] {
				s.argument(i, at, before, strings.HasSuffix(s.functions[t].name, ".abi0"))
			}
			before = remember(before, in, at)
			off += in.length
		}
	}
}

// argument takes the first argument of the call at an address in function i. An
// assembly function (ABI0) takes it from the stack, a wrapper from AX.
func (s *search) argument(i int, at uint64, before []placed, onStack bool) {
	want := number(x86asm.RAX)
	for j := len(before) - 1; j >= 0 && before[j].kind == plain; j-- {
		in := before[j]
		if onStack {
			to, isMem := in.asm.Args[0].(x86asm.Mem)
			from, isReg := in.asm.Args[1].(x86asm.Reg)
			if in.asm.Op == x86asm.MOV && isMem && to.Base == x86asm.RSP && to.Index == 0 && to.Disp == 0 && isReg {
				want, onStack = number(from), false
			}
			continue
		}
		to, isReg := in.asm.Args[0].(x86asm.Reg)
		if !isReg || number(to) != want || in.asm.Op == x86asm.CMP || in.asm.Op == x86asm.TEST {
			continue
		}
		from, isMem := in.asm.Args[1].(x86asm.Mem)
		if in.asm.Op != x86asm.LEA || !isMem || from.Base != x86asm.RIP {
			break
		}
		word := s.code(in.at+uint64(in.length)+uint64(from.Disp), 8)
		if len(word) < 8 {
			break
		}
		addr := binary.LittleEndian.Uint64(word)
		t := s.at(addr)
		if t < 0 || s.functions[t].start != addr {
			break
		}
		if _, known := s.from[t]; !known {
			s.from[t] = edge{-1, 0}
			s.queue = append(s.queue, t)
		}
		return
	}
	s.report.violations = append(s.report.violations, violation{
		what: fmt.Sprintf("cannot tell which function %s hands over to be called in bare Go", s.functions[i].name),
		path: []step{{s.functions[i].name, at}},
	})
}

// number is the number of a general register, whatever width it is named at.
func number(r x86asm.Reg) int {
	switch {
	case r >= x86asm.RAX && r <= x86asm.R15:
		return int(r - x86asm.RAX)
	case r >= x86asm.EAX && r <= x86asm.R15L:
		return int(r - x86asm.EAX)
	}
	return -1
}
