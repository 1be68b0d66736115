package ulib

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// Scheduler activations: the pool's VPs are activations. Package sa has what is agreed with the
// kernel, docs/activations.md the rules; U… are the ones for this side.
//
// A VP names a slot in VP.mine, where the kernel puts the thread that it takes off the VP, whichever
// runs then: threads that switch by themselves change VP.cur and leave the slot alone. So whose
// registers a slot holds is known from VP.cur of the VP that had named it, until either that VP,
// in its next upcall, or another, that has found the slot on the ready list, notes it in owner.

// slotless is VP.mine of a VP without one.
const slotless = sa.None

var act struct {
	on      bool // constant after Start
	process *sa.Process
	area    uintptr

	// lock guards owner, free, and VP.mine and VP.cur of VPs that do not run.
	lock    lock
	owner   [sa.MaxSlot]*thread // of slots whose thread has been taken off its VP
	free    uint32              // slots that nobody names, linked by next: number plus one
	next    [sa.MaxSlot]uint32
	slots   int    // constant after Start
	hand    uint32 // [lock] the slot whose thread was evicted last
	evicted int    // [lock] how often one was

	waking uint32 // atomic; 1: an idle VP has been woken and does not run yet
}

// Offsets in a slot, for assembly.
const (
	slotAX    = sa.SlotAX
	slotCX    = sa.SlotCX
	slotDX    = sa.SlotDX
	slotBX    = sa.SlotBX
	slotSP    = sa.SlotSP
	slotBP    = sa.SlotBP
	slotSI    = sa.SlotSI
	slotDI    = sa.SlotDI
	slotR8    = sa.SlotR8
	slotR9    = sa.SlotR9
	slotR10   = sa.SlotR10
	slotR11   = sa.SlotR11
	slotR12   = sa.SlotR12
	slotR13   = sa.SlotR13
	slotR14   = sa.SlotR14
	slotR15   = sa.SlotR15
	slotIP    = sa.SlotIP
	slotFlags = sa.SlotFlags
	slotFX    = sa.SlotFX
)

func slotAt(s uint32) *sa.Slot {
	return (*sa.Slot)(unsafe.Pointer(uintptr(act.process.Slots) + uintptr(s)*sa.SlotSize))
}

// upcall is every upcall, on the VP's stack, disabled. That this VP has no thread now is all it
// says (U3); the rest is on the ready list.
func upcall(why, slot uintptr) {
	v := enter()
	act.lock.acquire(v)
	t := v.lostThread(v.tookG)
	act.lock.release()
	point()
	switch {
	case why == sa.Blocked && t != nil && t.toLook() && atomic.LoadUint32(&t.inCall) != 0:
		// It was cancelled, or told of signals, after it had looked, and before it slept.
		kernel1(sa.SysWakeup, slot)
	case why == sa.Signal && slot != slotless && t != nil:
		// A fault of the thread's, which nobody here handles: now it will be its end.
		defaultAction(int((*sa.VP)(unsafe.Pointer(v)).Info[0]))
		atomic.OrUint32(&t.special, specialSlot)
		v.enqueue(t)
	}
	if reporting == nil {
		v.m.SetCurG(uintptr(unsafe.Pointer(&v.sched)))
	}
	v.schedule()
}

// lostThread notes that the kernel has taken the thread that v ran, and returns that; nil if there
// was none, or somebody has noted it already. g is what the thread had for its g: another one
// while it reports a fatal error. act.lock is held.
func (v *VP) lostThread(g uintptr) *thread {
	t := v.cur
	if t == &v.sched {
		return nil
	}
	put(&act.owner[v.mine], t)
	t.slot1 = v.mine + 1
	t.tookG = g
	if g != uintptr(unsafe.Pointer(t)) {
		put(&reporting, t)
	}
	v.mine = slotless
	put(&v.cur, &v.sched)
	return t
}

// drain takes what the kernel has made ready into v's queue, the oldest first (U4).
func (v *VP) drain() {
	if atomic.LoadUint32(&act.process.Ready) == 0 {
		return
	}
	act.lock.acquire(v)
	v.takeReady()
	act.lock.release()
}

// takeReady is drain with act.lock held.
func (v *VP) takeReady() {
	var oldest uint32
	point()
	for s := atomic.SwapUint32(&act.process.Ready, 0); s != 0; {
		point()
		slot := slotAt(s - 1)
		next := slot.Next
		slot.Next = oldest // the kernel does not read it
		oldest = s
		s = next
	}
	for s := oldest; s != 0; {
		point()
		next := slotAt(s - 1).Next
		t := ownerOf(s - 1)
		atomic.OrUint32(&t.special, specialSlot)
		v.enqueue(t)
		s = next
	}
}

// drainForOthers is drain for a VP that goes on with the thread it has: one that idles is to look.
func (v *VP) drainForOthers() {
	v.drain()
	v.tellIdle()
}

// tellIdle is for a VP that has taken the ready list and goes on with a thread of its own.
func (v *VP) tellIdle() {
	if atomic.LoadUint64(&idleVPs) != 0 && v.anyWork() {
		wakeIdle()
	}
}

// ownerOf returns the thread in a slot of the ready list. act.lock is held.
func ownerOf(s uint32) *thread {
	if t := act.owner[s]; t != nil {
		return t
	}
	// Its VP has not had the upcall yet.
	for i := range nvp {
		if vps[i].mine == s {
			return vps[i].lostThread(vps[i].interruptedG())
		}
	}
	return nil
}

// interruptedG returns what the thread that v ran has for its g: it is where FS has it, until an
// upcall has put it into tookG.
func (v *VP) interruptedG() uintptr {
	g := atomic.LoadUintptr((*uintptr)(unsafe.Pointer(uintptr(v.upcallFS) - 8)))
	if g == uintptr(unsafe.Pointer(&v.sched)) {
		g = v.tookG
	}
	return g
}

// resume goes on with a thread that is ready, from the scheduler.
func (v *VP) resume(t *thread) {
	v.traceRun(t)
	if t.special&specialSlot == 0 {
		if v.mine == slotless && !v.getSlot() {
			v.putBack(t)
			return
		}
		if atomic.LoadUint32(&t.cancel)&sigDue != 0 {
			v.pending = 1 // the first that it does is to look
		}
		swtch(t, &v.idle)
		return
	}
	act.lock.acquire(v)
	s := t.slot1 - 1
	if s == slotless {
		act.lock.release()
		if v.mine == slotless && !v.getSlot() {
			v.putBack(t)
			return
		}
		s = v.reload(t)
		act.lock.acquire(v)
	} else if v.mine != slotless {
		v.giveSlot()
	}
	v.name(s)
	put(&v.cur, t)
	t.slot1 = 0
	put(&act.owner[s], nil)
	act.lock.release()
	atomic.AndUint32(&t.special, ^uint32(specialSlot))
	t.g.m = v.sched.g.m
	v.m.SetCurG(uintptr(unsafe.Pointer(t)))
	point()
	v.looks = 0
	atomic.SwapUint32(&v.pending, 0) // before what t is to look for is read
	v.lookFirst(t)
	v.restart()
	resumeSlot(slotAt(s), t.tookG)
}

// lookFirst has t, whose slot v has named and which is about to go on, look first, if it is to: for
// signals at once, and before it sleeps in the call that it may be about to make. If it finds no slot
// free then, nobody else will ask.
func (v *VP) lookFirst(t *thread) {
	if atomic.LoadUint32(&t.cancel) == 0 {
		return
	}
	t.lookAtSignals(slotAt(v.mine))
	if t.toLook() && atomic.LoadUint32(&t.inCall) != 0 {
		v.stayAwake()
	}
}

// stayAwake has the kernel end a plain block of the thread that runs on v, in v's slot, with EINTR. One
// that has begun already sa_wakeup ends.
func (v *VP) stayAwake() {
	point()
	atomic.StoreUint32(&v.awake, v.mine+1)
}

// schedulerBase is how far below the top of a VP's stack whatever runs there begins: above lies
// what a switch to the scheduler begins with.
const schedulerBase = 128

// restart makes the scheduler's context one that begins: nobody will come back to where it is.
func (v *VP) restart() {
	v.sched.sp = v.top - schedulerBase/2
	*(*uintptr)(unsafe.Pointer(v.sched.sp)) = schedulerEntry()
}

// resumeLooks is how often a resumption that finds something pending looks, as a section's end does.
const resumeLooks = 2

// resumeAgain is for a resumption that has found something pending (U7); it keeps the thread, which
// is still in its slot.
func resumeAgain() {
	v := enter()
	v.looks++
	v.drainForOthers()
	point()
	v.collect()
	atomic.SwapUint32(&v.pending, 0)
	v.lookFirst(v.cur)
	resumeSlot(slotAt(v.mine), v.cur.tookG)
}

// restIdle is rest for an activation (U8).
func (v *VP) restIdle() {
	mine := uint64(1) << v.index
	seen := atomic.LoadUint32(&act.process.Posts)
	point()
	atomic.OrUint64(&idleVPs, mine)
	if !v.anyWork() && atomic.LoadUint32(&act.process.Ready) == 0 {
		deadline := nextDeadline()
		if deadline == noDeadline {
			deadline = 0
		}
		kernel2(sa.SysYield, uintptr(seen), uintptr(max(deadline, 0)))
	}
	atomic.AndUint64(&idleVPs, ^mine)
	point()
	atomic.StoreUint32(&act.waking, 0)
}

// wakeActivation wakes an idle VP, unless one is on its way: that looks everywhere (U9).
func wakeActivation() {
	if atomic.CompareAndSwapUint32(&act.waking, 0, 1) {
		kernel0(sa.SysWake)
	}
}

// quantum is how many ticks a thread may run while others wait.
const quantum = 2

var (
	tops         [sa.MaxVP]uint64
	registration sa.Registration
)

// startActivations registers n VPs; the caller, the main thread, runs on the first from then on.
func startActivations(n, slots int) Errno {
	entry, low, high := upcallAddresses()
	r := &registration
	*r = sa.Registration{Entry: uint64(entry), Lo: uint64(low), Hi: uint64(high), NVP: uint32(n), NSlot: uint32(slots)}
	r.Stacks = uint64(uintptr(unsafe.Pointer(&tops)))
	for i := range n {
		stack, e := memory(schedulerStack)
		if e != 0 {
			return sys.ENOMEM
		}
		tops[i] = uint64(stack + schedulerStack)
	}
	if e := sys.Err(kernel1(sa.SysRegister, uintptr(unsafe.Pointer(r)))); e != 0 {
		return e
	}
	act.area = uintptr(r.Area)
	*(*uintptr)(unsafe.Pointer(&act.process)) = act.area
	for i := range n {
		v := (*VP)(unsafe.Pointer(act.area + sa.VPAt(i)))
		m, e := memory((unsafe.Sizeof(sys.ReportM{}) + sys.PageSize - 1) &^ (sys.PageSize - 1))
		if e != 0 {
			return sys.ENOMEM
		}
		v.init((*sys.ReportM)(unsafe.Pointer(m)))
		top := uintptr(tops[i])
		v.top = top
		v.sched.g.lo, v.sched.g.hi = top-schedulerStack, top
		v.sched.g.guards = [2]uintptr{v.sched.g.lo + stackGuard, v.sched.g.lo + stackGuard}
		v.restart()
		v.mine = slotless
		v.tls[0] = uintptr(unsafe.Pointer(&v.sched))
		v.upcallFS = uint64(uintptr(unsafe.Pointer(&v.tls[1])))
		v.quantum = quantum
		v.arriveAt(&act.process.Signals)
		v.join()
	}
	act.slots = slots
	for s := slots - 1; s > 0; s-- {
		act.next[s] = act.free
		act.free = uint32(s) + 1
	}
	act.on = true
	v := vps[0]
	v.upcallFS = uint64(private())
	v.name(0)
	put(&v.cur, mainThread)
	mainThread.g.m = v.sched.g.m
	v.m.SetCurG(uintptr(unsafe.Pointer(mainThread)))
	become(mainThread)
	v.disabled = 0
	if e := sys.Err(kernel0(sa.SysEnable)); e != 0 {
		return e
	}
	kernel1(sa.SysSetConcurrency, uintptr(n))
	return 0
}
