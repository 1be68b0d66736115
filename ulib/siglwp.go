//go:build !explore

package ulib

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

// What of signals is about an LWP's registers and stacks, or the kernel's calls for LWPs: sigcollect.go has the rest.

// signalRoom is what has to be free of a thread's stack for it to be interrupted.
const signalRoom = 4 << 10

// caughtHandler is where the kernel is to enter for a signal.
func caughtHandler() uintptr

// signalEntry is where a thread enters that has to look, with its context on its stack.
func signalEntry() uintptr

// catchFromKernel has the kernel give up a signal.
func catchFromKernel(sig int) {
	a := sys.Sigaction{Handler: caughtHandler(), Restorer: sys.Restorer(), Mask: ^uint64(0),
		Flags: sys.SA_SIGINFO | sys.SA_RESTORER | sys.SA_ONSTACK}
	sys.SigactionRaw(sig, &a, nil)
}

// foreign is caught on an LWP that is none of this package's: another is to have the signal.
//
//go:nosplit
func foreign(sig int, uc *sys.UContext) {
	uc.Mask = ^uint64(0)
	if sig != nudge {
		sys.Syscall2(syscall.SYS_KILL, sys.Syscall0(syscall.SYS_GETPID), uintptr(sig))
	}
}

// lookAt has t, which is at ip with sp, outside critical sections, look for signals before it goes
// on: what it is to go on with then. If it is about to do so already, or has no room on its stack, it
// goes on as it was.
//
//go:nosplit
func (t *thread) lookAt(sp, ip uint64) (uint64, uint64) {
	low := uint64(t.g.lo) + signalRoom
	if t.looking || sp < low || sp > uint64(t.g.hi) {
		return sp, ip
	}
	t.looking = true
	sp -= 8
	*(*uint64)(unsafe.Pointer(uintptr(sp))) = ip
	return sp, uint64(signalEntry())
}

// altStack has the LWP that calls catch signals on the vpBlock.signalStack at an address.
func altStack(at uintptr) { sys.Sigaltstack(at, unsafe.Sizeof(vpBlock{}.signalStack)) }

// setLWPMask says which signals the LWP that calls blocks.
func setLWPMask(set SigSet) { sys.Sigprocmask(sys.SIG_SETMASK, uint64(set)) }

// nudgeLWP sends an LWP the signal that is ours.
func nudgeLWP(lid int) { sys.Tgkill(sys.Getpid(), lid, nudge) }

// wakeLWP ends the call that an LWP sleeps in, on Gossamer.
func wakeLWP(lid int) {
	if onGossamer {
		sys.LWPWakeup(lid)
	}
}

// killProcess sends the process a signal, and defaultAction has one do what it does by default: kill(2),
// sigaction(2).
func killProcess(sig int) Errno { return sys.Kill(sys.Getpid(), sig) }
func defaultAction(sig int)     { sys.Default(sig) }
