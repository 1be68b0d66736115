package ulib

import "gossamer/ulib/sys"

// A Semaphore is a count that cannot fall below zero: sem_init(3). The zero Semaphore has the
// count 0. It must not be copied once it is in use.
type Semaphore struct {
	q waitQueue
	n uint32
}

// maxSemaphore is the highest count. POSIX SEM_VALUE_MAX.
const maxSemaphore = 1<<31 - 1

// Init sets the count, while nobody uses the semaphore. EINVAL: more than 2³¹-1.
func (s *Semaphore) Init(n uint32) Errno {
	if n > maxSemaphore {
		return sys.EINVAL
	}
	s.n = n
	return 0
}

// Post adds one to the count, or lets one who waits go on: of the highest priority the one who has
// waited longest. sem_post(3). EOVERFLOW: the count is 2³¹-1.
func (s *Semaphore) Post() Errno { return semPost(s) }

// Wait takes one from the count, waiting while it is 0. sem_wait(3). A cancellation point.
func (s *Semaphore) Wait() Errno { return semWait(s) }

func post(s *Semaphore) Errno {
	v := enter()
	s.q.lock.acquire(v)
	t := s.q.take()
	if t != nil {
		s.q.lock.release()
		v.ready(t)
		v.leave()
		return 0
	}
	e := Errno(0)
	if s.n < maxSemaphore {
		s.n++
	} else {
		e = sys.EOVERFLOW
	}
	s.q.lock.release()
	v.leave()
	return e
}

// posted is the end of post: the thread woken has taken the place of another, or VPs sleep.
func posted(old *thread) Errno {
	v := enter()
	v.readied(old)
	v.leave()
	return 0
}

func wait(s *Semaphore) Errno { return s.WaitUntil(noDeadline) }

// waitAgain is Wait for the short way that has taken the thread woken last from its place and put it back.
// It is called in a critical section, which ends.
func waitAgain(s *Semaphore) Errno {
	enter().readied(nil)
	return wait(s)
}

// waited is the end of Wait: the thread has been cancelled, or had to look for signals, before or
// after somebody has woken it.
func waited(s *Semaphore) Errno {
	t := self()
	switch t.woken(cancellable) {
	case 0:
		return 0
	case sys.EINTR:
		return s.Wait()
	}
	t.die()
	return 0
}

// TryWait takes one from the count if it is not 0. sem_trywait(3). EAGAIN: it is.
func (s *Semaphore) TryWait() Errno {
	v := enter()
	s.q.lock.acquire(v)
	e := Errno(0)
	if s.n > 0 {
		s.n--
	} else {
		e = sys.EAGAIN
	}
	s.q.lock.release()
	v.leave()
	return e
}

// WaitUntil is Wait with a deadline. sem_timedwait(3). ETIMEDOUT. A cancellation point.
func (s *Semaphore) WaitUntil(deadline int64) Errno {
	t := self()
	t.cancelPoint()
	t.arm(deadline)
	e := sys.EINTR
	for e == sys.EINTR {
		v := enter()
		s.q.lock.acquire(v)
		if s.n > 0 {
			s.n--
			s.q.lock.release()
			v.leave()
			e = 0
		} else {
			e = s.q.wait(v, t, cancellable)
		}
	}
	t.disarm(deadline)
	if e == ECANCELED {
		t.die()
	}
	return e
}

// Value is the count at some instant. sem_getvalue(3).
func (s *Semaphore) Value() int { return int(s.n) }
