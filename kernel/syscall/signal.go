package ksyscall

import (
	"encoding/binary"
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/lwp"
	"gossamer/proc"
)

// Signals.

func kill(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Kill(proc.PID(a[0]), int(int32(a[1])))
}

func tkill(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.KillLWP(0, lwp.ID(a[0]), int(int32(a[1])))
}

func tgkill(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if proc.PID(a[0]) <= 0 {
		return 0, syscall.EINVAL
	}
	return 0, l.KillLWP(proc.PID(a[0]), lwp.ID(a[1]), int(int32(a[2])))
}

func rtSigaction(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[3] != proc.SigsetSize {
		return 0, syscall.EINVAL
	}
	var act *proc.Sigaction
	if a[1] != 0 {
		act = new(proc.Sigaction)
		if errno := get(l, a[1], act); errno != 0 {
			return 0, errno
		}
	}
	old, errno := l.Process().Action(int(int32(a[0])), act)
	if errno == 0 && a[2] != 0 {
		errno = put(l, a[2], &old)
	}
	return 0, errno
}

// The first argument of rt_sigprocmask(2).
const (
	sigBlock   = 0
	sigUnblock = 1
	sigSetmask = 2
)

func rtSigprocmask(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[3] != proc.SigsetSize {
		return 0, syscall.EINVAL
	}
	old := l.Mask()
	if a[1] != 0 {
		var set proc.Sigset
		if errno := get(l, a[1], &set); errno != 0 {
			return 0, errno
		}
		switch int32(a[0]) {
		case sigBlock:
			set |= old
		case sigUnblock:
			set = old &^ set
		case sigSetmask:
		default:
			return 0, syscall.EINVAL
		}
		l.SetMask(set)
	}
	if a[2] != 0 {
		return 0, put(l, a[2], &old)
	}
	return 0, 0
}

func rtSigpending(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[1] > proc.SigsetSize {
		return 0, syscall.EINVAL
	}
	set := l.Pending()
	var b [proc.SigsetSize]byte
	binary.LittleEndian.PutUint64(b[:], uint64(set))
	return result(l.Space().CopyOut(mem.VirtAddr(a[0]), b[:a[1]]))
}

func rtSigsuspend(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[1] != proc.SigsetSize {
		return 0, syscall.EINVAL
	}
	var set proc.Sigset
	if errno := get(l, a[0], &set); errno != 0 {
		return 0, errno
	}
	return 0, l.Suspend(set)
}

// rtSigreturn's result is the register that the frame restores, errors included.
func rtSigreturn(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) { return l.SigReturn(), 0 }

func sigaltstack(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	old := l.AltStack()
	if a[0] != 0 {
		var s lwp.AltStack
		if errno := get(l, a[0], &s); errno != 0 {
			return 0, errno
		}
		if errno := l.SetAltStack(s); errno != 0 {
			return 0, errno
		}
	}
	if a[1] != 0 {
		return 0, put(l, a[1], &old)
	}
	return 0, 0
}

func pause(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) { return 0, l.Pause() }

// rtSigtimedwait's result is the signal.
func rtSigtimedwait(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[3] != proc.SigsetSize {
		return 0, syscall.EINVAL
	}
	var set proc.Sigset
	if errno := get(l, a[0], &set); errno != 0 {
		return 0, errno
	}
	deadline, errno := limitAt(l, a[2])
	if errno != 0 {
		return 0, errno
	}
	if deadline != 0 {
		deadline = l.Resume(deadline)
	}
	info, errno := l.AwaitSignal(set, deadline)
	switch {
	case errno == syscall.EINTR && deadline != 0:
		l.Interrupt(deadline)
		return 0, errno
	case errno != 0:
		return 0, errno
	case a[1] != 0:
		b := info.Bytes()
		if errno := put(l, a[1], &b); errno != 0 {
			return 0, errno
		}
	}
	return uint64(info.Signal), 0
}

// getSiginfo reads a siginfo_t for sending.
func getSiginfo(l *proc.LWP, sig, at uint64) (info proc.Siginfo, errno syscall.Errno) {
	var b [128]byte
	errno = get(l, at, &b)
	le := binary.LittleEndian
	return proc.Siginfo{
		Signal: int(int32(sig)), Code: int32(le.Uint32(b[8:])),
		PID: proc.PID(le.Uint32(b[16:])), UID: le.Uint32(b[20:]), Value: le.Uint64(b[24:]),
	}, errno
}

func rtSigqueueinfo(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	info, errno := getSiginfo(l, a[1], a[2])
	if errno != 0 {
		return 0, errno
	}
	return 0, l.Queue(proc.PID(a[0]), &info)
}

func rtTgsigqueueinfo(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	info, errno := getSiginfo(l, a[2], a[3])
	if errno != 0 {
		return 0, errno
	}
	return 0, l.QueueLWP(proc.PID(a[0]), lwp.ID(a[1]), &info)
}
