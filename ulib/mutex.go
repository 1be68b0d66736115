package ulib

import (
	"sync/atomic"

	"gossamer/ulib/sys"
)

// A Mutex is held by at most one thread: pthread_mutex_init(3), PTHREAD_MUTEX_NORMAL. The zero
// Mutex is free. It must not be copied once it is in use.
type Mutex struct {
	word uint32
	q    waitQueue
}

// Values of Mutex.word.
const (
	mutexFree    = 0
	mutexHeld    = 1
	mutexWaiters = 2 // held, and threads may be waiting
)

// Lock takes the mutex, waiting while another thread has it.
func (m *Mutex) Lock() Errno {
	if atomic.CompareAndSwapUint32(&m.word, mutexFree, mutexHeld) {
		return 0
	}
	return m.lock()
}

// Unlock frees the mutex. EPERM: nobody holds it.
func (m *Mutex) Unlock() Errno {
	if atomic.CompareAndSwapUint32(&m.word, mutexHeld, mutexFree) {
		return 0
	}
	return m.unlock()
}

func (m *Mutex) lock() Errno {
	v := enter()
	m.q.lock.acquire(v)
	if atomic.SwapUint32(&m.word, mutexWaiters) == mutexFree {
		m.q.lock.release()
		v.leave()
		return 0
	}
	m.q.add(v.cur)
	v.block(&m.q.lock)
	return 0
}

func (m *Mutex) unlock() Errno {
	v := enter()
	m.q.lock.acquire(v)
	if m.word == mutexFree {
		m.q.lock.release()
		v.leave()
		return sys.EPERM
	}
	t := m.q.take() // the mutex is his now
	if t == nil {
		atomic.StoreUint32(&m.word, mutexFree)
	}
	m.q.lock.release()
	if t != nil {
		v.ready(t)
	}
	v.leave()
	return 0
}
