package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// report is what the check of one program found.
type report struct {
	violations   []violation
	functions    int // reached and decoded
	instructions int
	allowed      int // indirect calls in functions of the allow list
}

// violation is one broken promise and the way there.
type violation struct {
	what string
	path []step
}

// step is a function on a path and where in it the path goes on.
type step struct {
	name string
	at   uint64 // address of the call, 0 at the end of the path
}

func (v *violation) text(p *program) string {
	var b strings.Builder
	b.WriteString(v.what)
	for i, s := range v.path {
		arrow := "   "
		if i > 0 {
			arrow = " → "
		}
		fmt.Fprintf(&b, "\n   %s%s", arrow, s.name)
		if s.at != 0 {
			fmt.Fprintf(&b, "  %#x", s.at)
			if l := p.line(s.at); l != "" {
				b.WriteString(" " + l)
			}
		}
	}
	return b.String()
}

// search is a breadth-first walk over the call graph, so that the paths it
// prints are the shortest.
type search struct {
	*program
	allow  *list
	report report
	from   map[int]edge // how each function was reached; roots come from −1
	queue  []int
}

type edge struct {
	caller int
	at     uint64
}

func check(p *program, roots, allow *list) report {
	s := &search{program: p, allow: allow, from: map[int]edge{}}
	for i, f := range p.functions {
		if roots.match("", f.name) {
			s.from[i] = edge{-1, 0}
			s.queue = append(s.queue, i)
			if forbidden.has(f.name) {
				s.violate(i, 0, f.name+" is a root and forbidden")
			}
		}
	}
	s.arguments(roots)
	if len(s.queue) == 0 {
		s.report.violations = append(s.report.violations, violation{what: "has none of the roots"})
	}
	for len(s.queue) > 0 {
		i := s.queue[0]
		s.queue = s.queue[1:]
		s.visit(i)
	}
	return s.report
}

// violate records a violation found in function i at an address.
func (s *search) violate(i int, at uint64, what string) {
	path := []step{{s.functions[i].name, at}}
	for e := s.from[i]; e.caller >= 0; e = s.from[e.caller] {
		path = append(path, step{s.functions[e.caller].name, e.at})
	}
	slices.Reverse(path)
	s.report.violations = append(s.report.violations, violation{what, path})
}

// visit decodes a function from end to end and follows what leads out of it.
func (s *search) visit(i int) {
	f := s.functions[i]
	code := s.code(f.start, f.end-f.start)
	s.report.functions++
	starts := map[uint64]bool{}
	targets := map[uint64]uint64{} // of jumps inside the function, and where they are
	var before []placed            // the last few instructions
	for off := 0; off < len(code); {
		at := f.start + uint64(off)
		in, ok := decode(code[off:], at)
		if !ok {
			if !s.allowed(f.name) {
				bytes := code[off:min(off+8, len(code))]
				s.violate(i, at, fmt.Sprintf("cannot decode % x in %s", bytes, f.name))
			}
			return
		}
		s.report.instructions++
		starts[at] = true
		switch in.kind {
		case direct:
			if in.target >= f.start && in.target < f.end && !in.call {
				targets[in.target] = at
			} else {
				s.follow(i, at, in.target)
			}
		case indirect:
			switch {
			case s.jumpTable(f, in, before):
			case s.allowed(f.name):
				s.report.allowed++
			default:
				s.violate(i, at, fmt.Sprintf("indirect %s in %s, which no allowance lists", describe(in, at), f.name))
			}
		}
		before = remember(before, in, at)
		off += in.length
	}
	// Assembly may run off its end into the function behind it.
	if n := len(before); n > 0 && !ends(before[n-1].instruction) && i+1 < len(s.functions) && s.functions[i+1].start == f.end {
		s.follow(i, before[n-1].at, f.end)
	}
	// A jump into the middle of what was decoded means that the decoding is wrong.
	for t, at := range targets {
		if !starts[t] && !s.allowed(f.name) {
			s.violate(i, at, fmt.Sprintf("a jump in %s leads to %#x, which is between instructions: not code, or wrongly decoded", f.name, t))
			return
		}
	}
}

// allowed reports whether the allow file lists a function of this program.
func (s *search) allowed(name string) bool {
	plain, named := s.allow.match("", name), s.allow.match("", s.name+":"+name)
	return plain || named
}

// follow takes the call graph's edge from function i to a target.
func (s *search) follow(i int, at, target uint64) {
	t := s.at(target)
	if t < 0 {
		s.violate(i, at, fmt.Sprintf("%s leads to %#x, which is no function", s.functions[i].name, target))
		return
	}
	name := s.functions[t].name
	if _, reached := s.from[t]; reached || sinks.has(name) || s.allow.match("end", name) {
		return
	}
	s.from[t] = edge{i, at}
	if forbidden.has(name) {
		root := t
		for s.from[root].caller >= 0 {
			root = s.from[root].caller
		}
		s.violate(t, 0, fmt.Sprintf("%s reaches %s", s.functions[root].name, name))
		return
	}
	s.queue = append(s.queue, t)
}

// ends reports whether control does not simply go on behind an instruction. What
// the compiler puts last is a jump back, a return, or a call that does not return.
func ends(in instruction) bool {
	switch in.asm.Op {
	case x86asm.JMP, x86asm.LJMP, x86asm.RET, x86asm.LRET, x86asm.IRET, x86asm.IRETD, x86asm.IRETQ,
		x86asm.SYSRET, x86asm.UD2, x86asm.INT, x86asm.CALL, x86asm.NOP:
		return true
	}
	return false
}

func describe(in instruction, at uint64) string {
	return x86asm.GNUSyntax(in.asm, at, nil)
}

// placed is an instruction and its address.
type placed struct {
	instruction
	at uint64
}

// remember keeps the last few instructions.
func remember(before []placed, in instruction, at uint64) []placed {
	if len(before) == 12 {
		before = append(before[:0], before[1:]...)
	}
	return append(before, placed{in, at})
}

// jumpTable reports whether an indirect jump is a switch of the compiler's:
//
//	LEAQ table(SB), R; …; JMP (R)(index*8)
//
// with a table of addresses in this very function. The table's length is not
// known, and need not be: it is enough that what stands there is a table.
func (s *search) jumpTable(f function, in instruction, before []placed) bool {
	m, isMem := in.asm.Args[0].(x86asm.Mem)
	if !isMem || in.call || m.Scale != 8 || m.Index == 0 || m.Base == 0 || m.Disp != 0 {
		return false
	}
	for j := len(before) - 1; j >= 0; j-- {
		lea := before[j]
		if reg, isReg := lea.asm.Args[0].(x86asm.Reg); lea.asm.Op != x86asm.LEA || !isReg || reg != m.Base {
			continue
		}
		from, isMem := lea.asm.Args[1].(x86asm.Mem)
		if !isMem || from.Base != x86asm.RIP {
			return false
		}
		table := s.code(lea.at+uint64(lea.length)+uint64(from.Disp), 4*8)
		if len(table) < 4*8 {
			return false
		}
		for k := 0; k < 4; k++ {
			if to := binary.LittleEndian.Uint64(table[k*8:]); to < f.start || to >= f.end {
				return false
			}
		}
		return true
	}
	return false
}
