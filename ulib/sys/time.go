package sys

import (
	"syscall"
	"unsafe"
)

const (
	CLOCK_REALTIME  = 0
	CLOCK_MONOTONIC = 1
)

type Timespec = syscall.Timespec

// ClockGettime reads a clock.
func ClockGettime(clock int, ts *Timespec) Errno {
	return Err(Syscall2(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(ts))))
}

// Now returns the monotonic clock in nanoseconds.
func Now() int64 {
	var ts Timespec
	ClockGettime(CLOCK_MONOTONIC, &ts)
	return ts.Sec*1e9 + ts.Nsec
}

// Nanosleep sleeps; after EINTR rem (if not nil) has the time left.
func Nanosleep(d, rem *Timespec) Errno {
	return Err(Syscall2(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(d)), uintptr(unsafe.Pointer(rem))))
}

// Sleep sleeps ns nanoseconds, or until a signal handler has run.
func Sleep(ns int64) Errno {
	d := Timespec{Sec: ns / 1e9, Nsec: ns % 1e9}
	return Nanosleep(&d, nil)
}
