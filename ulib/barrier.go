package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// A Barrier has threads wait until a certain number of them have come, again and again:
// pthread_barrier_init(3). It must not be copied once it is in use.
type Barrier struct {
	q    waitQueue
	n    uint32 // that make it open
	come uint32 // who are in Wait; q.away of them run signal handlers, and have not come meanwhile
}

// Init makes b a barrier for n threads, while nobody uses it. EINVAL: n is not positive.
func (b *Barrier) Init(n int) Errno {
	if n <= 0 || n > 1<<31-1 {
		return sys.EINVAL
	}
	b.n, b.come, b.q.away = uint32(n), 0, 0
	return 0
}

// Wait waits for the others. One of them all is told last, the one that came last. Who runs a signal
// handler has not come meanwhile. pthread_barrier_wait(3). EINVAL: no Init.
func (b *Barrier) Wait() (last bool, e Errno) {
	t := self()
	v := enter()
	b.q.lock.acquire(v)
	if b.n == 0 {
		b.q.lock.release()
		v.leave()
		return false, sys.EINVAL
	}
	b.come++
	for b.come-b.q.away < b.n {
		if b.q.wait(v, t, counted) == 0 {
			return false, 0
		}
		t.attend()
		v = enter()
		b.q.lock.acquire(v)
		b.q.away--
	}
	b.come -= b.n
	for t := b.q.take(); t != nil; t = b.q.take() {
		v.readyLast(t)
	}
	b.q.lock.release()
	v.leave()
	return true, 0
}

// A Once has something done by one thread, before any other goes on: pthread_once(3). The zero
// Once is ready.
type Once struct {
	done uint32
	by   uint64 // atomic; the ID of who calls the function now
	m    Mutex
}

// Do calls f, a top-level function, unless it has been called before, and returns when it has
// returned. If the thread that calls f ends in it, by Exit or because it is cancelled, it counts as not
// called. A Do in f itself returns at once.
func (o *Once) Do(f func()) {
	if atomic.LoadUint32(&o.done) != 0 || atomic.LoadUint64(&o.by) == uint64(Self()) {
		return
	}
	o.m.Lock()
	if o.done == 0 {
		c := Cleanup{F: onceEnded, Arg: uintptr(unsafe.Pointer(o))}
		PushCleanup(&c)
		atomic.StoreUint64(&o.by, uint64(Self()))
		f()
		PopCleanup(false)
		atomic.StoreUint32(&o.done, 1)
		atomic.StoreUint64(&o.by, 0)
	}
	o.m.Unlock()
}

// onceEnded is the end of a thread in the function of a Once.
func onceEnded(at uintptr) {
	o := (*Once)(unsafe.Pointer(at))
	atomic.StoreUint64(&o.by, 0)
	o.m.Unlock()
}

// A SpinLock is for a few instructions at a time: who wants it tries again and again, and lets
// others run between tries: pthread_spin_init(3). The zero SpinLock is free.
type SpinLock struct{ word uint32 }

// Lock takes s. pthread_spin_lock(3).
func (s *SpinLock) Lock() {
	for n := 1; !atomic.CompareAndSwapUint32(&s.word, 0, 1); n++ {
		if n%spins == 0 || atomic.LoadUint32(&nvp) == 1 {
			Yield()
		} else {
			pause()
		}
	}
}

// TryLock takes s if it is free. pthread_spin_trylock(3). EBUSY: it is not.
func (s *SpinLock) TryLock() Errno {
	if atomic.CompareAndSwapUint32(&s.word, 0, 1) {
		return 0
	}
	return sys.EBUSY
}

// Unlock frees s. pthread_spin_unlock(3). EPERM: it is free.
func (s *SpinLock) Unlock() Errno {
	if !atomic.CompareAndSwapUint32(&s.word, 1, 0) {
		return sys.EPERM
	}
	return 0
}
