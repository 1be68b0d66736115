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

func wait(s *Semaphore) Errno {
	v := enter()
	s.q.lock.acquire(v)
	if s.n > 0 {
		s.n--
		s.q.lock.release()
		v.leave()
		return 0
	}
	s.q.add(v.cur)
	v.block(&s.q.lock)
	return 0
}

func waited(s *Semaphore) Errno { return 0 }
