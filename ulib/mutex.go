package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// A Mutex is held by at most one thread: pthread_mutex_init(3). The zero Mutex is free and of kind
// Normal. It passes from who frees it to the one who has waited longest among those of the highest
// priority. It must not be copied once it is in use.
type Mutex struct {
	word     uint32
	kind     MutexKind
	inherit  bool
	depth    uint32  // of a Recursive one: how often its holder has locked it, less one
	owner    *thread // if word is mutexOwned: who holds it; nil: it is free
	q        waitQueue
	nextHeld *Mutex // [piLock] in its owner's list
}

// A MutexKind says what happens if a thread locks what it holds, or unlocks what it does not.
type MutexKind uint8

const (
	Normal     MutexKind = iota // Lock waits for ever; Unlock by another frees it. PTHREAD_MUTEX_NORMAL
	Recursive                   // Lock succeeds, and wants as many Unlocks; else EPERM. PTHREAD_MUTEX_RECURSIVE
	ErrorCheck                  // Lock: EDEADLK; Unlock: EPERM. PTHREAD_MUTEX_ERRORCHECK
)

// Values of Mutex.word. The last is that of all mutexes that need to know who holds them, whether
// they are free or not: it keeps the short ways away from them.
const (
	mutexFree    = 0
	mutexHeld    = 1
	mutexWaiters = 2 // held, and threads may be waiting
	mutexOwned   = 4
)

// Init makes m a free mutex of a kind, while nobody uses it. If inherit, its holder has at least
// the priority of those that wait for it (PTHREAD_PRIO_INHERIT). EINVAL: no such kind.
func (m *Mutex) Init(kind MutexKind, inherit bool) Errno {
	if kind > ErrorCheck {
		return sys.EINVAL
	}
	m.word, m.kind, m.inherit, m.depth = mutexFree, kind, inherit, 0
	if kind != Normal || inherit {
		m.word = mutexOwned
	}
	put(&m.owner, nil)
	return 0
}

// Lock takes the mutex, waiting while another thread has it. pthread_mutex_lock(3). EDEADLK: the
// caller has it, and the kind is ErrorCheck; EAGAIN: it has it 2³²-1 times.
func (m *Mutex) Lock() Errno {
	point()
	if atomic.CompareAndSwapUint32(&m.word, mutexFree, mutexHeld) {
		return 0
	}
	return m.lock(noDeadline)
}

// LockUntil is Lock with a deadline. pthread_mutex_timedlock(3). ETIMEDOUT, and
// Lock's errors.
func (m *Mutex) LockUntil(deadline int64) Errno {
	if atomic.CompareAndSwapUint32(&m.word, mutexFree, mutexHeld) {
		return 0
	}
	return m.lock(deadline)
}

// Unlock frees the mutex. pthread_mutex_unlock(3). EPERM: nobody holds it, or, unless the kind is
// Normal, another thread.
func (m *Mutex) Unlock() Errno {
	point()
	if atomic.CompareAndSwapUint32(&m.word, mutexHeld, mutexFree) {
		return 0
	}
	return m.unlockAll()
}

// unlockAll is Unlock for all cases.
func (m *Mutex) unlockAll() Errno {
	v := enter()
	e := m.unlock(v)
	v.leave()
	return e
}

// TryLock takes the mutex if that needs no waiting. pthread_mutex_trylock(3). EBUSY: it does.
func (m *Mutex) TryLock() Errno {
	if atomic.CompareAndSwapUint32(&m.word, mutexFree, mutexHeld) {
		return 0
	}
	if atomic.LoadUint32(&m.word) != mutexOwned {
		return sys.EBUSY
	}
	v := enter()
	m.begin(v)
	e, got := m.take(v.cur)
	if !got && e == 0 || e == EDEADLK {
		e = sys.EBUSY
	}
	m.end()
	v.leave()
	return e
}

// begin takes the locks that guard what is to be known of the holder, end frees them.
func (m *Mutex) begin(v *VP) {
	if m.inherit {
		piLock.acquire(v)
	}
	m.q.lock.acquire(v)
}

func (m *Mutex) end() {
	m.q.lock.release()
	if m.inherit {
		piLock.release()
	}
}

// take tries to get a mutex of word mutexOwned for t.
func (m *Mutex) take(t *thread) (e Errno, got bool) {
	switch {
	case m.owner == nil:
		m.give(t)
		return 0, true
	case m.owner != t || m.kind == Normal:
		return 0, false
	case m.kind == ErrorCheck:
		return EDEADLK, false
	case m.depth == ^uint32(0):
		return sys.EAGAIN, false
	}
	m.depth++
	return 0, true
}

// give makes t, or nobody, the holder of a mutex of word mutexOwned.
func (m *Mutex) give(t *thread) {
	put(&m.owner, t)
	m.depth = 0
	if t != nil && m.inherit {
		putMutex(&m.nextHeld, t.holds)
		putMutex(&t.holds, m)
		putMutex(&t.wants, nil)
	}
}

// lock is Lock for all cases.
func (m *Mutex) lock(deadline int64) Errno {
	t := self()
	t.arm(deadline)
again:
	v := enter()
	m.begin(v)
	e, got := Errno(0), false
	if m.word == mutexOwned {
		e, got = m.take(t)
	} else {
		got = atomic.SwapUint32(&m.word, mutexWaiters) == mutexFree
	}
	if got || e != 0 {
		m.end()
		v.leave()
		t.disarm(deadline)
		return e
	}
	if m.inherit {
		// The holder cannot change meanwhile: that wants piLock.
		m.q.lock.release()
		putMutex(&t.wants, m)
		v.boost(m.owner, t.prio)
		m.q.lock.acquire(v)
		piLock.release()
	}
	e = m.q.wait(v, t, uncancellable)
	if e != 0 {
		if m.inherit {
			m.gaveUp(t)
		}
		t.attend()
		if e == sys.EINTR {
			goto again
		}
	}
	t.disarm(deadline)
	return e
}

// unlock frees the mutex, in a critical section: it is the first waiter's then.
func (m *Mutex) unlock(v *VP) Errno {
	m.begin(v)
	if m.word != mutexOwned {
		if m.word == mutexFree {
			m.end()
			return sys.EPERM
		}
		t := m.q.take()
		if t == nil {
			atomic.StoreUint32(&m.word, mutexFree)
		}
		m.end()
		if t != nil {
			v.ready(t)
		}
		return 0
	}
	owner := m.owner
	if owner == nil || owner != v.cur && m.kind != Normal {
		m.end()
		return sys.EPERM
	}
	if m.depth > 0 {
		m.depth--
		m.end()
		return 0
	}
	t := m.q.take()
	if m.inherit {
		owner.drop(m)
	}
	m.give(t)
	m.q.lock.release()
	if m.inherit {
		v.reconsider(owner)
		if t != nil {
			v.reconsider(t)
		}
		piLock.release()
	}
	if t != nil {
		v.ready(t)
	}
	return 0
}

// held reports whether t may unlock m, as far as m knows.
func (m *Mutex) held(t *thread) bool {
	w := atomic.LoadUint32(&m.word)
	return w != mutexFree && (w != mutexOwned || m.owner == t || m.kind == Normal && m.owner != nil)
}

func putMutex(p **Mutex, m *Mutex) { *(*uintptr)(unsafe.Pointer(p)) = uintptr(unsafe.Pointer(m)) }
