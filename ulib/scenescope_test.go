//go:build explore

package ulib

// Threads of system scope, each on an LWP of its own, beside those on activations; and deadlines.

var scopeScenes = []scene{
	{"bound", 0, 2, sceneBound, &activationScene{vps: 1, slots: 1}},
	{"bound: mutex", 0, 2, sceneBoundMutex, &activationScene{vps: 1, slots: 1}},
	{"bound: cancel in a call", 0, 2, sceneBoundCancel, &activationScene{vps: 1, slots: 1}},
	{"bound: sleep", 0, 2, sceneBoundSleeps, &activationScene{vps: 1, slots: 1}},
	{"bound: signal", 0, 1, sceneBoundSignal, &activationScene{vps: 1, slots: 1, signals: []int{low}}},
	{"bound: signals", 0, 1, sceneBoundSignals, &activationScene{vps: 1, slots: 1, signals: []int{low, high}}},
	{"bound: kill", 0, 2, sceneBoundKill, &activationScene{vps: 1, slots: 1}},
	{"bound: fork", 0, 1, sceneBoundFork, &activationScene{vps: 1, slots: 1}},
	{"2 VPs, bound", 0, 1, sceneBound, &activationScene{vps: 2, slots: 1}},
	{"2 VPs, bound: mutex", 0, 1, sceneBoundMutex, &activationScene{vps: 2, slots: 1}},
	{"2 VPs, bound: signal", 0, 1, sceneBoundSignal, &activationScene{vps: 2, slots: 1, signals: []int{low}}},

	{"deadline", 0, 2, sceneDeadline, &activationScene{vps: 1, slots: 1}},
	{"deadline only", 0, 2, sceneDeadlineOnly, &activationScene{vps: 1, slots: 1}},
	{"deadline of who computes", 0, 2, sceneComputesUntil, &activationScene{vps: 1, slots: 1}},
	{"2 VPs: deadline", 0, 1, sceneDeadline, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: deadline of who computes", 0, 1, sceneComputesUntil, &activationScene{vps: 2, slots: 1}},
	{"3 VPs: sleep", 0, 1, sceneSleeps, &activationScene{vps: 3, slots: 1}},
	{"3 VPs: semaphore", 0, 1, sceneSemaphore, &activationScene{vps: 3, slots: 1}},
	{"3 VPs: taken", 0, 1, sceneMutex, &activationScene{vps: 3, slots: 1, rival: true}},
	{"3 VPs: cancel in a call", 0, 1, sceneCancelCall, &activationScene{vps: 3, slots: 1}},
}

func spawnBound(f Func, arg uintptr) ID {
	id, e := CreateWith(&Attr{Scope: ScopeSystem}, f, arg)
	ex.check(e == 0, "create: %v", e)
	return id
}

// One blocks, the other waits for what a third does.
func sceneBound() {
	a, b := spawnBound(blocks, 0), spawn(waits1, 1)
	result(a, 0)
	s1.Post()
	s2.Wait()
	result(b, 1)
	result(spawnBound(returns, 2), 12) // on the LWP that is there
}

func sceneBoundMutex() {
	a := spawnBound(locks1, 0)
	locks1(1)
	result(a, 0)
	ex.check(n1 == 2 && m1.word == mutexFree, "counted %d, word %d", n1, m1.word)
}

func sceneBoundCancel() {
	a := spawnBound(waitsForEver, 0)
	ex.check(Cancel(a) == 0, "cancel")
	result(a, Canceled)
	ex.check(n1 == 1, "handlers")
}

func sceneBoundSleeps() {
	a := spawnBound(sleeps, 0)
	sleeps(1)
	result(a, 0)
}

// The kernel gives the signal to the LWP, which may be anywhere.
func sceneBoundSignal() {
	catchAll()
	a := spawnBound(awaitsHandler, 0)
	result(a, 0)
	handled(1)
}

func computes2(n uintptr) uintptr {
	await(func() bool { return n1 == 2 })
	return n
}

func sceneBoundSignals() {
	catchAll()
	a := spawnBound(computes2, 0)
	result(a, 0)
	handled(2)
}

func sceneBoundKill() {
	catchAll()
	a := spawnBound(callsUntilHandled, 0)
	ex.check(Kill(a, low) == 0, "kill")
	result(a, 0)
	handled(1)
}

func forksBound(n uintptr) uintptr {
	if forks() {
		exitProcess()
	}
	return n
}

// A thread of system scope forks: its LWP is the child's only one.
func sceneBoundFork() {
	a := spawnBound(forksBound, 0)
	locks1(1)
	result(a, 0)
}

func sleepsAndSets(n uintptr) uintptr {
	SleepUntil(ex.now + 5)
	n1 = 1
	return n
}

// Time passes while the only thread that runs computes: the kernel has it looked at.
func sceneComputesUntil() {
	a := spawn(sleepsAndSets, 0)
	Yield()
	await(func() bool { return n1 == 1 })
	result(a, 0)
}
