package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// A vpBlock is a VP with what it needs beside.
type vpBlock struct {
	vp VP
	m  sys.ReportM

	signalStack [8 << 10]byte // of handlers that the kernel calls
	late        late
}

var vpCount uint32 // atomic; VPs made

// newVP makes a VP that nothing runs on. ENOMEM.
func newVP() (*VP, Errno) {
	at, e := memory((unsafe.Sizeof(vpBlock{}) + sys.PageSize - 1) &^ (sys.PageSize - 1))
	if e != 0 {
		return nil, sys.ENOMEM
	}
	b := (*vpBlock)(unsafe.Pointer(at))
	b.vp.init(&b.m)
	return &b.vp, 0
}

// init makes v a VP that nothing runs on.
func (v *VP) init(report *sys.ReportM) {
	putVP(&v.self, v)
	v.number1 = atomic.AddUint32(&vpCount, 1)
	v.index = notPool
	v.arriveAt(&v.got)
	v.sched.prio = 255 // nobody's is higher
	v.disabled = 1
	put(&v.cur, &v.sched)
	sched := uintptr(unsafe.Pointer(&v.sched))
	report.Init(sched)
	m := uintptr(unsafe.Pointer(report))
	*(*uintptr)(unsafe.Pointer(&v.m)) = m
	v.sched.g.m = m
	v.sched.g.split = throwSplit
}

func putVP(p **VP, v *VP) { *(*uintptr)(unsafe.Pointer(p)) = uintptr(unsafe.Pointer(v)) }

// The pool: VPs that share their threads.
var (
	vps      [maxVP]*VP
	nvp      uint32 // atomic; of those, how many there are
	poolLock lock   // who adds one
	inCalls  int32  // atomic; how many are in calls that may block
	grown    uint32 // atomic; how often the pool has grown because all were
	stalls   uint32 // atomic; how often it would have, but must not
)

// join makes v one of the pool.
func (v *VP) join() {
	n := atomic.LoadUint32(&nvp)
	putVP(&vps[n], v)
	v.index = n
	v.queue.look = timers.told | traced
	atomic.StoreUint32(&nvp, n+1)
	if atomic.LoadUint32(&sigs.dues) != 0 { // who makes that so looks at nvp afterwards
		atomic.OrUint32(&v.queue.look, lookSignals)
	}
}

// SetConcurrency has at least n LWPs run threads of process scope, in the model MToN; in others it
// does nothing. thr_setconcurrency(3), pthread_setconcurrency(3). EINVAL: n is negative or above
// 64; EAGAIN: no more LWPs.
func SetConcurrency(n int) Errno {
	if n < 0 || n > maxVP {
		return sys.EINVAL
	}
	if options.Model != MToN {
		return 0
	}
	for int(atomic.LoadUint32(&nvp)) < n {
		if e := addVP(); e != 0 {
			return e
		}
	}
	return 0
}

// Concurrency is how many LWPs run threads of process scope.
func Concurrency() int { return int(atomic.LoadUint32(&nvp)) }

// addVP adds a VP to the pool.
func addVP() Errno {
	v := enter()
	poolLock.acquire(v)
	e := sys.EAGAIN
	if atomic.LoadUint32(&nvp) < maxVP {
		var n *VP
		if n, e = newVP(); e == 0 {
			timers.lock.acquire(v)
			n.join()
			timers.lock.release()
			e = n.start()
		}
	}
	poolLock.release()
	v.leave()
	return e
}
