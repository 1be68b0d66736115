package machine

import (
	"encoding/binary"
	"syscall"

	"gossamer/arch/amd64"
	"gossamer/ulib/abi"
)

// Load implements lwp.Context. What is refused would fault in ring 0 on the way to user mode, or
// is not the program's to have.
func (c *Context) Load(r *abi.LWPContext) syscall.Errno {
	const baseEnd = 1 << 47
	if r.RIP >= amd64.UserEnd || r.RSP > amd64.UserEnd || r.FSBase >= baseEnd ||
		r.RFLAGS&^(amd64.FlagsUser|amd64.FlagsFixed) != 0 {
		return syscall.EINVAL
	}
	if r.CS != 0 && r.CS != amd64.UserCode {
		return syscall.EINVAL
	}
	if r.SS|r.DS|r.ES|r.FS|r.GS != 0 {
		for _, sel := range [...]uint16{r.SS, r.DS, r.ES, r.FS, r.GS} {
			if sel != 0 && sel != amd64.UserData {
				return syscall.EINVAL
			}
		}
	}
	u := &c.u
	if r.Flags&abi.ContextFPU != 0 {
		if binary.LittleEndian.Uint32(r.FX[24:])&^amd64.MXCSRMask != 0 {
			return syscall.EINVAL // FXRSTOR would fault
		}
		u.FX = r.FX
	} else {
		u.Refresh()
	}
	u.AX, u.BX, u.CX, u.DX, u.SI, u.DI, u.BP, u.SP = r.RAX, r.RBX, r.RCX, r.RDX, r.RSI, r.RDI, r.RBP, r.RSP
	u.R8, u.R9, u.R10, u.R11, u.R12, u.R13, u.R14, u.R15 = r.R8, r.R9, r.R10, r.R11, r.R12, r.R13, r.R14, r.R15
	u.IP, u.Flags, u.FS, u.GS = r.RIP, r.RFLAGS|amd64.FlagsFixed, r.FSBase, 0
	u.Number = 0
	c.forgetFault()
	u.Whole()
	return 0
}

// What programs are told of selectors is so.
var _ = [1]byte{}[amd64.UserCode-abi.UserCodeSelector]
var _ = [1]byte{}[amd64.UserData-abi.UserDataSelector]
