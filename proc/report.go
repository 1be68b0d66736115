package proc

import (
	"fmt"
	"strings"
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/lwp"
)

// prefix begins every report about the LWP.
func (l *LWP) prefix() string {
	return fmt.Sprintf("pid %d (%s): ", l.p.ID, l.p.Name())
}

// faultReport says what the program did that it dies of, and shows its registers.
func (l *LWP) faultReport(f *lwp.FaultInfo) string {
	var b strings.Builder
	pc := l.Ctx.PC()
	b.WriteString(l.prefix())
	b.WriteString(signalName(int(f.Signal)))
	b.WriteString(": ")
	if f.PageFault {
		fmt.Fprintf(&b, "%s %#x at %#x (%s)", accessName(f.Access), f.Addr, pc, f.Text)
	} else {
		fmt.Fprintf(&b, "%s at %#x (exception %d, error code %#x)", f.Text, pc, f.Vector, f.ErrCode)
	}
	b.WriteString(": ")
	b.WriteString(disassemble(l.code(pc), pc))
	for i, r := range l.Ctx.Registers() {
		sep := "  "
		if i%4 == 0 {
			sep = "\n\t"
		}
		fmt.Fprintf(&b, "%s%-6s %016x", sep, r.Name, r.Value)
	}
	return b.String()
}

func accessName(a mem.Prot) string {
	switch {
	case a&mem.Write != 0:
		return "write to"
	case a&mem.Exec != 0:
		return "execution of"
	}
	return "read of"
}

// code reads the bytes of the instruction at pc, as far as they can be read.
func (l *LWP) code(pc uint64) []byte {
	b := make([]byte, maxInstruction)
	if l.Space().CopyIn(b, VirtAddr(pc)) == nil {
		return b
	}
	b = b[:min(maxInstruction, int(mem.PageSize-pc%mem.PageSize))]
	if l.Space().CopyIn(b, VirtAddr(pc)) == nil {
		return b
	}
	return nil
}

// badStackReport is for a signal whose handler cannot run, having no stack.
func (l *LWP) badStackReport(sig int) string {
	return fmt.Sprintf("%sSIGSEGV: no stack at %#x for the handler of %s",
		l.prefix(), l.Ctx.SP(), signalName(sig))
}

var signalNames = [...]string{1: "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE",
	"KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP",
	"TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"}

// signalName returns a name such as SIGSEGV.
func signalName(sig int) string {
	if sig > 0 && sig < len(signalNames) {
		return "SIG" + signalNames[sig]
	}
	return syscall.Signal(sig).String()
}
