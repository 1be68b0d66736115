package main

import "gossamer/ulib/sys"

const (
	sysWaitid = 247

	waitAll, waitPID, waitGroup = 0, 1, 2
	wstopped, wexited, wcont    = 2, 4, 8
	wnowait                     = 0x01000000
)

// childInfo is siginfo_t as waitid fills it in.
type childInfo struct {
	signo, errno, code, _ int32
	pid, uid, status      int32
	_                     [100]byte
}

func waitID(kind, id, options int) (info childInfo, e sys.Errno) {
	info.signo = 99
	e = sys.Err(sys.Syscall5(sysWaitid, uintptr(kind), uintptr(id), at(&info), uintptr(options), 0))
	return info, e
}

// told checks what waitid tells of a child.
func told(kind, id, options, pid, code, status int, what string) {
	info, e := waitID(kind, id, options)
	ok(e, what)
	equal(int(info.signo), sys.SIGCHLD, "si_signo")
	equal(int(info.pid), pid, what)
	equal(int(info.code), code, "si_code")
	equal(int(info.status), status, "si_status")
}

// Does waitid tell of ends, stops and continuations of those it is asked for, and leave them
// there if it shall?
func waitIDs() {
	_, e := waitID(waitAll, 0, wexited)
	errno(e, sys.ECHILD, "no children")
	pid := fork(func() { sys.Exit(3) })
	told(waitPID, pid, wexited|wnowait, pid, 1, 3, "a look at one that has ended")
	_, e = waitID(waitPID, pid, wstopped)
	errno(e, sys.ECHILD, "stops of one that has ended")
	told(waitAll, 0, wexited, pid, 1, 3, "one that has ended")
	_, e = waitID(waitPID, pid, wexited)
	errno(e, sys.ECHILD, "again")

	pid = fork(func() {
		sys.Setpgid(0, 0)
		for {
			sys.Syscall0(34)
		}
	})
	for n := 0; n != pid; n, _ = sys.Getpgid(pid) {
		sys.Yield()
	}
	info, e := waitID(waitGroup, pid, wexited|sys.WNOHANG)
	ok(e, "WNOHANG")
	equal(int(info.signo)|int(info.pid), 0, "nothing to tell")
	_, e = waitID(waitGroup, 0, wexited)
	errno(e, sys.ECHILD, "the own group")
	ok(sys.Kill(pid, sys.SIGSTOP), "kill")
	told(waitGroup, pid, wstopped|wnowait, pid, 5, sys.SIGSTOP, "a look at one that was stopped")
	told(waitPID, pid, wstopped, pid, 5, sys.SIGSTOP, "one that was stopped")
	ok(sys.Kill(pid, sys.SIGCONT), "kill")
	told(waitPID, pid, wcont, pid, 6, sys.SIGCONT, "one that was continued")
	ok(sys.Kill(pid, sys.SIGKILL), "kill")
	told(waitPID, pid, wexited|wstopped, pid, 2, sys.SIGKILL, "one that was killed")

	for _, c := range [...][3]int{{waitAll, 0, 0}, {waitAll, 0, sys.WNOHANG}, {waitPID, 0, wexited}, {waitPID, -1, wexited},
		{waitGroup, -1, wexited}, {9, 1, wexited}, {waitAll, 0, wexited | 0x100}} {
		_, e := waitID(c[0], c[1], c[2])
		errno(e, sys.EINVAL, "waitid")
	}
	if sys.OnGossamer() { // which has no pidfds
		_, e = waitID(3, 1, wexited)
		errno(e, sys.EINVAL, "a pidfd")
	}
	pid = fork(func() {})
	raw(sys.Syscall5(sysWaitid, waitPID, uintptr(pid), hole(), wexited|wnowait, 0), sys.EFAULT, "a hole")
	wait(pid)
}
