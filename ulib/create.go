package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// An Attr says what a thread is to be like. The zero Attr is what Create takes.
type Attr struct {
	Stack    int  // bytes, rounded up to a power of two; 0: DefaultStack
	Priority int  // 1 to Priorities-1; 0: DefaultPriority
	Detached bool // nobody will join it
	Scope    Scope
}

// threads counts those that have not ended.
var threads int64

// create is Create for all cases.
func create(f Func, arg uintptr) (ID, Errno) { return CreateWith(&usual, f, arg) }

// created is the end of Create: the thread made has taken the place of another, or VPs sleep.
func created(old *thread, id ID) (ID, Errno) {
	v := enter()
	v.readied(old)
	v.leave()
	return id, 0
}

var usual Attr

// CreateWith starts a thread that is as attr says. EINVAL: not a size, a priority or a scope; ENOTSUP:
// the model has no such scope; EAGAIN: no room for its stack, or no LWP.
func CreateWith(attr *Attr, f Func, arg uintptr) (ID, Errno) {
	class, ok := classOf(attr.Stack)
	if !ok || attr.Priority < 0 || attr.Priority >= Priorities || attr.Scope < 0 || attr.Scope > ScopeSystem {
		return 0, sys.EINVAL
	}
	if attr.Scope == ScopeProcess && options.Model == OneToOne {
		return 0, ENOTSUP
	}
	v := enter()
	var home *VP
	if attr.Scope == ScopeSystem || options.Model == OneToOne {
		var e Errno
		if home, e = v.boundVP(); e != 0 {
			v.leave()
			return 0, e
		}
	}
	pool.lock.acquire(v)
	t := pool.get(class)
	pool.lock.release()
	if t == nil {
		if home != nil {
			home.unbind(v)
		}
		v.leave()
		return 0, sys.EAGAIN
	}
	t.begin(f, arg)
	if home != nil {
		t.bind(home)
	}
	t.detached = attr.Detached
	if m := v.cur.sigmask; m != 0 {
		t.sigmask = m
		t.duties |= masked
		t.special |= specialMask
	}
	if attr.Priority != 0 {
		t.setPriority(uint8(attr.Priority))
		t.base = t.prio
	}
	id := t.id()
	v.ready(t)
	v.leave()
	return id, 0
}

// begin makes t a thread that will call f(arg).
func (t *thread) begin(f Func, arg uintptr) {
	*(*uintptr)(unsafe.Pointer(&t.fn)) = *(*uintptr)(unsafe.Pointer(&f))
	t.arg = arg
	t.prepare()
	t.special = traced
	t.cancel = 0
	t.prio = DefaultPriority
	t.base = DefaultPriority
	t.reason = 0
	t.duties = 0
	atomic.AddInt64(&threads, 1) // before it is seen to live
	t.detached = false
	t.done = false
}

// Exit ends the thread that calls. The process ends with its last thread, or when main returns.
// pthread_exit(3).
func Exit(result uintptr) { finish(self(), result) }

// finish is the end of a thread, which is the caller.
func finish(t *thread, result uintptr) {
	if t.duties != 0 {
		t.duty()
	}
	v := enter()
	if atomic.AddInt64(&threads, -1) == 0 {
		exitProcess()
	}
	t.exit.lock.acquire(v)
	for atomic.LoadUint32(&t.cancel)&sigDue != 0 {
		t.exit.lock.release()
		v.leave()
		t.attend()
		v = enter()
		t.exit.lock.acquire(v)
	}
	if t.cancel != 0 {
		t.ctl.acquire(v) // who cancels it, or has it look, may still be looking at it
		t.ctl.release()
	}
	if t.duties != 0 {
		t.forget(v)
		t.duties = 0
	}
	if t.special&specialBound != 0 {
		v.unbind(v)
	}
	j := t.exit.take()
	if j == nil && !t.detached || t == mainThread {
		v.finishMain(t, j, result)
		return
	}
	t.retire()
	t.exit.lock.release()
	pool.lock.acquire(v)
	pool.give(t)
	if j == nil {
		v.block(&pool.lock)
		return
	}
	j.result = result
	if j.special|t.special != 0 || v.queue.busy() {
		v.ready(j)
		v.block(&pool.lock)
		return
	}
	swtch(j, &pool.lock)
}

// finishMain is finish for a thread whose stack is not given back now: it will be when it is
// joined; the first thread's never.
func (v *VP) finishMain(t, j *thread, result uintptr) {
	t.result = result
	t.done = j == nil
	if j != nil {
		j.result = result
		t.retire()
		v.ready(j)
	}
	v.block(&t.exit.lock)
}

// join is Join for all cases.
func join(id ID) (result uintptr, e Errno) {
	self().cancelPoint()
	v := enter()
	t := v.lookup(id)
	if t == nil {
		v.leave()
		return 0, sys.ESRCH
	}
	me := v.cur
	if t.done {
		result = t.result
		v.reap(t)
		v.leave()
		return result, 0
	}
	if t.detached || t.exit.head != nil || t == me {
		e = sys.EINVAL
		if t == me {
			e = EDEADLK
		}
		t.exit.lock.release()
		v.leave()
		return 0, e
	}
	switch t.exit.wait(v, me, cancellable) {
	case 0:
		return me.result, 0
	case sys.EINTR:
		return rejoin(id)
	}
	me.die()
	return 0, 0
}

// rejoin joins once more, after signals.
func rejoin(id ID) (result uintptr, e Errno) { return Join(id) }

// joinAgain is waitAgain for Join.
func joinAgain(id ID) (result uintptr, e Errno) {
	enter().readied(nil)
	return join(id)
}

// joined is the end of Join: the thread has been cancelled, or had to look for signals, before or
// after the other has ended.
func joined(id ID) (result uintptr, e Errno) {
	t := self()
	switch t.woken(cancellable) {
	case 0:
		return t.result, 0
	case sys.EINTR:
		return rejoin(id)
	}
	t.die()
	return 0, 0
}

// reap frees what a thread that is done has left. Its exit.lock is held, so it has left its stack.
func (v *VP) reap(t *thread) {
	t.retire()
	t.exit.lock.release()
	if t != mainThread {
		pool.lock.acquire(v)
		pool.give(t)
		pool.lock.release()
	}
}

// Detach lets a thread's stack be freed as soon as it ends: pthread_detach(3). ESRCH: there is no
// such thread; EINVAL: it is detached already, or a thread waits for it.
func Detach(id ID) Errno {
	v := enter()
	t := v.lookup(id)
	if t == nil {
		v.leave()
		return sys.ESRCH
	}
	switch {
	case t.done:
		v.reap(t)
	case t.detached || t.exit.head != nil:
		t.exit.lock.release()
		v.leave()
		return sys.EINVAL
	default:
		t.detached = true
		t.exit.lock.release()
	}
	v.leave()
	return 0
}
