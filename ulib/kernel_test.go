//go:build explore

package ulib

import (
	"fmt"
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
	quiet  bool // no ticks: an event has to be seen when it comes, not at the next tick
	cpus   int  // of the machine; 0: as many as VPs
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
	late     bool        // and does not, for now
	arrives  func() bool // blocked: whether what it waits for may come; nil: it may
	fault    bool        // blocked for a page, which nothing interrupts
	giveWay  bool        // it spins, and is to hand its processor over
}

// Where a context is.
const (
	left   = iota // it has left its VP by a switch, or is yet to begin
	onLWP         // of an LWP, in user mode or in the kernel
	inSlot        // the kernel has put it there
	gone          // a scheduler that the kernel has made an upcall over
)

// saved is what a context has beside under activations.
type saved struct {
	where   int
	number  uint64    // place in kernel.contexts, plus one: what a slot has in AX
	slot    *sa.Slot  // it is in
	inRange bool      // its program counter is in the resume range
	closed  bool      // so was its VP when it came to where it is
	resting bool      // it is in sa_yield
	spins   bool      // for a lock
	result  sys.Errno // of its system call
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
}

// Program counters as the kernel sees them.
const (
	pcEntry = 0x1000
	pcLow   = 0x2000
	pcHigh  = 0x2001
	pcOther = 0x3000
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
	a.on = nil
	if c.inRange { // a page of the thread's stack was missing: the registers are what the slot has
		c.where = gone
		e.check(slot.AX != 0, "a thread that was being resumed is not in its slot")
		return
	}
	e.check(!c.closed, "a closed VP's context goes to a slot")
	e.check(slot.AX == 0, "a slot that holds a thread is written")
	c.where, c.slot = inSlot, slot
	slot.AX = c.number
}

func (a *actor) Upcall(vp int, why, slot uint32, entry, stack, fs uint64) {
	e, v := a.k.e, vps[vp]
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

func (a *actor) Result(errno sys.Errno) { a.on.result = errno }

func (a *actor) Unpark() {
	if a.at == parked {
		a.at = atEdge
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

// A way is how things can go on.
type way struct {
	what byte
	a    *actor
	cost int
}

const (
	goes   = 'u' // a step of user mode
	edges  = 'e' // the kernel's on the way there
	comes  = 'k' // kicked, an LWP comes to its edge
	stays  = 'l' // it does so later
	ticks1 = 't'
	faults = 'f'
	calls  = 'c' // what a call waits for comes
	rivals = 'r'
	passes = 'p' // time does
	hands  = 'h' // who spins gives way
)

// next1 is what a does next, 0 if it cannot.
func (a *actor) next1() byte {
	switch {
	case a.at == atEdge:
		return edges
	case a.at == inUser && a.kicked && !a.late:
		return comes
	case a.at == inUser && a.enabled():
		return goes
	}
	return 0
}

// find lists the ways to go on: what goes on by itself first.
func (k *kernel) find() []way {
	e := k.e
	cur, all := e.cur, k.ways[:0]
	more := e.preemptions < e.bound
	add := func(what byte, a *actor, cost int) {
		if cost == 0 || more {
			all = append(all, way{what, a, cost})
		}
	}
	mine := cur.next1()
	cost := 0
	if mine != 0 {
		add(mine, cur, 0)
		cost = 1
		if mine == comes && cur.enabled() {
			add(stays, cur, 1)
		}
	}
	for _, x := range e.actors {
		if w := x.next1(); w != 0 && x != cur {
			add(w, x, cost)
		}
	}
	forced := len(all) == 0
	within := more
	more = more || forced // whatever the bound, something has to happen
	for _, x := range e.actors {
		switch x.at {
		case blocked:
			if x.arrives == nil || x.arrives() {
				add(calls, x, 1)
			}
		case inUser:
			if !k.scene.quiet {
				add(ticks1, x, 1)
			}
			if x.late && x.kicked {
				add(comes, x, 1)
			}
			if x.on.spins && forced {
				add(hands, x, 1)
			}
			if x == cur && k.scene.faults && mine != 0 {
				add(faults, x, 1)
			}
		}
	}
	if k.scene.rival && (!k.busy || k.rival.Stat().Running == 1) {
		add(rivals, nil, 1)
	}
	if k.deadline() != noDeadline {
		add(passes, nil, 1)
	}
	if forced && len(all) > 0 {
		// The first comes for nothing, and another one each time.
		n := k.forced % len(all)
		all[0], all[n] = all[n], all[0]
		all[0].cost = 0
		if !within {
			all = all[:1]
		}
	}
	k.ways = all
	return all
}

// deadline is when time has something to do next.
func (k *kernel) deadline() int64 {
	next := noDeadline
	for _, a := range k.e.actors {
		if a.at == parked && a.deadline > 0 {
			next = min(next, a.deadline)
		}
	}
	if d := nextDeadline(); d > k.e.now {
		next = min(next, d)
	}
	return next
}

// decide says whose step is next, and has the kernel do before what comes before.
func (k *kernel) decide(me *context) *actor {
	e := k.e
	if e.cur.on == me {
		me.closed = e.cur.v != nil && e.cur.v.disabled != 0
	}
	for {
		k.audit()
		if e.fault != "" || e.ended {
			return nil
		}
		if e.steps++; e.steps > maxSteps {
			e.fault = "no end: live-lock"
			return nil
		}
		all := k.find()
		if len(all) == 0 {
			e.fault = "nobody can go on, and threads are left"
			return nil
		}
		i := 0
		if len(all) > 1 {
			i = e.choose(len(all))
		}
		w := all[i]
		e.preemptions += w.cost
		if w.a == nil || w.a.next1() == 0 {
			k.forced++
		}
		a := w.a
		if e.logging && w.what != goes {
			n := -1
			if a != nil {
				n = a.n
			}
			e.note("-- %c LWP %d", w.what, n)
		}
		switch w.what {
		case goes:
			return a
		case stays:
			a.late = true
			return a
		case hands:
			a.giveWay = true
			return a
		case edges:
			e.cur = a
			k.edge(a)
		case comes:
			a.at = atEdge
		case ticks1:
			a.at, a.event = atEdge, hosted.Ticked
		case calls:
			a.at, a.arrives, a.fault = atEdge, nil, false
		case faults:
			k.sleep(a, nil, true)
		case rivals:
			if k.busy {
				k.rivalIdles()
			} else {
				k.rivalWants()
			}
		case passes:
			e.now = k.deadline()
			for _, a := range e.actors {
				if a.at == parked && a.deadline > 0 && a.deadline <= e.now {
					a.at, a.event = atEdge, hosted.TimedOut
				}
			}
		}
	}
}

// edge is an LWP on its way to user mode.
func (k *kernel) edge(a *actor) {
	event := a.event
	a.event, a.kicked, a.late, a.deadline = hosted.Nothing, false, false, 0
	verdict, deadline := k.p.Edge(a.n, event)
	switch verdict {
	case hosted.Enter:
		a.at = inUser
		k.e.check(a.on != nil && a.on.where == onLWP, "an LWP with nothing to do enters user mode")
		if s := k.p.Stat(); s.Running > s.Granted && !a.kicked {
			k.e.check(a.v.disabled != 0, "an open VP runs on, of %d, and %d may", s.Running, s.Granted)
		}
	case hosted.Park:
		a.at, a.deadline = parked, deadline
	case hosted.End:
		a.at = ended
	default:
		k.e.check(false, "a lie")
	}
}

// sleep is a wait in the kernel.
func (k *kernel) sleep(a *actor, arrives func() bool, fault bool) {
	a.at, a.arrives, a.fault = blocked, arrives, fault
	if next := k.p.Block(a.n); next >= 0 {
		k.e.cur = k.e.actors[next]
		k.e.cur.Unpark()
	}
}

// blocks is a system call that waits.
func (k *kernel) blocks(arrives func() bool) Errno {
	k.e.pass()
	a := k.e.cur
	me := a.on
	me.result = 0
	k.sleep(a, arrives, false)
	k.e.passAs(me)
	return me.result
}

// The machine.

func kernel0(nr uintptr) uintptr       { return ex.k.call(nr, 0, 0) }
func kernel1(nr, a uintptr) uintptr    { return ex.k.call(nr, a, 0) }
func kernel2(nr, a, b uintptr) uintptr { return ex.k.call(nr, a, b) }

// memories are what memory has given to one run and will give to the next.
var memories struct {
	at   [32]uintptr
	size [32]uintptr
	used int
}

func memory(size uintptr) (at uintptr, e Errno) {
	m := &memories
	i := m.used
	if m.used++; m.at[i] == 0 {
		m.size[i] = size
		m.at[i], e = sys.MmapAnon(size)
	}
	if m.size[i] != size { // of another scene
		m.size[i] = size
		m.at[i], e = sys.MmapAnon(size)
	}
	return m.at[i], e
}

func private() uintptr { return uintptr(unsafe.Pointer(&vps[0].tls[1])) }

func upcallAddresses() (entry, low, high uintptr) { return pcEntry, pcLow, pcHigh }

// call is a system call of the thread or scheduler that runs.
func (k *kernel) call(nr, x, y uintptr) uintptr {
	e, n := k.e, 0
	switch nr {
	case sa.SysRegister:
		return k.register((*sa.Registration)(pointer(x)))
	case sa.SysEnable:
		e.check(k.p.Enable(), "sa_enable")
		e.cur.v = vps[0]
	default:
		e.pass()
	}
	a := e.cur
	me := a.on
	me.result, me.resting = 0, nr == sa.SysYield
	switch nr {
	case sa.SysEnable:
		for i := range nvp {
			vps[i].quantum = 1
		}
	case sa.SysSetConcurrency:
		n, me.result = k.p.SetConcurrency(int(x))
	case sa.SysYield:
		me.result = k.p.Yield(a.n, uint32(x), int64(y))
		e.check(me.result == 0 || me.result == sys.EAGAIN, "sa_yield: %v", me.result)
	case sa.SysWake:
		k.p.Wake()
	case sa.SysHandoff:
		me.result = k.p.Handoff(a.n, int(x))
		e.check(me.result == 0, "sa_handoff: %v", me.result)
	case sa.SysWakeup:
		me.result = k.p.Wakeup(int(x))
	default:
		e.check(false, "system call %d", nr)
	}
	a.at = atEdge
	e.pass()
	me.resting = false
	if me.result != 0 {
		return -uintptr(me.result)
	}
	return uintptr(n)
}

// register is sa_register.
func (k *kernel) register(r *sa.Registration) uintptr {
	nvp, nslot := int(r.NVP), int(r.NSlot)
	if areaMemory == 0 {
		areaMemory, _ = sys.MmapAnon(areaSize)
	}
	at := areaMemory
	k.e.check(sa.Pages(nvp, nslot)*sa.PageSize <= areaSize, "too many slots")
	clear(unsafe.Slice((*byte)(pointer(at)), sa.Pages(nvp, nslot)*sa.PageSize))
	page := func(vp int) *sa.VP { return (*sa.VP)(pointer(at + sa.VPAt(vp))) }
	area := hosted.Area{Process: (*sa.Process)(pointer(at)), Nobody: page(nvp)}
	area.Process.NVP, area.Process.NSlot = r.NVP, r.NSlot
	area.Process.Slots = uint64(at + sa.SlotAt(nvp, 0))
	for i := range nvp {
		area.VPs = append(area.VPs, page(i))
	}
	for i := range nslot {
		area.Slots = append(area.Slots, (*sa.Slot)(pointer(at+sa.SlotAt(nvp, i))))
	}
	k.slots = area.Slots
	cpus := k.scene.cpus
	if cpus == 0 {
		cpus = nvp
	}
	hosts := make([]hosted.Host, nslot)
	for i := range hosts {
		if i > 0 {
			k.e.actors = append(k.e.actors, &actor{lwpState: lwpState{k: k, n: i}})
		}
		hosts[i] = k.e.actors[i]
	}
	k.p = hosted.New(hosted.Config{NVP: nvp, NSlot: nslot, CPUs: cpus, Entry: r.Entry,
		Stacks: unsafe.Slice((*uint64)(pointer(uintptr(r.Stacks))), nvp), Lo: r.Lo, Hi: r.Hi, UserEnd: 1 << 47,
		Area: area, Now: func() int64 { return k.e.now }}, hosts, k.alloc)
	r.Area = uint64(at)
	return 0
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
	v.setWord(to)
	a.on = c
	unlock.release()
	c.resume <- struct{}{}
	me.wait()
	if !scheduler {
		k.begin()
	}
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
	v.setWord(c.t)
	v.disabled = 0
	me.inRange = true
	e.pass()
	if v.pending != 0 {
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
	a.on = c
	c.resume <- struct{}{}
	runtime.Goexit()
}

// whose returns the context in a slot.
func (k *kernel) whose(slot *sa.Slot) *context {
	k.e.check(slot.AX != 0 && slot.AX <= uint64(len(k.contexts)), "a slot with nobody in it is resumed")
	c := k.contexts[slot.AX-1]
	k.e.check(c.where == inSlot && c.slot == slot, "%s is resumed and is elsewhere", nameOf(c.t))
	return c
}

// audit finds each thread in exactly one place, whenever no VP is in the middle of something.
func (k *kernel) audit() {
	e := k.e
	if k.p == nil || act.process == nil || !act.on {
		return
	}
	for _, a := range e.actors {
		if c := a.on; c != nil && c.where == onLWP && c.closed && !c.resting {
			return
		}
	}
	for t, c := range e.contexts {
		if c.where == gone || t.done {
			continue
		}
		n := 0
		var places [8]string
		is := func(what string) {
			if n >= 0 && n < len(places) {
				places[n] = what
			}
			n++
		}
		for i := range nvp {
			v := vps[i]
			if t == &v.sched {
				n = -1 << 10
			}
			if v.cur == t {
				is("on a VP")
			}
			if v.lifo == t {
				is("in lifo")
			}
			if v.handoff == t {
				is("handed on")
			}
			for _, l := range v.queue.level {
				for x := l.head; x != nil; x = x.next {
					if x == t {
						is("in a queue")
					}
				}
			}
		}
		if t.queue != 0 {
			is("waiting")
		}
		if t.slot1 != 0 && t.special&specialSlot == 0 {
			if act.owner[t.slot1-1] != t {
				is("in a slot of another's and")
			}
			is("taken off")
		}
		if n >= 0 && n != 1 {
			e.fault = fmt.Sprintf("thread %s is in %d places: %q", nameOf(t), n, places[:n])
			return
		}
	}
	k.account()
}

// account finds every slot free, named by a VP, or a thread's.
func (k *kernel) account() {
	if act.lock.word != 0 {
		return
	}
	n := 0
	for s := act.free; s != 0 && n <= len(k.slots); s = act.next[s-1] {
		n++
	}
	for i := range nvp {
		if vps[i].mine != slotless {
			n++
		}
	}
	for s := range k.slots {
		if act.owner[s] != nil {
			n++
		}
	}
	if n != len(k.slots) && k.e.fault == "" {
		k.e.fault = fmt.Sprintf("%d of %d slots are accounted for", n, len(k.slots))
	}
}
