//go:build explore

package ulib

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"unsafe"

	"gossamer/ulib/sys"
)

// A scene is what the main thread does; on every path all threads have to end.
type scene struct {
	name  string
	vps   int
	bound int
	run   func()
	sa    *activationScene // under activations
}

var scenes = []scene{
	{"create and join", 2, 3, sceneJoin, nil},
	{"detach", 2, 3, sceneDetach, nil},
	{"semaphore", 2, 3, sceneSemaphore, nil},
	{"mutex", 2, 3, sceneMutex, nil},
	{"condition", 2, 3, sceneCondition, nil},
	{"yield", 2, 3, sceneYield, nil},
	{"deadline", 2, 3, sceneDeadline, nil},
	{"cancel", 2, 3, sceneCancel, nil},
	{"channel", 2, 3, sceneChannel, nil},
	{"priority", 2, 3, scenePriority, nil},
	{"inheritance", 2, 3, sceneInherit, nil},
	{"rwmutex", 2, 3, sceneRWMutex, nil},
	{"deadline only", 2, 3, sceneDeadlineOnly, nil},
	{"cancel only", 2, 3, sceneCancelOnly, nil},
	{"cancel and forget", 2, 3, sceneForget, nil},
	{"idle VP", 2, 3, sceneIdle, nil},
	{"readers give up", 2, 3, sceneRWTimeout, nil},
	{"three VPs", 3, 1, sceneSemaphore, nil},
	{"signal and forget", 2, 3, sceneSignalForget, nil},
	{"signals of waiters", 2, 2, sceneSignalWait, nil},
	{"signal at the end", 2, 3, sceneSignalEnd, nil},
	{"signal that a handler blocks", 2, 2, sceneSignalHandler, nil},
	{"signal to a child", 1, 2, sceneSignalChild, nil},
}

var (
	s1, s2     Semaphore
	m1         Mutex
	c1         Cond
	ch1        Channel
	rw1        RWMutex
	inside, n1 int
	ids        [4]ID
)

// reset makes everything as it is at the start of a program.
func reset(t *testing.T, count int) {
	pool.free = [32]*thread{}
	for class := range pool.unused {
		if pool.unused[class] != 0 {
			pool.unused[class] = partOf(uint8(class))
		}
	}
	pool.guards = maxGuards
	pool.lock, piLock, poolLock, timers.lock, spare.lock = lock{}, lock{}, lock{}, lock{}, lock{}
	timers.n, timers.told, timers.first = 0, 0, noDeadline
	spare.first = nil
	vpCount, nvp, idleVPs, inCalls = 0, 0, 0, 0
	threads, lastLook = 1, 0
	options = Options{Model: MToN}
	s1, s2, m1, c1, ch1, rw1 = Semaphore{}, Semaphore{}, Mutex{}, Cond{}, Channel{}, RWMutex{}
	inside, n1 = 0, 0
	ids = [4]ID{}
	sigs.q, sigs.pending, sigs.waited, sigs.dues, sigs.held, sigs.taking = waitQueue{}, 0, 0, 0, 0, lock{}
	sigs.act = [maxSignal + 1]action{}
	sigs.owned = 0
	putVP(&allCaught, nil)
	keys.lock = lock{}
	for i := range heap {
		heap[i].lock = lock{}
	}
	put(&pool.newest, nil)
	resetActivations()
	for i := range count {
		if allVPs[i] == nil {
			at, e := sys.MmapAnon((unsafe.Sizeof(vpBlock{}) + sys.PageSize - 1) &^ (sys.PageSize - 1))
			if e != 0 {
				t.Fatal(e)
			}
			b := (*vpBlock)(unsafe.Pointer(at))
			b.vp.init(&b.m)
			allVPs[i] = &b.vp
		}
		v := allVPs[i]
		l := &(*vpBlock)(unsafe.Pointer(v)).late
		l.set = 0
		m := v.m
		*v = VP{}
		v.init(m)
		v.sched.name = [16]byte{'s', byte('0' + i)}
		v.lateAt(uintptr(unsafe.Pointer(l)))
		v.join()
	}
	mainThread = newMain(t)
}

var allVPs [8]*VP

func newMain(t *testing.T) *thread {
	m := pool.carve(minClass)
	*m = thread{g: m.g, class: minClass, generation: 1}
	m.prio, m.base = DefaultPriority, DefaultPriority
	m.name = [16]byte{'m'}
	return m
}

// explore runs a scene on every path and returns how many there are, and what is wrong on the last
// one, if anything is.
func explore(t *testing.T, s *scene) (paths int, wrong string) {
	path := []decision(nil)
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // it would shrink stacks
	for {
		if paths++; paths%1000 == 0 {
			runtime.GC()
		}
		run(t, s, path, false)
		if wrong := ex.fault; wrong != "" {
			run(t, s, path, true)
			if ex.fault != wrong {
				wrong += "; and again: " + ex.fault
			}
			return paths, wrong
		}
		if !ex.next() {
			return paths, ""
		}
		path = ex.path
	}
}

// run runs a scene on a path.
func run(t *testing.T, s *scene, path []decision, logging bool) {
	if ex != nil {
		for t := range ex.contexts { // a run is cut off anywhere
			*t = thread{}
		}
	}
	e := &explorer{path: path, bound: s.bound, contexts: map[*thread]*context{}, over: make(chan struct{}), now: 1, logging: logging}
	ex = e
	count := s.vps
	if s.sa != nil && s.sa.pool {
		count = s.sa.vps
	}
	reset(t, count)
	var a *actor
	body := func() {
		s.run()
		Exit(0)
	}
	if s.sa != nil {
		a = e.startKernel(s.sa, body)
	} else {
		for i := range s.vps {
			v := allVPs[i]
			c := e.context(&v.sched, v.schedule)
			e.actors = append(e.actors, &actor{v: v, on: c})
		}
		a = e.actors[0]
		put(&a.v.cur, mainThread)
		a.v.disabled = 0
		a.on = e.context(mainThread, body)
		// VP 0's scheduler begins when main leaves it for the first time.
	}
	e.cur = a
	a.on.resume <- struct{}{}
	<-e.over
	e.left.Wait()
	e.stopSteps()
}

func initForScenes(t *testing.T) {
	if !pool.open(minClass) || !pool.open(defaultClass) {
		t.Fatal("no room for stacks")
	}
	if e := initTimers(); e != 0 {
		t.Fatal(e)
	}
}

// trail is the last path, step by step.
func trail() string { return strings.Join(ex.log, "\n") }

func TestScenes(t *testing.T) {
	initForScenes(t)
	for i := range scenes {
		s := &scenes[i]
		t.Run(s.name, func(t *testing.T) {
			paths, wrong := explore(t, s)
			t.Logf("%d paths", paths)
			if wrong != "" {
				t.Fatalf("\n%s\n%s", trail(), wrong)
			}
		})
	}
}

func spawn(f Func, arg uintptr) ID {
	id, e := Create(f, arg)
	ex.check(e == 0, "create: %v", e)
	return id
}

func result(id ID, want uintptr) {
	r, e := Join(id)
	ex.check(e == 0 && r == want, "join: %v, %v", r, e)
}

func returns(n uintptr) uintptr { return 10 + n }

func sceneJoin() {
	a, b := spawn(returns, 0), spawn(returns, 1)
	result(b, 11)
	result(a, 10)
	_, e := Join(a)
	ex.check(e == sys.ESRCH, "joined twice: %v", e)
}

func sceneDetach() {
	a := spawn(returns, 0)
	ex.check(Detach(a) == 0, "detach")
	result(spawn(returns, 1), 11)
}

func waits1(n uintptr) uintptr {
	ex.check(s1.Wait() == 0, "wait")
	s2.Post()
	return n
}

func sceneSemaphore() {
	a, b := spawn(waits1, 0), spawn(waits1, 1)
	s1.Post()
	s2.Wait()
	s1.Post()
	s2.Wait()
	result(a, 0)
	result(b, 1)
	ex.check(s1.n == 0 && s2.n == 0, "counts")
}

func locks1(n uintptr) uintptr {
	m1.Lock()
	inside++
	ex.check(inside == 1, "two hold the mutex")
	point()
	n1++
	inside--
	ex.check(m1.Unlock() == 0, "unlock")
	return n
}

func sceneMutex() {
	a, b := spawn(locks1, 0), spawn(locks1, 1)
	locks1(2)
	result(a, 0)
	result(b, 1)
	ex.check(n1 == 3 && m1.word == mutexFree, "counted %d, word %d", n1, m1.word)
}

func awaits1(n uintptr) uintptr {
	m1.Lock()
	for n1 == 0 {
		c1.Wait(&m1)
	}
	m1.Unlock()
	return n
}

func sceneCondition() {
	a, b := spawn(awaits1, 0), spawn(awaits1, 1)
	m1.Lock()
	n1 = 1
	m1.Unlock()
	c1.Signal()
	c1.Signal()
	result(a, 0)
	result(b, 1)
}

func yields(n uintptr) uintptr {
	Yield()
	Yield()
	return n
}

func sceneYield() {
	a, b := spawn(yields, 0), spawn(yields, 1)
	Yield()
	result(a, 0)
	result(b, 1)
}

// timed waits with a deadline, and says which of the two came first.
func timed(n uintptr) uintptr {
	e := s1.WaitUntil(5)
	ex.check(e == 0 || e == sys.ETIMEDOUT, "WaitUntil: %v", e)
	return uintptr(e)
}

func sceneDeadline() {
	a := spawn(timed, 0)
	b := spawn(passesTime, 1)
	s1.Post()
	r, e := Join(a)
	ex.check(e == 0, "join")
	result(b, 1)
	ex.check(s1.n == 1 == (Errno(r) == sys.ETIMEDOUT), "result %d, count %d", r, s1.n)
	ex.check(timers.n == 0, "a timer is left")
}

// passesTime has the deadline of timed pass at any moment.
func passesTime(n uintptr) uintptr {
	point()
	ex.now = 10
	v := enter()
	expireTimers(v)
	v.leave()
	return n
}

func cancellee(n uintptr) uintptr {
	c := Cleanup{F: notes1}
	PushCleanup(&c)
	s1.Wait()
	PopCleanup(false)
	return n
}

func notes1(uintptr) { n1++ }

func sceneCancel() {
	a := spawn(cancellee, 0)
	b := spawn(posts1, 1)
	ex.check(Cancel(a) == 0, "cancel")
	r, e := Join(a)
	ex.check(e == 0, "join")
	result(b, 1)
	ex.check((r == Canceled) == (n1 == 1), "result %d, handlers %d", r, n1)
	ex.check((r == Canceled) == (s1.n == 1), "result %d, count %d", r, s1.n)
}

func posts1(n uintptr) uintptr {
	s1.Post()
	return n
}

func sends(n uintptr) uintptr {
	for i := range uintptr(2) {
		x := n*10 + i
		ex.check(ch1.Send(unsafe.Pointer(&x)) == 0, "send")
	}
	return n
}

func sceneChannel() {
	ex.check(ch1.Init(8, 0) == 0, "init")
	a := spawn(sends, 0)
	for i := range uintptr(2) {
		var x uintptr
		ex.check(ch1.Receive(unsafe.Pointer(&x)) == 0 && x == i, "received %d", x)
	}
	result(a, 0)
	ch1.Close()
}

func scenePriority() {
	id, e := CreateWith(&Attr{Priority: 20}, waits1, 0)
	ex.check(e == 0, "create")
	a := spawn(returns, 1)
	ex.check(SetPriority(id, 3) == 0, "SetPriority")
	s1.Post()
	result(id, 0)
	result(a, 11)
}

func sceneInherit() {
	m1.Init(Normal, true)
	a := spawn(locks1, 0)
	id, e := CreateWith(&Attr{Priority: 20}, locks1, 1)
	ex.check(e == 0, "create")
	locks1(2)
	result(a, 0)
	result(id, 1)
	ex.check(mainThread.prio == DefaultPriority && mainThread.holds == nil, "priority %d", mainThread.prio)
	ex.check(n1 == 3 && m1.owner == nil, "counted %d", n1)
}

func reads1(n uintptr) uintptr {
	rw1.RLock()
	inside++
	point()
	inside--
	ex.check(rw1.Unlock() == 0, "unlock")
	return n
}

func sceneRWMutex() {
	a, b := spawn(reads1, 0), spawn(reads1, 1)
	rw1.Lock()
	ex.check(inside == 0, "a reader beside a writer")
	point()
	ex.check(inside == 0, "a reader beside a writer")
	ex.check(rw1.Unlock() == 0, "unlock")
	result(a, 0)
	result(b, 1)
}

func sets(n uintptr) uintptr {
	n1 = 1
	return n
}

// A thread that is made ready while its VP computes is run by another.
func sceneIdle() {
	a := spawn(sets, 0)
	await(func() bool { return n1 == 1 })
	b := spawn(waits1, 1)
	Yield()
	s1.Post()
	await(func() bool { return s2.n == 1 })
	result(a, 0)
	result(b, 1)
}

func writes1(n uintptr) uintptr {
	e := rw1.LockUntil(5)
	ex.check(e == sys.ETIMEDOUT, "LockUntil: %v", e)
	return n
}

// A writer that gives up does not leave the readers behind it waiting.
func sceneRWTimeout() {
	rw1.RLock()
	a := spawn(writes1, 0)
	b := spawn(reads1, 1)
	result(b, 1)
	result(a, 0)
	ex.check(rw1.Unlock() == 0, "unlock")
}

// A deadline that passes while the thread is on its way to wait is not missed.
func sceneDeadlineOnly() {
	a := spawn(timed, 0)
	b := spawn(passesTime, 1)
	result(a, uintptr(sys.ETIMEDOUT))
	result(b, 1)
}

// Nor is being cancelled.
func sceneCancelOnly() {
	a := spawn(cancellee, 0)
	ex.check(Cancel(a) == 0, "cancel")
	result(a, Canceled)
	ex.check(n1 == 1, "handlers")
}

// forgets uses a semaphore that is gone as soon as Wait has returned.
func forgets(n uintptr) uintptr {
	c := Cleanup{F: spoils}
	PushCleanup(&c)
	s1.Wait()
	spoils(0)
	PopCleanup(false)
	return n
}

func spoils(uintptr) { s1.q.lock.word = 99 }

// Who cancels a thread does not touch what it has waited for once it has returned.
func sceneForget() {
	a := spawn(forgets, 0)
	b := spawn(posts1, 1)
	await(func() bool { return contextOf(a).queue != 0 || s1.q.lock.word == 99 })
	Cancel(a)
	Join(a)
	if s1.q.lock.word == 99 {
		s1.q.lock.word = 0 // for the one that posts, if it comes late
	}
	result(b, 1)
}

// forgetsSignal is forgets for a thread that has taken a signal that was sent to it before.
func forgetsSignal(uintptr) uintptr {
	t := self()
	await(func() bool { return t.cancel != 0 })
	TestCancel()
	s1.Wait()
	s1.q.lock.word = 99
	return 0
}

// Who sends a thread a signal does not end a wait that begins when the signal has been taken.
func sceneSignalForget() {
	handleAll()
	a := spawn(forgetsSignal, 0)
	b := spawn(posts1, 1)
	Kill(a, 10)
	Join(a)
	s1.q.lock.word = 0
	result(b, 1)
	ex.check(n1 == 1, "%d handlers", n1)
}

// handleAll has counts be what all signals do.
func handleAll() {
	own(^SigSet(notOurs))
	for sig := range sigs.act {
		sigs.act[sig].kind, sigs.act[sig].f = handles, counts
	}
}

func counts(sig int, info *sys.SigInfo) { n1++ }

// arrives has a signal come to the process.
func arrives(sig int) {
	v := enter()
	v.arrived(sig, &sys.SigInfo{Signo: int32(sig)}, nil)
	v.leave()
}

func awaits(set uintptr) uintptr {
	SigWait(SigSet(set), nil)
	n1++
	return 0
}

// Of two signals that a thread may have been woken for, another gets the one that it leaves.
func sceneSignalWait() {
	SigMask(sys.SIG_BLOCK, ^SigSet(0))

	sets := [...]SigSet{sigBit(low) | sigBit(high), sigBit(high), sigBit(low)}
	for i, set := range sets {
		ids[i] = spawn(awaits, uintptr(set))
	}
	arrives(high)
	arrives(low)
	await(func() bool { return n1 == 2 })
	for i := range sets {
		Cancel(ids[i])
		Join(ids[i])
	}
	ex.check(sigs.pending == 0, "pending: %#x", sigs.pending)
}

// A thread that ends goes on blocking what it blocks.
func sceneSignalEnd() {
	handleAll()
	SigMask(sys.SIG_BLOCK, ^SigSet(0))
	a := spawn(returns, 0)
	arrives(10)
	result(a, 10)
	ex.check(n1 == 0 && sigs.pending == sigBit(10), "taken though blocked")
}

// holdsUp runs until the other signal has been handled, which it blocks.
func holdsUp(sig int, info *sys.SigInfo) { await(func() bool { return n1 == 1 }) }

func letsGo(sig int, info *sys.SigInfo) { n1++; s2.Post() }

func takes(uintptr) uintptr {
	SigMask(sys.SIG_SETMASK, 0)
	s1.Wait()
	return 0
}

// A signal that a thread was told of, and that the handler of another blocks, is for other threads.
func sceneSignalHandler() {

	handleAll()
	Catch(low, holdsUp, sigBit(high))
	Catch(high, letsGo, 0)
	SigMask(sys.SIG_BLOCK, ^SigSet(0))
	a, b := spawn(takes, 0), spawn(takes, 0)
	arrives(high)
	arrives(low)
	s2.Wait()
	s1.Post()
	s1.Post()
	Join(a)
	Join(b)
}

// A child of Fork offers its signals to nobody who was the parent's.
func sceneSignalChild() {
	handleAll()
	a := spawn(takes, 0)
	Yield()
	SigMask(sys.SIG_BLOCK, ^SigSet(0))
	contextOf(a).exit.lock.word = 99
	v := enter()
	v.alone()
	v.leave()
	arrives(10)
	ex.check(n1 == 0 && SigPending() == sigBit(10), "pending: %#x", SigPending())
	b := spawn(takes, 0)
	s1 = Semaphore{n: 1}
	result(b, 0)
	ex.check(n1 == 1, "%d handlers", n1)
}

func contextOf(id ID) *thread { return (*thread)(unsafe.Pointer(uintptr(id) & (1<<addressBits - 1))) }
