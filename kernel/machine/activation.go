package machine

import (
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/lwp"
	abi "gossamer/ulib/sa"
)

// SaveSlot implements lwp.Context. After a system call CX and R11 are what SYSRET would make them.
func (c *Context) SaveSlot(s *abi.Slot) {
	u := &c.u
	u.CopyState(unsafe.Pointer(&s.FX))
	if !u.IsWhole() {
		s.CX, s.R11 = u.IP, u.Flags
	}
}

// A slot has what CopyState copies in the same order.
const slotFX, contextFX = unsafe.Offsetof(abi.Slot{}.FX), unsafe.Offsetof(amd64.Context{}.FX)

var (
	_ = [1]byte{}[unsafe.Offsetof(abi.Slot{}.FS)+8-slotFX-amd64.StateSize]
	_ = [1]byte{}[unsafe.Offsetof(abi.Slot{}.AX)-slotFX-(unsafe.Offsetof(amd64.Context{}.AX)-contextFX)]
	_ = [1]byte{}[unsafe.Offsetof(abi.Slot{}.BX)-slotFX-(unsafe.Offsetof(amd64.Context{}.BX)-contextFX)]
	_ = [1]byte{}[unsafe.Offsetof(abi.Slot{}.R15)-slotFX-(unsafe.Offsetof(amd64.Context{}.R15)-contextFX)]
	_ = [1]byte{}[unsafe.Offsetof(abi.Slot{}.SP)-slotFX-(unsafe.Offsetof(amd64.Context{}.SP)-contextFX)]
)

// Upcall implements lwp.Context.
func (c *Context) Upcall(vp int, why, slot uint32, entry, stack, fs uint64) {
	c.u.Jump(entry, stack, fs)
	c.u.DI, c.u.SI, c.u.DX = uint64(why), uint64(slot), uint64(vp)
}

// Adopt implements lwp.Context.
func (c *Context) Adopt(from lwp.Context) { c.u.Adopt(&from.(*Context).u) }

// What programs are told is so.
var _ = [1]byte{}[amd64.FlagsFixed-0x202]
