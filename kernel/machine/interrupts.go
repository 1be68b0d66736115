package machine

import (
	"syscall"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/goos"
)

// Offsets in runtime.m of the processors (Ps) that it has, and had before a system call.
const (
	mP    = 0xd0
	mOldP = 0xe0
)

//go:linkname entersyscall runtime.entersyscall
func entersyscall()

//go:linkname entersyscallblock runtime.entersyscallblock
func entersyscallblock()

//go:linkname exitsyscall runtime.exitsyscall
func exitsyscall()

// WaitInterrupts waits for interrupts and returns the lines that were raised (goos.WaitIRQ). One
// goroutine at a time may wait, after FindOldP.
func WaitInterrupts() (lines uint64) {
	if amd64.CPUs() == 1 {
		return waitWithoutP()
	}
	// With several Ps the hand-over at each interrupt costs more than it brings: nbody's speed-up by a
	// second CPU was 1.6 with it, 1.8 without.
	r, _, _ := syscall.Syscall(goos.WaitIRQ, 0, 0, 0)
	return uint64(r)
}

// waitWithoutP gives up the runtime's only P before it waits: in an ordinary system call it would keep
// that until sysmon takes it away, up to 10 ms later, and the dispatcher, that waits for it, would not run
// meanwhile, nor anything in user mode. When it comes back it takes the P, as from an ordinary call, if a
// thread in user mode has that.
//
//go:nosplit
func waitWithoutP() (lines uint64) {
	m := *(*uintptr)(unsafe.Pointer(current() + gM))
	p := *(*uintptr)(unsafe.Pointer(m + mP))
	entersyscallblock()
	*(*uintptr)(unsafe.Pointer(m + mOldP)) = p
	r, _, _ := syscall.RawSyscall6(goos.WaitIRQ, 0, 0, 0, 0, 0, 0)
	exitsyscall()
	return uint64(r)
}

// FindOldP panics if runtime.m is not laid out as waitWithoutP needs it.
func FindOldP() {
	if p, old := oldP(); p == 0 || old != p {
		panic("machine: runtime.m is not as we know it")
	}
}

// oldP returns the P of the caller's m, and what an ordinary system call notes as its old one.
//
//go:nosplit
func oldP() (p, old uintptr) {
	m := *(*uintptr)(unsafe.Pointer(current() + gM))
	p = *(*uintptr)(unsafe.Pointer(m + mP))
	entersyscall()
	old = *(*uintptr)(unsafe.Pointer(m + mOldP))
	exitsyscall()
	return p, old
}
