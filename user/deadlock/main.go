// Deadlock shows what the literature holds against threads on a fixed pool of LWPs, and what cures
// it: a thread that is ready holds what others need, and nobody runs it, for every LWP of the
// pool is asleep in the kernel, waiting for what that thread would do next.
//
// A holder locks a mutex and lets others run. Two readers read from an empty pipe, in the kernel.
// The holder would unlock the mutex then, and write to the pipe. Each model runs this with two
// LWPs where it has a choice; a watchman, a thread of system scope, says after a while who is
// where, and ends what does not go on. At last, under activations, the holder is preempted after each
// instruction that it makes with the mutex locked.
//
//	deadlock
package main

import (
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

const (
	readers      = 2
	patience     = 300e6 // ns; stepPatience if the holder is preempted all the time
	stepPatience = 60e9
	stalled      = 9 // status of a program that does not go on
	unsupported  = 8
)

var (
	mutex             ulib.Mutex
	readEnd, writeEnd int
	stepping          bool
	from, to          sa.Stat
	holder            ulib.ID
	reader            [readers]ulib.ID
)

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("deadlock", what, e)
	}
}

func holds(uintptr) uintptr {
	must(mutex.Lock(), "lock")
	if stepping {
		stat(&from)
		sys.SingleStep(true)
	}
	for i := range reader { // until the readers are in the kernel, or on their way
		for state(reader[i]) == ulib.Runnable {
			ulib.Yield()
		}
	}
	must(mutex.Unlock(), "unlock")
	if stepping {
		sys.SingleStep(false)
		stat(&to)
	}
	for range readers {
		_, e := ulib.Write(writeEnd, sys.Bytes("x"))
		must(e, "write")
	}
	return 0
}

func reads(uintptr) uintptr {
	var b [1]byte
	_, e := ulib.Read(readEnd, b[:])
	must(e, "read")
	must(mutex.Lock(), "lock")
	must(mutex.Unlock(), "unlock")
	return 0
}

func stat(s *sa.Stat) { sys.Syscall1(sa.SysStat, uintptr(unsafe.Pointer(s))) }

func state(id ulib.ID) ulib.State {
	i, _ := ulib.Look(id)
	return i.State
}

func describe(l *ulib.Line, id ulib.ID) {
	switch state(id) {
	case ulib.Runnable:
		l.Str("ready, but no LWP runs it")
	case ulib.Waiting:
		l.Str("waiting for the mutex")
	case ulib.InCall:
		l.Str("asleep in read(2) with its LWP")
	case ulib.Done:
		l.Str("done")
	}
}

func watches(uintptr) uintptr {
	if stepping {
		ulib.Sleep(stepPatience)
	} else {
		ulib.Sleep(patience)
	}
	var l ulib.Line
	l.Str("      holder of the mutex: ")
	describe(&l, holder)
	l.Print()
	for i := range reader {
		l.Str("      reader ").Int(i).Str(": ")
		describe(&l, reader[i])
		l.Print()
	}
	sys.Exit(stalled)
	return 0
}

// scene is the whole, in a program of its own.
func scene(o *ulib.Options) {
	switch e := ulib.StartWith(o); e {
	case 0:
	case sys.ENOSYS:
		sys.Exit(unsupported)
	default:
		must(e, "start")
	}
	var e sys.Errno
	if stepping {
		must(sys.Ignore(sys.SIGTRAP), "ignore")
	}
	readEnd, writeEnd, e = ulib.Pipe()
	must(e, "pipe")
	_, e = ulib.CreateWith(&ulib.Attr{Scope: ulib.ScopeSystem, Detached: true}, watches, 0)
	must(e, "create")
	for i := range reader {
		reader[i], e = ulib.Create(reads, 0)
		must(e, "create")
	}
	holder, e = ulib.Create(holds, 0)
	must(e, "create")
	ulib.Join(holder)
	for i := range reader {
		ulib.Join(reader[i])
	}
	if o.Model == ulib.MToN {
		var l ulib.Line
		l.Str("      the pool has now ").Int(ulib.Concurrency()).Str(" LWPs").Print()
	}
	if stepping {
		var l ulib.Line
		l.Str("      preempted at ").Int(int(to.Preempted - from.Preempted)).Str(" instructions, and in ulib's own sections at ")
		l.Int(int(to.Saved - from.Saved)).Print()
	}
	sys.Exit(0)
}

func try(what string, o ulib.Options) {
	out.Out.Str(ulib.ModelName(o.Model)).Str("  ").Str(what).NL().Flush()
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		scene(&o)
	}
	var status sys.WaitStatus
	sys.Wait4(pid, &status, 0, nil)
	switch status.Code() {
	case 0:
		out.Out.Str("      goes on to its end\n")
	case stalled:
		out.Out.Str("      stalls\n")
	case unsupported:
		out.Out.Str("      not on this kernel\n")
	default:
		out.Out.Str("      fails with status ").Int(status.Code()).NL()
		out.Exit(1)
	}
}

func main() {
	try("all threads on one LWP", ulib.Options{Model: ulib.NToOne})
	try("threads on two LWPs, fixed", ulib.Options{Model: ulib.MToN, LWPs: 2, Fixed: true})
	try("threads on two LWPs, more when all are asleep", ulib.Options{Model: ulib.MToN, LWPs: 2})
	try("each thread on an LWP of its own", ulib.Options{Model: ulib.OneToOne})
	try("threads on activations", ulib.Options{Model: ulib.Activations})
	if sys.OnGossamer() {
		stepping = true
		try("threads on activations, the holder preempted at each instruction", ulib.Options{Model: ulib.Activations})
	}
	out.Exit(0)
}
