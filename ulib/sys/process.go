package sys

import (
	"syscall"
	"unsafe"
)

// Gossamer's own calls; see docs/design.md.
const (
	SysGossamerExit    = 1900 // (status): ends the machine with this status
	SysGossamerTest    = 1901 // (index, buf, len): name of a kernel self-test, ENOENT past the last
	SysGossamerTestRun = 1902 // (index, buf, len): runs it; an error leaves its message in buf
	RebootMagic1       = 0xfee1dead
	RebootMagic2       = 672274793
	RebootCmdPowerOff  = 0x4321fedc
	RebootCmdRestart   = 0x01234567
	WNOHANG            = 1
	WUNTRACED          = 2
)

type (
	Rlimit  = syscall.Rlimit
	Rusage  = syscall.Rusage
	Utsname = syscall.Utsname
)

// Exit ends the process.
func Exit(status int) {
	for {
		Syscall1(syscall.SYS_EXIT_GROUP, uintptr(status))
	}
}

// Fork returns 0 in the child. Buffered output is copied too: flush it first.
func Fork() (pid int, e Errno) { return Result(Syscall0(syscall.SYS_FORK)) }

// Wait4 waits for pid (-1: any child, 0: own group, <-1: group -pid).
func Wait4(pid int, status *WaitStatus, options int, usage *Rusage) (int, Errno) {
	return Result(Syscall4(syscall.SYS_WAIT4, uintptr(pid), uintptr(unsafe.Pointer(status)), uintptr(options), uintptr(unsafe.Pointer(usage))))
}

// WaitStatus is what wait4 reports about a child.
type WaitStatus uint32

func (w WaitStatus) Exited() bool   { return w&0x7f == 0 }
func (w WaitStatus) Status() int    { return int(w>>8) & 0xff }
func (w WaitStatus) Stopped() bool  { return w&0xff == 0x7f }
func (w WaitStatus) Signaled() bool { return !w.Exited() && !w.Stopped() }
func (w WaitStatus) Signal() int    { return int(w & 0x7f) }

// Code folds the status as shells do: the exit status, or 128 + the signal's number.
func (w WaitStatus) Code() int {
	if w.Exited() {
		return w.Status()
	}
	return 128 + w.Signal()
}

func Kill(pid, sig int) Errno { return Err(Syscall2(syscall.SYS_KILL, uintptr(pid), uintptr(sig))) }

func Getpid() int  { return int(Syscall0(syscall.SYS_GETPID)) }
func Getppid() int { return int(Syscall0(syscall.SYS_GETPPID)) }
func Getuid() int  { return int(Syscall0(syscall.SYS_GETUID)) }

func Setpgid(pid, pgid int) Errno {
	return Err(Syscall2(syscall.SYS_SETPGID, uintptr(pid), uintptr(pgid)))
}

func Getpgid(pid int) (int, Errno) { return Result(Syscall1(syscall.SYS_GETPGID, uintptr(pid))) }

func Setsid() (int, Errno) { return Result(Syscall0(syscall.SYS_SETSID)) }

func Yield() { Syscall0(syscall.SYS_SCHED_YIELD) }

func Uname(u *Utsname) Errno {
	return Err(Syscall1(syscall.SYS_UNAME, uintptr(unsafe.Pointer(u))))
}

// OnGossamer reports whether uname names this kernel. It guards what must not be done to
// another one.
func OnGossamer() bool {
	const name = "Gossamer"
	var u Utsname
	if Uname(&u) != 0 {
		return false
	}
	for i := range len(name) {
		if byte(u.Sysname[i]) != name[i] {
			return false
		}
	}
	return u.Sysname[len(name)] == 0
}

// Prlimit reads (limit nil) or sets this process's limit.
func Prlimit(resource int, limit, old *Rlimit) Errno {
	return Err(Syscall4(302, 0, uintptr(resource), uintptr(unsafe.Pointer(limit)), uintptr(unsafe.Pointer(old))))
}

// PowerOff ends the machine; it returns only if that is refused.
func PowerOff() Errno {
	return Err(Syscall4(syscall.SYS_REBOOT, RebootMagic1, RebootMagic2, RebootCmdPowerOff, 0))
}

// Restart resets the machine; it returns only if that is refused.
func Restart() Errno {
	return Err(Syscall4(syscall.SYS_REBOOT, RebootMagic1, RebootMagic2, RebootCmdRestart, 0))
}

// ExitMachine ends the machine with a status for whoever started it (Gossamer only).
func ExitMachine(status int) Errno { return Err(Syscall1(SysGossamerExit, uintptr(status))) }

// Getrandom fills p with random bytes.
func Getrandom(p []byte, flags int) (int, Errno) {
	return Result(Syscall3(318, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(flags)))
}
