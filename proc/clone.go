package proc

import (
	"encoding/binary"
	"syscall"

	"gossamer/lwp"
)

// Flags of clone(2) that mean something here.
const (
	CloneVM           = 0x00000100
	CloneFS           = 0x00000200
	CloneFiles        = 0x00000400
	CloneSighand      = 0x00000800
	CloneVfork        = 0x00004000
	CloneThread       = 0x00010000
	CloneSysvsem      = 0x00040000 // there are no System V semaphores to share
	CloneSetTLS       = 0x00080000
	CloneParentSetTID = 0x00100000
	CloneChildClrTID  = 0x00200000
	CloneDetached     = 0x00400000 // ignored, as on Linux
	CloneChildSetTID  = 0x01000000
	CloneClearSighand = 0x100000000 // handlers become the default action; clone3(2) only

	// CloneLWP is what makes an LWP of the caller's process: it shares all, or it is none.
	CloneLWP = CloneVM | CloneFS | CloneFiles | CloneSighand | CloneThread
)

// CloneOptions is what clone(2) is told.
type CloneOptions struct {
	Flags     uint64
	Stack     uint64 // the child's stack pointer, 0 for the caller's
	TLS       uint64 // with CloneSetTLS its FS base, a user address
	ParentTID uint64 // where its number is stored for CloneParentSetTID
	ChildTID  uint64 // where for CloneChildSetTID, and what CloneChildClrTID clears
}

// context makes the child's context.
func (o *CloneOptions) context(l, child *LWP) {
	ctx := child.Ctx
	ctx.CopyFrom(l.Ctx)
	ctx.Call().Number = 0
	if o.Stack != 0 {
		ctx.SetSP(o.Stack)
	}
	if o.Flags&CloneSetTLS != 0 {
		ctx.SetFS(o.TLS)
	}
}

func (o *CloneOptions) clearTID() uint64 {
	if o.Flags&CloneChildClrTID != 0 {
		return o.ChildTID
	}
	return 0
}

// tell stores the child's number where parent and child want to find it. That there is no
// memory is their own affair, as on Linux.
func (o *CloneOptions) tell(l, child *LWP) {
	id := binary.LittleEndian.AppendUint32(nil, uint32(child.ID))
	if o.Flags&CloneParentSetTID != 0 {
		l.Space().CopyOut(VirtAddr(o.ParentTID), id)
	}
	if o.Flags&CloneChildSetTID != 0 {
		child.Space().CopyOut(VirtAddr(o.ChildTID), id)
	}
}

// NewLWP makes another LWP of the caller's process, a copy of the caller but for what the
// options say: clone(2) with the flags of CloneLWP. The call returns 0 in the new LWP. It has
// the caller's signal mask, no pending signals and no alternate stack, and is detached.
//
// Errors: EAGAIN, too many LWPs; ENOMEM, the kernel's heap is used up.
func (l *LWP) NewLWP(o CloneOptions) (lwp.ID, syscall.Errno) {
	s := l.p.sys
	if !s.HeapOK() {
		return 0, syscall.ENOMEM
	}
	c := l.p.fresh()
	o.context(l, c)
	l.equip(c)
	c.detached = true
	c.mask = l.mask
	c.clearTID = o.clearTID()
	if errno := s.number(c); errno != 0 {
		c.Ctx.Release()
		return 0, errno
	}
	id := c.ID
	o.tell(l, c)
	return id, l.publish(c)
}
