package main

import "gossamer/ulib/sys"

// Linux's numbers of the calls that have no stubs.
const (
	sysGetitimer      = 36
	sysAlarm          = 37
	sysSetitimer      = 38
	sysSigtimedwait   = 128
	sysSigqueueinfo   = 129
	sysTimerCreate    = 222
	sysTimerSettime   = 223
	sysTimerGettime   = 224
	sysTimerOverrun   = 225
	sysTimerDelete    = 226
	sysTimerfdCreate  = 283
	sysTimerfdSettime = 286
	sysTimerfdGettime = 287
	sysTgsigqueueinfo = 297
)

type itimerspec struct{ every, value sys.Timespec }

type sigevent struct {
	value         uint64
	signo, notify int32
	tid           int32
	_             [44]byte
}

// siginfo is what timers and rt_sigqueueinfo fill in of siginfo_t.
type siginfo struct {
	signo, errno, code, _ int32
	id, overrun           int32 // or PID and UID
	value                 uint64
	_                     [96]byte
}

func every(ns, first int64) itimerspec {
	return itimerspec{sys.Timespec{Sec: ns / 1e9, Nsec: ns % 1e9}, sys.Timespec{Sec: first / 1e9, Nsec: first % 1e9}}
}

// sigwait waits for a signal of a set, for 10 s.
func sigwait(set uint64, info *siginfo) int {
	limit := sys.Timespec{Sec: 10}
	for {
		n, e := sys.Result(sys.Syscall4(sysSigtimedwait, at(&set), at(info), at(&limit), 8))
		if e != sys.EINTR {
			ok(e, "rt_sigtimedwait")
			return n
		}
	}
}

// Does a timer send its signal when it should, with value and overrun, until it is stopped?
func timerSignals() {
	const sig = 40
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sig))
	ev := sigevent{value: 1 << 40, signo: sig}
	var id int32
	raw(sys.Syscall3(sysTimerCreate, 1, at(&ev), at(&id)), sys.OK, "timer_create")
	spec, old := every(2e6, 5e6), itimerspec{}
	start := sys.Now()
	raw(sys.Syscall4(sysTimerSettime, uintptr(id), 0, at(&spec), at(&old)), sys.OK, "timer_settime")
	total := 0
	for range 20 {
		var info siginfo
		equal(sigwait(sys.SigBit(sig), &info), sig, "signal")
		equal(int(info.code), -2, "si_code")
		equal(int(info.id), int(id), "si_timerid")
		check(info.value == 1<<40, "value")
		equal(int(sys.Syscall1(sysTimerOverrun, uintptr(id))), int(info.overrun), "timer_getoverrun")
		total += 1 + int(info.overrun)
	}
	took := sys.Now() - start
	check(took >= 5e6+int64(total-1)*2e6, "more expirations than time")
	check(took < 5e6+int64(total+2)*2e6+1e9, "a second late")
	raw(sys.Syscall2(sysTimerGettime, uintptr(id), at(&old)), sys.OK, "timer_gettime")
	check(old.every.Nsec == 2e6 && old.value.Nsec > 0 && old.value.Nsec <= 2e6, "time left")
	raw(sys.Syscall1(sysTimerDelete, uintptr(id)), sys.OK, "timer_delete")
	raw(sys.Syscall1(sysTimerDelete, uintptr(id)), sys.EINVAL, "again")
	raw(sys.Syscall2(sysTimerGettime, uintptr(id), at(&old)), sys.EINVAL, "timer_gettime of none")
	raw(sys.Syscall1(sysTimerOverrun, uintptr(id)), sys.EINVAL, "timer_getoverrun of none")
	raw(sys.Syscall4(sysTimerSettime, uintptr(id), 0, at(&spec), 0), sys.EINVAL, "timer_settime of none")
	for _, c := range [...]struct {
		clock uintptr
		ev    sigevent
	}{{99, ev}, {2, ev}, {1, sigevent{signo: 65}}, {1, sigevent{signo: 1, notify: 9}}, {1, sigevent{signo: 1, notify: 4, tid: 1}}} {
		raw(sys.Syscall3(sysTimerCreate, c.clock, at(&c.ev), at(&id)), sys.EINVAL, "timer_create")
	}
	raw(sys.Syscall3(sysTimerCreate, 1, hole(), at(&id)), sys.EFAULT, "event at a hole")
	raw(sys.Syscall3(sysTimerCreate, 1, 0, hole()), sys.EFAULT, "number to a hole")
	raw(sys.Syscall3(sysTimerCreate, 0, 0, at(&id)), sys.OK, "timer_create")
	raw(sys.Syscall4(sysTimerSettime, uintptr(id), 0, 0, 0), sys.EINVAL, "no setting")
	raw(sys.Syscall4(sysTimerSettime, uintptr(id), 0, hole(), 0), sys.EFAULT, "setting at a hole")
	spec.value.Nsec = 1e9
	raw(sys.Syscall4(sysTimerSettime, uintptr(id), 0, at(&spec), 0), sys.EINVAL, "a thousand million ns")
}

func lwpTimer(i uintptr) {
	ev := sigevent{value: uint64(i), signo: sys.SIGUSR1, notify: 4, tid: int32(sys.Gettid())}
	var id int32
	var info siginfo
	raw(sys.Syscall3(sysTimerCreate, 1, at(&ev), at(&id)), sys.OK, "timer_create")
	spec := every(1e6, 1e6)
	raw(sys.Syscall4(sysTimerSettime, uintptr(id), 0, at(&spec), 0), sys.OK, "timer_settime")
	for range 20 {
		equal(sigwait(sys.SigBit(sys.SIGUSR1), &info), sys.SIGUSR1, "signal")
		equal(int(info.value), int(i), "value of this LWP's timer")
	}
}

// Does a timer with SIGEV_THREAD_ID send to its LWP and no other?
func timerThreads() {
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGUSR1))
	for i := range 3 {
		start(i, lwpTimer)
	}
	for i := range 3 {
		sys.JoinLWP(&lwps[i])
	}
}

// Do alarm and setitimer interrupt a sleep, again and again, and tell what is left?
func alarms() {
	caughtBy = 0
	ok(sys.Catch(sys.SIGALRM, noteLWP, 0, 0), "sigaction")
	equal(int(sys.Syscall1(sysAlarm, 100)), 0, "alarm before the first")
	left := int(sys.Syscall1(sysAlarm, 1))
	check(left >= 90 && left <= 100, "seconds left")
	began := sys.Now()
	errno(sys.Sleep(10e9), sys.EINTR, "sleep")
	took := sys.Now() - began
	check(took >= 9e8 && took < 5e9 && caughtBy != 0, "an alarm after a second")
	v := [4]int64{0, 3000, 0, 3000} // every 3 ms
	raw(sys.Syscall3(sysSetitimer, 0, at(&v), 0), sys.OK, "setitimer")
	for range 10 {
		errno(sys.Sleep(10e9), sys.EINTR, "sleep")
	}
	var now [4]int64
	raw(sys.Syscall2(sysGetitimer, 0, at(&now)), sys.OK, "getitimer")
	check(now[0] == 0 && now[1] == 3000 && now[2] == 0 && now[3] > 0 && now[3] <= 3000, "time left")
	v = [4]int64{}
	raw(sys.Syscall3(sysSetitimer, 0, at(&v), at(&now)), sys.OK, "setitimer")
	check(now[1] == 3000, "interval before")
	ok(sys.Sleep(10e6), "sleep without a timer")
	raw(sys.Syscall3(sysSetitimer, 3, at(&v), 0), sys.EINVAL, "timer 3")
	raw(sys.Syscall3(sysSetitimer, 0, hole(), 0), sys.EFAULT, "a hole")
	v[3] = 1e6
	raw(sys.Syscall3(sysSetitimer, 0, at(&v), 0), sys.EINVAL, "a million µs")
	raw(sys.Syscall2(sysGetitimer, 0, hole()), sys.EFAULT, "a hole")
	dies(func() { sys.Default(sys.SIGALRM); sys.Syscall1(sysAlarm, 1); sys.Sleep(10e9) }, sys.SIGALRM, "an alarm that is not caught")
}

// Can one read a timerfd, and wait for it by poll?
func timerFiles() {
	fd, e := sys.Result(sys.Syscall2(sysTimerfdCreate, 1, 0))
	ok(e, "timerfd_create")
	spec, old := every(1e6, 5e6), itimerspec{}
	p := [1]pollFD{{int32(fd), 5, 0}}
	n, _ := pollOnce(p[:], 0)
	equal(n, 0, "ready before it is set")
	began := sys.Now()
	raw(sys.Syscall4(sysTimerfdSettime, uintptr(fd), 0, at(&spec), 0), sys.OK, "timerfd_settime")
	n, _ = pollOnce(p[:], 10000)
	equal(n, 1, "poll")
	equal(int(p[0].revents), 1, "POLLIN")
	check(sys.Now()-began >= 5e6, "too early")
	total, one := int64(0), [1]uint64{}
	for range 10 {
		n, e := sys.Result(sys.Syscall3(0, uintptr(fd), at(&one), 8))
		ok(e, "read")
		equal(n, 8, "bytes")
		check(one[0] > 0, "no expiration")
		total += int64(one[0])
	}
	check(sys.Now()-began >= 5e6+(total-1)*1e6, "more expirations than time")
	raw(sys.Syscall2(sysTimerfdGettime, uintptr(fd), at(&old)), sys.OK, "timerfd_gettime")
	check(old.every.Nsec == 1e6 && old.value.Nsec > 0 && old.value.Nsec <= 1e6, "time left")
	raw(sys.Syscall3(0, uintptr(fd), at(&one), 7), sys.EINVAL, "7 bytes")
	raw(sys.Syscall3(1, uintptr(fd), at(&one), 8), sys.EINVAL, "write")
	raw(sys.Syscall4(sysTimerfdSettime, uintptr(fd), 8, at(&spec), 0), sys.EINVAL, "flag 8")
	raw(sys.Syscall4(sysTimerfdSettime, uintptr(fd), 0, hole(), 0), sys.EFAULT, "a hole")
	raw(sys.Syscall2(sysTimerfdGettime, uintptr(fd), hole()), sys.EFAULT, "a hole")
	raw(sys.Syscall2(sysTimerfdGettime, 999, at(&old)), sys.EBADF, "not open")
	raw(sys.Syscall2(sysTimerfdGettime, uintptr(create("f")), at(&old)), sys.EINVAL, "a file")
	raw(sys.Syscall2(sysTimerfdCreate, 99, 0), sys.EINVAL, "clock 99")
	raw(sys.Syscall2(sysTimerfdCreate, 1, 1), sys.EINVAL, "flag 1")
	quiet, e := sys.Result(sys.Syscall2(sysTimerfdCreate, 0, 0x800))
	ok(e, "timerfd_create")
	raw(sys.Syscall3(0, uintptr(quiet), at(&one), 8), sys.EAGAIN, "read of one not set")
	var wall sys.Timespec
	sys.ClockGettime(sys.CLOCK_REALTIME, &wall)
	spec = itimerspec{value: sys.Timespec{Sec: wall.Sec - 1}}
	raw(sys.Syscall4(sysTimerfdSettime, uintptr(quiet), 1, at(&spec), 0), sys.OK, "a second ago")
	p[0] = pollFD{int32(quiet), 1, 0}
	n, _ = pollOnce(p[:], 10000)
	equal(n, 1, "ready at once")
}

// Does rt_sigqueueinfo send what it is given, and does rt_sigtimedwait wait no longer than told?
func signalQueue() {
	const sig = 34
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sig))
	pid, tid := uintptr(sys.Getpid()), uintptr(sys.Gettid())
	for i := range 3 {
		info := siginfo{code: -1, id: 11, overrun: 12, value: uint64(i)}
		raw(sys.Syscall3(sysSigqueueinfo, pid, sig, at(&info)), sys.OK, "rt_sigqueueinfo")
	}
	info := siginfo{code: -1, value: 9}
	raw(sys.Syscall4(sysTgsigqueueinfo, pid, tid, sig, at(&info)), sys.OK, "rt_tgsigqueueinfo")
	for _, want := range [...]int{9, 0, 1, 2} {
		equal(sigwait(sys.SigBit(sig), &info), sig, "signal")
		equal(int(info.value), want, "value")
		equal(int(info.code), -1, "si_code")
	}
	set, limit := sys.SigBit(sig), sys.Timespec{Nsec: 20e6}
	began := sys.Now()
	raw(sys.Syscall4(sysSigtimedwait, at(&set), 0, at(&limit), 8), sys.EAGAIN, "nothing comes")
	check(sys.Now()-began >= 20e6, "given up too early")
	raw(sys.Syscall4(sysSigtimedwait, at(&set), 0, 0, 4), sys.EINVAL, "a set of 4 bytes")
	raw(sys.Syscall4(sysSigtimedwait, hole(), 0, 0, 8), sys.EFAULT, "a hole")
	raw(sys.Syscall4(sysSigtimedwait, at(&set), 0, hole(), 8), sys.EFAULT, "a hole")
	limit.Nsec = -1
	raw(sys.Syscall4(sysSigtimedwait, at(&set), 0, at(&limit), 8), sys.EINVAL, "-1 ns")
	child := uintptr(fork(func() { sys.Syscall0(34) }))
	info = siginfo{code: 0}
	raw(sys.Syscall3(sysSigqueueinfo, child, sig, at(&info)), sys.EPERM, "as if by kill")
	raw(sys.Syscall4(sysTgsigqueueinfo, child, child, sig, at(&info)), sys.EPERM, "as if by kill")
	info.code = -1
	raw(sys.Syscall3(sysSigqueueinfo, 1<<30, sig, at(&info)), sys.ESRCH, "no process")
	raw(sys.Syscall3(sysSigqueueinfo, child, 65, at(&info)), sys.EINVAL, "signal 65")
	raw(sys.Syscall3(sysSigqueueinfo, child, sig, hole()), sys.EFAULT, "a hole")
	raw(sys.Syscall4(sysTgsigqueueinfo, pid, child, sig, at(&info)), sys.ESRCH, "another's LWP")
	raw(sys.Syscall4(sysTgsigqueueinfo, 0, tid, sig, at(&info)), sys.EINVAL, "process 0")
	raw(sys.Syscall3(sysSigqueueinfo, child, sys.SIGKILL, at(&info)), sys.OK, "rt_sigqueueinfo")
	equal(wait(int(child)).Signal(), sys.SIGKILL, "signal")

}
