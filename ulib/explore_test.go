//go:build explore

package ulib

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// The machine for exploring: VPs are actors, of which one runs at a time, and threads goroutines,
// which an actor goes through. At every point and lock the explorer decides which VP makes the next
// step, and it runs a scene again and again until every sequence of decisions with at most so many
// preemptions has been taken (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007).

// actor is a VP; with activations an LWP (kernel_test.go).
type actor struct {
	v  *VP
	on *context // that it runs
	lwpState
}

// context is a goroutine that stands for a thread, or a VP's scheduler.
type context struct {
	e      *explorer
	t      *thread
	resume chan struct{}
	gate   func() bool // what it waits for
	saved
}

type decision struct{ taken, of int }

type explorer struct {
	actors      []*actor
	cur         *actor
	contexts    map[*thread]*context
	bound       int
	preemptions int
	path        []decision
	depth       int
	steps       int
	now         int64
	log         []string
	logging     bool
	aborted     bool
	fault       string
	ended       bool // the last thread has
	over        chan struct{}
	k           *kernel        // under activations
	left        sync.WaitGroup // goroutines
}

var ex *explorer

const maxSteps = 20_000

func (a *actor) enabled() bool { return a.on.gate == nil || a.on.looks || a.on.gate() }

// decide says which VP makes the next step; nil: none can.
func (e *explorer) decide() *actor {
	var can [8]*actor
	n := 0
	mine := e.cur != nil && e.cur.enabled()
	if mine {
		can[0], n = e.cur, 1
	}
	if !mine || e.preemptions < e.bound {
		for _, a := range e.actors {
			if a != e.cur && a.enabled() {
				can[n] = a
				n++
			}
		}
	}
	if n <= 1 {
		return can[0]
	}
	i := e.choose(n)
	if mine && i > 0 {
		e.preemptions++
	}
	return can[i]
}

// choose takes one of n ways: the path's, or the first.
func (e *explorer) choose(n int) int {
	i := 0
	if e.depth < len(e.path) {
		if i = e.path[e.depth].taken; e.path[e.depth].of != n {
			panic("not deterministic")
		}
	} else {
		e.path = append(e.path, decision{0, n})
	}
	e.depth++
	return i
}

// next sets the path to the next one; false if there is none.
func (e *explorer) next() bool {
	for n := len(e.path); n > 0; n-- {
		if d := &e.path[n-1]; d.taken+1 < d.of {
			d.taken++
			e.path = e.path[:n]
			return true
		}
	}
	return false
}

// pass lets a VP go on, perhaps the caller's; it returns when it is the turn of the caller.
func (e *explorer) pass() { e.passAs(e.cur.on) }

// passAs is pass for the context me, which runs no more if its actor does something else now.
func (e *explorer) passAs(me *context) {
	if e.aborted {
		runtime.Goexit()
	}
	e.steps++
	if e.steps > maxSteps && e.fault == "" {
		e.fault = "no end: live-lock"
	}
	var to *actor
	if e.k != nil {
		to = e.k.decide(me)
	} else {
		to = e.decide()
	}
	if to == nil && e.k == nil && e.fault == "" && !e.ended {
		// Nobody can go on: time does, to the next deadline.
		if d := nextDeadline(); d != noDeadline {
			e.now = max(e.now, d)
			to = e.decide()
		}
		if to == nil {
			e.fault = "no VP can go on, and threads are left"
		}
	}
	if e.fault != "" || e.ended {
		e.stop()
	}
	e.cur = to
	if to.on != me {
		to.on.resume <- struct{}{}
		me.wait()
	}
	if e.k != nil {
		for me.looks {
			me.attend1()
		}
		if me.gate != nil && !me.gate() && !e.cur.giveWay { // it is somewhere else now, or waits on
			e.passAs(me)
			return
		}
	}
	me.gate = nil
	if e.logging {
		for skip := 2; ; skip++ {
			_, file, line, _ := runtime.Caller(skip)
			if name := file[strings.LastIndexByte(file, '/')+1:]; name != "explore_test.go" && name != "kernel_test.go" && name != "lock.go" && name != "kernelcall_test.go" {
				e.note("VP %d, thread %s, %s:%d", e.cur.v.number1-1, nameOf(e.cur.on.t), name, line)
				break
			}
		}
	}
}

func (e *explorer) note(f string, args ...any) {
	if e.logging {
		e.log = append(e.log, fmt.Sprintf(f, args...))
	}
}

func nameOf(t *thread) string {
	return strings.TrimRight(string(t.name[:]), "\x00")
}

// stop ends the run, and the goroutine.
func (e *explorer) stop() {
	e.aborted = true
	close(e.over)
	runtime.Goexit()
}

// wait waits for the context to be resumed.
func (c *context) wait() {
	select {
	case <-c.resume:
	case <-c.e.over:
		runtime.Goexit()
	}
}

// check fails the run.
func (e *explorer) check(ok bool, f string, args ...any) {
	if !ok {
		e.fault = fmt.Sprintf(f, args...)
		e.stop()
	}
}

func await(gate func() bool) {
	ex.cur.on.gate = gate
	ex.pass()
}

// The machine.

func point() {
	if ex != nil && ex.cur != nil {
		ex.pass()
	}
}

func pause() {}

const (
	spins   = 1
	lingers = 0
)

func (l *lock) spin(v *VP, old uint32) {
	atomic.CompareAndSwapUint32(&l.word, v.number1, old)
	if ex.k != nil {
		ex.k.spin(l, v)
		return
	}
	for {
		await(func() bool { return l.word == 0 })
		if atomic.SwapUint32(&l.word, v.number1) == 0 {
			return
		}
		ex.check(false, "a lock that was free is not")
	}
}

func (l *lock) release() { l.word = 0 }

func enter() *VP {
	if ex.k != nil {
		ex.pass()
	}
	v := ex.cur.v
	v.disabled = 1
	if ex.k != nil {
		ex.pass()
	}
	return v
}

func (v *VP) leave() {
	ex.check(v == ex.cur.v, "a section ends on another VP")
	ex.check(v.disabled == 1, "a section ends twice")
	if ex.k != nil {
		ex.pass()
	}
	v.disabled = 0
	if ex.k != nil {
		ex.pass() // and may go on elsewhere: machine.go
	}
	if v.pending != 0 {
		look()
	}
}

func self() *thread     { return ex.cur.on.t }
func setGS(v *VP) Errno { return 0 }

func become(t *thread) {
	if ex.k != nil {
		vps[0].setWord(t)
	}
}

func put(p **thread, t *thread) { *(*uintptr)(unsafe.Pointer(p)) = uintptr(unsafe.Pointer(t)) }

func swtch(to *thread, unlock *lock) {
	ex.check(ex.cur.v.disabled == 1, "a switch outside a section")
	if ex.k != nil {
		ex.k.switchTo(to, unlock)
		return
	}
	ex.switchTo(to, unlock, 0)
	if v := ex.cur.v; v.pending != 0 && ex.cur.on.t != &v.sched {
		look()
	}
}

func toScheduler(unlock *lock) {
	if ex.k != nil {
		ex.k.switchTo(&ex.cur.v.sched, unlock)
		return
	}
	ex.switchTo(&ex.cur.v.sched, unlock, 1)
}

func (e *explorer) switchTo(to *thread, unlock *lock, disabled uint32) {
	a := e.cur
	me := a.on
	e.check(me.t != to, "a switch to oneself")
	e.check(a.v.cur == me.t, "VP.cur is not who runs")
	for _, b := range e.actors {
		e.check(b.on.t != to, "%s runs twice", nameOf(to))
	}
	put(&a.v.cur, to)
	c := e.contexts[to]
	e.check(c != nil, "a switch to nobody")
	a.on = c
	unlock.release()
	a.v.disabled = disabled
	c.resume <- struct{}{}
	me.wait()
}

func (t *thread) prepare() {
	ex.context(t, func() {
		t.name = [16]byte{byte('a' + t.arg)}
		if ex.k != nil {
			ex.k.begin()
		}
		finish(t, t.fn(t.arg))
	})
}

// context makes a goroutine for a thread.
func (e *explorer) context(t *thread, f func()) *context {
	c := &context{e: e, t: t, resume: make(chan struct{})}
	e.contexts[t] = c
	if e.k != nil {
		e.k.contexts = append(e.k.contexts, c)
		c.number = uint64(len(e.k.contexts))
	}
	e.left.Add(1)
	go func() {
		defer e.left.Done()
		c.wait()
		defer func() {
			if p := recover(); p != nil && !e.aborted { // not on the way out
				e.fault = fmt.Sprintf("panic: %v", p)
				e.aborted = true
				close(e.over)
			}
		}()
		grow()
		f()
	}()
	return c
}

// grow makes the goroutine's stack as large as it needs to be: threads' stacks do not move, and
// addresses on them are kept.
//
//go:noinline
func grow() {
	var a [16 << 10]byte
	runtime.KeepAlive(&a)
}

func threadEntry() uintptr    { return 0 }
func schedulerEntry() uintptr { return entryMark }

func Now() int64    { return ex.now }
func ticks() uint64 { return 0 }

func exitProcess() {
	ex.ended = true
	if ex.k != nil {
		ex.k.account()
	}
	ex.stop()
}

func (v *VP) park(deadline int64) {
	me := ex.cur.on
	me.resting = true
	await(func() bool { return v.token != 0 || deadline <= ex.now })
	v.token, me.resting = 0, false
}

func (v *VP) unpark() { v.token = 1 }

func (v *VP) start() Errno {
	if ex.k == nil {
		return sys.EAGAIN
	}
	return ex.k.startLWP(v)
}

func Create(f Func, arg uintptr) (ID, Errno) { return create(f, arg) }
func Join(id ID) (result uintptr, e Errno)   { return join(id) }
func Yield()                                 { yield() }
func semPost(s *Semaphore) Errno             { return post(s) }

// semWait is, for a thread that is to look at something, what the short way does before it sees that.
func semWait(s *Semaphore) Errno {
	t := self()
	if t.cancel == 0 {
		return wait(s)
	}
	v := enter()
	s.q.lock.acquire(v)
	if s.n != 0 || s.q.head != nil || v.queue.busy() {
		s.q.lock.release()
		return wait(s)
	}
	s.q.add(t, cancellable)
	n := swap(&v.lifo, nil)
	if n != nil {
		swap(&v.lifo, n)
	}
	s.q.remove(t)
	s.q.lock.release()
	if n != nil {
		return waitAgain(s)
	}
	return wait(s)
}

var onGossamer bool
