package ksyscall

import (
	"syscall"
	"unsafe"

	"gossamer/kernel/mem"
	"gossamer/proc"
	abi "gossamer/ulib/sa"
)

// Scheduler activations; package ulib/sa has the numbers and structures.

func saRegister(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	var r abi.Registration
	if errno := get(l, a[0], &r); errno != 0 {
		return 0, errno
	}
	if !writable(l, a[0]+uint64(unsafe.Offsetof(r.Area)), 8) {
		return 0, syscall.EFAULT
	}
	if errno := l.Register(&r); errno != 0 {
		return 0, errno
	}
	return 0, put(l, a[0]+uint64(unsafe.Offsetof(r.Area)), &r.Area)
}

func saEnable(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) { return 0, l.Enable() }

func saSetConcurrency(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	core, errno := l.Process().Activations()
	if errno != 0 {
		return 0, errno
	}
	n, errno := core.SetConcurrency(int(int32(a[0])))
	return uint64(n), errno
}

func saYield(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	core, n, errno := l.Activation()
	if errno != 0 {
		return 0, errno
	}
	return 0, core.Yield(n, uint32(a[0]), int64(a[1]))
}

func saWake(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	core, errno := l.Process().Activations()
	if errno == 0 {
		core.Wake()
	}
	return 0, errno
}

// saHandoff also lets the thread of a VP that has a processor, but not the kernel's, run.
func saHandoff(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	core, n, errno := l.Activation()
	if errno != 0 {
		return 0, errno
	}
	if errno = core.Handoff(n, int(int32(a[0]))); errno == 0 {
		l.Thread.Yield()
	}
	return 0, errno
}

func saPreempt(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	core, errno := l.Process().Activations()
	if errno != 0 {
		return 0, errno
	}
	return 0, core.Preempt(int(int32(a[0])))
}

func saWakeup(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	core, errno := l.Process().Activations()
	if errno != 0 {
		return 0, errno
	}
	return 0, core.Wakeup(int(int32(a[0])))
}

func saSigtake(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if _, _, errno := l.Activation(); errno != 0 {
		return 0, errno
	}
	var b [128]byte
	if !writable(l, a[0], uint64(len(b))) { // whoever could not be told would have lost it
		return 0, syscall.EFAULT
	}
	info, errno := l.Sigtake()
	if errno != 0 {
		return 0, errno
	}
	b = info.Bytes()
	return uint64(info.Signal), proc.Errno(l.Space().CopyOut(mem.VirtAddr(a[0]), b[:]))
}

func saStat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	core, errno := l.Process().Activations()
	if errno != 0 {
		return 0, errno
	}
	s := core.Stat()
	return 0, put(l, a[0], &s)
}
