package ulib

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// A VP is a virtual processor: something that runs threads, on an LWP or as an activation. GS base
// is its address. The first words are those of sa.VP, which only an activation's kernel looks at.
type VP struct {
	disabled uint32
	pending  uint32
	slot     uint32 // activations: mine, or none while no thread runs
	quantum  uint32
	sigmask  uint64
	wakeAt   int64
	upcallFS uint64
	awake    uint32 // atomic; a slot plus one, whose thread here is to look before it sleeps; 0: none
	_        [sa.Own - 44]byte

	self    *VP
	cur     *thread // that runs; sched if none
	m       *sys.ReportM
	number1 uint32 // its number among all, plus one
	index   uint32 // its place in the pool; notPool: it is none of that
	lid     int    // its LWP

	// lifo is the thread that was woken last: it runs next, for its data are in the cache. It is
	// taken by exchange.
	lifo   *thread
	streak uint32 // times that lifo was preferred to the queue
	queue  runQueue

	sched thread     // the scheduler as a thread: a context, and no control block otherwise
	idle  lock       // nobody's: for switches that need not unlock anything
	token uint32     // 1: the LWP need not sleep. See park
	turn  uint32     // where stealing begins
	mine  uint32     // activations: the slot that it has named
	tls   [2]uintptr // activations: FS base is the address of the second
	top   uintptr    // and the top of the scheduler's stack
	tookG uintptr    // and what g was at the last upcall
	looks uint32     // and how often the resumption that goes on has looked at what was pending

	handoff *thread // that the scheduler is to run, for it is in a slot
	lwp     sys.LWP

	// Of an LWP: a signal that it has caught, and how far that is (see sigcollect.go).
	got        uint32  // atomic
	arriving   *uint32 // got; of an activation, what the kernel says of the process
	gotInfo    sys.SigInfo
	late       *late
	nextCaught *VP

	bound     *thread // that alone runs here, if it is not of the pool
	nextSpare *VP     // [spare.lock]
}

// maxStreak is how often the thread woken last may go before those that have waited longer.
const maxStreak = 16

// maxVP is the size of the largest pool.
const maxVP = 64

// idleVPs says by a bit for each VP of the pool whether it sleeps, or is about to. Atomic.
var idleVPs uint64

// ready makes t, which waits nowhere, ready to run. It is in a critical section, without locks of
// run queues.
func (v *VP) ready(t *thread) {
	if s := t.special | v.cur.special; s != 0 {
		if s != specialTraced {
			v.readyLast(t)
			return
		}
		v.traceReady(t)
	}
	v.readied(swap(&v.lifo, t))
}

// readied sees to the thread whose place another has taken, if any, and to VPs that sleep.
func (v *VP) readied(old *thread) {
	if old != nil {
		v.enqueue(old)
	}
	point()
	if idleVPs != 0 {
		wakeIdle()
	}
}

// enqueue puts a thread at the end of v's queue. A look at idleVPs may follow: whoever is going
// to sleep sees the thread, or is seen.
func (v *VP) enqueue(t *thread) { v.queue.enter(v, t) }

func (q *runQueue) enter(v *VP, t *thread) {
	q.lock.acquire(v)
	q.push(t)
	q.lock.releaseFence()
}

// tell sees to VPs that sleep after a push, under the lock: who looked for work while what is in the queue
// was in no place sees it, or is seen.
func (q *runQueue) tell() {
	if q.mask == 0 {
		return
	}
	atomic.AddUint32(&q.look, 0) // what was pushed is seen before what is below is read
	if atomic.LoadUint64(&idleVPs) != 0 {
		wakeIdle()
	}
}

// readyLast is ready for any thread, and for several at a time: it goes behind those of its priority.
func (v *VP) readyLast(t *thread) {
	v.traceReady(t)
	if t.special&specialBound != 0 {
		swap(&t.home.lifo, t)
		t.home.unpark()
		return
	}
	if v.index == notPool {
		v.turn++
		vps[v.turn%atomic.LoadUint32(&nvp)].queue.enter(v, t)
	} else {
		if v.cur != &v.sched && t.prio > v.cur.prio {
			v.pending = 1 // the section's end is a yield
		}
		v.enqueue(t)
	}
	point()
	if atomic.LoadUint64(&idleVPs) != 0 {
		wakeIdle()
	}
}

// wakeIdle makes one VP that sleeps look for work.
func wakeIdle() {
	for {
		point()
		m := atomic.LoadUint64(&idleVPs)
		if m == 0 {
			return
		}
		if act.on {
			wakeActivation()
			return
		}
		if atomic.CompareAndSwapUint64(&idleVPs, m, m&(m-1)) {
			vps[bits.TrailingZeros64(m)].unpark()
			return
		}
	}
}

// next takes the thread that v should run; nil: let the scheduler look.
func (v *VP) next() *thread {
	if !v.queue.busy() {
		return swap(&v.lifo, nil)
	}
	return v.nextQueued()
}

func (v *VP) nextQueued() *thread {
	if v.queue.look&lookTimers != 0 && lookDue() {
		return nil
	}
	t := swap(&v.lifo, nil)
	v.queue.lock.acquire(v)
	if t != nil {
		if v.queue.mask>>t.prio <= 1 && v.streak < maxStreak {
			v.streak++
			v.queue.lock.release()
			return t
		}
		v.queue.push(t)
	}
	v.streak = 0
	t = v.queue.pop()
	v.queue.lock.release()
	return t
}

// block leaves the thread that calls, which somebody will make ready, for another, in a critical
// section, which ends. unlock guards what that somebody will look at.
func (v *VP) block(unlock *lock) {
	v.switchTo(v.next(), unlock)
}

// switchTo leaves the caller for n; for the scheduler, if n is nil, or only that can resume n.
func (v *VP) switchTo(n *thread, unlock *lock) {
	if n == nil {
		v.traceRun(nil)
		toScheduler(unlock)
		return
	}
	if s := n.special; s != 0 {
		if s&specialSlot != 0 {
			put(&v.handoff, n)
			v.traceRun(nil)
			toScheduler(unlock)
			return
		}
		v.traceRun(n)
	}
	if n.cancel&sigDue != 0 {
		v.pending = 1
	}
	swtch(n, unlock)
}

// yield is Yield for all cases.
func yield() {
	v := enter()
	t := v.cur
	q := &v.queue
	q.lock.acquire(v)
	if q.look&lookTimers != 0 && lookDue() {
		q.push(t)
		q.tell()
		v.traceRun(nil)
		toScheduler(&q.lock)
		return
	}
	n := swap(&v.lifo, nil)
	if n != nil && (n.prio < t.prio || q.mask>>n.prio > 1) {
		point()
		q.push(n)
		n = nil
	}
	if n == nil && q.mask>>t.prio == 0 {
		q.tell()
		q.lock.release()
		v.leave()
		if v.index == notPool || atomic.LoadUint32(&nvp) > 1 {
			sys.Yield()
		}
		return
	}
	q.push(t)
	if n == nil {
		n = q.pop()
	}
	q.tell()
	v.switchTo(n, &q.lock)
}

// look is what a critical section ends with if VP.pending was set meanwhile.
func look() {
	if lookAround() {
		lookAround() // what is there then the next section's end, or the kernel, sees to
	}
	self().attend()
}

// lookAround has a thread of a higher priority run, if there is one; the caller goes on before
// others of its own. true: there is something to look at again.
func lookAround() (again bool) {
	v := enter()
	atomic.SwapUint32(&v.pending, 0) // before what there may be is read
	if act.on && v.index != notPool {
		v.drainForOthers()
	}
	v.collect()
	t := v.cur
	q := &v.queue
	q.lock.acquire(v)
	if q.mask>>t.prio <= 1 {
		q.lock.release()
		v.disabled = 0
		point()
		return v.pending != 0
	}
	if n := swap(&v.lifo, nil); n != nil {
		q.push(n)
	}
	q.pushFront(t)
	v.switchTo(q.pop(), &q.lock)
	return false
}

// schedule is what a VP does when its threads have left it. It runs on the VP's own stack,
// disabled, and never returns.
func (v *VP) schedule() {
	for {
		v.resume(v.find())
	}
}

// reporting is a thread that was interrupted while it reported a fatal error. The runtime's report
// believes that its m runs nothing else meanwhile; so from then on no VP resumes any other thread,
// and m stays as it was. The report ends the program.
var reporting *thread

// find waits until there is a thread to run.
func (v *VP) find() *thread {
	if v.index == notPool {
		return v.findBound()
	}
	if t := v.handoff; t != nil {
		put(&v.handoff, nil)
		if reporting == nil || t == reporting {
			return t
		}
	}
	for {
		v.pending = 0
		if act.on {
			v.drain()
		}
		v.collect()
		expireTimers(v)
		t := v.work(false)
		if t == nil && !v.linger() {
			t = v.work(true)
		}
		if t != nil && reporting != nil && t != reporting {
			continue // it runs no more
		}
		if t != nil {
			if idleVPs != 0 && act.on && v.anyWork() {
				wakeIdle()
			}
			return t
		}
		v.rest()
	}
}

// linger looks for a while whether another VP's queue gets something that v could take; true: it
// has. Meanwhile nobody makes a system call to wake v. It is about as long as that would take, by the
// clock: for one look takes ten times as long where PAUSE leaves an emulated CPU.
func (v *VP) linger() bool {
	n := atomic.LoadUint32(&nvp)
	if n == 1 {
		return false
	}
	for until := ticks() + lingers; ; {
		for i := range n {
			if vps[i].queue.mask != 0 {
				return true
			}
		}
		if v.pending != 0 {
			return true
		}
		if int64(ticks()-until) >= 0 {
			return false
		}
		pause()
	}
}

// work finds a thread that is ready, v's own or of another VP's queue; what another VP has in lifo,
// and is likely to run next itself, only if all is said.
func (v *VP) work(all bool) *thread {
	v.queue.lock.acquire(v)
	t := swap(&v.lifo, nil)
	if t == nil {
		t = v.queue.pop()
	}
	v.queue.lock.release()
	if t != nil {
		return t
	}
	n := atomic.LoadUint32(&nvp)
	v.turn++
	for i := range n {
		other := vps[(v.turn+i)%n]
		if other == v {
			continue
		}
		other.queue.lock.acquire(v)
		t := other.queue.pop()
		if t == nil && all {
			t = swap(&other.lifo, nil)
		}
		other.queue.lock.release()
		if t != nil {
			return t
		}
	}
	return nil
}

// rest sleeps until somebody has work, or the next deadline.
func (v *VP) rest() {
	if act.on {
		v.restIdle()
		return
	}
	mine := uint64(1) << v.index
	point()
	atomic.OrUint64(&idleVPs, mine)
	if v.anyWork() {
		atomic.AndUint64(&idleVPs, ^mine)
		return
	}
	v.park(nextDeadline())
	atomic.AndUint64(&idleVPs, ^mine)
}

// anyWork reports whether there is a thread to take. Whoever makes one ready looks at idleVPs
// afterwards, so one of the two sees the other.
func (v *VP) anyWork() bool {
	for i := range atomic.LoadUint32(&nvp) {
		point()
		o := vps[i]
		if atomic.LoadUint32(&o.queue.mask) != 0 || atomic.LoadUintptr((*uintptr)(unsafe.Pointer(&o.lifo))) != 0 {
			return true
		}
	}
	return false
}
