package main

import (
	"sync/atomic"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
	"unsafe"
)

// Is every thread's work accounted for, and nothing left in the kernel, when a thousand threads
// yield, sleep, lock, read and are cancelled at random while another program wants the processors?
func threadStress() {
	competitor := fork(func() {
		ok(ulib.StartWith(&ulib.Options{Model: ulib.Activations}), "start")
		for i := range 8 {
			ids[i] = spawn(computes, uintptr(i))
		}
		wavers()
	})
	under(&ulib.Options{Model: ulib.Activations, LWPs: 4, Slots: 8}, askStress)
	under(&ulib.Options{Model: ulib.MToN, LWPs: 4}, askStress)
	sys.Kill(competitor, sys.SIGKILL)
	wait(competitor)
}

// wavers has the program want another number of processors every now and then, and none for a while.
func wavers() {
	for r := dice(7); ; {
		saConcurrency(1 + int(r.next(4)))
		if r.next(8) == 0 {
			sys.Sleep(int64(r.next(5e6)))
		} else {
			ulib.Sleep(int64(r.next(5e6)))
		}
	}
}

// computes yields and sleeps now and then, for as long as its program is let live.
func computes(n uintptr) uintptr {
	for r := dice(n + 1); ; {
		for i := range 100_000 {
			record[n] += i & 1
		}
		if r.next(4) == 0 {
			ulib.Sleep(int64(r.next(20e6)))
		} else {
			ulib.Yield()
		}
	}
}

const stressThreads = 1000

var (
	work     [stressThreads]uint32 // done by each, over all its lives
	locked   uint32                // guarded by mutex
	lockedBy [stressThreads]uint32
	ends     int64  // atomic; when it is over
	sent     uint32 // signals sent

	posted, waited uint32 // of sem
	written, read  uint32 // bytes, of the pipe
)

// dice is a generator of one thread (Marsaglia, xorshift64).
type dice uint64

func (r *dice) next(n uint64) uint64 {
	*r ^= *r << 13
	*r ^= *r >> 7
	*r ^= *r << 17
	return uint64(*r) % n
}

func stresses(n uintptr) uintptr {
	r := dice(n*2654435761 + uintptr(work[n]) + 1)
	var b [1]byte
	for ulib.Now() < atomic.LoadInt64(&ends) {
		switch r.next(16) {
		case 0:
			ulib.Yield()
		case 1:
			ulib.Sleep(int64(r.next(20e6)))
		case 2:
			mutex.Lock()
			locked++
			lockedBy[n]++
			if r.next(4) == 0 {
				ulib.Yield()
			}
			mutex.Unlock()
		case 3:
			ok(sem.Post(), "post")
			atomic.AddUint32(&posted, 1)
			ok(sem.Wait(), "wait")
			atomic.AddUint32(&waited, 1)
		case 4:
			other.WaitUntil(ulib.Now() + int64(r.next(5e6)))
		case 5:
			// As many bytes come in as are read.
			if _, e := ulib.Write(pipeWrite, b[:]); e != 0 {
				return 1
			}
			atomic.AddUint32(&written, 1)
			if _, e := ulib.Read(pipeRead, b[:]); e != 0 {
				return 2
			}
			atomic.AddUint32(&read, 1)
		case 7:
			if e := ulib.Kill(ids[r.next(stressThreads)], sys.SIGUSR1); e == 0 {
				atomic.AddUint32(&sent, 1)
			}
		case 6:
			sys.Sleep(int64(r.next(1e6))) // in the kernel
		default:
			for range r.next(2000) {
				store(uintptr(unsafe.Pointer(&b)), 1)
			}
		}
		atomic.AddUint32(&work[n], 1)
		add()
	}
	return 0
}

// stressLongest is how long the stress may last at most, ns; usually it is 3 s.
const stressLongest = 30e9

// stressStat is what the kernel has counted before.
type stressStat sa.Stat

// stressed reports whether since then processors were granted and taken often, threads blocked, and more
// of them than there are slots.
func (before *stressStat) stressed() bool {
	s := saStatNow()
	return s.Grants >= before.Grants+10 && s.Preempted >= before.Preempted+10 && s.Upcalls > before.Upcalls &&
		s.Blocks > before.Blocks && s.Plain > before.Plain && s.Converted > before.Converted
}

func askStress() {
	var e sys.Errno
	pipeRead, pipeWrite, e = ulib.Pipe()
	ok(e, "pipe")
	ok(ulib.Catch(sys.SIGUSR1, noteSignal, 0), "catch")
	activations := ulib.CurrentModel() == ulib.Activations
	var before stressStat
	if activations {
		before = stressStat(saStatNow())
	}
	from := ulib.Now()
	atomic.StoreInt64(&ends, never())
	for i := range stressThreads {
		ids[i] = spawn(stresses, uintptr(i))
	}
	ok(ulib.SetPriority(ulib.Self(), ulib.DefaultPriority+2), "SetPriority")
	r := dice(1)
	lives, cancels := stressThreads, 0
	for cancels == 0 || ulib.Now() < from+3e9 || activations && !before.stressed() && ulib.Now() < from+stressLongest {
		if activations {
			saConcurrency(1 + int(r.next(4))) // processors come and go, beside those that the other takes
		}
		first := int(r.next(stressThreads - 50))
		for i := first; i < first+50; i++ {
			ok(ulib.Cancel(ids[i]), "cancel")
			ok(ulib.SetPriority(ids[i], ulib.DefaultPriority+1), "SetPriority") // or it waits for its turn behind a thousand
		}
		for i := first; i < first+50; i++ {
			equal(join(ids[i]), -1, "how a thread ends that is cancelled")
			cancels++
			ids[i] = spawn(stresses, uintptr(i))
			lives++
		}
	}
	atomic.StoreInt64(&ends, 0)
	for i := range stressThreads {
		equal(join(ids[i]), 0, "how a thread ends")
	}
	total, inMutex := 0, 0
	for i := range stressThreads {
		total += int(work[i])
		inMutex += int(lockedBy[i])
	}
	check(total > 0, "something has been done") // how much depends on the host
	equal(int(sum), total, "work done")
	equal(int(locked), inMutex, "work done in the mutex")
	// Who was cancelled in a wait or a call has taken nothing, and lost nothing.
	equal(sem.Value(), int(posted-waited), "what was posted and not taken")
	sys.Close(pipeWrite)
	left := 0
	for {
		n, e := ulib.Read(pipeRead, big[:])
		ok(e, "read")
		if n == 0 {
			break
		}
		left += n
	}
	equal(left, int(written-read), "bytes written and not read")
	check(count(sys.SIGUSR1) > 0 && count(sys.SIGUSR1) <= int(sent), "signals were taken")
	had := ulib.Count()
	equal(had.Threads, 1, "threads left")
	equal(had.Stacks-had.FreeStacks, 1, "stacks in use")
	equal(had.FreeSlots, had.Slots, "slots without a thread")
	if !activations {
		return
	}
	s := saStatNow()
	equal(int(s.InKernel), 0, "threads left in the kernel")
	equal(int(s.NVP), 4, "virtual processors")
	check(before.stressed(), "activations were used, and processors granted and taken")
	out.Out.Str("# ").Int(total).Str(" pieces of work in ").Int(lives).Str(" lives, ").Int(cancels).Str(" cancelled; ")
	out.Out.Int(int(s.Grants - before.Grants)).Str(" grants, ").Int(int(s.Preempted - before.Preempted))
	out.Out.Str(" threads taken off, ").Int(int(s.Plain - before.Plain)).Str(" plain blocks\n").Flush()
}

// What does a thread that waits cost in memory? And can there be as many as memory has room for?
func threadMany() {
	underModel := func(m ulib.Model) { under(&ulib.Options{Model: m}, askMany) }
	underModel(ulib.NToOne)
	underModel(ulib.Activations)
}

const manyStack = ulib.MinStack

func passesGate(uintptr) uintptr {
	sem.Wait()
	sem.Post()
	return 1
}

func askMany() {
	before, _ := meminfo("MemFree:")
	askParked(min(before/6, 100_000))
}

// Can a million threads wait, in 8 GiB?
func threadMillion() {
	const million = 1_000_000
	if free, _ := meminfo("MemFree:"); free < 6<<20 {
		skip()
	}
	ask := func() { askParked(million) }
	under(&ulib.Options{Model: ulib.NToOne}, ask)
	under(&ulib.Options{Model: ulib.Activations}, ask)
}

// askParked has n threads wait, each on a page of its stack, and go on.
func askParked(n int) {
	before, _ := meminfo("MemFree:")
	list := unsafe.Slice((*ulib.ID)(unsafe.Pointer(anon(8*uintptr(n)))), n)
	for i := range n {
		id, e := ulib.CreateWith(&ulib.Attr{Stack: manyStack}, passesGate, 0)
		ok(e, "create")
		list[i] = id
	}
	for range 3 {
		ulib.Yield()
	}
	after, _ := meminfo("MemFree:")
	bytes := (before - after) * 1024 / n
	if bytes > sys.PageSize+1024 {
		out.Out.Str("# ").Int(n).Str(" threads, ").Int(bytes).Str(" bytes each\n").Flush()
		fail("a thread that waits costs more than a page and a KiB")
	}
	out.Out.Str("# ").Int(n).Str(" threads wait, ").Int(bytes).Str(" bytes each, with the page of the stack\n").Flush()
	bottom := uintptr(list[n-1]) & (1<<48 - 1) &^ (manyStack - 1)
	equal(int(load(bottom+sys.PageSize)), 0, "the lowest page of a stack")
	dies(func() { store(bottom, 1) }, sys.SIGSEGV, "the guard page below it")
	sem.Post()
	passed := 0
	for i := range n {
		passed += join(list[i])
	}
	equal(passed, n, "threads")
}

// Do locks, conditions, creation and joining survive being preempted again and again, on one VP,
// on as many as there are CPUs, and on more?
func threadPreempted() {
	for _, n := range [...]int{0, 1, 3} {
		under(&ulib.Options{Model: ulib.Activations, LWPs: n}, askPreempted)
	}
}

// preempts has all VPs upcalled without end: its own too, so that it shares them.
func preempts(uintptr) uintptr {
	n := uint64(ulib.Concurrency())
	r := dice(12345)
	for i := 0; i < 100 || ulib.Now() < ends; i++ {
		sys.Syscall1(sa.SysPreempt, uintptr(r.next(n)))
		for range r.next(500) {
			store(uintptr(unsafe.Pointer(&record[63])), 1)
		}
	}
	return 0
}

func makesThreads(uintptr) uintptr {
	made := uintptr(0)
	for made == 0 || ulib.Now() < ends {
		for range 20 {
			made++
			equal(join(spawn(double, made)), int(2*made), "result")
		}
	}
	return made
}

func askPreempted() {
	ends = ulib.Now() + 1e9
	hammer := spawn(preempts, 0)
	maker := spawn(makesThreads, 0)
	for round := 0; ulib.Now() < ends; round++ {
		record[0], record[4] = 0, 0
		for i := range 4 {
			ids[i] = spawn(adds, 50)
			ids[4+2*i] = spawn(producer, 50)
			ids[5+2*i] = spawn(consumer, 50)
		}
		for i := range 12 {
			join(ids[i])
		}
		equal(record[0], 200, "counted under the mutex")
		equal(record[4], 200, "consumed")
	}
	join(hammer)
	check(join(maker) > 0, "threads were made")
	var s sa.Stat
	ok(sys.Err(sys.Syscall1(sa.SysStat, uintptr(unsafe.Pointer(&s)))), "sa_stat")
	check(s.Preempted > 0, "threads were preempted")
}
