//go:build explore

package ulib

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	hosted "gossamer/lwp/sa"
	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// Activations for exploring: ulib's own code of activation.go, and the kernel's of lwp/sa, run against
// each other. What lies between is here: LWPs with a user context (a goroutine) and a place in the
// kernel, and what of ulib is assembly. A step is what goes on between two points: points are at each
// access of the handler and the scheduler to what the kernel or another VP writes, before each lock, on
// both sides of each store to VP.disabled, and before each system call. At every point the kernel may
// come in between: another LWP goes on, a tick or a late kick brings one in, a page is missing, a call
// ends, another program wants the processors or does not any more, time passes. A path may have so
// many of these as the scene's bound says, beside those without which nobody could go on.

// activationScene is what a scene under activations has beside.
type activationScene struct {
	vps    int
	slots  int  // beyond the VPs': how many threads may be in the kernel
	faults bool // any step may want a page that is not there
	rival  bool // another program wants processors, now and then
	strays bool // the stack pointer of a thread that the kernel takes off is not on its stack
	quiet  bool // no ticks: an event has to be seen when it comes, not at the next tick
	cpus   int  // of the machine; 0: as many as VPs

	pool     bool  // no activations: M:N fixed on as many LWPs as VPs
	signals  []int // come, in this order, each at any moment
	faulty   bool  // the thread that runs may bring a signal upon itself, at any step
	killedBy int   // the signal that the process is to end by
	stops    bool  // it is stopped, once, at any moment, and continued
	exits    bool  // it ends at any moment
	handoff  bool  // who spins may give way at any moment
	fine     bool  // what the kernel does is taken apart
}

// Where an LWP is.
const (
	parked = iota
	atEdge // about to enter user mode
	inUser
	blocked
	ended
)

// lwpState is what an actor has beside under activations.
type lwpState struct {
	k        *kernel
	n        int
	at       int
	event    hosted.Event
	deadline int64       // of parking; 0: none
	kicked   bool        // it has been asked to come to its edge
	late     bool        // and does so later
	arrives  func() bool // blocked: whether what it waits for may come; nil: it may
	fault    bool        // blocked for a page, which nothing interrupts
	giveWay  bool        // it spins, and is to hand its processor over

	ordinary bool   // it is no activation; the rest is about those
	mask     SigSet // signals that it blocks
	told     bool   // of signals
	nudged   bool   // by the one that is ulib's

	step     *kernelStep // what the kernel is doing for it
	unparked bool        // its next park is none

	cancelled bool // its next wait is to end at once: _lwp_wakeup(2)
}

// Where a context is.
const (
	left    = iota // it has left its VP by a switch, or is yet to begin
	onLWP          // of an LWP, in user mode or in the kernel
	inSlot         // the kernel has put it there
	evicted        // its registers are below its stack pointer
	gone           // a scheduler that the kernel has made an upcall over
)

// saved is what a context has beside under activations.
type saved struct {
	where   int
	number  uint64    // place in kernel.contexts, plus one: what a slot has in AX
	slot    *sa.Slot  // it is in
	below   uintptr   // evicted: where its registers are
	inRange bool      // its program counter is in the resume range
	closed  bool      // so was its VP when it came to where it is
	resting bool      // it is in sa_yield
	spins   bool      // for a lock
	result  sys.Errno // of its system call
	looks   bool      // it was made to look for signals, before its next step
	faulty  bool      // its next instruction faults
}

type kernel struct {
	e        *explorer
	scene    *activationScene
	p        *hosted.Process
	alloc    *hosted.Allocator
	contexts []*context
	slots    []*sa.Slot
	now      int64 // the allocator's
	forced   int   // how often nobody could go on
	ways     []way
	rival    *hosted.Process
	page     *sa.Process // the rival's
	busy     bool        // the rival wants processors

	signals kernelSignals
	dying   bool
	stopped bool
	stops   int
	child   bool // it is one of fork

	step    *kernelStep // that goes on now
	outside *actor      // for whom what comes from outside is done
}

// Program counters as the kernel sees them.
const (
	pcEntry  = 0x1000
	pcLow    = 0x2000
	pcHigh   = 0x2001
	pcOther  = 0x3000
	pcSignal = 0x4000
)

// entryMark is what a scheduler's stack that begins returns to first.
const entryMark = 0x5c4ed

var areaMemory uintptr

const areaSize = 32 * sa.PageSize

// resetActivations makes activations as they are at the start of a program.
func resetActivations() {
	memories.used = 0
	if act.process != nil {
		nvp = 0
		*(*[unsafe.Sizeof(act)]byte)(unsafe.Pointer(&act)) = [unsafe.Sizeof(act)]byte{}
	}
	put(&reporting, nil)
}

// startKernel makes the machine for a scene, whose main thread is body.
func (e *explorer) startKernel(s *activationScene, body func()) *actor {
	hosted.Debug = true
	k := &kernel{e: e, scene: s}
	e.k = k
	k.hookKernel()
	if s.pool {
		return k.startPool(body)
	}
	cpus := s.cpus
	if cpus == 0 {
		cpus = s.vps
	}
	k.alloc = hosted.NewAllocator(cpus, k.turns)
	if s.rival {
		k.startRival(cpus)
	}
	options = Options{Model: Activations}
	a := &actor{lwpState: lwpState{k: k, at: inUser}}
	e.actors = []*actor{a}
	if s.fine {
		k.outside = &actor{lwpState: lwpState{k: k, n: -1, at: ended}}
	}
	a.on = e.context(mainThread, func() {
		e.check(startActivations(s.vps, s.vps+s.slots) == 0, "startActivations")
		body()
	})
	a.on.where = onLWP
	return a
}

// turns is the allocator's clock: at each look it is somebody else's turn.
func (k *kernel) turns() int64 {
	k.now += hosted.TurnPeriod
	return k.now
}

// startRival makes another program, of one VP, which idles.
func (k *kernel) startRival(cpus int) {
	area := hosted.Area{Process: new(sa.Process), VPs: []*sa.VP{new(sa.VP)}, Nobody: new(sa.VP), Slots: []*sa.Slot{new(sa.Slot), new(sa.Slot)}}
	k.page = area.Process
	k.rival = hosted.New(hosted.Config{NVP: 1, NSlot: 2, CPUs: cpus, Stacks: []uint64{0}, UserEnd: 1 << 47, Area: area, Now: k.turns},
		[]hosted.Host{rivalHost{}, rivalHost{}}, k.alloc)
	k.rival.Enable()
	k.rival.Edge(0, hosted.Nothing)
	k.rivalIdles()
}

func (k *kernel) rivalIdles() {
	k.e.check(k.rival.Yield(0, k.page.Posts, 0) == 0, "the rival does not idle")
	k.rival.Edge(0, hosted.Nothing)
	k.busy = false
}

func (k *kernel) rivalWants() {
	k.busy = true
	k.rival.Wake()
	k.rival.Edge(0, hosted.Ticked)
}

type rivalHost struct{}

func (rivalHost) PC() uint64                                         { return pcOther }
func (rivalHost) Save(*sa.Slot)                                      {}
func (rivalHost) Upcall(int, uint32, uint32, uint64, uint64, uint64) {}
func (rivalHost) Adopt(int, int)                                     {}
func (rivalHost) Result(sys.Errno)                                   {}
func (rivalHost) Unpark()                                            {}
func (rivalHost) Kick()                                              {}
func (rivalHost) Interrupt() bool                                    { return true }
func (rivalHost) Uninterrupt()                                       {}

// The LWPs, as lwp/sa sees them.

func (a *actor) PC() uint64 {
	if a.on.inRange {
		return pcLow
	}
	return pcOther
}

func (a *actor) Save(slot *sa.Slot) {
	c, e := a.on, a.k.e
	e.check(c != nil && c.where == onLWP, "what is saved is on no LWP")
	e.check(!a.k.dying, "a slot is written while the process ends")
	a.on = nil
	if c.inRange { // a page of the thread's stack was missing: the registers are what the slot has
		c.where = gone
		e.check(slot.AX != 0, "a thread that was being resumed is not in its slot")
		return
	}
	e.check(!c.closed, "a closed VP's context goes to a slot")
	e.check(slot.AX == 0, "a slot that holds a thread is written")
	c.where, c.slot = inSlot, slot
	slot.AX, slot.IP = c.number, pcOther
	slot.SP = c.sp()
	if c.looks {
		slot.IP, c.looks = pcSignal, false
	}
}

func (a *actor) Upcall(vp int, why, slot uint32, entry, stack, fs uint64) {
	e, v := a.k.e, vps[vp]
	e.check(!a.k.dying, "an upcall while the process ends")
	if c := a.on; c != nil {
		e.check(c.inRange && c.where == onLWP, "an upcall over what runs")
		c.where = gone
	}
	e.check(entry == pcEntry && uintptr(stack) == v.top && fs == v.upcallFS, "an upcall somewhere else")
	e.check(v.disabled == 1 && v.slot == slotless, "an upcall of an open VP")
	a.v = v
	a.on = e.context(&v.sched, func() {
		v.tookG = v.word()
		v.setWord(&v.sched)
		upcall(uintptr(why), uintptr(slot))
	})
	a.on.where, a.on.closed = onLWP, true
	e.note("-- VP %d: upcall %d about %d on LWP %d", vp, why, int32(slot), a.n)
}

func (a *actor) Adopt(vp, lwp int) {
	e, o := a.k.e, a.k.e.actors[lwp]
	c := o.on
	e.check(a.on == nil && c != nil && c.where == onLWP && c.resting, "what is adopted is not in sa_yield")
	e.check(o.at == parked || o.at == atEdge, "an LWP that runs is relieved of its VP")
	a.v, a.on, o.on, c.result = vps[vp], c, nil, 0
	e.note("-- VP %d: LWP %d for LWP %d", vp, a.n, o.n)
}

func (a *actor) Result(errno sys.Errno) { a.on.result = errno }

func (a *actor) Unpark() {
	if a.at == parked {
		a.at = atEdge
	} else if a.step != nil {
		a.unparked = true
	}
}

func (a *actor) Kick() { a.kicked = true }

func (a *actor) Interrupt() bool {
	if a.at == blocked && !a.fault {
		a.at, a.on.result = atEdge, sys.EINTR
	}
	return true
}

func (a *actor) Uninterrupt() {}

// word is what FS has for a g: upcallEntry and SWITCH keep it.
func (v *VP) word() uintptr { return *(*uintptr)(pointer(uintptr(v.upcallFS) - 8)) }
func (v *VP) setWord(t *thread) {
	*(*uintptr)(pointer(uintptr(v.upcallFS) - 8)) = uintptr(unsafe.Pointer(t))
}

// spin waits for a lock that another VP holds, whose scheduler is at some step or has no processor.
func (k *kernel) spin(l *lock, v *VP) {
	me := k.e.cur.on
	for {
		a := k.e.cur
		me.spins, me.gate = true, func() bool { return l.word == 0 }
		k.e.passAs(me)
		me.spins = false
		if a.giveWay {
			a.giveWay = false
			giveWay(l.word)
			continue
		}
		if atomic.SwapUint32(&l.word, v.number1) == 0 {
			return
		}
		k.e.check(false, "a lock that was free is not")
	}
}

// switchTo is SWITCH. What may come between its instructions comes before it, or after the lock is free:
// what it writes before that nobody looks at.
func (k *kernel) switchTo(to *thread, unlock *lock) {
	e := k.e
	e.pass()
	a := e.cur
	me, v := a.on, a.v
	e.check(v.disabled == 1 && unlock != nil, "a switch outside a section")
	e.check(me.t != to, "a switch to oneself")
	e.check(v.cur == me.t, "VP.cur is not who runs")
	if to == &v.sched && to.sp != 0 && *(*uintptr)(pointer(to.sp)) == entryMark {
		e.context(to, scheduleMain)
	}
	c := e.contexts[to]
	e.check(c != nil && c.where == left, "a switch to %s, which is elsewhere", nameOf(to))
	e.check(to == &v.sched || to.special&specialSlot == 0, "a switch to %s, which is in a slot", nameOf(to))
	put(&v.cur, to)
	scheduler := me.t == &v.sched
	if scheduler {
		me.t.sp = 0
	}
	me.where, c.where = left, onLWP
	if v.upcallFS != 0 {
		v.setWord(to)
	}
	a.on = c
	unlock.release()
	c.resume <- struct{}{}
	me.wait()
	if !scheduler {
		k.begin()
	}
}

// sp is the stack pointer of who is in a slot: where there is just room to evict him, or none.
func (c *context) sp() uint64 {
	if c.e.k.scene.strays {
		return uint64(c.t.g.lo) - 1
	}
	return uint64(c.t.g.lo)
}

// unload and load are machine.go's: a slot has in AX who is in it, and 0 if nobody is. The registers are
// copied in two parts.
func unload(at uintptr, s *sa.Slot) {
	k := ex.k
	c, to := k.whose(s), (*slotContext)(pointer(at))
	from := (*slotContext)(pointer(uintptr(unsafe.Pointer(&s.FX))))
	k.e.check(at >= c.t.g.lo-slotRoom && at+slotRoom <= c.t.g.hi, "%s is evicted to what is not its stack", nameOf(c.t))
	copy(to[:len(to)/2], from[:])
	k.e.pass()
	copy(to[len(to)/2:], from[len(to)/2:])
	k.e.check(k.whose(s) == c, "%s is resumed while it is evicted", nameOf(c.t))
	s.AX = 0
	c.where, c.slot, c.below = evicted, nil, at
}

func load(s *sa.Slot, from uintptr) {
	k := ex.k
	to := (*slotContext)(pointer(uintptr(unsafe.Pointer(&s.FX))))
	k.e.check(s.AX == 0, "registers are loaded over those of another")
	k.e.pass()
	*to = *(*slotContext)(pointer(from))
	k.e.check(s.AX != 0 && s.AX <= uint64(len(k.contexts)), "nobody's registers are loaded")
	c := k.contexts[s.AX-1]
	k.e.check(c.where == evicted && c.below == from, "%s is loaded and is elsewhere", nameOf(c.t))
	c.where, c.slot = inSlot, s
}

// begin is LEAVE, for a thread that has been switched to.
func (k *kernel) begin() {
	k.e.pass()
	k.e.cur.v.disabled = 0
	k.e.pass()
	if k.e.cur.v.pending != 0 {
		look()
	}
}

// resumeSlot is activation_amd64.s's. The goroutine is at its end if the thread goes on.
func resumeSlot(slot *sa.Slot, tls uintptr) {
	k := ex.k
	e := k.e
	e.pass()
	a := e.cur
	me, v := a.on, a.v
	e.check(v.disabled == 1 && me.t == &v.sched, "a resumption outside the scheduler")
	c := k.whose(slot) // registers are loaded
	e.check(tls == uintptr(unsafe.Pointer(c.t)) && v.cur == c.t, "%s has another's g", nameOf(c.t))
	e.check(k.slots[v.slot] == slot, "VP.slot does not say which slot")
	e.check(slot.SP == c.sp(), "%s has another's registers", nameOf(c.t))
	v.setWord(c.t)
	v.disabled = 0
	me.inRange = true
	e.pass()
	if v.pending != 0 && v.looks < resumeLooks {
		e.pass()
		v.disabled = 1
		me.inRange = false
		e.pass()
		v.setWord(&v.sched)
		resumeAgain()
	}
	e.pass()
	me.inRange = false
	e.check(k.whose(slot) == c, "the slot has been written")
	slot.AX = 0
	c.where, c.slot, me.where = onLWP, nil, gone
	c.looks = slot.IP == pcSignal
	a.on = c
	c.resume <- struct{}{}
	runtime.Goexit()
}
