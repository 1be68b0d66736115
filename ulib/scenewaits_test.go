//go:build explore

package ulib

import "gossamer/ulib/sys"

// Scenes of signals to threads that wait for what Cancel does not end the wait for.

func init() {
	scenes = append(scenes,
		scene{"signal to one that waits for a mutex", 2, 2, sceneSignalMutex, nil},
		scene{"signal to one that lends its priority", 2, 2, sceneSignalInherit, nil},
		scene{"signal to a writer before a reader", 2, 2, sceneSignalWriter, nil},
		scene{"signal to one at a barrier", 2, 3, sceneSignalBarrier, nil},
		scene{"cancelled beside one who is ready", 2, 3, scenePutBack, nil},
		scene{"urgent beside one who is ready", 2, 3, scenePushed, nil},
	)
}

var putBackScenes = []scene{
	{"M:N: cancelled beside one who is ready", 0, 2, scenePutBack, &activationScene{vps: 2, pool: true}},
	{"2 VPs: cancelled beside one who is ready", 0, 2, scenePutBack, &activationScene{vps: 2, slots: 1, quiet: true}},
	{"M:N: urgent beside one who is ready", 0, 3, scenePushed, &activationScene{vps: 2, pool: true}},
}

func untilN1(uintptr) { await(func() bool { return n1 == 1 }) }

// A handler of one who is cancelled spins for a thread that was taken, to be switched to, and put back.
func diesBesideOne(n uintptr) uintptr {
	c := Cleanup{F: untilN1}
	PushCleanup(&c)
	ids[0] = spawn(sets, 1)
	Cancel(Self())
	s1.Wait()
	return n
}

func scenePutBack() {
	result(spawn(diesBesideOne, 0), Canceled)
	result(ids[0], 1)
	ex.check(s1.q.head == nil, "somebody waits")
}

// One who does not give way to a thread of a lower priority spins for it.
func scenePushed() {
	a := spawn(sets, 0)
	ex.check(SetPriority(Self(), DefaultPriority+1) == 0, "priority")
	Yield()
	untilN1(0)
	result(a, 0)
}

func entersM1(n uintptr) uintptr {
	m1.Lock()
	inside++
	ex.check(inside == 1, "two hold the mutex")
	point()
	inside--
	ex.check(m1.Unlock() == 0, "unlock")
	return n
}

// A handler runs while the mutex is held that its thread waits for, and then the thread gets it.
func sceneSignalMutex() {
	handleAll()
	m1.Lock()
	a, b := spawn(entersM1, 0), spawn(entersM1, 1)
	Kill(a, 10)
	await(func() bool { return n1 == 1 })
	m1.Unlock()
	result(a, 0)
	result(b, 1)
	ex.check(n1 == 1 && m1.word == mutexFree && m1.q.head == nil, "%d handlers, word %d", n1, m1.word)
}

func lendsNothing(sig int, info *sys.SigInfo) {
	ex.check(mainThread.prio == DefaultPriority && self().wants == nil, "priority %d of one for whom nobody waits", mainThread.prio)
	n1++
}

// Who holds the mutex has the priority of one who waits, but not while that runs a handler, and its own
// in the end.
func sceneSignalInherit() {
	handleAll()
	Catch(10, lendsNothing, 0)
	m1.Init(Normal, true)
	m1.Lock()
	a, e := CreateWith(&Attr{Priority: 20}, entersM1, 0)
	ex.check(e == 0, "create")
	await(func() bool { return contextOf(a).queue != 0 })
	Kill(a, 10)
	await(func() bool { return n1 == 1 && contextOf(a).queue != 0 })
	ex.check(mainThread.prio == 20, "priority %d", mainThread.prio)
	m1.Unlock()
	result(a, 0)
	ex.check(mainThread.prio == DefaultPriority && mainThread.holds == nil, "priority %d", mainThread.prio)
	ex.check(contextOf(a).wants == nil && m1.owner == nil, "somebody wants or has the mutex")
}

func writesRW1(n uintptr) uintptr {
	rw1.Lock()
	ex.check(inside == 0, "a writer beside a reader")
	ex.check(rw1.Unlock() == 0, "unlock")
	return n
}

// A reader need not wait for a writer that has left the queue for a handler.
func sceneSignalWriter() {
	handleAll()
	rw1.RLock()
	a := spawn(writesRW1, 0)
	await(func() bool { return contextOf(a).queue != 0 })
	b := spawn(reads1, 1)
	await(func() bool { return contextOf(b).queue != 0 })
	Kill(a, 10)
	result(b, 1)
	await(func() bool { return n1 == 1 })
	rw1.Unlock()
	result(a, 0)
}

var b1 Barrier

func comesTo1(n uintptr) uintptr {
	inside++
	last, e := b1.Wait()
	ex.check(e == 0 && inside == 3, "%v, %d have come", e, inside)
	if last {
		return 1
	}
	return 0
}

// Those who run handlers meanwhile come again, and all pass together, one of them as the last.
func sceneSignalBarrier() {
	handleAll()
	b1 = Barrier{}
	b1.Init(3)
	a, b := spawn(comesTo1, 0), spawn(comesTo1, 1)
	Kill(a, 10)
	lasts := comesTo1(2)
	for _, id := range [...]ID{a, b} {
		r, e := Join(id)
		ex.check(e == 0, "join")
		lasts += r
	}
	ex.check(lasts == 1 && n1 == 1, "%d are the last, %d handlers", lasts, n1)
	ex.check(b1.come == 0 && b1.q.away == 0, "%d are left, %d away", b1.come, b1.q.away)
}
