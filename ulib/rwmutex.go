package ulib

import "gossamer/ulib/sys"

// An RWMutex is held by any number of readers or by one writer: pthread_rwlock_init(3). The zero
// RWMutex is free. Those who wait get it by priority and in their order, so neither readers nor
// writers starve; a reader who locks it again while a writer waits waits for ever. It must not be
// copied once it is in use.
type RWMutex struct {
	q       waitQueue
	readers uint32
	writer  *thread
}

// Values of thread.mode.
const (
	wantRead = iota
	wantWrite
)

// RLock takes m for reading. pthread_rwlock_rdlock(3). EDEADLK: the caller has it for writing.
func (m *RWMutex) RLock() Errno { return m.lock(wantRead, noDeadline) }

// RLockUntil is RLock with a deadline. pthread_rwlock_timedrdlock(3). EDEADLK; ETIMEDOUT.
func (m *RWMutex) RLockUntil(deadline int64) Errno { return m.lock(wantRead, deadline) }

// Lock takes m for writing. pthread_rwlock_wrlock(3). EDEADLK: the caller has it for writing.
func (m *RWMutex) Lock() Errno { return m.lock(wantWrite, noDeadline) }

// LockUntil is Lock with a deadline. pthread_rwlock_timedwrlock(3). EDEADLK; ETIMEDOUT.
func (m *RWMutex) LockUntil(deadline int64) Errno { return m.lock(wantWrite, deadline) }

// TryRLock takes m for reading if that needs no waiting. pthread_rwlock_tryrdlock(3). EBUSY: it does.
func (m *RWMutex) TryRLock() Errno { return m.try(wantRead) }

// TryLock takes m for writing if that needs no waiting. pthread_rwlock_trywrlock(3). EBUSY: it does.
func (m *RWMutex) TryLock() Errno { return m.try(wantWrite) }

func (m *RWMutex) try(mode uint32) Errno {
	v := enter()
	m.q.lock.acquire(v)
	e := Errno(0)
	if !m.admit(v.cur, mode) {
		e = sys.EBUSY
	}
	m.q.lock.release()
	v.leave()
	return e
}

func (m *RWMutex) lock(mode uint32, deadline int64) Errno {
	t := self()
	t.arm(deadline)
	e := m.lockOnce(t, mode)
	for e == sys.EINTR {
		e = m.lockOnce(t, mode)
	}
	t.disarm(deadline)
	return e
}

// lockOnce is lock, but for EINTR: the caller, which is t, has left the queue and taken signals.
func (m *RWMutex) lockOnce(t *thread, mode uint32) Errno {
	v := enter()
	m.q.lock.acquire(v)
	e := Errno(0)
	if m.writer == t {
		e = EDEADLK
	} else if !m.admit(t, mode) {
		t.mode = mode
		if e = m.q.wait(v, t, uncancellable); e != 0 {
			m.again()
			t.attend()
		}
		return e
	}
	m.q.lock.release()
	v.leave()
	return e
}

// admit lets t in if it need not wait, behind nobody.
func (m *RWMutex) admit(t *thread, mode uint32) bool {
	return m.q.head == nil && m.enter(t, mode)
}

// enter lets t in if who is in allows it.
func (m *RWMutex) enter(t *thread, mode uint32) bool {
	if m.writer != nil || mode == wantWrite && m.readers > 0 {
		return false
	}
	if mode == wantWrite {
		put(&m.writer, t)
	} else {
		m.readers++
	}
	return true
}

// admitWaiters lets in those at the head of the queue that can be. The lock is held.
func (m *RWMutex) admitWaiters(v *VP) {
	for t := m.q.head; t != nil && m.enter(t, t.mode); t = m.q.head {
		v.readyLast(m.q.take())
	}
}

// again looks who can go in, after a writer has left the queue that others waited behind.
func (m *RWMutex) again() {
	v := enter()
	m.q.lock.acquire(v)
	m.admitWaiters(v)
	m.q.lock.release()
	v.leave()
}

// Unlock gives up m, from reading or writing. pthread_rwlock_unlock(3). EPERM: nobody has it, or
// another thread has it for writing.
func (m *RWMutex) Unlock() Errno {
	v := enter()
	m.q.lock.acquire(v)
	e := Errno(0)
	switch {
	case m.writer == v.cur:
		put(&m.writer, nil)
	case m.writer == nil && m.readers > 0:
		m.readers--
	default:
		e = sys.EPERM
	}
	m.admitWaiters(v)
	m.q.lock.release()
	v.leave()
	return e
}
