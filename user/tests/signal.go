package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

// What the handlers below saw. They run in the same thread: a plain variable would do but
// for keepWhile, which polls one.
var (
	caught     uint32
	caughtSig  int
	caughtCode int32
	caughtPid  int32
	caughtAddr uint64
	depth      int
	maxDepth   int
	order      [16]byte
	orderLen   int
)

func onSignal(sig int, info *sys.SigInfo, uc *sys.UContext) {
	caught++
	caughtSig, caughtCode = sig, info.Code
	caughtPid, caughtAddr = int32(info.Addr), info.Addr
	if orderLen < len(order) {
		order[orderLen] = byte(sig)
		orderLen++
	}
}

func raise(sig int) { ok(sys.Kill(sys.Getpid(), sig), "kill of this process") }

// Does a handler run before kill returns, and what is it told?
func signalHandler() {
	ok(sys.Catch(sys.SIGUSR1, onSignal, 0, 0), "rt_sigaction")
	raise(sys.SIGUSR1)
	equal(int(caught), 1, "handler runs")
	equal(caughtSig, sys.SIGUSR1, "its signal")
	equal(int(caughtCode), 0, "si_code is SI_USER")
	equal(int(caughtPid), sys.Getpid(), "si_pid")
	var act sys.Sigaction
	ok(sys.SigactionRaw(sys.SIGUSR1, nil, &act), "rt_sigaction that reads")
	check(act.Handler > 1 && act.Flags&sys.SA_SIGINFO != 0, "the action read back")
	ok(sys.Default(sys.SIGUSR1), "rt_sigaction to default")
	ok(sys.SigactionRaw(sys.SIGUSR1, nil, &act), "rt_sigaction that reads")
	equal(int(act.Handler), sys.SIG_DFL, "default read back")
}

// Which signals and sizes does rt_sigaction refuse?
func signalActionErrors() {
	for _, sig := range [...]int{0, -1, 65, 1000, sys.SIGKILL, sys.SIGSTOP} {
		errno(sys.Ignore(sig), sys.EINVAL, "rt_sigaction of a signal that cannot be had")
	}
	var act sys.Sigaction
	raw(sys.Syscall4(syscall.SYS_RT_SIGACTION, sys.SIGUSR1, 0, uintptr(unsafe.Pointer(&act)), 4), sys.EINVAL, "a wrong mask size")
	raw(sys.Syscall4(syscall.SYS_RT_SIGPROCMASK, 0, 0, 0, 16), sys.EINVAL, "a wrong mask size")
	var set uint64
	raw(sys.Syscall4(syscall.SYS_RT_SIGPROCMASK, 9, uintptr(unsafe.Pointer(&set)), 0, 8), sys.EINVAL, "a wrong how")
}

// Whom may kill not find, and which numbers not send?
func killErrors() {
	errno(sys.Kill(0x3ffffff, 0), sys.ESRCH, "kill of nobody")
	errno(sys.Kill(-0x3ffffff, sys.SIGTERM), sys.ESRCH, "kill of no group")
	errno(sys.Kill(sys.Getpid(), 65), sys.EINVAL, "kill with signal 65")
	errno(sys.Kill(sys.Getpid(), -1), sys.EINVAL, "kill with signal -1")
	ok(sys.Kill(sys.Getpid(), 0), "kill with signal 0")
	pid := fork(func() {})
	for {
		var info [128]byte // si_pid is not needed: WNOWAIT is what matters
		r := sys.Syscall5(syscall.SYS_WAITID, 1, uintptr(pid), uintptr(unsafe.Pointer(&info)), 0x01000004, 0)
		if sys.Err(r) != sys.EINTR {
			break
		}
	}
	ok(sys.Kill(pid, 0), "kill(0) of a process that has ended and is not waited for")
	wait(pid)
	errno(sys.Kill(pid, 0), sys.ESRCH, "kill(0) after wait4")
}

// Does each signal without a handler do what it should: end the process, or nothing?
func signalDefaults() {
	for sig := 1; sig < 32; sig++ {
		if sig != sys.SIGKILL && sig != sys.SIGSTOP {
			ok(sys.Default(sig), "rt_sigaction") // whoever has started us may ignore it
		}
		switch sig {
		case sys.SIGCHLD, sys.SIGURG, sys.SIGCONT, 28: // 28 is SIGWINCH
			exits(func() { raise(sig) }, 0, "a signal ignored by default")
		case sys.SIGSTOP, sys.SIGTSTP, sys.SIGTTIN, sys.SIGTTOU:
		default:
			status := wait(fork(func() { raise(sig) }))
			check(status.Signaled(), "a deadly signal let the process live")
			equal(status.Signal(), sig, "the signal that killed")
		}
	}
}

// Is an ignored signal ignored, and can nothing stop SIGKILL?
func signalIgnored() {
	ok(sys.Ignore(sys.SIGTERM), "rt_sigaction")
	raise(sys.SIGTERM)
	sys.Sigprocmask(sys.SIG_SETMASK, ^uint64(0))
	old, _ := sys.Sigprocmask(sys.SIG_SETMASK, 0)
	check(old&(sys.SigBit(sys.SIGKILL)|sys.SigBit(sys.SIGSTOP)) == 0, "SIGKILL or SIGSTOP can be blocked")
	dies(func() {
		sys.Sigprocmask(sys.SIG_SETMASK, ^uint64(0))
		raise(sys.SIGKILL)
	}, sys.SIGKILL, "SIGKILL with everything blocked")
}

// Does SIGKILL end a process that makes no calls, one that sleeps, one in read, one in wait4?
func signalKills() {
	r, _ := pipe()
	for kind := range 4 {
		pid := fork(func() {
			switch kind {
			case 0:
				for {
				}
			case 1:
				sys.Sleep(1e12)
			case 2:
				var b [1]byte
				sys.Read(r, b[:])
			case 3:
				child := fork(func() { sys.Sleep(3e9) })
				wait(child)
			}
		})
		sys.Sleep(20e6)
		ok(sys.Kill(pid, sys.SIGKILL), "kill")
		status := wait(pid)
		check(status.Signaled() && status.Signal() == sys.SIGKILL, "the status after SIGKILL")
	}
}

// Does a blocked signal wait, once however often it was sent, and come when unblocked?
func signalMask() {
	ok(sys.Catch(sys.SIGUSR1, onSignal, 0, 0), "rt_sigaction")
	old, e := sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGUSR1))
	ok(e, "rt_sigprocmask")
	check(old == 0, "a test begins with signals blocked")
	for range 3 {
		raise(sys.SIGUSR1)
	}
	equal(int(caught), 0, "handler runs though blocked")
	set, e := sys.Sigpending()
	ok(e, "rt_sigpending")
	check(set == sys.SigBit(sys.SIGUSR1), "pending set")
	old, _ = sys.Sigprocmask(sys.SIG_UNBLOCK, sys.SigBit(sys.SIGUSR1))
	check(old == sys.SigBit(sys.SIGUSR1), "old mask")
	equal(int(caught), 1, "handler runs after unblocking")
	set, _ = sys.Sigpending()
	check(set == 0, "still pending")
}

func onNested(sig int, info *sys.SigInfo, uc *sys.UContext) {
	depth++
	maxDepth = max(maxDepth, depth)
	if caught++; caught < 4 {
		raise(sig)
	}
	depth--
}

// Is a signal blocked in its own handler, unless SA_NODEFER?
func signalDefer() {
	ok(sys.Catch(sys.SIGUSR1, onNested, 0, 0), "rt_sigaction")
	raise(sys.SIGUSR1)
	equal(int(caught), 4, "handler runs")
	equal(maxDepth, 1, "handlers within each other")
	caught, maxDepth = 0, 0
	ok(sys.Catch(sys.SIGUSR1, onNested, sys.SA_NODEFER, 0), "rt_sigaction")
	raise(sys.SIGUSR1)
	equal(int(caught), 4, "handler runs with SA_NODEFER")
	equal(maxDepth, 4, "handlers within each other with SA_NODEFER")
}

func onFirst(sig int, info *sys.SigInfo, uc *sys.UContext) {
	raise(sys.SIGUSR2)
	onSignal(sig, info, uc)
}

// Are the signals of sa_mask held back during the handler, and is the mask put back?
func signalHandlerMask() {
	ok(sys.Catch(sys.SIGUSR2, onSignal, 0, 0), "rt_sigaction")
	ok(sys.Catch(sys.SIGUSR1, onFirst, 0, sys.SigBit(sys.SIGUSR2)), "rt_sigaction")
	raise(sys.SIGUSR1)
	equal(orderLen, 2, "handlers run")
	equal(int(order[0]), sys.SIGUSR1, "the first to finish, with SIGUSR2 in sa_mask")
	mask, _ := sys.Sigprocmask(sys.SIG_BLOCK, 0)
	check(mask == 0, "the mask after the handlers")
	orderLen = 0
	ok(sys.Catch(sys.SIGUSR1, onFirst, 0, 0), "rt_sigaction")
	raise(sys.SIGUSR1)
	equal(int(order[0]), sys.SIGUSR2, "the first to finish, without sa_mask")
}

// Does SA_RESETHAND make the second one deadly?
func signalOnce() {
	dies(func() {
		ok(sys.Catch(sys.SIGUSR1, onSignal, sys.SA_RESETHAND, 0), "rt_sigaction")
		raise(sys.SIGUSR1)
		equal(int(caught), 1, "handler runs")
		raise(sys.SIGUSR1)
	}, sys.SIGUSR1, "the second SIGUSR1 after SA_RESETHAND")
}

// Does a handler end a blocked read with EINTR, and SA_RESTART go on with it?
func signalRestart() {
	r, w := pipe()
	parent := sys.Getpid()
	var b [1]byte
	ok(sys.Catch(sys.SIGUSR1, onSignal, 0, 0), "rt_sigaction")
	pid := fork(func() {
		for range 2000 { // again and again: one may come before the read
			sys.Sleep(5e6)
			sys.Kill(parent, sys.SIGUSR1)
		}
	})
	_, e := sys.Read(r, b[:])
	errno(e, sys.EINTR, "read interrupted by a handler")
	_, e = sys.Wait4(pid, nil, 0, nil)
	errno(e, sys.EINTR, "wait4 interrupted by a handler")
	sys.Kill(pid, sys.SIGKILL)
	wait(pid)

	ok(sys.Catch(sys.SIGUSR1, onSignal, sys.SA_RESTART, 0), "rt_sigaction")
	caught = 0
	pid = fork(func() {
		for range 5 {
			sys.Sleep(10e6)
			sys.Kill(parent, sys.SIGUSR1)
		}
		sys.Sleep(10e6)
		sys.WriteString(w, "x")
	})
	n, e := sys.Read(r, b[:])
	ok(e, "read with SA_RESTART")
	equal(n, 1, "bytes read")
	check(caught > 0, "no handler ran")
	ended(wait(pid), 0, "child")
}

// Does nanosleep end early with EINTR and the time left?
func signalSleep() {
	ok(sys.Catch(sys.SIGUSR1, onSignal, sys.SA_RESTART, 0), "rt_sigaction")
	parent := sys.Getpid()
	pid := fork(func() {
		sys.Sleep(30e6)
		sys.Kill(parent, sys.SIGUSR1)
	})
	var rem sys.Timespec
	e := sys.Nanosleep(&sys.Timespec{Sec: 100}, &rem)
	errno(e, sys.EINTR, "nanosleep interrupted by a handler")
	check(rem.Sec >= 90 && rem.Sec < 100, "the time left")
	wait(pid)
}

// Does rt_sigsuspend wait with its mask and put the old one back?
func signalSuspend() {
	ok(sys.Catch(sys.SIGUSR1, onSignal, 0, 0), "rt_sigaction")
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGUSR1))
	raise(sys.SIGUSR1)
	equal(int(caught), 0, "handler runs while blocked")
	errno(sys.Sigsuspend(0), sys.EINTR, "rt_sigsuspend")
	equal(int(caught), 1, "handler runs in rt_sigsuspend")
	mask, _ := sys.Sigprocmask(sys.SIG_BLOCK, 0)
	check(mask == sys.SigBit(sys.SIGUSR1), "the mask after rt_sigsuspend")
}

// Does a parent hear of its child's end, with the child's pid?
func signalChild() {
	ok(sys.Catch(sys.SIGCHLD, onSignal, sys.SA_RESTART, 0), "rt_sigaction")
	pid := fork(func() { sys.Exit(3) })
	for i := 0; caught == 0 && i < 1000; i++ {
		sys.Sleep(5e6)
	}
	equal(int(caught), 1, "SIGCHLD")
	equal(int(caughtPid), pid, "si_pid")
	equal(int(caughtCode), 1, "si_code is CLD_EXITED")
	ended(wait(pid), 3, "child")
}

// With SIGCHLD ignored children leave no zombies, and wait4 waits for all and finds none.
func signalChildIgnored() {
	ok(sys.Ignore(sys.SIGCHLD), "rt_sigaction")
	fork(func() { sys.Sleep(10e6) })
	_, e := sys.Wait4(-1, nil, 0, nil)
	errno(e, sys.ECHILD, "wait4 with SIGCHLD ignored")
}

// After fork: handlers and mask are the parent's, pending signals are not.
func signalFork() {
	ok(sys.Catch(sys.SIGUSR1, onSignal, 0, 0), "rt_sigaction")
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGUSR1)|sys.SigBit(sys.SIGUSR2))
	raise(sys.SIGUSR2)
	exits(func() {
		set, _ := sys.Sigpending()
		check(set == 0, "a pending signal was inherited")
		raise(sys.SIGUSR1)
		sys.Sigprocmask(sys.SIG_SETMASK, 0)
		equal(int(caught), 1, "the inherited handler runs")
	}, 0, "child")
}

// After execve: caught signals are default again, ignored ones ignored, the mask and what
// is pending stay.
func signalExec() {
	exits(func() {
		ok(sys.Catch(sys.SIGUSR1, onSignal, 0, 0), "rt_sigaction")
		sys.Ignore(sys.SIGUSR2)
		sys.Sigprocmask(sys.SIG_SETMASK, sys.SigBit(sys.SIGTERM))
		raise(sys.SIGTERM)
		command("signals")
		execSelf()
	}, 0, "the new program")
}

// Do SIGSTOP and SIGCONT stop and continue, with wait4 told?
func signalStop() {
	pid := fork(func() {
		for {
			sys.Sleep(1e6)
		}
	})
	var status sys.WaitStatus
	ok(sys.Kill(pid, sys.SIGSTOP), "kill")
	got, e := sys.Wait4(pid, &status, sys.WUNTRACED, nil)
	ok(e, "wait4")
	equal(got, pid, "wait4 WUNTRACED")
	equal(int(status), sys.SIGSTOP<<8|0x7f, "the status of a stopped child")
	ok(sys.Kill(pid, sys.SIGCONT), "kill")
	got, e = sys.Wait4(pid, &status, 8, nil)
	ok(e, "wait4")
	equal(got, pid, "wait4 WCONTINUED")
	equal(int(status), 0xffff, "the status of a continued child")
	ok(sys.Kill(pid, sys.SIGSTOP), "kill")
	ok(sys.Kill(pid, sys.SIGKILL), "kill")
	status = wait(pid)
	check(status.Signaled() && status.Signal() == sys.SIGKILL, "SIGKILL of a stopped child")
}

// kill(-group): does SIGINT, as ^C sends it, reach a whole group and nobody else?
func signalGroup() {
	r, w := pipe()
	var b [4]byte
	leader := fork(func() {
		sys.Setpgid(0, 0)
		for range 2 {
			fork(func() {
				sys.WriteString(w, "r")
				sys.Sleep(1e12)
			})
		}
		sys.WriteString(w, "r")
		sys.Sleep(1e12)
	})
	for n := 0; n < 3; {
		m, e := sys.Read(r, b[:])
		ok(e, "read")
		n += m
	}
	sys.Close(w)
	ok(sys.Kill(-leader, sys.SIGINT), "kill of a group")
	status := wait(leader)
	check(status.Signaled() && status.Signal() == sys.SIGINT, "the leader's status")
	equal(len(readAll(r, b[:])), 0, "all members closed the pipe")
}
