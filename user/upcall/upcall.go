// Package upcall is what handlers of upcalls have in common in programs that run on activations
// without ulib: where an upcall enters, and how a VP goes on with the thread in a slot, or leaves the
// one that it runs. Which thread that is, is up to the program's handler.
//
//	upcall, Leave, or something pending found by Resume ──> handler(why, slot, vp) ──> Resume
package upcall

import (
	"unsafe"

	"gossamer/ulib/sa"
)

// own is what VP.Own has.
type own struct {
	top     uint64 // of the VP's stack
	handler uint64 // a function value
	slots   uint64 // address of slot 0
}

// For assembly.
const (
	disabled   = sa.Disabled
	pending    = sa.Pending
	vpFS       = sa.UpcallFS
	number     = sa.Number
	ownTop     = sa.Own + unsafe.Offsetof(own{}.top)
	ownHandler = sa.Own + unsafe.Offsetof(own{}.handler)
	ownSlots   = sa.Own + unsafe.Offsetof(own{}.slots)

	slotFX, slotFlags, slotIP, slotSP  = sa.SlotFX, sa.SlotFlags, sa.SlotIP, sa.SlotSP
	slotFS, slotAX, slotCX, slotDX     = sa.SlotFS, sa.SlotAX, sa.SlotCX, sa.SlotDX
	slotBX, slotBP, slotSI, slotDI     = sa.SlotBX, sa.SlotBP, sa.SlotSI, sa.SlotDI
	slotR8, slotR9, slotR10, slotR11   = sa.SlotR8, sa.SlotR9, sa.SlotR10, sa.SlotR11
	slotR12, slotR13, slotR14, slotR15 = sa.SlotR12, sa.SlotR13, sa.SlotR14, sa.SlotR15
	slotShift                          = 10 // log₂ of sa.SlotSize
)

var _ = [1]struct{}{}[sa.SlotSize-1<<slotShift]

// Fill has a registration's upcalls enter here.
func Fill(r *sa.Registration) {
	var at [3]uintptr
	addresses(&at)
	r.Entry, r.Lo, r.Hi = uint64(at[0]), uint64(at[1]), uint64(at[2])
}

//go:noescape
func addresses(p *[3]uintptr)

// Prepare gives a VP, before sa_enable, the top of its stack, FS base at upcalls, the address of slot 0
// and a handler, a top-level function that does not return. Its why is 0 and its slot that of the
// thread after Leave; or its why is 0 and its slot sa.None if Resume has found something pending,
// with the thread as before in VP.Cur; and else they are what the kernel says.
func Prepare(v *sa.VP, top, fs, slots uint64, handler func(why, slot, vp uintptr)) {
	v.UpcallFS = fs
	o := (*own)(unsafe.Pointer(&v.Own))
	o.top, o.slots = top, slots
	o.handler = *(*uint64)(unsafe.Pointer(&handler))
}

// Resume goes on with the thread in a slot, that VP.Cur names. Only a handler may call it.
func Resume(slot *sa.Slot)

// Leave saves its caller, a thread of a VP whose upcalls are disabled, in its slot, and calls the
// handler. It returns when the slot is resumed.
func Leave(slot *sa.Slot)
