package goos

import (
	"sync/atomic"

	"gossamer/arch/amd64"
)

// SliceNS is the time slice: of a thread when others are ready, and of user mode, which
// returns to kernel/sched at its end.
const SliceNS = 10_000_000

// The ready queue, through thread.next and prev: first those that have been woken or interrupted in
// the kernel, then the patient ones, which compute; each kind first in, first out. So what the runtime
// wakes to do something short does not wait for a slice behind a program. Guarded by sched.
var readyHead, readyTail uintptr

func pushReady(t *thread) {
	before := readyTail // whom t comes behind
	if !t.patient {
		for before != 0 && at(before).patient {
			before = at(before).prev
		}
	}
	insertReady(t, before)
}

// insertReady puts t behind before, which is in the queue; 0: in front of all.
func insertReady(t *thread, before uintptr) {
	t.prev, t.next = before, readyHead
	if before != 0 {
		t.next = at(before).next
		at(before).next = t.addr()
	} else {
		readyHead = t.addr()
	}
	if t.next != 0 {
		at(t.next).prev = t.addr()
	} else {
		readyTail = t.addr()
	}
}

// promote has the patient thread that has waited longest be the next to run: with each slice that
// ends one gets its turn, whatever else is ready.
func promote() {
	p := readyHead
	for p != 0 && !at(p).patient {
		p = at(p).next
	}
	if p != 0 {
		removeReady(at(p))
		insertReady(at(p), 0)
	}
}

func removeReady(t *thread) {
	if t.prev != 0 {
		at(t.prev).next = t.next
	} else {
		readyHead = t.next
	}
	if t.next != 0 {
		at(t.next).prev = t.prev
	} else {
		readyTail = t.prev
	}
	t.next, t.prev = 0, 0
}

// wake makes t, which waits or is new, ready, and finds a CPU for it. sched is held; t is
// in no queue.
func wake(me *amd64.CPU, t *thread) {
	dropSleeper(t)
	t.state, t.patient = ready, false
	pushReady(t)
	place(me, t)
}

// place sees to it that some CPU looks at the ready queue soon, for t's sake: an idle one,
// best the one that t last ran on; else one in user mode; else any. A CPU that seems to be
// in the kernel may be past its last look on the way to user mode, so it gets the
// interrupt all the same.
func place(me *amd64.CPU, t *thread) {
	if me.Idle != 0 {
		me.Idle = 0 // it looks before it leaves the kernel
		return
	}
	n := amd64.CPUs()
	var idle, busy *amd64.CPU
	for i := range n {
		c := amd64.At((t.cpu + i) % n)
		if !c.Online() {
			continue
		}
		if c.Idle != 0 {
			idle = c
			break
		}
		if c.Resched == 0 && (busy == nil || c.InUser() && !busy.InUser()) {
			busy = c
		}
	}
	if idle != nil {
		idle.Idle = 0 // taken: the next wake-up chooses another
		amd64.SendIPI(idle.APICID, amd64.VecWake)
		return
	}
	if busy == nil {
		return // every CPU is already told
	}
	busy.Resched = 1
	if busy != me {
		amd64.SendIPI(busy.APICID, amd64.VecWake)
	}
}

// schedule chooses the next thread for c, whose current thread no longer runs. sched is
// held.
func schedule(c *amd64.CPU) {
	expire(c)
	c.Resched = 0
	if readyHead == 0 {
		c.Idle = 1
		c.SetCur(c.IdleThr)
		return
	}
	t := at(readyHead)
	removeReady(t)
	t.state = running
	if t.cpu != c.ID {
		t.cpu = c.ID
	}
	c.Switches++
	c.Idle = 0
	c.SetCur(t.addr())
	if c.NextTick == 0 {
		c.NextTick = amd64.RDTSC() + sliceTicks
		arm(c)
	}
}

// yield puts the current thread into the ready queue: at the very end if it is patient. sched is
// held.
func yield(c *amd64.CPU, patient bool) {
	t := current(c)
	if t.idle == 0 {
		if readyHead == 0 {
			c.Resched = 0
			return
		}
		t.state, t.patient = ready, patient
		pushReady(t)
	}
	schedule(c)
}

// Sleepers: every CPU has a list of the threads that wait with a deadline and were put to
// sleep there, soonest first. Guarded by sched.

// sleepUntil enters t, the current thread, into c's list.
func sleepUntil(c *amd64.CPU, t *thread, deadline uint64) {
	if deadline == 0 {
		deadline = 1
	}
	t.deadline, t.sleepCPU = deadline, c.ID
	p := &c.Sleepers
	for *p != 0 && at(*p).deadline <= deadline {
		p = &at(*p).nextSleep
	}
	t.nextSleep = *p
	*p = t.addr()
	arm(c)
}

// dropSleeper takes t off the list it is in, if any.
func dropSleeper(t *thread) {
	if t.deadline == 0 {
		return
	}
	p := &amd64.At(t.sleepCPU).Sleepers
	for *p != 0 && *p != t.addr() {
		p = &at(*p).nextSleep
	}
	if *p != 0 {
		*p = t.nextSleep
	}
	t.deadline, t.nextSleep = 0, 0
}

// expire wakes those of c's sleepers whose time has come.
func expire(c *amd64.CPU) {
	if c.Sleepers != 0 {
		if now := amd64.RDTSC(); overdue(c, now) {
			expireAt(c, now)
		}
	}
}

// overdue says that the time of one of c's sleepers has come.
func overdue(c *amd64.CPU, now uint64) bool {
	return c.Sleepers != 0 && at(c.Sleepers).deadline <= now
}

func expireAt(c *amd64.CPU, now uint64) {
	for overdue(c, now) {
		t := at(c.Sleepers)
		switch t.state {
		case waitFutex:
			leaveFutex(t)
			t.AX = errno(etimedout)
		case waitIRQ:
			takeIRQs(t)
		default:
			t.AX = 0
		}
		wake(c, t)
	}
}

// arm sets c's timer to the first thing that is due: c is the CPU this runs on.
func arm(c *amd64.CPU) { armAt(c, amd64.RDTSC()) }

func armAt(c *amd64.CPU, now uint64) {
	due := c.NextTick
	if c.Sleepers != 0 {
		if d := at(c.Sleepers).deadline; due == 0 || d < due {
			due = d
		}
	}
	if due != 0 && (c.Armed == 0 || due < c.Armed) {
		c.Armed = due
		amd64.ArmTimer(max(due, now+1) - now)
	}
}

// tick serves c's timer interrupt and reports whether a time slice has ended.
func tick(c *amd64.CPU) (sliceEnd bool) {
	c.Armed = 0
	c.Ticks++
	now := amd64.RDTSC()
	if c.NextTick != 0 && now >= c.NextTick {
		c.NextTick = 0
		if current(c).idle == 0 {
			c.NextTick = now + sliceTicks
			sliceEnd = true
		}
	}
	if overdue(c, now) {
		expireAt(c, now)
	}
	armAt(c, now)
	return sliceEnd
}

var sliceTicks uint64

// kicked reports whether c should look at the ready queue.
func kicked(c *amd64.CPU) bool { return c.Resched != 0 || current(c).idle != 0 && readyHead != 0 }

// claimDeath makes c the one CPU that ends the machine; a second one halts.
func claimDeath(c *amd64.CPU) {
	id := uint32(c.ID) + 1
	if !atomic.CompareAndSwapUint32(&dying, 0, id) && atomic.LoadUint32(&dying) != id {
		amd64.Halt()
	}
}

// stopOthers makes all other CPUs halt for good.
func stopOthers(c *amd64.CPU) {
	claimDeath(c)
	amd64.StopOthers(c)
}

var dying uint32 // index + 1 of that CPU
