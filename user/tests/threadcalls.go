package main

import (
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// Does a program start in the model that it asks for, or that ULIB_MODEL names, and are other
// options refused?
func threadOptions() {
	for _, o := range [...]ulib.Options{{Model: -1}, {Model: ulib.Activations + 1}, {Slots: -1}, {Slots: 2000}, {LWPs: -1}, {LWPs: 65}} {
		exits(func() {
			errno(ulib.StartWith(&o), sys.EINVAL, "StartWith")
			ok(ulib.StartWith(&ulib.Options{Model: ulib.NToOne}), "StartWith after that")
		}, 0, "options")
	}
	for m := ulib.NToOne; m <= lastModel(); m++ {
		asked(ulib.ModelName(m), int(m))
	}
	for _, bad := range [...]string{"", "n", "n1 ", "sa2"} {
		asked(bad, 100+int(sys.EINVAL))
	}
	underModels(askConcurrency)
}

// asked checks how a program starts with a value of ULIB_MODEL.
func asked(value string, want int) {
	exits(func() {
		var line [64]byte
		n := copy(line[:], "ULIB_MODEL=")
		n += copy(line[n:], value)
		command("model")
		envv.Reset()
		envv.Add(sys.Text(line[:n]))
		errno(sys.Exec(self.String(), &argv, envv.Envp()), sys.OK, "execve")
	}, want, value)
}

// childModel tells by its status which model it has started in.
func childModel() {
	if e := ulib.Start(); e != 0 {
		sys.Exit(100 + int(e))
	}
	sys.Exit(int(ulib.CurrentModel()))
}

func askConcurrency() {
	before := ulib.Concurrency()
	ok(ulib.SetConcurrency(before+2), "SetConcurrency")
	want := before
	if ulib.CurrentModel() == ulib.MToN {
		want += 2
	}
	equal(ulib.Concurrency(), want, "LWPs of the pool")
	ok(ulib.SetConcurrency(0), "fewer")
	equal(ulib.Concurrency(), want, "a pool does not become smaller")
	equal(join(spawn(double, 3)), 6, "a thread")
	equal(ulib.Grown(), 0, "grown by itself")
}

// Is a thread refused when there is no room for its stack, and made again when others have ended?
func threadNoRoom() {
	for _, m := range [...]ulib.Model{ulib.NToOne, ulib.MToN, lastModel()} {
		under(&ulib.Options{Model: m}, askNoRoom)
	}
	// There a class's 8192 stacks are as many LWPs, with 24 KiB of memory each.
	if total, _ := meminfo("MemTotal:"); total >= 400<<10 {
		under(&ulib.Options{Model: ulib.OneToOne}, askNoRoom)
	}
}

func passesSem(uintptr) uintptr {
	sem.Wait()
	sem.Post()
	other.Post()
	return 0
}

func askNoRoom() {
	attr := ulib.Attr{Stack: ulib.MaxStack, Detached: true}
	n := 0
	for {
		_, e := ulib.CreateWith(&attr, passesSem, 0)
		if e != 0 {
			errno(e, sys.EAGAIN, "no room")
			break
		}
		n++
	}
	check(n > 100, "room for a hundred")
	_, e := ulib.CreateWith(&attr, passesSem, 0)
	errno(e, sys.EAGAIN, "no room still")
	sem.Post()
	for range n {
		other.Wait()
	}
	for e = sys.EAGAIN; e != 0; { // the last one is still on its stack, maybe
		_, e = ulib.CreateWith(&attr, passesSem, 0)
		ulib.Yield()
	}
	other.Wait()
}

// Do handlers and destructors run at Exit, in their order, and PopCleanup does what it is told?
func threadHandlers() { underModels(askHandlers) }

func exitsWithHandlers(k uintptr) uintptr {
	ulib.PopCleanup(true) // of none
	a, b, c := ulib.Cleanup{F: noteHandler, Arg: 1}, ulib.Cleanup{F: noteHandler, Arg: 2}, ulib.Cleanup{F: noteHandler, Arg: 3}
	ulib.PushCleanup(&a)
	ulib.PushCleanup(&b)
	ok(ulib.SetSpecific(ulib.Key(k), 4), "SetSpecific")
	ulib.PushCleanup(&c)
	ulib.PopCleanup(true)
	ulib.Exit(6)
	return 7
}

func returnsAfterPop(k uintptr) uintptr {
	a := ulib.Cleanup{F: noteHandler, Arg: 5}
	ulib.PushCleanup(&a)
	ok(ulib.SetSpecific(ulib.Key(k), 8), "SetSpecific")
	ulib.PopCleanup(false)
	return 9
}

func askHandlers() {
	key, e := ulib.CreateKey(destructor)
	ok(e, "CreateKey")
	equal(join(spawn(exitsWithHandlers, uintptr(key))), 6, "Exit's result")
	equal(join(spawn(returnsAfterPop, uintptr(key))), 9, "result")
	equal(int(sum), 5, "handlers and destructors")
	for i, want := range [...]int{3, 2, 1, 4, 8} {
		equal(record[1+i], want, "order of handlers and destructors")
	}
}

// Is every cancellation point one, and nothing else?
func threadPoints() { underModels(askPoints) }

func inSemUntil(uintptr) uintptr   { sem.WaitUntil(never()); return 0 }
func inSleepUntil(uintptr) uintptr { ulib.SleepUntil(never()); return 0 }
func inCondUntil(uintptr) uintptr {
	mutex.Lock()
	c := ulib.Cleanup{F: unlockHandler}
	ulib.PushCleanup(&c)
	for {
		ok(condition.WaitUntil(&mutex, never()), "WaitUntil")
	}
}

func inSend(uintptr) uintptr {
	var b byte
	for {
		channel.Send(unsafe.Pointer(&b))
	}
}

func inSendUntil(uintptr) uintptr {
	var b byte
	for {
		channel.SendUntil(unsafe.Pointer(&b), never())
	}
}

func inReceiveUntil(uintptr) uintptr {
	var b byte
	for {
		channel.ReceiveUntil(unsafe.Pointer(&b), never())
	}
}

func inSigWait(uintptr) uintptr {
	ulib.SigWait(ulib.SigSet(sys.SigBit(sys.SIGHUP)), nil)
	return 0
}

func inSigWaitUntil(uintptr) uintptr {
	ulib.SigWaitUntil(ulib.SigSet(sys.SigBit(sys.SIGHUP)), nil, never())
	return 0
}

func inSigSuspend(uintptr) uintptr { ulib.SigSuspend(0); return 0 }

func inWriteAll(uintptr) uintptr {
	for {
		ulib.WriteAll(fullPipe, big[:])
	}
}

// inPrint is last: standard output is a full pipe from then on.
func inPrint(uintptr) uintptr {
	sys.Dup2(fullPipe, 1)
	var l ulib.Line
	for {
		l.Str("x").Print()
	}
}

var fullPipe int

func inWrite(uintptr) uintptr {
	for {
		ulib.Write(fullPipe, big[:])
	}
}

var pausing int // a process that does not end by itself

func inWaitProcess(uintptr) uintptr {
	var status sys.WaitStatus
	ulib.WaitProcess(pausing, &status)
	return 0
}

// These have to go on to their end although they are cancelled.
func atMutex(uintptr) uintptr { mutex.Lock(); mutex.Unlock(); return 0 }
func atMutexUntil(uintptr) uintptr {
	ok(mutex.LockUntil(never()), "LockUntil")
	mutex.Unlock()
	return 0
}
func atRead(uintptr) uintptr    { rw.RLock(); rw.Unlock(); return 0 }
func atWrite(uintptr) uintptr   { rw.Lock(); rw.Unlock(); return 0 }
func atBarrier(uintptr) uintptr { barrier.Wait(); return 0 }

func askPoints() {
	ok(channel.Init(1, 2), "channel")
	ulib.SigMask(sys.SIG_BLOCK, ulib.SigSet(sys.SigBit(sys.SIGHUP)))
	for i, f := range [...]ulib.Func{inSemUntil, inSleepUntil, inCondUntil, inReceiveUntil, inSend, inSendUntil, inSigWait, inSigWaitUntil, inSigSuspend} {
		for before := range 2 {
			id := spawn(f, 0)
			if before == 0 {
				is(id, ulib.Waiting)
			}
			cancelled(id, "cancelled in a wait, or before")
		}
		ok(mutex.TryLock(), "the mutex is free")
		mutex.Unlock()
		if i == 4 {
			var b byte // Send has filled the channel, or has not
			for channel.ReceiveUntil(unsafe.Pointer(&b), 1) == 0 {
			}
		}
	}
	if gossamer && ulib.CurrentModel() != ulib.NToOne {
		_, fullPipe = pipe()
		pausing = fork(func() { sys.Sleep(1e15) })
		for _, f := range [...]ulib.Func{inWrite, inWriteAll, inWaitProcess, inPrint} {
			id := spawn(f, 0)
			is(id, ulib.InCall)
			cancelled(id, "cancelled in a call")
			cancelled(spawn(f, 0), "cancelled before a call")
		}
		sys.Kill(pausing, sys.SIGKILL)
		wait(pausing)
	}

	ok(barrier.Init(2), "barrier")
	for i, f := range [...]ulib.Func{atMutex, atMutexUntil, atRead, atWrite, atBarrier} {
		mutex.Lock()
		rw.Lock()
		id := spawn(f, 0)
		is(id, ulib.Waiting)
		ok(ulib.Cancel(id), "Cancel")
		ulib.Yield()
		look, e := ulib.Look(id)
		ok(e, "look")
		check(look.State == ulib.Waiting, "no cancellation point")
		mutex.Unlock()
		rw.Unlock()
		if i == 4 {
			barrier.Wait()
		}
		equal(join(id), 0, "no cancellation point")
	}
}

// Do calls that need not wait do what they say in any model, and fail as the kernel says?
func threadFiles() { underModels(askFiles) }

func askFiles() {
	fd, e := ulib.Open("t", sys.O_RDWR|sys.O_CREAT|sys.O_TRUNC, 0o644)
	ok(e, "open")
	ok(ulib.WriteAll(fd, big[:1000]), "write")
	var b [10]byte
	n, e := ulib.Read(fd, b[:])
	ok(e, "read at the end")
	equal(n, 0, "bytes at the end")
	n, e = ulib.Write(fd, b[:])
	ok(e, "write")
	equal(n, 10, "bytes written")
	sys.Close(fd)
	_, e = ulib.Read(fd, b[:])
	errno(e, sys.EBADF, "read")
	_, e = ulib.Write(fd, b[:])
	errno(e, sys.EBADF, "write")
	errno(ulib.WriteAll(fd, b[:]), sys.EBADF, "write")
	_, e = ulib.Open("none/t", sys.O_RDONLY, 0)
	errno(e, sys.ENOENT, "open")
	r, w, e := ulib.Pipe()
	ok(e, "pipe")
	ok(ulib.WriteAll(w, b[:3]), "write")
	n, e = ulib.Read(r, b[:])
	ok(e, "read")
	equal(n, 3, "bytes read")
	sys.Close(w)
	n, e = ulib.Read(r, b[:])
	ok(e, "read")
	equal(n, 0, "bytes at the end")
	pid := fork(func() { sys.Exit(4) })
	var status sys.WaitStatus
	got, e := ulib.WaitProcess(pid, &status)
	ok(e, "wait")
	equal(got, pid, "who has ended")
	equal(status.Status(), 4, "status")
	_, e = ulib.WaitProcess(pid, &status)
	errno(e, sys.ECHILD, "wait again")
}

// Are lines of several threads whole, and too long ones cut?
func threadPrints() { underModels(askPrints) }

func printsLines(n uintptr) uintptr {
	var l ulib.Line
	for i := range 20 {
		ok(l.Str("thread ").Int(int(n)).Pad(12).Str("line ").Int(i).Print(), "print")
		ulib.Yield()
	}
	return 0
}

func askPrints() {
	r, w := pipe()
	sys.Dup2(w, 1)
	sys.Close(w)
	var l ulib.Line
	for range 100 {
		l.Str("12345")
	}
	ok(l.Pad(1000).Print(), "a long line")
	ok(ulib.Print("x"), "print")
	text := readAll(r, big[:249])
	check(text[246] == '2' && text[247] == '\n' && text[248] == 'x', "the end of a long line, and another")

	pid := fork(func() {
		sys.Close(1)
		total := 0
		var lines [8]int
		for text := sys.Text(readAll(r, big[:])); text != ""; total++ {
			var line string
			line, text = sys.Line(text)
			check(sys.HasPrefix(line, "thread ") && line[8:17] == "    line ", "a line is whole")
			n, found := sys.ParseInt(line[17:])
			check(found && n == lines[line[7]-'0'], "a thread's lines in order")
			lines[line[7]-'0']++
		}
		equal(total, 160, "lines")
	})
	for i := range 8 {
		ids[i] = spawn(printsLines, uintptr(i))
	}
	for i := range 8 {
		join(ids[i])
	}
	sys.Close(1)
	ended(wait(pid), 0, "what came out")
	errno(ulib.Print("x"), sys.EBADF, "print to nowhere")
}

// Are all registers, vectors too, kept when the kernel takes a thread off its VP at any instruction?
func threadRegisters() {
	for _, n := range [...]int{1, 0, 3} {
		under(&ulib.Options{Model: ulib.Activations, LWPs: n}, askRegisters)
	}
}

func keepsRegisters(n uintptr) uintptr {
	var never uint32
	rounds := uintptr(0)
	for {
		equal(int(keepWhile((n+1)<<40+rounds, &never, 20_000)), 1, "a register changed")
		if rounds++; ulib.Now() >= ends {
			return rounds
		}
	}
}

func sleepsInKernel(uintptr) uintptr {
	for n := uintptr(1); ; n++ {
		sys.Sleep(1e5)
		if ulib.Now() >= ends {
			return n
		}
	}
}

func askRegisters() {
	ends = never()
	hammer, sleeper := spawn(preempts, 0), spawn(sleepsInKernel, 0)
	for i := range 4 {
		ids[i] = spawn(keepsRegisters, uintptr(i))
	}
	for saStatNow().Preempted < 50 {
		ulib.Sleep(1e6)
	}
	ends = 0
	for i := range 4 {
		check(join(ids[i]) > 0, "rounds")
	}
	join(hammer)
	check(join(sleeper) > 0, "sleeps")
}
