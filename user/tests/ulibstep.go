package main

import (
	"sync/atomic"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

func steps(n uint64) uint64

// Does a thread that holds what others need, and is preempted at every instruction until it has given
// that up, give it up? The kernel makes a preemption of each single step of a process with activations
// that ignores SIGTRAP.
func threadSteps() {
	for _, n := range [...]int{1, 2} {
		under(&ulib.Options{Model: ulib.Activations, LWPs: n}, askSteps)
	}
	under(&ulib.Options{Model: ulib.Activations, LWPs: 1, Slots: 2}, askStepsEvicted)
}

// askStepsEvicted is askSteps with so few slots, two of them for those that read, that who is preempted
// loses his, wherever he is.
func askStepsEvicted() {
	id := spawn(yieldsUntil, 0)
	askSteps()
	join(id)
	n := ulib.Count().Evicted
	check(n > 1000, "threads were evicted")
	out.Out.Str("# and evicted at ").Int(n).NL().Flush()
}

func yieldsUntil(uintptr) uintptr {
	for atomic.LoadUint32(&released) == 0 {
		ulib.Yield()
	}
	return 0
}

func contends(uintptr) uintptr {
	for atomic.LoadUint32(&released) == 0 {
		ok(mutex.Lock(), "lock")
		word++
		ulib.Yield()
		word--
		ok(mutex.Unlock(), "unlock")
		atomic.AddUint32(&sum, 1)
	}
	return 0
}

func readsAndLocks(uintptr) uintptr {
	readsByte(0)
	ok(mutex.Lock(), "lock")
	equal(int(word), 0, "what the mutex guards")
	ok(mutex.Unlock(), "unlock")
	return 0
}

// stepping locks, reads and posts with a preemption at every instruction.
func stepping(n uintptr) uintptr {
	const loops = 100
	for range n {
		ok(mutex.Lock(), "lock")
		before := saStatNow()
		sys.SingleStep(true)
		word++
		equal(int(steps(loops)), 2*loops, "registers")
		word--
		other.Post()
		id, e := ulib.Create(double, 3)
		ok(e, "create")
		ok(mutex.Unlock(), "unlock")
		sys.SingleStep(false)
		after := saStatNow()
		equal(join(id), 6, "a thread's result")
		ok(other.Wait(), "wait")
		check(int(after.Preempted-before.Preempted) >= 4*loops, "a preemption at each instruction")
		check(after.Saved > before.Saved, "and of the sections of ulib")
	}
	return 0
}

func askSteps() {
	ok(sys.Ignore(sys.SIGTRAP), "ignore")
	word = 0
	var e sys.Errno
	pipeRead, pipeWrite, e = ulib.Pipe()
	ok(e, "pipe")
	from := saStatNow()
	for i := range 3 {
		ids[i] = spawn(contends, 0)
	}
	for i := range 2 {
		ids[3+i] = spawn(readsAndLocks, 0)
	}
	join(spawn(stepping, 10))
	_, e = ulib.Write(pipeWrite, sys.Bytes("xy"))
	ok(e, "write")
	atomic.StoreUint32(&released, 1)
	for i := range 5 {
		join(ids[i])
	}
	check(atomic.LoadUint32(&sum) > 0, "the others came to run")
	to := saStatNow()
	out.Out.Str("# preempted at ").Int(int(to.Preempted - from.Preempted)).Str(" instructions, and in sections of ulib at ")
	out.Out.Int(int(to.Saved - from.Saved)).NL().Flush()
}
