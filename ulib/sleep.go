package ulib

import "gossamer/ulib/sys"

// Sleep has the caller wait for ns nanoseconds. nanosleep(2). A cancellation point.
func Sleep(ns int64) {
	if ns <= 0 {
		TestCancel()
		Yield()
		return
	}
	SleepUntil(min(Now(), noDeadline-ns) + ns)
}

// SleepUntil has the caller wait for an instant of [Now]. clock_nanosleep(2). A cancellation point.
func SleepUntil(deadline int64) {
	t := self()
	var q waitQueue // that nobody else knows
	t.cancelPoint()
	t.arm(min(deadline, noDeadline-1))
	e := sys.EINTR
	for e == sys.EINTR {
		v := enter()
		q.lock.acquire(v)
		e = q.wait(v, t, cancellable)
	}
	t.disarm(0)
	if e != sys.ETIMEDOUT {
		t.die()
	}
}
