package proc

import "syscall"

// WaitStatus is what wait4(2) stores: how a process has ended, or that it has stopped or
// continued. 0x7f in the low byte says stopped, 0 exited, another value the signal.
type WaitStatus uint32

const continuedStatus WaitStatus = 0xffff

// Exited is the status of a process that called exit(code).
func Exited(code int) WaitStatus { return WaitStatus(code&0xff) << 8 }

// Killed is the status of a process that a signal has ended.
func Killed(sig syscall.Signal) WaitStatus { return WaitStatus(sig & 0x7f) }

func stoppedBy(sig int) WaitStatus { return WaitStatus(sig)<<8 | 0x7f }

// chld returns SIGCHLD's si_code and si_status for this status.
func (w WaitStatus) chld() (code, status int32) {
	switch {
	case w == continuedStatus:
		return cldCont, int32(sigCONT)
	case w&0xff == 0x7f:
		return cldStop, int32(w >> 8)
	case w&0x7f == 0:
		return cldExited, int32(w >> 8)
	}
	return cldKilled, int32(w & 0x7f)
}
