package main

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// LWPs in each of their states, and what they are made of.

var (
	birth   [18]uint64 // what storeRegisters stores: AX BX CX DX SI DI BP SP, R8 …, flags, (TLS)
	birthFX [512]byte
	tls     [4]uint64
)

// Does an LWP begin with exactly the context it was given?
func lwpContext() {
	stack := anon(2 * sys.PageSize)
	for _, part := range [...]uint32{0, abi.ContextFPU} {
		tls[1] = 0x1234567
		c := abi.LWPContext{Flags: abi.ContextCPU | abi.ContextSigmask | part, Sigmask: 1<<9 | 1<<8,
			RAX: 1, RBX: 2, RCX: 3, RDX: 4, RSI: 5, RDI: 6, RBP: 7, RSP: uint64(stack + 2*sys.PageSize),
			R8: 9, R9: 10, R10: 11, R11: 12, R12: 13, R13: 14, R14: 15, R15: 16,
			RIP: uint64(storeRegisters()), RFLAGS: 0xcd7, FSBase: uint64(at(&tls[2])),
		}
		c.RFLAGS &^= 1 << 8
		for i := range c.FX {
			c.FX[i] = 0
		}
		c.FX[0], c.FX[1] = 0x7f, 0x02          // x87: double precision
		c.FX[24], c.FX[25] = 0x80, 0x1f|0x60   // SSE: round to zero
		c.FX[160+8], c.FX[160+15*16] = 42, 115 // XMM0, XMM15
		var id int32
		ok(sys.LWPCreate(&c, 0, &id), "_lwp_create")
		ok(sys.LWPWait(int(id), nil), "_lwp_wait")
		for i := range 16 {
			want := i + 1
			if i == 7 {
				want = int(stack + 2*sys.PageSize)
			}
			equal(int(birth[i]), want, "register")
		}
		equal(int(birth[16]), int(c.RFLAGS|1<<9|2), "RFLAGS")
		equal(int(birth[17]), 0x1234567, "word below FS base")
		if part != 0 {
			equal(int(birthFX[1]), 2, "x87 control word")
			equal(int(birthFX[25]), 0x7f, "MXCSR")
			equal(int(birthFX[160+8]), 42, "XMM0")
			equal(int(birthFX[160+15*16]), 115, "XMM15")
		} else {
			equal(int(birthFX[1]), 3, "x87 control word")
			equal(int(birthFX[25]), 0x1f, "MXCSR")
			equal(int(birthFX[160+8]), 0, "XMM0")
		}
	}
}

const switchRounds = 250_000

// lwpKeep yields, with FPU and FS contents of its own.
func lwpKeep(i uintptr) {
	base := 0x1000000000 * (i + 1)
	mxcsr := 0x1f80 | uint32(i)<<13
	control := uint16(0x37f) &^ (uint16(i&1) << 8)
	setMXCSR(mxcsr)
	setControl(control)
	tls := readTLS()
	for round := range uintptr(switchRounds) {
		_, kept := keepAcross(base+round, syscall.SYS_SCHED_YIELD, 1, 2, 3)
		if kept != 1 || getMXCSR() != mxcsr || getControl() != control || readTLS() != tls {
			atomic.AddUint32(&common[i], 1)
		}
	}
}

// Are registers, FPU and FS kept over a million forced switches?
func lwpSwitches() {
	info, _ := lwpInfo(sys.LWPSelf())
	for i := range 4 {
		launch(i, lwpKeep, abi.LWPSuspended)
		ok(sys.LWPBind(lwps[i].ID, 0), "_lwp_bind") // to one CPU, where they make way for each other
	}
	check(info.LID != 0, "_lwp_info")
	for i := range 4 {
		ok(sys.LWPContinue(lwps[i].ID), "_lwp_continue")
	}
	var switches uint64
	for i := range 4 {
		untilState(i, abi.StateZombie)
		info, _ := lwpInfo(lwps[i].ID)
		switches += info.Involuntary
		await(i)
		equal(int(common[i]), 0, "rounds in which something changed")
	}
	out.Out.Str("# ").Int(int(switches)).Str(" switches\n")
	check(switches >= 9*switchRounds*4/10, "they did switch")
}

func countSignal(int, *sys.SigInfo, *sys.UContext) { atomic.AddUint32(&common[6], 1) }

func lwpSpinUntil(i uintptr) {
	atomic.StoreUint32(&common[i], 1)
	for atomic.LoadUint32(&common[6]) == 0 {
	}
}

// What becomes of a signal to an LWP in each state?
func lwpKills() {
	ok(sys.Catch(sys.SIGUSR1, countSignal, 0, 0), "sigaction")
	ok(sys.Pipe2(&wakePipe, 0), "pipe2")
	launch(0, lwpSpinUntil, 0)
	until(&common[0], 1)
	ok(sys.LWPKill(lwps[0].ID, sys.SIGUSR1), "to one that runs")
	await(0)
	equal(int(common[6]), 1, "handled")
	for i, f := range [...]func(uintptr){lwpPark, lwpSleep, lwpRead, lwpWaitForFirst} {
		launch(i, f, 0)
		untilState(i, abi.StateSleeping)
		ok(sys.LWPKill(lwps[i].ID, 0), "signal 0")
		ok(sys.LWPKill(lwps[i].ID, sys.SIGUSR1), "to one that sleeps")
		untilState(i, abi.StateZombie)
		await(i)
		equal(int(common[6]), 2+i, "handled")
		if i < 3 {
			equal(int(common[i]), 100+int(sys.EINTR), "the call")
		} else {
			equal(int(common[1]), int(sys.EINTR), "_lwp_wait")
		}
	}
	launch(0, lwpPark, abi.LWPSuspended)
	untilState(0, abi.StateSuspended)
	ok(sys.LWPKill(lwps[0].ID, sys.SIGUSR1), "to a suspended one")
	sys.Sleep(3e6)
	untilState(0, abi.StateSuspended)
	equal(int(common[6]), 5, "not handled yet")
	ok(sys.LWPContinue(lwps[0].ID), "_lwp_continue")
	until(&common[6], 6)
	ok(sys.LWPUnpark(lwps[0].ID), "_lwp_unpark")
	await(0)
	launch(0, lwpEnd, 0)
	untilState(0, abi.StateZombie)
	errno(sys.LWPKill(lwps[0].ID, sys.SIGUSR1), sys.ESRCH, "to a zombie")
	await(0)
	for _, sig := range [...]int{-1, 65, 1 << 20} {
		errno(sys.LWPKill(sys.LWPSelf(), sig), sys.EINVAL, "signal")
	}
	for _, id := range [...]int{0, -1, 1 << 30, sys.Getppid()} {
		errno(sys.LWPKill(id, 0), sys.ESRCH, "LWP")
	}
	equal(int(common[6]), 6, "signals handled")

	// A signal to the process is not left with a suspended LWP.
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGUSR1))
	ok(sys.Kill(sys.Getpid(), sys.SIGUSR1), "kill")
	sys.Sigprocmask(sys.SIG_UNBLOCK, sys.SigBit(sys.SIGUSR1))
	equal(int(common[6]), 7, "taken by the one that is not suspended")
}

// Are names, FS base, classes and bindings kept, and what is refused?
func lwpAttributes() {
	me := sys.LWPSelf()
	var name [24]byte
	ok(sys.LWPGetName(me, name[:]), "_lwp_getname")
	same(sys.Text(name[:5]), "tests", "the process's name")
	nowhere := (*byte)(unsafe.Pointer(hole()))
	copy(name[:], "a name of more than 15")
	ok(sys.LWPSetName(me, &name[0]), "_lwp_setname")
	ok(sys.LWPGetName(me, name[:16]), "_lwp_getname")
	same(sys.CString(at(&name[0])), "a name of more ", "cut off")
	errno(sys.LWPGetName(me, name[:15]), sys.ENAMETOOLONG, "no room")
	errno(sys.LWPGetName(me, nil), sys.ENAMETOOLONG, "no room at all")
	errno(sys.LWPGetName(me, unsafe.Slice(nowhere, 16)), sys.EFAULT, "name to a hole")
	errno(sys.LWPSetName(me, nowhere), sys.EFAULT, "name from a hole")
	errno(sys.LWPSetName(1<<30, &name[0]), sys.ESRCH, "name of none")
	errno(sys.LWPGetName(1<<30, name[:]), sys.ESRCH, "name of none")

	base := sys.LWPGetPrivate()
	equal(int(base), int(sys.Syscall0(abi.SysLWPGetPrivate)), "FS base")
	for _, bad := range [...]uintptr{1 << 47, 1 << 63, ^uintptr(0)} {
		errno(sys.LWPSetPrivate(bad), sys.EINVAL, "FS base")
	}
	equal(int(sys.LWPGetPrivate()), int(base), "FS base after all that")
	ok(sys.LWPSetPrivate(base), "_lwp_setprivate")

	for _, c := range [...]struct {
		class, priority int
		want            sys.Errno
	}{
		{abi.ClassFixed, 0, 0}, {abi.ClassFixed, 59, 0}, {abi.ClassFixed, 60, sys.EINVAL}, {abi.ClassFixed, -1, sys.EINVAL},
		{abi.ClassRoundRobin, 1, 0}, {abi.ClassRoundRobin, 0, sys.EINVAL}, {abi.ClassRoundRobin, 100, sys.EINVAL},
		{abi.ClassFIFO, 99, 0}, {abi.ClassFIFO, 100, sys.EINVAL}, {4, 1, sys.EINVAL}, {-1, 1, sys.EINVAL},
		{abi.ClassTimeSharing, 60, sys.EINVAL}, {abi.ClassTimeSharing, 30, 0},
	} {
		before, _ := lwpInfo(me)
		was := *before
		errno(sys.LWPSetPriority(me, c.class, c.priority), c.want, "_lwp_setpriority")
		info, _ := lwpInfo(me)
		if c.want == 0 {
			was.Class, was.Priority = uint8(c.class), int16(c.priority)
		}
		equal(int(info.Class), int(was.Class), "class")
		equal(int(info.Priority), int(was.Priority), "priority")
	}
	errno(sys.LWPSetPriority(1<<30, 0, 1), sys.ESRCH, "_lwp_setpriority of none")

	n := cpus()
	for _, cpu := range [...]int{n, -2, 64, 1 << 30} {
		errno(sys.LWPBind(me, cpu), sys.EINVAL, "_lwp_bind")
	}
	errno(sys.LWPBind(1<<30, 0), sys.ESRCH, "_lwp_bind of none")
	for cpu := n - 1; cpu >= -1; cpu-- {
		ok(sys.LWPBind(me, cpu), "_lwp_bind")
		info, _ := lwpInfo(me)
		equal(int(info.Bound), cpu, "bound")
	}
}

// Does an LWP that is bound run on its CPU, from the next instruction on if it binds itself?
func lwpBinds() {
	for range 20 {
		for cpu := cpus() - 1; cpu >= 0; cpu-- {
			ok(sys.LWPBind(sys.LWPSelf(), cpu), "_lwp_bind")
			info, _ := lwpInfo(sys.LWPSelf())
			equal(int(info.CPU), cpu, "where it runs")
		}
	}
}

// What does _lwp_info say of oneself, and what does it refuse?
func lwpInfos() {
	info, found := lwpInfo(sys.LWPSelf())
	check(found, "oneself")
	equal(int(info.State), abi.StateRunning, "state")
	equal(int(info.Flags), abi.InfoFirst, "flags")
	same(sys.CString(at(&info.Name[0])), "tests", "name")
	check(info.CPUTime > 0 && info.Faults > 0, "CPU time and faults")
	launch(0, lwpPark, abi.LWPDetached)
	untilState(0, abi.StateSleeping)
	info, _ = lwpInfo(lwps[0].ID)
	same(sys.CString(at(&info.WaitChannel[0])), "_lwp_park", "wait channel")
	equal(int(info.Flags), abi.InfoDetached, "flags")
	check(info.Voluntary > 0, "switches")
	ok(sys.LWPUnpark(lwps[0].ID), "_lwp_unpark")
	_, e := sys.LWPInfo(1<<30, 0, lwpTable[:])
	errno(e, sys.ESRCH, "no process")
	_, e = sys.LWPInfo(0, 0, nil)
	errno(e, sys.EINVAL, "no room")
	_, e = sys.LWPInfo(0, 0, unsafe.Slice((*abi.LWPInfo)(unsafe.Pointer(hole())), 4))
	errno(e, sys.EFAULT, "a hole")
	n, e := sys.LWPInfo(1, 0, lwpTable[:])
	ok(e, "another process")
	equal(n, 1, "LWPs of process 1")
	equal(int(lwpTable[0].LID), 1, "its number")
}

var ctls [4]uintptr // addresses of records: a Go pointer could not be stored here

func ctl(i int) *abi.LWPControl { return (*abi.LWPControl)(unsafe.Pointer(ctls[i])) }

func lwpCtlOf(i uintptr) {
	ok(sys.LWPCtl(abi.CtlCPU, (**abi.LWPControl)(unsafe.Pointer(&ctls[i]))), "_lwp_ctl")
	check(uint(ctl(int(i)).CPU) < 64, "CPU")
	sys.LWPPark(0, 0, nil, 0)
}

// Is there a record for each LWP, up to date, that stays whatever one tries?
func lwpCtls() {
	var c, again *abi.LWPControl
	for _, features := range [...]int{0, 8, -1} {
		errno(sys.LWPCtl(features, &c), sys.EINVAL, "features")
	}
	errno(sys.LWPCtl(abi.CtlCPU, (**abi.LWPControl)(unsafe.Pointer(hole()))), sys.EFAULT, "a hole")
	ok(sys.LWPCtl(abi.CtlKnown, &c), "_lwp_ctl")
	ok(sys.LWPCtl(abi.CtlCPU, &again), "_lwp_ctl again")
	equal(int(at(again)), int(at(c)), "address")
	n := atomic.LoadUint32(&c.Switches)
	for tries := 0; atomic.LoadUint32(&c.Switches) < n+10; tries++ {
		check(tries < 1000, "switches are counted")
		sys.Sleep(1e5) // which is no switch if the time has passed before it begins
	}
	check(int(atomic.LoadInt32(&c.CPU)) < cpus() && c.CPU >= 0, "CPU")
	page := at(c) &^ (sys.PageSize - 1)
	errno(sys.Munmap(page, sys.PageSize), sys.EPERM, "munmap")
	errno(sys.Mprotect(page, sys.PageSize, sys.PROT_READ), sys.EPERM, "mprotect")
	raw(sys.Syscall3(syscall.SYS_MADVISE, page, sys.PageSize, syscall.MADV_DONTNEED), sys.EPERM, "madvise")
	_, e := sys.Mmap(page, sys.PageSize, sys.PROT_READ, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS|sys.MAP_FIXED, -1, 0)
	errno(e, sys.EPERM, "mmap over it")
	for range 50 { // records are used again
		for i := range uintptr(4) {
			launch(int(i), lwpCtlOf, 0)
		}
		for i := range 4 {
			untilState(i, abi.StateSleeping)
		}
		for i := range 4 {
			equal(int(atomic.LoadInt32(&ctl(i).CPU)), abi.CPUNone, "CPU of one that sleeps")
			check(ctl(i) != c && (i == 0 || ctls[i] != ctls[i-1]), "one's own")
			equal(int(ctls[i]&^(sys.PageSize-1)), int(page), "page")
			ok(sys.LWPUnpark(lwps[i].ID), "_lwp_unpark")
			await(i)
			equal(int(atomic.LoadInt32(&ctl(i).CPU)), abi.CPUExited, "CPU of one that has ended")
		}
	}
	ctls[0] = at(c)
	before := atomic.LoadUint32(&c.Switches)
	exits(func() {
		n := atomic.LoadUint32(&ctl(0).Switches)
		for atomic.LoadUint32(&ctl(0).Switches) < n+10 { // the child's record counts
			sys.Sleep(1e5)
		}
		var same *abi.LWPControl
		ok(sys.LWPCtl(abi.CtlCPU, &same), "_lwp_ctl in the child")
		equal(int(at(same)), int(ctls[0]), "address in the child")
		atomic.StoreUint32(&ctl(0).NoPreempt, 7)
		atomic.StoreUint32(&ctl(0).NoPreempt, 0)
	}, 0, "a child")
	check(atomic.LoadUint32(&c.Switches)-before < 1000 && c.NoPreempt == 0, "the parent's is its own")
}

func lwpCallUntil(i uintptr) {
	for atomic.LoadUint32(&common[6]) == 0 {
		sys.Getppid()
	}
}

// Does an LWP that is in the kernel most of the time, but never waits, get more than its share of a
// CPU? Its slices end there too.
func lwpCallsShare() { lwpShare(lwpCallUntil, 6) }

// lwpReadUntil makes calls that take long.
func lwpReadUntil(uintptr) {
	fd := open("/dev/zero", sys.O_RDONLY)
	p, e := sys.Mmap(0, 1<<20, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS, -1, 0)
	ok(e, "mmap")
	for atomic.LoadUint32(&common[6]) == 0 {
		sys.Read(fd, unsafe.Slice((*byte)(unsafe.Pointer(p)), 1<<20))
	}
}

// Does one that makes calls that take long get its share, too?
func lwpLongCallsShare() { lwpShare(lwpReadUntil, 6) }

func lwpShare(calls func(uintptr), limit int64) {
	atomic.StoreUint32(&common[6], 0)
	launch(0, lwpSpinUntil, abi.LWPSuspended)
	launch(1, calls, abi.LWPSuspended)
	for i := range 2 {
		ok(sys.LWPBind(lwps[i].ID, 0), "_lwp_bind")
		ok(sys.LWPContinue(lwps[i].ID), "_lwp_continue")
	}
	sys.Sleep(1e9)
	var used [2]int64
	for i := range 2 {
		info, _ := lwpInfo(lwps[i].ID)
		used[i] = int64(info.CPUTime)
	}
	atomic.StoreUint32(&common[6], 1)
	await(0)
	await(1)
	out.Out.Str("# computing ").Int(int(used[0] / 1e6)).Str(" ms, calling ").Int(int(used[1] / 1e6)).Str(" ms\n")
	check(used[0] < limit*used[1] && used[1] < limit*used[0], "fair")
}

// Is an LWP that asks not to be preempted spared once, told that it owes a yield, and preempted
// all the same if it goes on?
func lwpNoPreempt() {
	var c *abi.LWPControl
	ok(sys.LWPCtl(abi.CtlKnown, &c), "_lwp_ctl")
	atomic.StoreUint32(&common[6], 0)
	launch(0, lwpSpinUntil, abi.LWPSuspended)
	ok(sys.LWPBind(lwps[0].ID, 0), "_lwp_bind")
	ok(sys.LWPBind(sys.LWPSelf(), 0), "_lwp_bind")
	ok(sys.LWPContinue(lwps[0].ID), "_lwp_continue")
	for spared := 0; spared < 3; {
		sys.Yield()
		equal(int(atomic.LoadUint32(&c.Owed)), 0, "owed after a yield")
		n := atomic.LoadUint32(&c.Switches)
		atomic.StoreUint32(&c.NoPreempt, 1)
		for atomic.LoadUint32(&c.Owed) == 0 {
		}
		if atomic.LoadUint32(&c.Switches) == n { // or the host kept us from looking in time
			spared++
		}
		for atomic.LoadUint32(&c.Switches) == n {
		}
		atomic.StoreUint32(&c.NoPreempt, 0)
	}
	atomic.StoreUint32(&common[6], 1)
	await(0)
}

// inAllStates has LWPs in every state.
func inAllStates() {
	ok(sys.Pipe2(&wakePipe, 0), "pipe2")
	for i, f := range [...]func(uintptr){lwpPark, lwpSleep, lwpRead, lwpWaitForFirst, lwpSuspendSelf, lwpSpinUntil} {
		launch(i, f, 0)
	}
	launch(6, lwpEnd, 0)
	launch(7, lwpPark, abi.LWPSuspended)
	for i := range 4 {
		untilState(i, abi.StateSleeping)
	}
	until(&common[5], 1)
	untilState(4, abi.StateSuspended)
	untilState(6, abi.StateZombie)
	untilState(7, abi.StateSuspended)
}

func lwpExitFive(uintptr) { sys.Exit(5) }

var onlyLWP sys.LWP

// Do exit, a signal and execve, by the first LWP and by another, end LWPs in every state?
func lwpEndsStates() {
	command("exit")
	argv.Add("3")
	for range 5 {
		exits(func() { inAllStates(); sys.Exit(4) }, 4, "exit")
		exits(func() { inAllStates(); onlyLWP.Create(lwpExitFive, 0, 0); sys.LWPSuspend(sys.LWPSelf()) }, 5, "exit by another")
		dies(func() { inAllStates(); sys.Kill(sys.Getpid(), sys.SIGKILL); sys.LWPSuspend(sys.LWPSelf()) }, sys.SIGKILL, "SIGKILL")
		dies(func() { inAllStates(); sys.LWPKill(lwps[0].ID, sys.SIGTERM); sys.LWPPark(0, 0, nil, 0) }, sys.SIGTERM, "SIGTERM")
		exits(func() { inAllStates(); execSelf() }, 3, "execve")
		exits(func() { inAllStates(); onlyLWP.Create(lwpExec, 0, 0); sys.LWPSuspend(sys.LWPSelf()) }, 3, "execve by another")
	}
}

// Do processes stop with LWPs in every state, and go on?
func lwpStopsStates() {
	p := anonShared()
	pid := fork(func() {
		inAllStates()
		for {
			atomic.AddUint32(p, 1)
		}
	})
	for was := atomic.LoadUint32(p); atomic.LoadUint32(p) == was; {
		sys.Sleep(1e6)
	}
	ok(sys.Kill(pid, sys.SIGSTOP), "kill")
	var st sys.WaitStatus
	sys.Wait4(pid, &st, sys.WUNTRACED, nil)
	for stopped := 0; stopped != 6; { // main, those that slept, the spinner
		got, e := sys.LWPInfo(pid, 0, lwpTable[:])
		ok(e, "_lwp_info")
		equal(got, 9, "LWPs")
		stopped = 0
		for i := range got {
			if lwpTable[i].State == abi.StateStopped {
				stopped++
			}
		}
		sys.Yield()
	}
	ok(sys.Kill(pid, sys.SIGCONT), "kill")
	for was := atomic.LoadUint32(p); atomic.LoadUint32(p) == was; {
		sys.Sleep(1e6)
	}
	sys.Kill(pid, sys.SIGKILL)
	wait(pid)
}

// Is nothing left of ten thousand LWPs?
func leakLWPCalls() {
	leaks(1000, 10_000, func() {
		launch(0, lwpEnd, 0)
		await(0)
	})
}

const manyMost = 100_000

// How many parked LWPs can a process have, and do all of them come back?
func lwpMany() {
	total, _ := meminfo("MemTotal:")
	n := min(manyMost, total/10)
	c := abi.LWPContext{Flags: abi.ContextCPU, RAX: abi.SysLWPPark, RIP: uint64(parkOnce())}
	list := anon(uintptr(4*n + sys.PageSize))
	lids := unsafe.Slice((*int32)(unsafe.Pointer(list)), n)
	before, _ := meminfo("MemFree:")
	for i := range lids {
		if e := sys.LWPCreate(&c, 0, &lids[i]); e != 0 {
			out.Out.Str("# after ").Int(i).Str(" of ").Int(n).NL()
			ok(e, "_lwp_create")
		}
	}
	for _, id := range lids { // all are parked
		for {
			m, e := sys.LWPInfo(0, int(id)-1, lwpTable[:1])
			ok(e, "_lwp_info")
			equal(m, 1, "LWPs")
			if lwpTable[0].State == abi.StateSleeping {
				break
			}
			sys.Yield()
		}
	}
	after, _ := meminfo("MemFree:")
	out.Out.Str("# ").Int(n).Str(" LWPs parked, ").Int((before - after) * 1024 / n).Str(" bytes each\n")
	for i := 0; i < n; i += abi.MaxUnpark {
		_, e := sys.LWPUnparkAll(&lids[i], min(abi.MaxUnpark, n-i))
		ok(e, "_lwp_unpark_all")
	}
	for range n {
		ok(sys.LWPWait(0, nil), "_lwp_wait")
	}
	errno(sys.LWPWait(0, nil), sys.ESRCH, "when all are gone")
}

var lastFault [3]uint64 // what a signal's frame says of it, all or'ed

func noteFault(_ int, _ *sys.SigInfo, uc *sys.UContext) {
	lastFault[0] |= uc.CR2
	lastFault[1] |= uc.Trap
	lastFault[2] |= uc.ErrorCode
}

func lwpFaults(uintptr) {
	p, e := sys.Mmap(0, sys.PageSize, sys.PROT_READ, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS, -1, 0)
	ok(e, "mmap")
	load(p)
}

// Does an LWP that has had no fault see anything of those that others had before it?
func lwpNoFaultsOfOthers() {
	ok(sys.Catch(sys.SIGUSR1, noteFault, 0, 0), "sigaction")
	launch(0, lwpFaults, 0)
	await(0)
	launch(0, lwpNothing, abi.LWPSuspended)
	ok(sys.LWPKill(lwps[0].ID, sys.SIGUSR1), "kill")
	ok(sys.LWPContinue(lwps[0].ID), "continue")
	await(0)
	for _, v := range lastFault {
		equal(int(v), 0, "fault of another LWP")
	}
}
