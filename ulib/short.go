//go:build !explore

package ulib

// The functions that begin with a short way in assembly: short_amd64.s.

// Create starts a thread that runs f(arg) with what is usual: pthread_create(3). EAGAIN: no room
// for its stack.
//
//go:noescape
func Create(f Func, arg uintptr) (ID, Errno)

// Join waits for a thread to end and returns its result: pthread_join(3). ESRCH: there is no such
// thread; EINVAL: it is detached, or another thread is waiting for it; EDEADLK: it is the caller. A
// cancellation point.
func Join(id ID) (result uintptr, e Errno)

// Yield lets others of at least the same priority run before the thread that calls goes on.
// POSIX sched_yield.
func Yield()

//go:noescape
func semPost(s *Semaphore) Errno

//go:noescape
func semWait(s *Semaphore) Errno
