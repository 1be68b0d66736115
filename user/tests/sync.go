package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// Does a semaphore count, and wake those who wait in their order?
func threadSemaphores() { underModels(askSemaphores) }

func pingPong(n uintptr) uintptr {
	for range n {
		sem.Wait()
		add()
		other.Post()
	}
	return 0
}

func askSemaphores() {
	id := spawn(pingPong, 1000)
	for i := range 1000 {
		equal(int(atomic.LoadUint32(&sum)), i, "turns")
		ok(sem.Post(), "post")
		ok(other.Wait(), "wait")
	}
	join(id)
	for range 5 {
		ok(sem.Post(), "post")
	}
	equal(sem.Value(), 5, "value")
	for range 3 {
		ok(sem.Wait(), "wait")
	}
	ok(sem.TryWait(), "TryWait")
	ok(sem.WaitUntil(1), "WaitUntil, of what needs no waiting")
	errno(sem.TryWait(), sys.EAGAIN, "TryWait")
	errno(sem.WaitUntil(1), sys.ETIMEDOUT, "WaitUntil, long ago")
	end := soon()
	errno(sem.WaitUntil(end), sys.ETIMEDOUT, "WaitUntil")
	check(ulib.Now() >= end, "not before the deadline")
	sum = 0
	for i := range 5 {
		ids[i] = spawn(waitsAndNotes, uintptr(i))
		is(ids[i], ulib.Waiting)
	}
	for i := range 5 {
		ok(sem.Post(), "post")
		join(ids[i])
		equal(record[i], i, "order")
	}
	errno(sem.Init(1<<31), sys.EINVAL, "a count of 2^31")
	ok(sem.Init(1<<31-1), "the highest count")
	errno(sem.Post(), sys.EOVERFLOW, "more than the highest count")
}

// Does a mutex exclude, pass from one to the next, and know its kind's errors?
func threadMutexes() { underModels(askMutexes) }

func adds(n uintptr) uintptr {
	for i := range n {
		mutex.Lock()
		s := record[0]
		if i%3 == 0 {
			ulib.Yield()
		}
		record[0] = s + 1
		ok(mutex.Unlock(), "unlock")
	}
	return 0
}

func triesLock(uintptr) uintptr {
	errno(mutex.TryLock(), sys.EBUSY, "TryLock")
	errno(mutex.LockUntil(soon()), sys.ETIMEDOUT, "LockUntil")
	return uintptr(mutex.Unlock())
}

func askMutexes() {
	for inherit := range 2 {
		for kind := ulib.Normal; kind <= ulib.ErrorCheck; kind++ {
			record[0] = 0
			ok(mutex.Init(kind, inherit == 1), "init")
			errno(mutex.Unlock(), sys.EPERM, "unlocking what is free")
			for i := range 10 {
				ids[i] = spawn(adds, 100)
			}
			for i := range 10 {
				join(ids[i])
			}
			equal(record[0], 1000, "sum")

			ok(mutex.Lock(), "lock")
			want := sys.EPERM
			if kind == ulib.Normal {
				want = 0
			}
			errno(sys.Errno(join(spawn(triesLock, 0))), want, "unlock by another")
			if kind == ulib.Normal {
				mutex.Lock()
			}
			switch kind {
			case ulib.Normal:
				errno(mutex.LockUntil(soon()), sys.ETIMEDOUT, "locked twice")
			case ulib.Recursive:
				ok(mutex.Lock(), "locked twice")
				ok(mutex.TryLock(), "and again")
				ok(mutex.Unlock(), "unlock")
				ok(mutex.Unlock(), "unlock")
			case ulib.ErrorCheck:
				errno(mutex.Lock(), ulib.EDEADLK, "locked twice")
				errno(mutex.TryLock(), sys.EBUSY, "TryLock")
			}
			id := spawn(locks, 0)
			is(id, ulib.Waiting)
			ok(mutex.Unlock(), "unlock")
			equal(join(id), 5, "who has waited")
			ok(mutex.LockUntil(1), "LockUntil of what is free")
			ok(mutex.Unlock(), "unlock")
		}
	}
	errno(mutex.Init(3, false), sys.EINVAL, "no such kind")
}

// Has who holds a mutex the priority of those that wait for it, as long as they do?
func threadInherit() { underModels(askInherit) }

var second ulib.Mutex

func holdsBoth(uintptr) uintptr {
	second.Lock()
	mutex.Lock()
	mutex.Unlock()
	second.Unlock()
	return 0
}

func wantsSecond(deadline uintptr) uintptr {
	if deadline != 0 {
		errno(second.LockUntil(int64(deadline)), sys.ETIMEDOUT, "LockUntil")
		return 0
	}
	second.Lock()
	second.Unlock()
	return 0
}

func priority(id ulib.ID, want int, what string) {
	i, e := ulib.Look(id)
	ok(e, "look")
	equal(i.Priority, want, what)
}

func askInherit() {
	ok(mutex.Init(ulib.Normal, true), "init")
	ok(second.Init(ulib.Normal, true), "init")
	mutex.Lock()
	low, e := ulib.CreateWith(&ulib.Attr{Priority: 17}, holdsBoth, 0)
	ok(e, "create")
	is(low, ulib.Waiting)
	priority(ulib.Self(), 17, "of who holds the first")
	high, e := ulib.CreateWith(&ulib.Attr{Priority: 25}, wantsSecond, 0)
	ok(e, "create")
	is(high, ulib.Waiting)
	priority(low, 25, "of who holds the second")
	priority(ulib.Self(), 25, "of who holds the first, through the second")
	higher, e := ulib.CreateWith(&ulib.Attr{Priority: 30}, wantsSecond, uintptr(soon()))
	ok(e, "create")
	join(higher)
	priority(low, 25, "after another has given up")
	ok(ulib.SetPriority(high, 28), "SetPriority")
	ok(ulib.SetPriority(ulib.Self(), 3), "SetPriority")
	ok(mutex.Unlock(), "unlock")
	priority(ulib.Self(), 3, "after unlocking")
	ok(ulib.SetPriority(ulib.Self(), ulib.DefaultPriority), "SetPriority")
	join(low)
	join(high)
}

// Does a condition wake one or all, and come back in time?
func threadConditions() { underModels(askConditions) }

func awaits(n uintptr) uintptr {
	mutex.Lock()
	for record[1] <= int(n) {
		ok(condition.Wait(&mutex), "wait")
	}
	record[2]++
	mutex.Unlock()
	return 0
}

func producer(n uintptr) uintptr {
	for range n {
		mutex.Lock()
		for record[3] == 2 {
			condition.Wait(&mutex)
		}
		record[3]++
		mutex.Unlock()
		condition.Broadcast()
	}
	return 0
}

func consumer(n uintptr) uintptr {
	for range n {
		mutex.Lock()
		for record[3] == 0 {
			condition.WaitUntil(&mutex, never())
		}
		record[3]--
		record[4]++
		mutex.Unlock()
		condition.Broadcast()
	}
	return 0
}

func askConditions() {
	errno(condition.Wait(&mutex), sys.EPERM, "without the mutex")
	condition.Signal()
	condition.Broadcast()
	mutex.Lock()
	end := soon()
	for ulib.Now() < end {
		errno(condition.WaitUntil(&mutex, end), sys.ETIMEDOUT, "WaitUntil")
	}
	errno(mutex.TryLock(), sys.EBUSY, "locked again")
	mutex.Unlock()
	for i := range 8 {
		ids[i] = spawn(awaits, 0)
	}
	for i := range 8 {
		is(ids[i], ulib.Waiting)
	}
	mutex.Lock()
	record[1] = 1
	mutex.Unlock()
	for i := range 8 {
		if i == 4 {
			condition.Broadcast()
		} else if i < 4 {
			condition.Signal()
		}
	}
	for i := range 8 {
		join(ids[i])
	}
	equal(record[2], 8, "woken")
	for i := range 4 {
		ids[2*i] = spawn(producer, 100)
		ids[2*i+1] = spawn(consumer, 100)
	}
	for i := range 8 {
		join(ids[i])
	}
	equal(record[4], 400, "consumed")
}

// Do readers share and writers exclude, and does nobody overtake?
func threadRWMutexes() { underModels(askRWMutexes) }

var rw ulib.RWMutex

func reads(n uintptr) uintptr {
	for range n {
		ok(rw.RLock(), "RLock")
		equal(record[0], record[1], "what a reader sees")
		ulib.Yield()
		ok(rw.Unlock(), "unlock")
	}
	return 0
}

func writes(n uintptr) uintptr {
	for range n {
		ok(rw.Lock(), "Lock")
		record[0]++
		ulib.Yield()
		record[1]++
		ok(rw.Unlock(), "unlock")
	}
	return 0
}

func wantsWrite(uintptr) uintptr {
	errno(rw.LockUntil(soon()), sys.ETIMEDOUT, "LockUntil")
	return 0
}

func askRWMutexes() {
	for i := range 8 {
		if i%3 == 0 {
			ids[i] = spawn(writes, 100)
		} else {
			ids[i] = spawn(reads, 100)
		}
	}
	for i := range 8 {
		join(ids[i])
	}
	equal(record[0], 300, "written")
	errno(rw.Unlock(), sys.EPERM, "unlocking what is free")
	ok(rw.RLock(), "RLock")
	ok(rw.TryRLock(), "TryRLock")
	errno(rw.TryLock(), sys.EBUSY, "TryLock beside readers")
	w := spawn(wantsWrite, 0)
	r := spawn(reads, 1)
	join(w)
	join(r)
	ok(rw.Unlock(), "unlock")
	ok(rw.Unlock(), "unlock")
	ok(rw.Lock(), "Lock")
	errno(rw.Lock(), ulib.EDEADLK, "Lock twice")
	errno(rw.RLock(), ulib.EDEADLK, "RLock by the writer")
	errno(rw.TryRLock(), sys.EBUSY, "TryRLock beside a writer")
	errno(sys.Errno(join(spawn(unlocksRW, 0))), sys.EPERM, "unlock by another")
	ok(rw.Unlock(), "unlock")
	ok(rw.RLockUntil(1), "RLockUntil of what is free")
	ok(rw.Unlock(), "unlock")
}

func unlocksRW(uintptr) uintptr {
	errno(rw.RLockUntil(soon()), sys.ETIMEDOUT, "RLockUntil")
	return uintptr(rw.Unlock())
}

// Do barriers, Once and spin locks do what they say?
func threadBarriers() { underModels(askBarriers) }

var (
	barrier  ulib.Barrier
	once     ulib.Once
	spinLock ulib.SpinLock
)

func rounds(n uintptr) uintptr {
	lasts := uintptr(0)
	for i := range n {
		add()
		last, e := barrier.Wait()
		ok(e, "barrier")
		check(atomic.LoadUint32(&sum) >= uint32(5*(i+1)), "all have come")
		if last {
			lasts++
		}
	}
	return lasts
}

func initialise() {
	other.Wait()
	record[5]++
}

func doesOnce(uintptr) uintptr {
	once.Do(initialise)
	equal(record[5], 1, "done once, and before")
	return 0
}

func spins(n uintptr) uintptr {
	for range n {
		spinLock.Lock()
		record[6]++
		if record[6]%50 == 0 {
			ulib.Yield()
		}
		spinLock.Unlock()
	}
	return 0
}

func askBarriers() {
	_, e := barrier.Wait()
	errno(e, sys.EINVAL, "no Init")
	errno(barrier.Init(0), sys.EINVAL, "a barrier for nobody")
	ok(barrier.Init(5), "init")
	lasts := 0
	for i := range 5 {
		ids[i] = spawn(rounds, 50)
	}
	for i := range 5 {
		lasts += join(ids[i])
	}
	equal(lasts, 50, "told to be the last")

	id := spawn(doesOnce, 0)
	is(id, ulib.Waiting)
	cancelled(id, "in Once")
	for i := range 10 {
		ids[i] = spawn(doesOnce, 0)
	}
	other.Post()
	for i := range 10 {
		join(ids[i])
	}

	for i := range 4 {
		ids[i] = spawn(spins, 500)
	}
	for i := range 4 {
		join(ids[i])
	}
	equal(record[6], 2000, "counted")
	errno(spinLock.Unlock(), sys.EPERM, "unlocking what is free")
	ok(spinLock.TryLock(), "TryLock")
	errno(spinLock.TryLock(), sys.EBUSY, "TryLock")
}

// Do channels pass every value once and in order, hold what they may, and close?
func threadChannels() { underModels(askChannels) }

func receiveByte(c *ulib.Channel, b *byte) sys.Errno { return c.Receive(unsafe.Pointer(b)) }

func sends(n uintptr) uintptr {
	for i := range n {
		ok(channel.Send(unsafe.Pointer(&i)), "send")
	}
	return 0
}

func receives(uintptr) uintptr {
	var x, total uintptr
	for {
		e := channel.Receive(unsafe.Pointer(&x))
		if e != 0 {
			errno(e, sys.EPIPE, "receive")
			return total
		}
		total += x
	}
}

func sendsOne(uintptr) uintptr {
	x := uintptr(1)
	return uintptr(channel.Send(unsafe.Pointer(&x)))
}

func askChannels() {
	for _, capacity := range [...]int{0, 1, 7} {
		ok(channel.Init(8, capacity), "init")
		id := spawn(sends, 300)
		for i := range uintptr(300) {
			var x uintptr
			ok(channel.Receive(unsafe.Pointer(&x)), "receive")
			equal(int(x), int(i), "order")
		}
		join(id)
		for i := range 4 {
			ids[i] = spawn(sends, 100)
			ids[4+i] = spawn(receives, 0)
		}
		for i := range 4 {
			join(ids[i])
		}
		ok(channel.Close(), "close")
		total := 0
		for i := range 4 {
			total += join(ids[4+i])
		}
		equal(total, 4*4950, "all that was sent")
		errno(channel.Close(), sys.EPIPE, "close twice")
		var x uintptr
		errno(channel.Send(unsafe.Pointer(&x)), sys.EPIPE, "send")
		channel.Free()

		ok(channel.Init(8, capacity), "init")
		errno(channel.ReceiveUntil(unsafe.Pointer(&x), soon()), sys.ETIMEDOUT, "receive from an empty one")
		for range capacity {
			ok(channel.SendUntil(unsafe.Pointer(&x), 1), "send")
		}
		errno(channel.SendUntil(unsafe.Pointer(&x), soon()), sys.ETIMEDOUT, "send to a full one")
		id = spawn(sendsOne, 0)
		is(id, ulib.Waiting)
		ok(channel.Close(), "close")
		errno(sys.Errno(join(id)), sys.EPIPE, "send when closed")
		for range capacity {
			ok(channel.Receive(unsafe.Pointer(&x)), "what was held")
		}
		errno(channel.Receive(unsafe.Pointer(&x)), sys.EPIPE, "receive when closed")
		channel.Free()
	}
	errno(channel.Init(0, 1), sys.EINVAL, "values of no size")
	errno(channel.Init(ulib.MaxValue+1, 1), sys.EINVAL, "values too large")
	errno(channel.Init(1, -1), sys.EINVAL, "a negative capacity")
}

// Do threads that sleep wake in the order of their times, and not before?
func threadSleeps() { underModels(askSleeps) }

var base int64 // of the times of waking

func sleepsUntil(n uintptr) uintptr {
	until := base + int64(n)*2e6
	ulib.SleepUntil(until)
	check(ulib.Now() >= until, "not too early")
	record[int(atomic.AddUint32(&sum, 1))-1] = int(n)
	return 0
}

func askSleeps() {
	base = ulib.Now() + 200e6
	for i := range 20 {
		ids[i] = spawn(sleepsUntil, uintptr(i*37%20))
	}
	for i := range 20 {
		join(ids[i])
	}
	for i := range 20 {
		// Several LWPs note it in any order.
		if ulib.CurrentModel() == ulib.NToOne {
			equal(record[i], i, "order of waking")
		}
	}
	from := ulib.Now()
	ulib.Sleep(5e6)
	check(ulib.Now()-from >= 5e6, "not too early")
	ulib.Sleep(0)
	ulib.Sleep(-1)
}

// Is memory given out once, and used again?
func threadMemory() { underModels(askMemory) }

func allocates(n uintptr) uintptr {
	var at [50]uintptr
	for i := range uintptr(len(at)) {
		size := (n*131+i*257)%5000 + 1
		p, e := ulib.Alloc(size)
		ok(e, "alloc")
		check(p%16 == 0, "alignment")
		at[i] = p
		for b := range size {
			store(p+b, byte(n+i))
		}
		if i%7 == 0 {
			ulib.Yield()
		}
	}
	for i := range uintptr(len(at)) {
		size := (n*131+i*257)%5000 + 1
		for b := range size {
			if load(at[i]+b) != byte(n+i) {
				fail("memory is given out twice")
			}
		}
		ok(ulib.Free(at[i]), "free")
	}
	return 0
}

func askMemory() {
	for i := range 10 {
		ids[i] = spawn(allocates, uintptr(i))
	}
	for i := range 10 {
		join(ids[i])
	}
	p, e := ulib.Alloc(100)
	ok(e, "alloc")
	ok(ulib.Free(p), "free")
	errno(ulib.Free(p), sys.EINVAL, "free twice")
	q, e := ulib.Alloc(100)
	ok(e, "alloc")
	check(p == q, "used again")
	big, e := ulib.Alloc(3 << 20)
	ok(e, "alloc")
	store(big+3<<20-1, 1)
	ok(ulib.Free(big), "free")
	errno(ulib.Free(q+8), sys.EINVAL, "free of what is no piece's start")
	ok(ulib.Free(0), "free of nothing")
	_, e = ulib.Alloc(0)
	errno(e, sys.EINVAL, "nothing")
	_, e = ulib.Alloc(1 << 62)
	errno(e, sys.ENOMEM, "too much")
}

// Does a thread that reads leave the LWP to others, where there are several, and can it be
// cancelled there?
func threadCalls() {
	under(&ulib.Options{Model: ulib.OneToOne}, askCalls)
	under(&ulib.Options{Model: ulib.MToN, LWPs: 1}, askCalls)
	under(&ulib.Options{Model: ulib.MToN, LWPs: 4}, askCalls)
	if gossamer {
		under(&ulib.Options{Model: ulib.Activations}, askCalls)
		under(&ulib.Options{Model: ulib.Activations, LWPs: 1}, askCalls)
	}
	under(&ulib.Options{Model: ulib.MToN, LWPs: 2, Fixed: true}, askStall)
}

var pipeWrite int

func readsByte(uintptr) uintptr {
	var b [1]byte
	n, e := ulib.Read(pipeRead, b[:])
	ok(e, "read")
	equal(n, 1, "bytes read")
	return uintptr(b[0])
}

func askCalls() {
	var e sys.Errno
	pipeRead, pipeWrite, e = ulib.Pipe()
	ok(e, "pipe")
	for i := range 6 {
		ids[i] = spawn(readsByte, 0)
		is(ids[i], ulib.InCall)
	}
	equal(join(spawn(double, 4)), 8, "a thread beside")
	if gossamer {
		for i := range 2 {
			cancelled(ids[4+i], "in read")
		}
	}
	total := 0
	for i := range 4 {
		n, e := ulib.Write(pipeWrite, sys.Bytes("abcd")[i:i+1])
		ok(e, "write")
		equal(n, 1, "bytes written")
	}
	if !gossamer {
		ulib.Write(pipeWrite, sys.Bytes("\x00\x00"))
		total += join(ids[4]) + join(ids[5])
	}
	for i := range 4 {
		total += join(ids[i])
	}
	equal(total, 'a'+'b'+'c'+'d', "read")
	_, e = ulib.Read(-1, nil)
	errno(e, sys.EBADF, "read")
	_, e = ulib.Open("none", sys.O_RDONLY, 0)
	errno(e, sys.ENOENT, "open")
	var status sys.WaitStatus
	_, e = ulib.WaitProcess(-1, &status)
	errno(e, sys.ECHILD, "wait")
	if ulib.Concurrency() < 7 && ulib.CurrentModel() == ulib.MToN {
		fail("the pool has not grown")
	}
}

// A pool that may not grow stalls, and says so.
func askStall() {
	var e sys.Errno
	pipeRead, pipeWrite, e = ulib.Pipe()
	ok(e, "pipe")
	writer, e := ulib.CreateWith(&ulib.Attr{Scope: ulib.ScopeSystem}, writesWhenStalled, 0)
	ok(e, "create")
	for i := range 2 {
		ids[i] = spawn(readsByte, 0)
	}
	for i := range 2 {
		join(ids[i])
	}
	join(writer)
	equal(ulib.Concurrency(), 2, "LWPs of the pool")
}

func writesWhenStalled(uintptr) uintptr {
	for ulib.Stalls() == 0 {
		ulib.Yield()
	}
	for range 2 {
		ulib.Write(pipeWrite, sys.Bytes("x"))
	}
	return 0
}
