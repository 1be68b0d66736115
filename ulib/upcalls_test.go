//go:build explore

package ulib

import (
	"flag"
	"slices"
	"testing"
)

// Scenes under activations.

var more = flag.Int("more", 0, "how many preemptions more than usual a path may have under activations")

var activationScenes = []scene{
	{"blocks", 0, 2, sceneBlocks, &activationScene{vps: 1, slots: 1}},
	{"two block", 0, 2, sceneBlockBoth, &activationScene{vps: 1, slots: 2}},
	{"two block, one slot", 0, 2, sceneBlockBoth, &activationScene{vps: 1, slots: 1}},
	{"yield", 0, 2, sceneYield, &activationScene{vps: 1, slots: 1}},
	{"mutex", 0, 2, sceneMutex, &activationScene{vps: 1, slots: 1}},
	{"semaphore", 0, 2, sceneSemaphore, &activationScene{vps: 1, slots: 1}},
	{"condition", 0, 2, sceneCondition, &activationScene{vps: 1, slots: 1}},
	{"cancel in a call", 0, 2, sceneCancelCall, &activationScene{vps: 1, slots: 1}},
	{"cancel in a call, no slot", 0, 2, sceneCancelCallPlain, &activationScene{vps: 1, slots: 1}},
	{"pipe", 0, 2, scenePipe, &activationScene{vps: 1, slots: 1}},
	{"pages", 0, 2, sceneJoin1, &activationScene{vps: 1, slots: 1, faults: true}},
	{"taken", 0, 2, sceneBlocks, &activationScene{vps: 1, slots: 1, rival: true}},
	{"sleep", 0, 2, sceneSleeps, &activationScene{vps: 1, slots: 1}},
	{"urgent", 0, 2, sceneUrgent, &activationScene{vps: 1, slots: 1, quiet: true}},
	{"2 VPs: blocks", 0, 2, sceneBlocks, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: two block", 0, 1, sceneBlockBoth, &activationScene{vps: 2, slots: 2}},
	{"2 VPs: two block, one slot", 0, 1, sceneBlockBoth, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: yield", 0, 2, sceneYield, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: mutex", 0, 2, sceneMutex, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: semaphore", 0, 2, sceneSemaphore, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: condition", 0, 2, sceneCondition, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: cancel in a call", 0, 2, sceneCancelCall, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: cancel in a call, no slot", 0, 2, sceneCancelCallPlain, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: pipe", 0, 2, scenePipe, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: pages", 0, 2, sceneJoin1, &activationScene{vps: 2, slots: 1, faults: true}},
	{"2 VPs: one taken", 0, 2, sceneJoin1, &activationScene{vps: 2, slots: 1, rival: true}},
	{"2 VPs: taken from a mutex", 0, 2, sceneMutex, &activationScene{vps: 2, slots: 1, rival: true}},
	{"2 VPs: sleep", 0, 2, sceneSleeps, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: idle", 0, 2, sceneIdle, &activationScene{vps: 2, slots: 1, quiet: true}},
	{"2 VPs: beside", 0, 2, sceneBeside, &activationScene{vps: 2, slots: 1, quiet: true}},
	{"2 VPs: fork", 0, 2, sceneFork, &activationScene{vps: 2, slots: 1}},
	{"2 VPs, one processor", 0, 1, sceneBlockBoth, &activationScene{vps: 2, slots: 1, cpus: 1}},
	{"3 VPs: two block", 0, 1, sceneBlockBoth, &activationScene{vps: 3, slots: 1}},
	{"3 VPs: mutex", 0, 1, sceneMutex, &activationScene{vps: 3, slots: 1}},
}

// inKernel makes a system call that waits until arrives, as Read does.
func inKernel(arrives func() bool) Errno {
	t := self()
	for {
		t.beginCall()
		e := ex.k.blocks(arrives)
		if t.endCall(e) {
			return e
		}
	}
}

func blocks(n uintptr) uintptr {
	ex.check(inKernel(nil) == 0, "the call fails")
	return n
}

func sceneBlocks() {
	a := spawn(blocks, 0)
	Yield()
	result(a, 0)
}

func sceneBlockBoth() {
	a, b := spawn(blocks, 0), spawn(blocks, 1)
	result(a, 0)
	result(b, 1)
}

// A child of fork has the caller's VP only: nobody else holds a lock of that then, for he would for ever.
func sceneFork() {
	a := spawn(returns, 0)
	v := enter()
	v.holdAll()
	for _, l := range []*lock{&v.queue.lock, &piLock, &poolLock, &pool.lock, &spare.lock, &timers.lock} {
		ex.check(l.word == 0 || l.word == v.number1, "a lock is held by VP %d, and not by who forks", int(l.word)-1)
	}
	v.releaseAll()
	v.leave()
	result(a, 10)
}

func sceneJoin1() { result(spawn(returns, 0), 10) }

// waitsForData reads from what passesData fills.
func waitsForData(n uintptr) uintptr {
	ex.check(inKernel(func() bool { return n1 > 0 }) == 0 && n1 == 1, "the call fails")
	return n
}

func passesData(n uintptr) uintptr {
	n1 = 1
	return n
}

// What a thread waits for in the kernel is what another does.
func scenePipe() {
	a, b := spawn(waitsForData, 0), spawn(passesData, 1)
	result(a, 0)
	result(b, 1)
}

func waitsForEver(n uintptr) uintptr {
	c := Cleanup{F: notes1}
	PushCleanup(&c)
	inKernel(func() bool { return false })
	PopCleanup(false)
	return n
}

// A thread is cancelled before, in, or on its way into a call.
func sceneCancelCall() {
	a := spawn(waitsForEver, 0)
	Yield()
	ex.check(Cancel(a) == 0, "cancel")
	result(a, Canceled)
	ex.check(n1 == 1, "handlers")
}

// holdsSlot is in a call that does not end while one who has been cancelled has not ended.
func holdsSlot(n uintptr) uintptr {
	ex.check(inKernel(func() bool { return inside == 0 || n1 == 1 }) == 0, "the call fails")
	return n
}

// Nor does a thread sleep on that is cancelled when every slot is in use, so that nobody is told of its
// block.
func sceneCancelCallPlain() {
	b, a := spawn(waitsForEver, 1), spawn(holdsSlot, 0) // who was made last runs first
	Yield()
	ex.check(Cancel(b) == 0, "cancel")
	inside = 1
	result(b, Canceled)
	ex.check(n1 == 1, "handlers")
	result(a, 0)
}

func readsUrgently(n uintptr) uintptr {
	ex.check(inKernel(func() bool { return s1.n == 1 }) == 0, "the call fails")
	n1 = 1
	return n
}

// A call of a more urgent thread ends at any moment: that thread runs before any tick.
func sceneUrgent() {
	a, e := CreateWith(&Attr{Priority: 20}, readsUrgently, 0)
	ex.check(e == 0, "create")
	s1.Post()
	s2.Post()
	await(func() bool { return n1 == 1 })
	result(a, 0)
}

func reads1AndSets(n uintptr) uintptr {
	ex.check(inKernel(nil) == 0, "the call fails")
	n1 = 1
	return n
}

// A call ends while the only thread that runs is in a section, or computes: an idle VP runs the thread
// whose call it was, before any tick.
func sceneBeside() {
	a := spawn(reads1AndSets, 0)
	Yield()
	for range 2 {
		s1.Post()
	}
	await(func() bool { return n1 == 1 })
	result(a, 0)
}

func sleeps(n uintptr) uintptr {
	SleepUntil(ex.now + 5)
	return n
}

func sceneSleeps() {
	a := spawn(sleeps, 0)
	Yield()
	sleeps(1)
	result(a, 0)
}

// allActivationScenes are these, and those of the files scene*_test.go.
func allActivationScenes() []scene {
	return slices.Concat(activationScenes, slotScenes, signalScenes, endScenes, forkScenes, scopeScenes, putBackScenes, fineScenes)
}

func TestActivations(t *testing.T) {
	initForScenes(t)
	for _, s := range allActivationScenes() {
		t.Run(s.name, func(t *testing.T) {
			s.bound += *more
			paths, wrong := explore(t, &s)
			t.Logf("%d paths", paths)
			if wrong != "" {
				t.Fatalf("\n%s\n%s", wrong, trail())
			}
		})
	}
}
