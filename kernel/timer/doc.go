// Package timer calls back at given times: what is behind timerfd_create(2), timer_create(2) and
// setitimer(2). A thread that waits until a time itself needs none of this: it gives a deadline to
// its wait (sched.WaitQueue).
//
//	owner ── Set(deadline) ──> Queue: heap ──> its thread waits until the first ──> owner.Ring
//
// A Queue's thread lives only while a timer is set, so a machine without timers has none. It is
// the one who calls Ring, one at a time, without a lock of this package: what Ring may do is up to
// its owner, but it should be short.
//
// Set does not wait for a Ring that is under way. So Ring takes the owner's lock and looks at the
// owner's state, an Interval mostly, whether something is due after all: a call too many does no
// harm.
//
// Lock: Queue.mu, after the owner's. Reading order: queue.go, interval.go.
package timer
