//go:build shortways

package ulib

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"testing"
	"unsafe"

	"gossamer/ulib/sys"
)

// Does each short way leave memory as the function behind it does? Both run on a host, as the same thread
// on the same VP, from the same state, of which there are as many as random numbers give; a thread that
// is switched away from goes on once more, and comes back with the same.

//go:noescape
func callAs(t *thread, sp, f uintptr)

//go:noescape
func goOn(t *thread)

//go:noescape
func addresses(a *[11]uintptr)

var backSP, backBP, backG, switched uintptr

const landingAt = 10

const wayYield, wayPost, wayWait, wayCreate, wayJoin = 0, 1, 2, 3, 4

var wayNames = [...]string{"Yield", "semPost", "semWait", "Create", "Join"}

// bed is what a short way finds.
type bed struct {
	v       *VP
	other   *VP        // that sleeps, or does not
	undone  bool       // semWait takes the thread woken last and puts it back
	t       [5]*thread // the first calls
	sched   *thread    // whose stack is the scheduler's
	sem     Semaphore
	code    [11]uintptr
	pool0   stackPool
	newest0 *thread
}

var theBed bed

// chance is true once in n times.
func chance(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

// leave has t go on at landing.
func (b *bed) leave(t *thread) {
	t.sp, t.bp = uintptr(unsafe.Pointer(t))-64, 0
	*(*uintptr)(pointer(t.sp)) = b.code[landingAt]
}

// make makes a state; way is what will be called, with the frame that it returns.
func (b *bed) make(r *rand.Rand, way int) (frame *[4]uintptr) {
	v := b.v
	m := v.m
	*v = VP{}
	vpCount, nvp, threads, idleVPs, lastLook = 0, 0, 5, 0, 0
	timers.n, timers.told, timers.first = 0, 0, noDeadline
	sigs.dues, sigs.pending, sigs.waited = 0, 0, 0
	v.init(m)
	v.join()
	m = b.other.m
	*b.other = VP{}
	b.other.init(m)
	b.other.join()
	b.other.token = 1 // so no system call is made to wake it
	pool = b.pool0
	put(&pool.newest, b.newest0)
	b.sem = Semaphore{}
	for _, t := range b.t {
		g := t.g
		older := t.older
		*t = thread{g: g, class: defaultClass, generation: uint16(1 + r.IntN(3)), prio: DefaultPriority, base: DefaultPriority}
		put(&t.older, older)
		b.leave(t)
		if chance(r, 40) {
			t.generation = 0xffff
		}
	}
	me := b.t[0]
	put(&v.cur, me)
	put(&me.next, b.t[4]) // where it was last
	v.disabled = 0
	v.sched.sp, v.sched.bp = b.sched.sp, 0
	*(*uintptr)(pointer(v.sched.sp)) = b.code[landingAt]
	for _, t := range b.t[:4] {
		if chance(r, 8) {
			t.prio = uint8(DefaultPriority + 1 - 2*r.IntN(2))
			t.base = t.prio
			t.special |= specialPriority
		}
		if chance(r, 12) {
			t.cancel |= cancelDisabled
		}
	}
	for _, t := range b.t[1:4] {
		switch r.IntN(4) {
		case 0:
			if v.lifo == nil {
				put(&v.lifo, t)
			}
		case 1:
			v.queue.push(t)
		case 2:
			if way == wayPost || way == wayWait && b.sem.n == 0 {
				b.sem.q.add(t, cancellable)
			}
		}
	}
	if b.sem.q.head == nil {
		b.sem.n = uint32(r.IntN(3))
		if chance(r, 20) {
			b.sem.n = maxSemaphore
		}
	}
	if chance(r, 6) {
		v.pending = 1
	}
	if chance(r, 10) {
		v.streak = maxStreak
	}
	if way != wayYield && chance(r, 3) { // who yields leaves something in the queue all the time
		idleVPs = 1 << b.other.index
	}
	b.undone = way == wayWait && b.sem.n == 0 && b.sem.q.head == nil && v.lifo != nil && v.queue.mask == 0 && me.cancel != 0
	if chance(r, 3) { // a stack of another size, or none
		put(&pool.free[defaultClass], nil)
	} else {
		x := b.t[4]
		x.retire()
		put(&pool.free[defaultClass], x)
	}
	frame = (*[4]uintptr)(pointer(uintptr(unsafe.Pointer(me)) - 256))
	*frame = [4]uintptr{}
	switch way {
	case wayPost, wayWait:
		frame[0] = uintptr(unsafe.Pointer(&b.sem))
	case wayCreate:
		f := Func(nothing)
		frame[0], frame[1] = *(*uintptr)(unsafe.Pointer(&f)), 7
	case wayJoin:
		b.target(r, frame)
	}
	return frame
}

// target makes the thread that is to be joined.
func (b *bed) target(r *rand.Rand, frame *[4]uintptr) {
	t := b.t[3]
	b.v.queue.remove(t)
	if b.v.lifo == t {
		put(&b.v.lifo, nil)
	}
	t.result = 33
	switch r.IntN(8) {
	case 0:
		t.done = true
	case 1:
		t.detached = true
	case 2:
		b.v.queue.remove(b.t[2])
		if b.v.lifo == b.t[2] {
			put(&b.v.lifo, nil)
		}
		t.exit.add(b.t[2], cancellable)
	case 3:
		t = b.t[0]
	}
	id := uintptr(t.id())
	switch r.IntN(12) {
	case 0:
		id += 1 << addressBits
	case 1:
		id &= 1<<addressBits - 1
	case 2:
		id += 8
	}
	frame[0] = id
}

func nothing(arg uintptr) uintptr { return arg }

// shot is memory as it is after a call.
type shot struct {
	v        VP
	t        [5]thread
	made     thread // where carve has made one
	sem      Semaphore
	pool     stackPool
	threads  int64
	idle     uint64
	frame    [4]uintptr
	switched uintptr
	m        uintptr
}

func (b *bed) shoot(s *shot, frame *[4]uintptr, out bool) {
	s.v, s.sem, s.pool, s.threads, s.idle = *b.v, b.sem, pool, threads, idleVPs
	for i, t := range b.t {
		s.t[i] = *t
	}
	if at := pool.newest; at != b.newest0 {
		s.made = *at
	}
	s.switched = switched
	s.frame = [4]uintptr{}
	if out { // it is no call's yet, and where it goes on is its own affair
		s.t[0].sp, s.t[0].bp = 0, 0
	} else {
		s.frame = *frame
		s.frame[0], s.frame[1] = 0, 0 // arguments are the callee's to change
		s.t[0].sp, s.t[0].bp = 0, 0
	}
	s.m = *(*uintptr)(pointer(uintptr(unsafe.Pointer(b.v.m)) + mCurG))
}

// results are the words of a frame that a way returns.
var results = [...][]int{{}, {1}, {1}, {2, 3}, {1, 2}}

// run calls a short way, or what is behind it, and has the thread go on if it has left.
func (b *bed) run(seed uint64, way, behind int, first, second *shot) (left bool) {
	r := rand.New(rand.NewPCG(seed, uint64(way)))
	frame := b.make(r, way)
	me := b.t[0]
	callAs(me, uintptr(unsafe.Pointer(frame)), b.code[2*way+behind])
	left = switched != 0
	b.shoot(first, frame, left)
	if !left {
		for _, i := range results[way] {
			first.frame[i] = frame[i]
		}
		return false
	}
	// Somebody wakes it, and switches to it.
	if q, _ := me.waitsAt(); q != nil {
		q.remove(me)
		me.result = 55
	}
	b.v.queue.remove(me)
	if b.v.lifo == me {
		put(&b.v.lifo, nil)
	}
	if chance(r, 4) {
		me.cancel |= cancelDisabled
	}
	if chance(r, 4) {
		b.v.pending = 1
	}
	put(&b.v.cur, me)
	goOn(me)
	b.shoot(second, frame, switched != 0)
	if switched == 0 {
		for _, i := range results[way] {
			second.frame[i] = frame[i]
		}
	}
	return true
}

func TestShortWays(t *testing.T) {
	b := &theBed
	if !pool.open(minClass) || !pool.open(defaultClass) {
		t.Fatal("no room for stacks")
	}
	if e := initTimers(); e != 0 {
		t.Fatal(e)
	}
	for _, v := range [...]**VP{&b.v, &b.other} {
		n, e := newVP()
		if e != 0 {
			t.Fatal(e)
		}
		putVP(v, n)
	}
	options = Options{Model: NToOne}
	addresses(&b.code)
	for i := range b.t {
		b.t[i] = pool.carve(defaultClass)
	}
	b.sched = pool.carve(defaultClass)
	b.leave(b.sched)
	b.newest0 = pool.newest
	b.pool0 = pool
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if e := setGS(b.v); e != 0 {
		t.Fatal(e)
	}
	old, _ := sys.Sigprocmask(sys.SIG_SETMASK, ^uint64(0))
	defer sys.Sigprocmask(sys.SIG_SETMASK, old)
	var wrong string
	var counts [len(wayNames)][2]int
	var short, whole [2]shot
	for way := range wayNames {
		for seed := range uint64(4000) {
			short, whole = [2]shot{}, [2]shot{}
			a := b.run(seed, way, 0, &short[0], &short[1])
			z := b.run(seed, way, 1, &whole[0], &whole[1])
			counts[way][btoi(a)]++
			if b.undone && short[0].idle != 0 {
				wrong = fmt.Sprintf("state %d: a thread is put back beside a VP that sleeps", seed)
				break
			}
			if (way == wayWait || way == wayJoin) && short[0].idle == 0 { // that looks once more, if it puts back
				for i := range whole {
					short[i].idle, whole[i].idle = 0, 0
				}
			}
			if a != z || bytesOf(&short) != bytesOf(&whole) {
				wrong = fmt.Sprintf("%s, state %d: %v, %v\n%+v\n%+v", wayNames[way], seed, a, z, short, whole)
				break
			}
		}
	}
	sys.Sigprocmask(sys.SIG_SETMASK, old)
	t.Logf("%v", counts)
	if wrong != "" {
		t.Error(wrong)
	}
}

type shots = [2]shot

func bytesOf(s *shots) [unsafe.Sizeof(shots{})]byte {
	return *(*[unsafe.Sizeof(shots{})]byte)(unsafe.Pointer(s))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
