// Threads is a tour of ulib: each stop says what it shows, and shows it.
//
//	[env ULIB_MODEL=n1|11|mn|sa] threads
package main

import (
	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("threads", what, e)
	}
}

func create(f ulib.Func, arg uintptr) ulib.ID {
	id, e := ulib.Create(f, arg)
	must(e, "create")
	return id
}

func join(id ulib.ID) uintptr {
	result, e := ulib.Join(id)
	must(e, "join")
	return result
}

// say prints a line in one piece, whoever else prints.
func say(s string) { var l ulib.Line; l.Str(s).Print() }

func main() {
	must(ulib.Start(), "start")
	var l ulib.Line
	l.Str("The model is ").Str(ulib.ModelName(ulib.CurrentModel())).Str(", on ").Int(ulib.CPUs()).Str(" CPUs.").Print()
	results()
	turns()
	exclusion()
	buffer()
	sleepers()
	cancellation()
	blocking()
	many()
	signals()
}

func square(n uintptr) uintptr { return n * n }

func results() {
	say("\n1. A thread runs a function; Join waits for it and gets what it returns.")
	var ids [5]ulib.ID
	for i := range ids {
		ids[i] = create(square, uintptr(i))
	}
	var l ulib.Line
	l.Str("   squares:")
	for i := range ids {
		l.Str(" ").Int(int(join(ids[i])))
	}
	l.Print()
}

func counts(name uintptr) uintptr {
	for i := 1; i <= 3; i++ {
		var l ulib.Line
		l.Str("   ").Str("ABC"[name : name+1]).Str(" ").Int(i).Print()
		ulib.Yield()
	}
	return 0
}

func turns() {
	say("\n2. Yield lets the others go on: on one VP they take turns. No system call is made for that.")
	var ids [3]ulib.ID
	for i := range ids {
		ids[i] = create(counts, uintptr(i))
	}
	for i := range ids {
		join(ids[i])
	}
}

var (
	mutex   ulib.Mutex
	balance int
)

func deposits(n uintptr) uintptr {
	for range n {
		mutex.Lock()
		b := balance
		ulib.Yield() // here others would read the same balance
		balance = b + 1
		mutex.Unlock()
	}
	return 0
}

func exclusion() {
	say("\n3. A mutex keeps others out, even over a Yield. Four threads deposit 250 times each.")
	var ids [4]ulib.ID
	for i := range ids {
		ids[i] = create(deposits, 250)
	}
	for i := range ids {
		join(ids[i])
	}
	var l ulib.Line
	l.Str("   balance ").Int(balance).Print()
}

var (
	guard   ulib.Mutex
	changed ulib.Cond
	full    bool
	item    uintptr
)

func takes(uintptr) (sum uintptr) {
	for range 5 {
		guard.Lock()
		for !full {
			changed.Wait(&guard)
		}
		sum += item
		full = false
		changed.Broadcast()
		guard.Unlock()
	}
	return sum
}

func buffer() {
	say("\n4. A condition lets a thread wait for what a mutex guards. One puts 1 to 5, another adds them up.")
	id := create(takes, 0)
	for i := range uintptr(5) {
		guard.Lock()
		for full {
			changed.Wait(&guard)
		}
		item, full = i+1, true
		changed.Broadcast()
		guard.Unlock()
	}
	var l ulib.Line
	l.Str("   sum ").Int(int(join(id))).Print()
}

func sleeps(tenths uintptr) uintptr {
	ulib.Sleep(int64(tenths) * 20e6)
	var l ulib.Line
	l.Str("   ").Int(int(tenths)).Print()
	return 0
}

func sleepers() {
	say("\n5. Sorting by sleeping: each thread sleeps as long as its number says. In between nothing runs.")
	var ids [6]ulib.ID
	for i, n := range [...]uintptr{5, 2, 6, 1, 4, 3} {
		ids[i] = create(sleeps, n)
	}
	for i := range ids {
		join(ids[i])
	}
}

func tidies(uintptr) { say("   its handler runs, and then it ends") }

func waitsForever(uintptr) uintptr {
	var never ulib.Semaphore
	c := ulib.Cleanup{F: tidies}
	ulib.PushCleanup(&c)
	never.Wait()
	return 0
}

func cancellation() {
	say("\n6. A thread waits for what never comes. Cancel ends it.")
	id := create(waitsForever, 0)
	ulib.Yield()
	ulib.Cancel(id)
	if join(id) == ulib.Canceled {
		say("   Join says that it was cancelled")
	}
}

var readEnd, writeEnd int

func reads(uintptr) uintptr {
	var b [16]byte
	n, e := ulib.Read(readEnd, b[:])
	must(e, "read")
	var l ulib.Line
	l.Str("   the reader has got \"").Str(sys.Text(b[:n])).Str("\"").Print()
	return 0
}

func blocking() {
	if ulib.CurrentModel() == ulib.NToOne {
		say("\n7. In this model a thread that reads from an empty pipe would stop all others: left out.")
		return
	}
	say("\n7. A thread reads from an empty pipe, in the kernel. The others go on, and one writes to it.")
	var e sys.Errno
	readEnd, writeEnd, e = ulib.Pipe()
	must(e, "pipe")
	id := create(reads, 0)
	for range 10 {
		ulib.Yield()
	}
	say("   the writer is still here")
	ulib.Write(writeEnd, sys.Bytes("hello"))
	join(id)
}

var gate ulib.Semaphore

func passes(uintptr) uintptr {
	gate.Wait()
	gate.Post()
	return 1
}

var ids [10_000]ulib.ID

func many() {
	n := len(ids)
	if ulib.CurrentModel() == ulib.OneToOne {
		n = 200
	}
	var l ulib.Line
	l.Str("\n8. ").Int(n).Str(" threads wait at a gate, and pass it one after the other.").Print()
	from := ulib.Now()
	for i := range n {
		ids[i] = create(passes, 0)
	}
	gate.Post()
	passed := 0
	for i := range n {
		passed += int(join(ids[i]))
	}
	l.Str("   ").Int(passed).Str(" have passed in ").Int(int(ulib.Now()-from) / 1e6).Str(" ms").Print()
}

var handledBy ulib.ID

func onSignal(sig int, info *sys.SigInfo) { handledBy = ulib.Self() }

func getsSignal(set uintptr) uintptr {
	sig, e := ulib.SigWait(ulib.SigSet(set), nil)
	must(e, "wait for a signal")
	return uintptr(sig)
}

func signals() {
	say("\n9. A signal to the program is taken by a thread that does not block it: by a handler, at whatever\n" +
		"   it does, or by asking for it.")
	usr1 := ulib.SigSet(sys.SigBit(sys.SIGUSR1))
	must(ulib.Catch(sys.SIGUSR1, onSignal, 0), "catch")
	_, e := ulib.SigMask(sys.SIG_BLOCK, usr1)
	must(e, "block")
	waiter := create(getsSignal, uintptr(usr1)) // and blocks it, too
	must(ulib.Kill(waiter, sys.SIGUSR1), "kill")
	var l ulib.Line
	l.Str("   one asked, and got signal ").Int(int(join(waiter))).Print()
	must(sys.Kill(sys.Getpid(), sys.SIGUSR1), "kill")
	say("   all block it: it waits")
	ulib.SigMask(sys.SIG_UNBLOCK, usr1)
	for handledBy == 0 {
		ulib.Yield()
	}
	if handledBy == ulib.Self() {
		say("   this thread has let it in, and its handler has run")
	}
}
