// Package sa is what the kernel and ulib agree on about scheduler activations: the shared area,
// the numbers of the calls and their structures. It is constants and types only, for kernel Go,
// bare Go and, by way of constants, assembly.
//
// # The area
//
// sa_register(2) maps it: memory of the kernel's, pinned, readable and writable by the program,
// that munmap, mprotect, mremap and madvise refuse with EPERM.
//
//	page 0              Process   ready list, post counter
//	pages 1 … nvp       VP        one for each virtual processor, numbered from 0
//	page 1+nvp          VP        nobody's, for ever disabled: GS base of what is not a VP
//	then                Slot      nslot of them, four in a page
//
// Every word has one writer. Those that ulib writes are hints to the kernel: read once, checked
// for range, never followed. Words are written by one plain instruction each (MOVL, MOVQ, or
// XCHGL for Process.Ready); none needs a fence but that one, which has it.
//
// # Entering ulib
//
// While a VP is in user mode its GS base is the address of its VP page, so that `movl $1,
// %gs:Disabled` closes it in one instruction, whichever VP it is. FS base is the thread's.
//
// An upcall enters ulib at Registration.Entry with upcalls disabled:
//
//	RDI = why, RSI = slot (or None), RDX = number of the VP
//	RSP = the VP's stack top, RFLAGS = 0x202, FS base = VP.UpcallFS, GS base = the VP page
//	x87 and SSE control as at the start of a program; every other register undefined
//
// and VP.Disabled = 1, VP.Cur = None, VP.Why, VP.Wslot, VP.Info say the same. There is nothing to
// return to.
//
// A slot that is on the ready list holds a thread whole: to resume it, name it in Cur, load
// everything from the slot, store 0 in Disabled, test Pending, and jump; what follows that store, up to
// and with the jump, lies in [lo, hi) of the registration. (The jump may be IRET on real machines,
// but not under QEMU 7 with SMAP, whose IRET reads a program's stack with the kernel's rights: POPF
// and RET 128 from below the thread's red zone do.) A thread that ulib has switched away from by itself has no slot:
// Cur then names any slot that is ulib's, which the kernel will fill if it takes that thread off.
package sa
