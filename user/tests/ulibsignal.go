package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// Signals of user threads.

const (
	realTime  = 40
	stormSize = 300 // signals of each kind from each sender
	senders   = 3
)

var (
	handled     [65]uint32   // by signal, how often its handler ran
	handlers    [8]ulib.ID   // the threads that ran one, in order
	ran         uint32       // how many
	lastInfo    sys.SigInfo  // of the last
	cond        ulib.Cond    //
	wordChannel ulib.Channel // of words
	word        uint64
	released    uint32 // atomic
)

func noteSignal(sig int, info *sys.SigInfo) {
	n := atomic.AddUint32(&ran, 1) - 1
	handlers[n%uint32(len(handlers))] = ulib.Self()
	lastInfo = *info
	atomic.AddUint32(&handled[sig&63], 1)
}

func count(sig int) int { return int(atomic.LoadUint32(&handled[sig&63])) }

// tookIt waits for the handler of sig to have run n times, the last time on thread id, if that is
// not 0.
func tookIt(sig, n int, id ulib.ID, what string) {
	for deadline := ulib.Now() + 20e9; count(sig) < n; {
		check(ulib.Now() < deadline, what)
		ulib.Yield()
	}
	equal(count(sig), n, what)
	if id != 0 {
		check(handlers[(atomic.LoadUint32(&ran)-1)%uint32(len(handlers))] == id, what)
	}
}

// Do threads take signals as POSIX has it?
func threadSignals() { underModels(askSignals) }

func askSignals() {
	askSignalErrors()
	ok(ulib.Catch(sys.SIGUSR1, noteSignal, 0), "catch")

	ok(ulib.Kill(ulib.Self(), sys.SIGUSR1), "kill")
	tookIt(sys.SIGUSR1, 1, ulib.Self(), "a signal to oneself")
	equal(int(lastInfo.Signo), sys.SIGUSR1, "its number")
	equal(int(uint32(lastInfo.Addr)), sys.Getpid(), "its sender")

	bit := ulib.SigSet(sys.SigBit(sys.SIGUSR1))
	old, e := ulib.SigMask(sys.SIG_BLOCK, bit)
	ok(e, "mask")
	equal(int(old), 0, "the first mask")
	ok(ulib.Kill(ulib.Self(), sys.SIGUSR1), "kill")
	ok(ulib.Kill(ulib.Self(), sys.SIGUSR1), "kill")
	ulib.Yield()
	equal(count(sys.SIGUSR1), 1, "handlers run while blocked")
	check(ulib.SigPending() == bit, "it is pending")
	equal(join(spawn(ownMask, 0)), int(bit), "a new thread's mask")
	old, _ = ulib.SigMask(sys.SIG_SETMASK, 0)
	check(old == bit, "the mask")
	tookIt(sys.SIGUSR1, 2, ulib.Self(), "unblocked")
	equal(join(spawn(ownMask, 0)), 0, "another's mask")

	askSignalWaits()
	askSigWait()

	// A signal to the process.
	before := count(sys.SIGUSR1)
	ulib.SigMask(sys.SIG_BLOCK, bit)
	id := spawn(unblocks, 0)
	is(id, ulib.Waiting)
	ok(sys.Kill(sys.Getpid(), sys.SIGUSR1), "kill")
	tookIt(sys.SIGUSR1, before+1, id, "the only thread that does not block it")
	sem.Post()
	join(id)
	ulib.SigMask(sys.SIG_SETMASK, 0)

	// One that spinsUntil.
	from := sys.Getpid()
	atomic.StoreUint32(&released, 0)
	ok(ulib.Catch(sys.SIGUSR2, releases, 0), "catch")
	pid, e := ulib.Fork()
	ok(e, "fork")
	if pid == 0 {
		sys.Kill(from, sys.SIGUSR2)
		sys.Exit(0)
	}
	for atomic.LoadUint32(&released) == 0 {
	}
	var status sys.WaitStatus
	_, e = ulib.WaitProcess(pid, &status)
	ok(e, "wait")
	if ulib.CurrentModel() == ulib.OneToOne || ulib.Concurrency() > 1 || ulib.CurrentModel() == ulib.Activations {
		atomic.StoreUint32(&released, 0)
		id = spawn(spinsUntil, 0)
		ok(ulib.Kill(id, sys.SIGUSR2), "kill")
		join(id)
	}

	pid, e = ulib.Fork()
	ok(e, "fork")
	if pid == 0 {
		takesAll()
		sys.Exit(0)
	}
	_, e = ulib.WaitProcess(pid, &status)
	ok(e, "wait")
	equal(int(status), 0, "a child that takes its own signals")

	ok(ulib.Ignore(sys.SIGUSR2), "ignore")
	ok(ulib.Kill(ulib.Self(), sys.SIGUSR2), "kill")
	ok(ulib.Default(sys.SIGUSR2), "default")
	dies(func() { ulib.Kill(ulib.Self(), sys.SIGUSR2); ulib.Sleep(20e9) }, sys.SIGUSR2, "the default action")
}

// takesAll sends its process several real-time signals while they are blocked, and then another.
func takesAll() {
	const n = 3
	set := ulib.SigSet(sys.SigBit(realTime))
	ok(ulib.Catch(realTime, noteSignal, 0), "catch")
	ulib.SigMask(sys.SIG_BLOCK, set)
	before, others := count(realTime), count(sys.SIGUSR1)
	for range n {
		ok(sys.Kill(sys.Getpid(), realTime), "kill")
		ulib.Yield()
	}
	equal(count(realTime), before, "handlers of what is blocked")
	ok(sys.Kill(sys.Getpid(), sys.SIGUSR1), "kill")
	tookIt(sys.SIGUSR1, others+1, ulib.Self(), "another beside those")
	others++
	ulib.SigMask(sys.SIG_UNBLOCK, set)
	tookIt(realTime, before+n, ulib.Self(), "all that were sent")
	ok(sys.Kill(sys.Getpid(), sys.SIGUSR1), "kill")
	tookIt(sys.SIGUSR1, others+1, ulib.Self(), "another")
}

func releases(sig int, info *sys.SigInfo) { atomic.StoreUint32(&released, 1) }

func spinsUntil(uintptr) uintptr {
	for atomic.LoadUint32(&released) == 0 {
	}
	return 0
}

func ownMask(uintptr) uintptr {
	mask, _ := ulib.SigMask(sys.SIG_BLOCK, 0)
	return uintptr(mask)
}

func unblocks(uintptr) uintptr {
	ulib.SigMask(sys.SIG_SETMASK, 0)
	sem.Wait()
	return 0
}

func askSignalErrors() {
	for _, sig := range [...]int{-1, 0, 65, sys.SIGKILL, sys.SIGSTOP, sys.SIGSEGV, 32} {
		errno(ulib.Catch(sig, noteSignal, 0), sys.EINVAL, "catch")
		errno(ulib.Ignore(sig), sys.EINVAL, "ignore")
		errno(ulib.Default(sig), sys.EINVAL, "default")
	}
	errno(ulib.Catch(sys.SIGUSR1, nil, 0), sys.EINVAL, "no handler")
	errno(ulib.Kill(ulib.Self(), -1), sys.EINVAL, "kill")
	errno(ulib.Kill(ulib.Self(), 65), sys.EINVAL, "kill")
	errno(ulib.Kill(12345, sys.SIGUSR1), sys.ESRCH, "kill nobody")
	for bit := range 40 { // wherever the control block would be
		id := ulib.Self() ^ 1<<bit
		errno(ulib.Kill(id, 0), sys.ESRCH, "kill nobody")
		_, e := ulib.Join(id)
		errno(e, sys.ESRCH, "join nobody")
	}
	ok(ulib.Kill(ulib.Self(), 0), "kill with 0")
	id := spawn(double, 0)
	join(id)
	errno(ulib.Kill(id, sys.SIGUSR1), sys.ESRCH, "kill one that is gone")
	_, e := ulib.SigMask(7, 0)
	errno(e, sys.EINVAL, "how")
	_, e = ulib.SigWait(0, nil)
	errno(e, sys.EINVAL, "no signals")
	_, e = ulib.SigWait(ulib.SigSet(sys.SigBit(sys.SIGKILL)), nil)
	errno(e, sys.EINVAL, "SIGKILL")
}

// askSignalWaits: does a signal interrupt a wait, which goes on afterwards?
func askSignalWaits() {
	ok(wordChannel.Init(8, 0), "channel")
	for _, f := range [...]ulib.Func{inSem, inCondOnce, inReceiveWord, inJoinOf, inSleepLong} {
		n := count(sys.SIGUSR1)
		var arg ulib.ID
		if f2 := inJoinOf; *(*uintptr)(unsafe.Pointer(&f)) == *(*uintptr)(unsafe.Pointer(&f2)) {
			arg = spawn(waitsForOther, 0)
		}
		atomic.StoreUint32(&sum, 0)
		id := spawn(f, uintptr(arg))
		for i := range 3 {
			is(id, ulib.Waiting)
			ok(ulib.Kill(id, sys.SIGUSR1), "kill")
			tookIt(sys.SIGUSR1, n+i+1, id, "a signal to one that waits")
		}
		is(id, ulib.Waiting)
		sem.Post()
		mutex.Lock()
		atomic.StoreUint32(&sum, 1)
		cond.Signal()
		mutex.Unlock()
		other.Post()
		if f3 := inReceiveWord; *(*uintptr)(unsafe.Pointer(&f)) == *(*uintptr)(unsafe.Pointer(&f3)) {
			ok(wordChannel.Send(unsafe.Pointer(&word)), "send")
		}
		if f4 := inSleepLong; *(*uintptr)(unsafe.Pointer(&f)) == *(*uintptr)(unsafe.Pointer(&f4)) {
			ulib.Cancel(id)
		}
		join(id)
		for sem.TryWait() == 0 || other.TryWait() == 0 {
		}
	}
	if ulib.CurrentModel() == ulib.NToOne {
		return
	}
	var e sys.Errno
	pipeRead, pipeWrite, e = ulib.Pipe()
	ok(e, "pipe")
	n := count(sys.SIGUSR1)
	id := spawn(readsByte, 0)
	for i := range 3 {
		is(id, ulib.InCall)
		ok(ulib.Kill(id, sys.SIGUSR1), "kill")
		tookIt(sys.SIGUSR1, n+i+1, id, "a signal to one that reads")
	}
	_, e = ulib.Write(pipeWrite, sys.Bytes("x"))
	ok(e, "write")
	equal(join(id), 'x', "the byte")
}

func inSleepLong(uintptr) uintptr { ulib.Sleep(1e15); return 0 }

func inCondOnce(uintptr) uintptr {
	mutex.Lock()
	for atomic.LoadUint32(&sum) == 0 {
		cond.Wait(&mutex)
	}
	mutex.Unlock()
	return 0
}

func inReceiveWord(uintptr) uintptr {
	ok(wordChannel.Receive(unsafe.Pointer(&word)), "receive")
	return 0
}

func waitsForOther(uintptr) uintptr { other.Wait(); return 3 }

func inJoinOf(id uintptr) uintptr {
	equal(join(ulib.ID(id)), 3, "the result")
	return 0
}

// askSigWait: do threads get signals by asking for them?
func askSigWait() {
	set := ulib.SigSet(sys.SigBit(sys.SIGHUP) | sys.SigBit(realTime))
	ulib.SigMask(sys.SIG_BLOCK, set)
	_, e := ulib.SigWaitUntil(set, nil, soon())
	errno(e, sys.EAGAIN, "no signal in time")
	for i := range 4 {
		ids[i] = spawn(waitsForSignal, uintptr(set))
	}
	for i := range 4 {
		is(ids[i], ulib.Waiting)
	}
	cancelled(ids[3], "in SigWait")
	ok(ulib.Kill(ids[1], sys.SIGHUP), "kill")
	equal(join(ids[1]), sys.SIGHUP, "a signal to the thread")
	pid := sys.Getpid()
	ok(sys.Kill(pid, realTime), "kill")
	ok(sys.Kill(pid, realTime), "kill")
	equal(join(ids[0]), realTime, "a signal to the process")
	equal(join(ids[2]), realTime, "another")
	ok(sys.Kill(pid, realTime), "kill")
	ok(sys.Kill(pid, sys.SIGHUP), "kill")
	for range 2 {
		var info sys.SigInfo
		sig, e := ulib.SigWait(set, &info)
		ok(e, "wait")
		equal(int(info.Signo), sig, "info")
		equal(int(uint32(info.Addr)), pid, "sender")
	}
	_, e = ulib.SigWaitUntil(set, nil, soon())
	errno(e, sys.EAGAIN, "no more signals")

	// SigSuspend, with the signal on its way or there.
	ulib.SigMask(sys.SIG_BLOCK, ulib.SigSet(sys.SigBit(sys.SIGUSR1)))
	n := count(sys.SIGUSR1)
	ok(ulib.Kill(ulib.Self(), sys.SIGUSR1), "kill")
	ulib.SigSuspend(0)
	equal(count(sys.SIGUSR1), n+1, "suspended until a signal")
	id := spawn(suspends, 0)
	is(id, ulib.Waiting)
	ok(ulib.Kill(id, sys.SIGUSR1), "kill")
	join(id)
	equal(count(sys.SIGUSR1), n+2, "suspended until another")
	ulib.SigMask(sys.SIG_SETMASK, 0)
}

func suspends(uintptr) uintptr { ulib.SigSuspend(0); return 0 }

func waitsForSignal(set uintptr) uintptr {
	sig, e := ulib.SigWait(ulib.SigSet(set), nil)
	ok(e, "wait")
	return uintptr(sig)
}

// Is every signal taken, and nothing else disturbed, while others send as many as they can?
func threadStorm() { underModels(askStorm) }

func posts(sig int, info *sys.SigInfo) {
	noteSignal(sig, info)
	other.Post()
}

func worksInStorm(n uintptr) uintptr {
	for i := 0; atomic.LoadUint32(&released) == 0; i++ {
		mutex.Lock()
		word++
		ulib.Yield()
		word--
		mutex.Unlock()
		if n%2 == 0 && i%8 == 0 {
			ulib.Sleep(50e3)
		}
		if n == 1 {
			id := spawn(double, 4)
			equal(join(id), 8, "a thread's result")
		}
	}
	return 0
}

func waitsInStorm(uintptr) uintptr {
	for atomic.LoadUint32(&released) == 0 {
		other.WaitUntil(soon())
	}
	return 0
}

func askStorm() {
	word = 0
	pid := sys.Getpid()
	ok(ulib.Catch(sys.SIGUSR1, posts, 0), "catch")
	ok(ulib.Catch(sys.SIGUSR2, posts, ulib.SigSet(sys.SigBit(sys.SIGUSR1))), "catch")
	ok(ulib.Catch(realTime, posts, 0), "catch")
	var sender [senders]int
	for i := range sender {
		var e sys.Errno
		sender[i], e = ulib.Fork()
		ok(e, "fork")
		if sender[i] == 0 {
			for n := range stormSize {
				sys.Kill(pid, sys.SIGUSR1)
				sys.Kill(pid, sys.SIGUSR2)
				if n%4 == 0 { // so many the kernel keeps, if none is taken
					sys.Kill(pid, realTime)
				}
			}
			sys.Exit(0)
		}
	}
	for i := range 6 {
		ids[i] = spawn(worksInStorm, uintptr(i))
	}
	ids[6] = spawn(waitsInStorm, 0)
	killed := 0
	for i := range sender {
		for {
			var status sys.WaitStatus
			n, e := sys.Wait4(sender[i], &status, sys.WNOHANG, nil)
			if n == sender[i] {
				equal(int(status), 0, "a sender's status")
				break
			}
			check(e == 0 || e == sys.EINTR, "wait")
			if killed < stormSize {
				ok(ulib.Kill(ids[killed%7], sys.SIGUSR2), "kill")
				killed++
			}
			ulib.Yield()
		}
	}
	tookIt(realTime, senders*stormSize/4, 0, "real-time signals")
	atomic.StoreUint32(&released, 1)
	for i := range 7 {
		join(ids[i])
	}
	equal(int(word), 0, "what the mutex guards")
	for _, sig := range [...]int{sys.SIGUSR1, sys.SIGUSR2} {
		for count(sig) == 0 { // the last one may be for this thread
			ulib.Yield()
		}
		check(count(sig) <= senders*stormSize+killed, "handlers run")
	}
	ok(ulib.Kill(ulib.Self(), sys.SIGUSR1), "kill")
}

// Are signals to a stopped process taken when it goes on?
func threadStops() { underModels(askStops) }

func askStops() {
	const rounds = 5
	pid := sys.Getpid()
	ok(ulib.Catch(sys.SIGUSR1, noteSignal, 0), "catch")
	ok(ulib.Catch(sys.SIGCONT, noteSignal, 0), "catch")
	var e sys.Errno
	pipeRead, pipeWrite, e = ulib.Pipe()
	ok(e, "pipe")
	child, e := ulib.Fork()
	ok(e, "fork")
	if child == 0 {
		for range rounds {
			sys.Kill(pid, sys.SIGSTOP)
			for range 10 {
				sys.Kill(pid, sys.SIGUSR1)
			}
			sys.Kill(pid, sys.SIGCONT)
			var b [1]byte
			sys.Read(pipeRead, b[:])
		}
		sys.Exit(0)
	}
	ids[0] = spawn(waitsForSem, 0)
	ids[1] = spawn(inSleepLong, 0)
	for i := range rounds {
		n := count(sys.SIGUSR1)
		for deadline := ulib.Now() + 20e9; count(sys.SIGCONT) <= i || count(sys.SIGUSR1) == 0; {
			check(ulib.Now() < deadline, "signals after a stop")
			ulib.Yield()
		}
		check(n <= count(sys.SIGUSR1), "signals are taken once")
		_, e := ulib.Write(pipeWrite, sys.Bytes("x"))
		ok(e, "write")
	}
	var status sys.WaitStatus
	_, e = ulib.WaitProcess(child, &status)
	ok(e, "wait")
	equal(int(status), 0, "the child's status")
	sem.Post()
	join(ids[0])
	cancelled(ids[1], "asleep")
	check(count(sys.SIGUSR1) <= 10*rounds, "handlers run")
}
