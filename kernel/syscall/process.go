package ksyscall

import (
	"syscall"

	"gossamer/proc"
)

// Processes: who they are, and their beginning and end.

func zero(*proc.LWP, *[6]uint64) (uint64, syscall.Errno) { return 0, 0 }

func getpid(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) { return uint64(l.Process().ID), 0 }

func gettid(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) { return uint64(l.ID), 0 }

func getppid(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	return uint64(l.Process().PPID()), 0
}

func getpgid(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	id, errno := l.Process().Pgid(proc.PID(a[0]))
	return uint64(id), errno
}

func getpgrp(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	id, errno := l.Process().Pgid(0)
	return uint64(id), errno
}

func getsid(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	id, errno := l.Process().Sid(proc.PID(a[0]))
	return uint64(id), errno
}

func setpgid(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Process().Setpgid(proc.PID(a[0]), proc.PID(a[1]))
}

func setsid(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	id, errno := l.Process().Setsid()
	return uint64(id), errno
}

func fork(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	id, errno := l.Fork(proc.CloneOptions{})
	return uint64(id), errno
}

func vfork(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	id, errno := l.Fork(proc.CloneOptions{Flags: proc.CloneVM | proc.CloneVfork})
	return uint64(id), errno
}

func setTIDAddress(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	l.SetClearTID(a[0])
	return uint64(l.ID), 0
}

const robustHeadSize = 24 // struct robust_list_head

func setRobustList(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[1] != robustHeadSize {
		return 0, syscall.EINVAL
	}
	l.SetRobust(a[0])
	return 0, 0
}

func execve(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	path, errno := pathAt(l, a[0])
	if errno != 0 {
		return 0, errno
	}
	v, errno := l.ReadVectors(a[1], a[2])
	if errno != 0 {
		return 0, errno
	}
	return 0, l.Exec(l.Process().Cwd(), path, v)
}

func exit(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.ExitLWP(int(int32(a[0])))
}

func exitGroup(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	l.Process().Exit(proc.Exited(int(int32(a[0]))))
	return 0, 0
}

func wait4(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	w, errno := l.Wait(proc.PID(a[0]), int(int32(a[2])))
	if errno != 0 || w.ID == 0 {
		return 0, errno
	}
	if a[1] != 0 {
		st := uint32(w.Status)
		if errno := put(l, a[1], &st); errno != 0 {
			return 0, errno
		}
	}
	if a[3] != 0 {
		ru := syscall.Rusage{Utime: timeval(w.CPU)}
		if errno := put(l, a[3], &ru); errno != 0 {
			return 0, errno
		}
	}
	return uint64(w.ID), 0
}

// waitid stores a siginfo_t of zeros if there is nothing to report.
func waitid(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	w, errno := l.WaitID(int(int32(a[0])), proc.PID(a[1]), int(int32(a[3])))
	if errno != 0 {
		return 0, errno
	}
	if a[4] != 0 && w.ID != 0 {
		ru := syscall.Rusage{Utime: timeval(w.CPU)}
		if errno := put(l, a[4], &ru); errno != 0 {
			return 0, errno
		}
	}
	if a[2] != 0 {
		var b [128]byte
		if w.ID != 0 {
			info := w.Info()
			b = info.Bytes()
		}
		return 0, put(l, a[2], &b)
	}
	return 0, 0
}

// Codes of arch_prctl(2).
const (
	archSetGS = 0x1001
	archSetFS = 0x1002
	archGetFS = 0x1003
	archGetGS = 0x1004

	userEnd = 1 << 47
)

func archPrctl(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	code, addr := int32(a[0]), a[1]
	switch code {
	case archSetFS, archSetGS:
		if addr >= userEnd {
			return 0, syscall.EPERM
		}
		if code == archSetFS {
			l.Ctx.SetFS(addr)
		} else {
			l.Ctx.SetGS(addr)
		}
		return 0, 0
	case archGetFS:
		base := l.Ctx.FS()
		return 0, put(l, addr, &base)
	case archGetGS:
		base := l.Ctx.GS()
		return 0, put(l, addr, &base)
	}
	return 0, syscall.EINVAL
}
