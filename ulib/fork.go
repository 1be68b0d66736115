package ulib

import "sync/atomic"

// Fork makes a child in which the caller is the only thread: fork(2). In the child, what other
// threads held stays held, and memory of theirs is not used again. EAGAIN, ENOMEM.
func Fork() (pid int, e Errno) {
	v := enter()
	v.holdAll()
	pid, e = forkProcess()
	if e == 0 && pid == 0 {
		v.alone()
	}
	v.releaseAll()
	v.leave()
	return pid, e
}

// holdAll takes the locks that a child uses: held by the caller, they and what they guard are whole in
// the child. Another VP may be about to take a thread from v's queue.
func (v *VP) holdAll() {
	piLock.acquire(v)
	sigs.taking.acquire(v)
	t := v.cur
	t.exit.lock.acquire(v)
	t.ctl.acquire(v)
	poolLock.acquire(v)
	timers.lock.acquire(v)
	sigs.q.lock.acquire(v)
	pool.lock.acquire(v)
	spare.lock.acquire(v)
	keys.lock.acquire(v)
	for i := range heap {
		heap[i].lock.acquire(v)
	}
	v.queue.lock.acquire(v)
}

func (v *VP) releaseAll() {
	t := v.cur
	v.queue.lock.release()
	for i := range heap {
		heap[i].lock.release()
	}
	keys.lock.release()
	spare.lock.release()
	pool.lock.release()
	sigs.q.lock.release()
	timers.lock.release()
	poolLock.release()
	t.ctl.release()
	t.exit.lock.release()
	sigs.taking.release()
	piLock.release()
}

// alone makes the caller the only thread, and v its VP. The locks of holdAll are held.
func (v *VP) alone() {
	for timers.n > 0 {
		removeTimer(timers.heap[0])
	}
	put(&v.lifo, nil)
	for v.queue.pop() != nil {
	}
	v.queue.look = 0
	for i := range pool.free {
		put(&pool.free[i], nil) // so that whoever is made from now on is newer than t
	}
	put(&v.cur.older, nil)
	put(&pool.newest, v.cur)
	traced = 0 // the ring is the parent's
	v.token = 0
	v.lid = lwpNumber()
	putVP(&spare.first, nil)
	atomic.StoreInt64(&threads, 1)
	atomic.StoreInt32(&inCalls, 0)
	atomic.StoreUint64(&idleVPs, 0)
	v.cur.forgetAll()
	v.aloneWithSignals()
	if options.Model == OneToOne {
		return
	}
	if act.on {
		// The child has no activations, and a copy of the area.
		act.on = false
		options.Model = NToOne
	}
	// A thread with a VP of its own has the pool's now.
	t := v.cur
	atomic.AndUint32(&t.special, ^uint32(specialBound))
	t.duties &^= bound
	put(&v.bound, nil)
	putVP(&vps[0], v)
	v.index = 0
	atomic.StoreUint32(&nvp, 1)
}
