package machine

import (
	"gossamer/arch/amd64"
	abi "gossamer/ulib/sa"
)

// SaveSlot implements lwp.Context. After a system call CX and R11 are what SYSRET would make them.
func (c *Context) SaveSlot(s *abi.Slot) {
	u := &c.u
	s.AX, s.CX, s.DX, s.BX, s.SP, s.BP, s.SI, s.DI = u.AX, u.CX, u.DX, u.BX, u.SP, u.BP, u.SI, u.DI
	s.R8, s.R9, s.R10, s.R11, s.R12, s.R13, s.R14, s.R15 = u.R8, u.R9, u.R10, u.R11, u.R12, u.R13, u.R14, u.R15
	s.IP, s.Flags, s.FS = u.IP, u.Flags, u.FS
	if !u.IsWhole() {
		s.CX, s.R11 = u.IP, u.Flags
	}
	s.FX = u.FX
}

// Upcall implements lwp.Context.
func (c *Context) Upcall(vp int, why, slot uint32, entry, stack, fs uint64) {
	c.u.Jump(entry, stack, fs)
	c.u.DI, c.u.SI, c.u.DX = uint64(why), uint64(slot), uint64(vp)
}

// What programs are told is so.
var _ = [1]byte{}[amd64.FlagsFixed-0x202]
