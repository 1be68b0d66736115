package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// saCall calls a function of a table.
//
//go:noinline
func saCall(f func()) { f() }

// What do sa_register and the others refuse?
func saErrors() {
	for nr := uintptr(sa.SysSetConcurrency); nr <= sa.SysStat; nr++ {
		raw(sys.Syscall2(nr, 1, 0), sys.EPERM, "a call before sa_register")
	}
	raw(sys.Syscall0(sa.SysEnable), sys.EINVAL, "sa_enable before sa_register")
	raw(sys.Syscall1(sa.SysRegister, 8), sys.EFAULT, "a structure that is not there")
	const kernel = 1 << 63
	for _, spoil := range [...]func(){
		func() { saReg.NVP = 0 },
		func() { saReg.NVP = sa.MaxVP + 1; saReg.NSlot = sa.MaxVP + 2 },
		func() { saReg.NSlot = 2 },
		func() { saReg.NSlot = sa.MaxSlot + 1 },
		func() { saReg.NSlot = 1<<32 - 1 },
		func() { saReg.Entry = kernel },
		func() { saReg.Entry = 1<<47 - 1 },
		func() { saReg.Lo = saReg.Hi + 1 },
		func() { saReg.Hi = kernel },
		func() { saTops[1] |= 8 },
		func() { saTops[1] = kernel },
		func() { saTops[1] = 0 },
	} {
		saFill(2, 3)
		saCall(spoil)
		raw(sys.Syscall1(sa.SysRegister, uintptr(unsafe.Pointer(&saReg))), sys.EINVAL, "sa_register")
		equal(int(saReg.Area), 0, "the area of a refused registration")
	}
	saFill(2, 3)
	saReg.Stacks = 8
	raw(sys.Syscall1(sa.SysRegister, uintptr(unsafe.Pointer(&saReg))), sys.EFAULT, "stacks that are not there")
	raw(sys.Syscall0(sa.SysEnable), sys.EINVAL, "sa_enable after refusals")

	saRegister(2, 4)
	raw(sys.Syscall1(sa.SysRegister, uintptr(unsafe.Pointer(&saReg))), sys.EBUSY, "sa_register again")
	raw(sys.Syscall0(sa.SysEnable), sys.EINVAL, "sa_enable by an activation")
	for _, at := range [...]uintptr{saArea, saArea + sys.PageSize, saArea + 4*sys.PageSize} {
		errno(sys.Munmap(at, sys.PageSize), sys.EPERM, "munmap of the area")
		raw(sys.Syscall3(10, at, sys.PageSize, sys.PROT_READ), sys.EPERM, "mprotect")
		raw(sys.Syscall3(28, at, sys.PageSize, 4), sys.EPERM, "madvise")
	}
	raw(sys.Syscall1(sa.SysSetConcurrency, 0), sys.EINVAL, "sa_setconcurrency(0)")
	raw(sys.Syscall2(sa.SysYield, 0, 0), sys.EINVAL, "sa_yield while enabled")
	raw(sys.Syscall1(sa.SysHandoff, 1), sys.EINVAL, "sa_handoff while enabled")
	raw(sys.Syscall1(sa.SysPreempt, 2), sys.EINVAL, "sa_preempt of no VP")
	raw(sys.Syscall1(sa.SysPreempt, ^uintptr(0)), sys.EINVAL, "sa_preempt of -1")
	raw(sys.Syscall1(sa.SysWakeup, 4), sys.EINVAL, "sa_wakeup of no slot")
	raw(sys.Syscall1(sa.SysWakeup, 1), sys.ENODEV, "sa_wakeup of a slot not in the kernel")
	raw(sys.Syscall1(sa.SysSigtake, 8), sys.EFAULT, "sa_sigtake to nowhere")
	var info [128]byte
	raw(sys.Syscall1(sa.SysSigtake, uintptr(unsafe.Pointer(&info))), sys.EAGAIN, "sa_sigtake of none")
	raw(sys.Syscall1(sa.SysStat, 8), sys.EFAULT, "sa_stat to nowhere")
	raw(sys.Syscall0(1025), sys.EPERM, "_lwp_exit by an activation")
	raw(sys.Syscall1(1028, uintptr(sys.Gettid())), sys.EPERM, "_lwp_suspend of an activation")
	equal(int(saStatNow().Upcalls), 0, "upcalls so far")
}

var (
	saFD   [2]int
	saStep [8]uint32
)

func saReader(arg uintptr) {
	var b [1]byte
	atomic.StoreUint32(&saStep[0], 1)
	n, e := sys.Read(saFD[0], b[:])
	equal(n, 1, "read by a blocked thread")
	ok(e, "read by a blocked thread")
	equal(int(b[0]), 'x', "what it read")
	atomic.StoreUint32(&saStep[0], 2)
	saExit()
}

// Does a thread that blocks leave its VP to another, and come back by the ready list?
func saBlocks() {
	saFD[0], saFD[1] = pipe()
	saRegister(1, 3)
	for round := range uint32(20) {
		saStep = [8]uint32{}
		saGo(1, saReader, 0)
		for atomic.LoadUint32(&saStep[0]) == 0 {
			saYield()
		}
		// It is in read, or about to be: the next yield lets it.
		for saStatNow().InKernel == 0 {
			saYield()
		}
		equal(int(saWhy[sa.Blocked]), int(round)+1, "upcalls BLOCKED")
		equal(int(saLast[sa.Blocked]), 1, "blocked slot")
		raw(sys.Syscall1(sa.SysWakeup, 0), sys.ENODEV, "sa_wakeup of the running thread")
		sys.WriteString(saFD[1], "x")
		for atomic.LoadUint32(&saStep[0]) != 2 {
			saYield()
		}
		equal(int(saSlot(1).Reason), sa.Unblocked, "reason of the slot")
	}
	equal(int(saStatNow().InKernel), 0, "slots in the kernel at the end")
	equal(int(saStatNow().Blocks), 20, "blocks")
}

// saQuanta gives every VP's threads a quantum.
func saQuanta(ticks uint32) {
	for i := range int(saReg.NVP) {
		saVP(i).Quantum = ticks
	}
}

func saSpin(arg uintptr) {
	for {
		atomic.AddUint32(&saStep[arg], 1)
	}
}

// Does a quantum take the VP from a thread that computes, and is everybody's turn to come?
func saQuantum() {
	saRegister(1, 4)
	saQuanta(1)
	saGo(1, saSpin, 1)
	saGo(2, saSpin, 2)
	for {
		a, b := atomic.LoadUint32(&saStep[1]), atomic.LoadUint32(&saStep[2])
		if a > 0 && b > 0 && atomic.LoadUint32(&saWhy[sa.Preempted]) >= 6 {
			break
		}
	}
}

// Is a closed VP never upcalled, and told what it has missed?
func saClosed() {
	saFD[0], saFD[1] = pipe()
	saRegister(1, 3)
	saQuanta(1)
	saGo(1, saReader, 0)
	for saStatNow().InKernel == 0 {
		saYield()
	}
	saClose()
	before := saWhy
	posts := atomic.LoadUint32(&saPage().Posts)
	sys.WriteString(saFD[1], "x")
	for atomic.LoadUint32(&saPage().Posts) == posts {
	}
	for end := sys.Now() + 30e6; sys.Now() < end; { // some ticks
	}
	check(before == saWhy, "a closed VP is upcalled")
	check(saPage().Ready == 2, "the slot is on the ready list")
	check(saOpen() != 0, "and pending says so")
	for atomic.LoadUint32(&saStep[0]) != 2 { // a tick finds the list
	}
}

// Does a caught signal come as an upcall, once, and a fault with its thread?
func saSignals() {
	saRegister(1, 3)
	ok(sys.Catch(sys.SIGUSR1, noteLWP, 0, 0), "sigaction")
	ok(sys.Catch(sys.SIGSEGV, noteLWP, 0, 0), "sigaction")
	saTakes = true
	for n := range uint32(5) {
		ok(sys.Kill(sys.Getpid(), sys.SIGUSR1), "kill")
		for atomic.LoadUint32(&saStep[1]) != n+1 {
		}
		ok(sys.Tgkill(sys.Getpid(), sys.Gettid(), sys.SIGUSR1), "tgkill")
		for atomic.LoadUint32(&saStep[1]) != n+2 {
		}
		atomic.AddUint32(&saStep[1], ^uint32(0))
	}
	// Masked, it waits.
	saVP(0).Sigmask = uint64(sys.SigBit(sys.SIGUSR1))
	before := atomic.LoadUint32(&saStep[1])
	sys.Kill(sys.Getpid(), sys.SIGUSR1)
	sys.Getpid()
	equal(int(atomic.LoadUint32(&saStep[1])), int(before), "signals taken while masked")
	equal(int(saPage().Signals), 1, "hint that one waits")
	saVP(0).Sigmask = 0
	sys.Getpid()
	for atomic.LoadUint32(&saStep[1]) != before+1 {
	}
	equal(int(saPage().Signals), 0, "hint that one waits")
	store(8, 1) // the hook skips the instruction
	equal(int(saStep[2]), 1, "faults")
	equal(int(caughtBy), 0, "handlers run by the kernel")
	saClose()
	exits(func() { saRegister(1, 2); sys.Exit(3) }, 3, "registration in a child")
	dies(func() { saRegister(1, 2); saClose(); store(8, 1) }, sys.SIGSEGV, "a fault of a closed VP")
	dies(func() { saRegister(1, 2); sys.Kill(sys.Getpid(), sys.SIGTERM); saExit() }, sys.SIGTERM, "SIGTERM")
	saOpen()
}

func saTakeSignal(slot uint32) {
	if slot != sa.None {
		v := saSelf()
		if v.Info[0] != sys.SIGSEGV || load64(uintptr(unsafe.Pointer(&v.Info[16]))) != 8 {
			fail("siginfo of a fault")
		}
		saStep[2]++
		saSlot(int(slot)).IP += saStoreLength
		saAcquire()
		saPush(slot)
		saRelease()
		return
	}
	var info [128]byte
	for {
		sig, e := sys.Result(sys.Syscall1(sa.SysSigtake, uintptr(unsafe.Pointer(&info))))
		if e == sys.EAGAIN {
			return
		}
		if e != 0 || sig != sys.SIGUSR1 || info[0] != sys.SIGUSR1 {
			fail("sa_sigtake")
		}
		atomic.AddUint32(&saStep[1], 1)
	}
}

// saStoreLength is the length of the instruction in store that stores: MOVB BL, (AX).
const saStoreLength = 2

// saPlainReader reads from the pipe that another process writes to, then lets thread 0 go on.
func saPlainReader(arg uintptr) {
	var b [1]byte
	n, e := sys.Read(saFD[0], b[:])
	equal(n, 1, "read")
	ok(e, "read")
	atomic.StoreUint32(&saStep[5], 1)
	sys.WriteString(int(arg), "x")
	saExit()
}

// Is a block plain for want of a slot, and made proper when one is free? If it were not, thread 1
// could not run, which is to let thread 0 go on.
func saPlain() {
	for delay := int64(1e6); saPlainOnce(delay) == 9; delay *= 2 {
	}
}

// saPlainOnce returns 8, or 9 if the writer was too early for thread 0 to block plainly.
func saPlainOnce(delay int64) int {
	status := wait(fork(func() {
		saFD[0], saFD[1] = pipe()
		r, w := pipe()
		fork(func() {
			sys.Sleep(delay)
			sys.WriteString(saFD[1], "x")
		})
		saRegister(1, 2)
		saGo(1, saPlainReader, uintptr(w))
		for saStatNow().Blocks == 0 && atomic.LoadUint32(&saStep[5]) == 0 { // the writer may be early
			saYield()
		}
		var b [1]byte
		n, e := sys.Read(r, b[:])
		equal(n, 1, "read")
		ok(e, "read")
		if s := saStatNow(); s.Converted != 1 || s.Plain != 1 {
			check(s.Plain == 0 && s.Converted == 0, "a plain block that ends by itself")
			sys.Exit(9)
		}
		sys.Exit(8)
	}))
	check(status.Exited() && status.Status() >= 8, "a plain block")
	return status.Status()
}

// saWait yields until a word has a value.
func saWait(w *uint32, v uint32) {
	for atomic.LoadUint32(w) != v {
		saYield()
	}
}

func saCounter(arg uintptr) {
	for atomic.LoadUint32(&saStep[7]) == 0 {
		atomic.AddUint32(&saStep[arg], 1)
	}
	atomic.AddUint32(&saStep[6], 1)
	saExit()
}

// Do as many threads run at a time as there are processors and VPs, and do idle VPs sleep?
func saParallel() {
	n := min(cpus(), 4)
	if n < 2 {
		skip()
	}
	saRegister(4, 12)
	saQuanta(1)
	equal(saConcurrency(64), n, "concurrency")
	for t := range 3 {
		saGo(1+t, saCounter, uintptr(1+t))
	}
	for t := range n - 1 { // thread 0 spins here: they run elsewhere
		for atomic.LoadUint32(&saStep[1+t]) == 0 && atomic.LoadUint32(&saStep[3]) == 0 {
		}
	}
	for saStatNow().Running < 2 { // thread 1 may have had this VP for a quantum, and the others not be there yet
	}
	atomic.StoreUint32(&saStep[7], 1)
	saWait(&saStep[6], 3)
	for saStatNow().Running != 1 { // the others have nothing to do
	}
	equal(saConcurrency(1), 1, "concurrency")
}

func saSleeper(arg uintptr) {
	e := sys.Err(sys.Syscall0(34)) // pause
	errno(e, sys.EINTR, "pause")
	atomic.AddUint32(&saStep[0], 1)
	saExit()
}

// Does sa_wakeup end a blocked call with EINTR, and only that one?
func saInterrupts() {
	saRegister(1, 4)
	saGo(1, saSleeper, 0)
	saGo(2, saSleeper, 0)
	for saStatNow().InKernel < 2 {
		saYield()
	}
	ok(sys.Err(sys.Syscall1(sa.SysWakeup, 2)), "sa_wakeup")
	saWait(&saStep[0], 1)
	equal(int(saStatNow().InKernel), 1, "in the kernel")
	raw(sys.Syscall1(sa.SysWakeup, 2), sys.ENODEV, "sa_wakeup of one that is back")
	ok(sys.Err(sys.Syscall1(sa.SysWakeup, 1)), "sa_wakeup")
	saWait(&saStep[0], 2)
	// The interruption is spent: the next wait is whole.
	start := sys.Now()
	sys.Sleep(5e6)
	check(sys.Now()-start >= 5e6, "a sleep after it")
}

func saSlept(arg uintptr) {
	sys.Sleep(20e6)
	atomic.StoreUint32(&saStep[0], 1)
	saExit()
}

// Does an idle VP come back for a thread that is done sleeping, and at its deadline?
func saIdle() {
	saRegister(1, 4)
	saGo(1, saSlept, 0)
	for saStatNow().InKernel == 0 {
		saYield()
	}
	before := saStatNow().Upcalls
	sys.Sleep(1e6) // both sleep: the VP idles
	sys.Sleep(40e6)
	saWait(&saStep[0], 1)
	check(saIdles > 0 && saStatNow().Upcalls <= before+4, "the VP idles")
	saClose()
	seen := saPage().Posts
	start := sys.Now()
	raw(sys.Syscall2(sa.SysYield, uintptr(seen), uintptr(start+10e6)), sys.ETIMEDOUT, "sa_yield with a deadline")
	check(sys.Now() >= start+10e6, "the deadline")
	raw(sys.Syscall2(sa.SysYield, uintptr(seen), uintptr(start)), sys.ETIMEDOUT, "one that has passed")
	sys.Syscall0(sa.SysWake)
	raw(sys.Syscall2(sa.SysYield, uintptr(seen), 0), sys.EAGAIN, "sa_yield after a wake")
	raw(sys.Syscall2(sa.SysYield, uintptr(saPage().Posts), ^uintptr(0)), sys.EINVAL, "a negative deadline")
	saOpen()
}

// Does an LWP that has nothing to do go on having nothing to do when it is woken by its number?
func saWakeups() {
	saRegister(2, 5)
	first := sys.Getpid()
	for range 3 {
		for lid := first; lid < first+16; lid++ { // the registration's, if there was no other process
			sys.LWPWakeup(lid)
		}
		sys.Sleep(1e6)
	}
	saGo(1, saSlept, 0)
	spawnOnce()
}

// Do the words that the program writes harm nobody but the program, whatever they are?
func saLies() {
	saRegister(2, 5)
	saConcurrency(2)
	saQuanta(1)
	saGo(1, saSpin, 1)
	saClose()
	v := saSelf()
	saOpen()
	saClose()
	for _, cur := range [...]uint32{sa.None, 5, 1 << 31, 0x7fffffff} {
		v.Cur = cur
		v.Quantum, v.WakeAt, v.UpcallFS = 1, -1, 1<<63
		atomic.StoreUint32(&v.Disabled, 0)
		sys.Getpid()
		sys.Sleep(1)
		ok(sys.Err(sys.Syscall1(sa.SysPreempt, uintptr(v.Number))), "sa_preempt")
		for end := sys.Now() + 12e6; sys.Now() < end; {
		}
		atomic.StoreUint32(&v.Disabled, 1)
	}
	v.UpcallFS = saVPTLS[v.Number].base()
	v.Cur = 0
	atomic.StoreUint32(&v.Disabled, 0)
	saYield()
	// Two VPs name one slot; the ready list is not one; the counter is another.
	for _, lie := range [...]func(){
		func() { saVP(1).Cur = saVP(0).Cur },
		func() { atomic.StoreUint32(&saPage().Ready, 77) },
		func() { saPage().Posts = 0; saPage().NVP = 1 << 30; saPage().NSlot = 1 << 30; saPage().Slots = 1 << 63 },
		func() { saVP(0).Self, saVP(0).Number = 0, 9 },
		func() { saSlot(1).Next = 1 << 31; saSlot(0).IP = 1 << 63 },
	} {
		for n := range int64(2) {
			pid := fork(func() {
				saRegister(2, 5)
				saConcurrency(2)
				saQuanta(1)
				saGo(1, saSpin, 1)
				saGo(2, saSlept, 0)
				saCall(lie)
				for end := sys.Now() + 15e6*n; sys.Now() < end; {
				}
				sys.Exit(0)
			})
			wait(pid) // however it ends, it does
		}
	}
}

// Is a GS base that the program makes up, one of the kernel's even, believed by nobody?
func saGSBase() {
	if status := wait(fork(func() { saLieGS(0, 1) })); status.Signaled() && status.Signal() == sys.SIGILL {
		skip()
	}
	saRegister(1, 3)
	for _, base := range [...]uint64{0, 8, 1<<47 - 1, 0xffff_8000_0000_0000, 0xffff_ffff_8020_0000, ^uint64(0)} {
		for _, rounds := range [...]uintptr{1, 30e6} { // the second for more than a tick
			check(saLieGS(base, rounds) == saVP(0).Self, "GS base after a system call")
		}
	}
	equal(int(saStatNow().Upcalls), 0, "upcalls")
}

// Is the end of a process with activations the end, whatever they are at?
func saEndings() {
	saFD[0], saFD[1] = pipe()
	command("exit")
	argv.Add("7")
	for _, vps := range [...]int{1, 2, 4} {
		for _, how := range [...]func(){
			func() { sys.Exit(7) },
			func() { execSelf() },
			func() { sys.Kill(sys.Getpid(), sys.SIGKILL); saPark() },
			func() { saClose(); store(8, 1) },
			func() { saGo(5, saExecs, 0); saPark() },
			func() { saGo(5, saLeaves, 0); saPark() },
			func() { saGo(5, saLeaves, 0); sys.Syscall0(34) },
		} {
			status := wait(fork(func() {
				saRegister(vps, vps+5)
				saConcurrency(vps)
				saQuanta(1)
				saGo(1, saReader, 0)
				saGo(2, saSleeper, 0)
				saGo(3, saSpin, 1)
				for saStatNow().InKernel < 2 {
					saYield()
				}
				saCall(how)
			}))
			if status.Exited() {
				equal(status.Status(), 7, "status")
			} else {
				check(status.Signal() == sys.SIGKILL || status.Signal() == sys.SIGSEGV, "signal")
			}
		}
		// From outside, at a moment of its own.
		for i := range int64(4) {
			pid := fork(func() {
				saRegister(vps, vps+5)
				saConcurrency(vps)
				saQuanta(1)
				saGo(1, saReader, 0)
				saGo(2, saSpin, 1)
				saGo(3, saSpin, 1)
				saPark()
			})
			sys.Sleep(i * 3e6)
			sys.Kill(pid, sys.SIGKILL)
			equal(wait(pid).Signal(), sys.SIGKILL, "signal")
		}
	}
}

func saExecs(uintptr)  { execSelf() }
func saLeaves(uintptr) { sys.Exit(7) }

// Has a child none of its parent's activations, but words that say so, and may it have its own?
func saForks() {
	saRegister(2, 4)
	saConcurrency(2)
	saClose() // as at any fork: nobody is to be preempted with the locks held
	exits(func() {
		v := saVP(0)
		check(v.Disabled == 1 && v.Cur == sa.None && saPage().Ready == 0, "the child's copy")
		check(saVP(1).Disabled == 1, "the other VP's page")
		raw(sys.Syscall0(sa.SysWake), sys.EPERM, "sa_wake in the child")
		raw(sys.Syscall2(sa.SysYield, 0, 0), sys.EPERM, "sa_yield in the child")
		check(saSelf() == v, "GS base")
		atomic.StoreUint32(&saLock, 0)
		saRegister(1, 3)
		check(load(saArea) == 0, "VP 0 is enabled")
		saGo(1, saSlept, 0)
		saWait(&saStep[0], 1)
	}, 0, "a child")
	saOpen()
	pid := vforkExit(3)
	ended(wait(pid), 3, "a vfork child")
	saGo(1, saSlept, 0)
	saWait(&saStep[0], 1)
}

// Does a stopped process stand still, leave the processors to another, and go on as if nothing had
// been?
func saStops() {
	p := anonShared()
	words := (*[4]uint32)(unsafe.Pointer(p))
	pid := fork(func() {
		saRegister(4, 8)
		saConcurrency(4)
		saQuanta(1)
		saGo(1, saShareSpin, uintptr(unsafe.Pointer(&words[0])))
		saGo(2, saSleeper, 0)
		saShareSpin(uintptr(unsafe.Pointer(&words[0])))
	})
	for atomic.LoadUint32(&words[0]) == 0 {
		sys.Yield()
	}
	for range 3 {
		ok(sys.Kill(pid, sys.SIGSTOP), "kill")
		var st sys.WaitStatus
		sys.Wait4(pid, &st, sys.WUNTRACED, nil)
		check(st.Stopped(), "stopped")
		sys.Sleep(5e6)
		before := atomic.LoadUint32(&words[0])
		exits(func() { // wants all processors
			saRegister(4, 8)
			saConcurrency(4)
			saGo(1, saSlept, 0)
			saWait(&saStep[0], 1)
			sys.Exit(6)
		}, 6, "another process with activations")
		equal(int(atomic.LoadUint32(&words[0])), int(before), "counter of a stopped process")
		sys.Kill(pid, sys.SIGCONT)
		for atomic.LoadUint32(&words[0]) == before {
			sys.Yield()
		}
	}
	sys.Kill(pid, sys.SIGKILL)
	wait(pid)
}

// Do two processes share the processors, and a third that has none of this get its share?
func saShares() {
	var pids [2]int
	p := anonShared()
	words := (*[4]uint32)(unsafe.Pointer(p))
	for i := range pids {
		pids[i] = fork(func() {
			saRegister(4, 8)
			saConcurrency(4)
			for t := range 3 {
				saGo(1+t, saShareSpin, uintptr(unsafe.Pointer(&words[i])))
			}
			saShareSpin(uintptr(unsafe.Pointer(&words[i])))
		})
	}
	for atomic.LoadUint32(&words[0]) < 100 || atomic.LoadUint32(&words[1]) < 100 {
		sys.Sleep(1e6)
	}
	for i := range pids {
		sys.Kill(pids[i], sys.SIGKILL)
		wait(pids[i])
	}
}

func saShareSpin(at uintptr) {
	for {
		atomic.AddUint32((*uint32)(unsafe.Pointer(at)), 1)
		for range 1000 {
			saNothing()
		}
	}
}

//go:noinline
func saNothing() {}
