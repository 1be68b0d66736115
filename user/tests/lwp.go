package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

var (
	lwps     [8]sys.LWP
	common   [8]uint32 // what the LWPs of a test share
	caughtBy uint32    // the LWP that ran the last handler
)

// start runs f(i) in LWP number i.
func start(i int, f func(uintptr)) { ok(sys.StartLWP(&lwps[i], f, uintptr(i)), "clone") }

func lwpSum(i uintptr) {
	for range 1000 {
		atomic.AddUint32(&common[0], 1)
	}
	if sys.Gettid() == sys.Getpid() || sys.Gettid() == 0 {
		atomic.AddUint32(&common[1], 1)
	}
	atomic.StoreUint32(&common[2+i], uint32(sys.Gettid()))
}

// Do LWPs share memory, have numbers of their own, and end alone?
func lwpShares() {
	for range 50 {
		common = [8]uint32{}
		for i := range 4 {
			start(i, lwpSum)
		}
		for i := range 4 {
			sys.JoinLWP(&lwps[i])
		}
		equal(int(common[0]), 4000, "sum")
		equal(int(common[1]), 0, "gettid")
		for i := range 4 {
			equal(int(common[2+i]), lwps[i].ID, "number told to the parent")
		}
	}
	errno(sys.Tgkill(sys.Getpid(), lwps[0].ID, 0), sys.ESRCH, "tgkill of one that has ended")
}

// Which flags does clone refuse?
func cloneErrors() {
	for _, flags := range [...]uintptr{
		sys.CLONE_THREAD, sys.CLONE_LWP &^ sys.CLONE_VM, sys.CLONE_LWP &^ sys.CLONE_SIGHAND,
		sys.CLONE_SIGHAND | sys.SIGCHLD,
	} {
		_, e := sys.Clone(flags, 0, 0, 0, 0)
		errno(e, sys.EINVAL, "clone")
	}
	_, e := sys.Clone(sys.CLONE_LWP|sys.CLONE_SETTLS, 0, 0, 0, 1<<63)
	errno(e, sys.EPERM, "TLS in the kernel")
	raw(sys.Syscall2(273, 0, 23), sys.EINVAL, "set_robust_list")
	raw(sys.Syscall3(234, 0, 1, 0), sys.EINVAL, "tgkill of process 0")
	raw(sys.Syscall3(234, uintptr(sys.Getpid()), ^uintptr(0), 0), sys.EINVAL, "tgkill of LWP -1")
	raw(sys.Syscall3(234, uintptr(sys.Getpid()), uintptr(sys.Gettid()), 65), sys.EINVAL, "tgkill with signal 65")
	raw(sys.Syscall2(200, 0, 0), sys.EINVAL, "tkill of LWP 0")
	raw(sys.Syscall2(200, 1<<30, 0), sys.ESRCH, "tkill of none")
	ok(sys.Tgkill(sys.Getpid(), sys.Gettid(), 0), "tgkill of oneself")
	equal(int(sys.Syscall1(218, 0)), sys.Gettid(), "set_tid_address")
}

func lwpSpin(uintptr) {
	for {
		atomic.AddUint32(&common[0], 1)
	}
}

func lwpPause(uintptr) {
	for {
		sys.Syscall0(34)
	}
}

func lwpFutex(uintptr) {
	for {
		sys.Futex(&common[7], sys.FUTEX_WAIT|sys.FUTEX_PRIVATE, 0, nil, nil, 0)
	}
}

func lwpStore(uintptr)     { store(8, 1) }
func lwpExitGroup(uintptr) { sys.Exit(9) }

func lwpBusy() {
	start(0, lwpSpin)
	start(1, lwpPause)
	start(2, lwpFutex)
	for atomic.LoadUint32(&common[0]) == 0 {
		sys.Yield()
	}
}

// Do exit_group, a fatal signal, and a fault in any LWP end all, whatever they are doing?
func lwpEnds() {
	for range 10 {
		exits(func() { lwpBusy(); sys.Exit(5) }, 5, "exit_group")
		exits(func() { lwpBusy(); start(3, lwpExitGroup); lwpPause(0) }, 9, "exit_group by another")
		dies(func() { lwpBusy(); start(3, lwpStore); lwpPause(0) }, sys.SIGSEGV, "a fault")
		pid := fork(func() { lwpBusy(); lwpPause(0) })
		sys.Sleep(1e6)
		ok(sys.Kill(pid, sys.SIGTERM), "kill")
		equal(wait(pid).Signal(), sys.SIGTERM, "signal")
	}
}

func lwpLast(uintptr) {
	sys.Sleep(5e6)
	sys.ExitLWP(3)
}

// Does a process go on without its first LWP, and have the status of the last?
func lwpFirstEnds() {
	exits(func() { start(0, lwpLast); sys.ExitLWP(6) }, 3, "status")
}

func lwpExec(uintptr) {
	execSelf()
}

// Does execve by any LWP end the others and keep the process's number?
func lwpExecs() {
	command("thread-id")
	for range 10 {
		exits(func() { lwpBusy(); start(3, lwpExec); lwpPause(0) }, 0, "execve by another LWP")
		exits(func() { lwpBusy(); lwpExec(0) }, 0, "execve")
	}
}

func noteLWP(sig int, info *sys.SigInfo, uc *sys.UContext) {
	atomic.StoreUint32(&caughtBy, uint32(sys.Gettid()))
}

func lwpAwaitSignal(uintptr) {
	for atomic.LoadUint32(&caughtBy) == 0 {
		sys.Sleep(1e6)
	}
}

// Does a signal reach the LWP that tgkill names, and one to the process an LWP that lets it in?
func lwpSignals() {
	ok(sys.Catch(sys.SIGUSR1, noteLWP, 0, 0), "sigaction")
	start(0, lwpAwaitSignal)
	ok(sys.Tgkill(sys.Getpid(), lwps[0].ID, sys.SIGUSR1), "tgkill")
	sys.JoinLWP(&lwps[0])
	equal(int(caughtBy), lwps[0].ID, "taken by")
	caughtBy = 0
	start(0, lwpAwaitSignal)
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGUSR1))
	ok(sys.Kill(sys.Getpid(), sys.SIGUSR1), "kill")
	sys.JoinLWP(&lwps[0])
	equal(int(caughtBy), lwps[0].ID, "taken by the one that lets it in")
}

// Do all LWPs stand still while the process is stopped?
func lwpStops() {
	p := anonShared()
	pid := fork(func() {
		start(0, lwpPause)
		for {
			atomic.AddUint32(p, 1)
		}
	})
	for atomic.LoadUint32(p) == 0 {
		sys.Yield()
	}
	ok(sys.Kill(pid, sys.SIGSTOP), "kill")
	var st sys.WaitStatus
	sys.Wait4(pid, &st, sys.WUNTRACED, nil)
	check(st.Stopped(), "stopped")
	sys.Sleep(5e6)
	before := atomic.LoadUint32(p)
	sys.Sleep(20e6)
	equal(int(atomic.LoadUint32(p)), int(before), "counter of a stopped process")
	sys.Kill(pid, sys.SIGCONT)
	for atomic.LoadUint32(p) == before {
		sys.Yield()
	}
	sys.Kill(pid, sys.SIGKILL)
	wait(pid)
}

// anonShared maps a word that children share.
func anonShared() *uint32 {
	p, e := sys.Mmap(0, sys.PageSize, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_SHARED|sys.MAP_ANONYMOUS, -1, 0)
	ok(e, "mmap")
	return (*uint32)(unsafe.Pointer(p))
}

// What does futex refuse, and how?
func futexErrors() {
	var w, other uint32
	short := sys.Timespec{Nsec: 1e6}
	for _, c := range [...]struct {
		op    int
		val   uint32
		limit *sys.Timespec
		val3  uint32
		want  sys.Errno
	}{
		{sys.FUTEX_WAIT, 1, nil, 0, sys.EAGAIN},
		{sys.FUTEX_WAIT, 0, &short, 0, sys.ETIMEDOUT},
		{sys.FUTEX_WAIT | sys.FUTEX_PRIVATE, 0, &sys.Timespec{Nsec: 1e9}, 0, sys.EINVAL},
		{sys.FUTEX_WAIT_BITSET, 0, &short, 1, sys.ETIMEDOUT},
		{sys.FUTEX_WAIT_BITSET | sys.FUTEX_REALTIME, 0, &short, 1, sys.ETIMEDOUT},
		{sys.FUTEX_WAIT_BITSET, 0, nil, 0, sys.EINVAL},
		{sys.FUTEX_WAKE_BITSET, 1, nil, 0, sys.EINVAL},
		{sys.FUTEX_CMP_REQUEUE, 1, nil, 1, sys.EAGAIN},
		{sys.FUTEX_WAKE | sys.FUTEX_REALTIME, 1, nil, 0, sys.ENOSYS},
		{99, 0, nil, 0, sys.ENOSYS},
	} {
		_, e := sys.Futex(&w, c.op, c.val, c.limit, &other, c.val3)
		errno(e, c.want, "futex")
	}
	bad := (*uint32)(unsafe.Pointer(hole()))
	_, e := sys.Futex(bad, sys.FUTEX_WAIT|sys.FUTEX_PRIVATE, 0, nil, nil, 0)
	errno(e, sys.EFAULT, "wait at a hole")
	_, e = sys.Futex((*uint32)(unsafe.Add(unsafe.Pointer(&w), 1)), sys.FUTEX_WAKE, 1, nil, nil, 0)
	errno(e, sys.EINVAL, "not aligned")
	n, e := sys.Futex(&w, sys.FUTEX_WAKE, 1, nil, nil, 0)
	ok(e, "wake")
	equal(n, 0, "woken")
}

const tokens = 2000

// lwpPlayer waits for its turn, common[0], and passes it on.
func lwpPlayer(i uintptr) {
	for {
		v := atomic.LoadUint32(&common[0])
		if v >= tokens {
			return
		}
		if v%4 != uint32(i) {
			sys.Futex(&common[0], sys.FUTEX_WAIT|sys.FUTEX_PRIVATE, v, nil, nil, 0)
			continue
		}
		atomic.AddUint32(&common[0], 1)
		sys.Futex(&common[0], sys.FUTEX_WAKE|sys.FUTEX_PRIVATE, 100, nil, nil, 0)
	}
}

// Is no wake-up lost when LWPs hand a token round?
func futexTurns() {
	for i := range 4 {
		start(i, lwpPlayer)
	}
	for i := range 4 {
		sys.JoinLWP(&lwps[i])
	}
	equal(int(common[0]), tokens, "turns")
}

func lwpWaitOnce(i uintptr) {
	atomic.AddUint32(&common[1], 1)
	for {
		_, e := sys.Futex(&common[0], sys.FUTEX_WAIT_BITSET|sys.FUTEX_PRIVATE, 0, nil, nil, 1<<i)
		if e == 0 {
			break
		}
	}
	atomic.AddUint32(&common[2], 1)
}

// until waits for a word to have a value.
func until(w *uint32, v uint32) {
	for atomic.LoadUint32(w) != v {
		sys.Sleep(1e5)
	}
}

// Do WAKE_BITSET, CMP_REQUEUE and WAKE_OP wake and move whom they should?
func futexOperations() {
	const private = sys.FUTEX_PRIVATE
	for i := range 4 {
		start(i, lwpWaitOnce)
	}
	until(&common[1], 4)
	n := 0
	for n == 0 { // LWP 2 may not wait yet
		n, _ = sys.Futex(&common[0], sys.FUTEX_WAKE_BITSET|private, 9, nil, nil, 1<<2)
	}
	equal(n, 1, "woken by bit")
	sys.JoinLWP(&lwps[2])
	sys.Sleep(20e6)
	moved := sys.Syscall6(202, uintptr(unsafe.Pointer(&common[0])), sys.FUTEX_CMP_REQUEUE|private, 1, 1,
		uintptr(unsafe.Pointer(&common[4])), 0)
	equal(int(moved), 2, "one woken, one moved")
	until(&common[2], 2)
	woken := sys.Syscall6(202, uintptr(unsafe.Pointer(&common[0])), sys.FUTEX_WAKE_OP|private, 1, 1,
		uintptr(unsafe.Pointer(&common[4])), 1<<28|7<<12) // add 7, if it was 0
	equal(int(woken), 2, "woken at both")
	equal(int(common[4]), 7, "added")
	for i := range 4 {
		sys.JoinLWP(&lwps[i])
	}
}

// Does a futex in shared memory work between processes?
func futexShared() {
	p := anonShared()
	pid := fork(func() {
		for atomic.LoadUint32(p) == 0 {
			sys.Futex(p, sys.FUTEX_WAIT, 0, nil, nil, 0)
		}
	})
	sys.Sleep(5e6)
	atomic.StoreUint32(p, 1)
	sys.Futex(p, sys.FUTEX_WAKE, 1, nil, nil, 0)
	ended(wait(pid), 0, "the other process")
}
