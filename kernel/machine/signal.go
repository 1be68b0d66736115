package machine

import (
	"encoding/binary"
	"syscall"

	"gossamer/arch/amd64"
	"gossamer/lwp"
)

// The frame of a signal handler, as Linux lays it out on x86-64 (arch/x86/include/asm/
// sigframe.h, uapi/asm/{ucontext,sigcontext}.h). From the handler's stack pointer up:
//
//	  0  return address (the restorer)
//	  8  ucontext: flags, link, stack_t, 40: sigcontext, 296: signal mask
//	312  siginfo, 128 bytes
//	     floating-point state, FXSAVE format, 16-byte aligned
const (
	ucAt       = 8
	ucStack    = ucAt + 16
	ucRegs     = ucAt + 40
	ucFPState  = ucRegs + 184
	ucMask     = ucAt + 296
	infoAt     = ucMask + 8
	frameFixed = infoAt + 128
	fxSize     = 512
	redZone    = 128
)

// PushSignal implements lwp.Context.
func (c *Context) PushSignal(f *lwp.SignalFrame) (sp uint64, frame []byte, err error) {
	top := f.Stack
	if top == 0 {
		top = c.u.SP - redZone
	}
	fx := (top - fxSize) &^ 15
	sp = (fx-frameFixed)&^15 - 8 // as after a CALL
	if f.Handler >= amd64.UserEnd || top > amd64.UserEnd || sp > top || sp < 4096 {
		return 0, nil, syscall.EFAULT
	}
	frame = make([]byte, fx+fxSize-sp)
	put := func(at int, v uint64) { binary.LittleEndian.PutUint64(frame[at:], v) }
	put(0, f.Restorer)
	put(ucStack, f.AltStack.Base)
	put(ucStack+8, uint64(uint32(f.AltStack.Flags)))
	put(ucStack+16, f.AltStack.Size)
	for i, v := range c.sigcontext() {
		put(ucRegs+8*i, v)
	}
	put(ucFPState, fx)
	put(ucMask, f.Mask)
	copy(frame[infoAt:], f.Info[:])
	copy(frame[fx-sp:], c.u.FX[:])
	c.pending = [3]uint64{sp, uint64(f.Signal), f.Handler}
	return sp, frame, nil
}

// CommitSignal implements lwp.Context.
func (c *Context) CommitSignal() {
	sp := c.pending[0]
	c.u.SP = sp
	c.u.IP = c.pending[2]
	c.u.DI, c.u.SI, c.u.DX = c.pending[1], sp+infoAt, sp+ucAt
	c.u.AX = 0
	c.u.Flags = amd64.FlagsFixed
	c.u.Whole()
}

// sigcontext lists the registers in struct sigcontext's order: 23 words, of which cs, gs,
// fs, ss share one.
func (c *Context) sigcontext() [23]uint64 {
	const selectors = amd64.UserCode | amd64.UserData<<48
	return [23]uint64{c.u.R8, c.u.R9, c.u.R10, c.u.R11, c.u.R12, c.u.R13, c.u.R14, c.u.R15,
		c.u.DI, c.u.SI, c.u.BP, c.u.BX, c.u.DX, c.u.AX, c.u.CX, c.u.SP, c.u.IP, c.u.Flags,
		selectors, c.u.Err, c.vector, 0, c.u.CR2}
}

// SigReturn implements lwp.Context. The handler's return has popped the restorer's
// address, so the stack pointer is at the ucontext.
func (c *Context) SigReturn(read func(va uint64, p []byte) error) (mask uint64, err error) {
	var b [frameFixed - ucAt]byte
	if err := read(c.u.SP, b[:]); err != nil {
		return 0, err
	}
	word := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at-ucAt:]) }
	var m [23]uint64
	for i := range m {
		m[i] = word(ucRegs + 8*i)
	}
	if m[16] >= amd64.UserEnd {
		return 0, syscall.EINVAL
	}
	fx := amd64.FreshFX
	if p := word(ucFPState); p != 0 {
		if err := read(p, fx[:]); err != nil {
			return 0, err
		}
		mx := binary.LittleEndian.Uint32(fx[24:])
		if mx&^amd64.MXCSRMask != 0 {
			return 0, syscall.EINVAL // FXRSTOR would fault in ring 0
		}
	}
	c.u.FX = fx
	c.u.R8, c.u.R9, c.u.R10, c.u.R11, c.u.R12, c.u.R13, c.u.R14, c.u.R15 = m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7]
	c.u.DI, c.u.SI, c.u.BP, c.u.BX, c.u.DX, c.u.AX, c.u.CX, c.u.SP, c.u.IP = m[8], m[9], m[10], m[11], m[12], m[13], m[14], m[15], m[16]
	c.u.Flags = m[17]&amd64.FlagsUser | amd64.FlagsFixed
	c.u.Whole()
	return word(ucMask), nil
}
