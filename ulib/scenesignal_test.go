//go:build explore

package ulib

import "gossamer/ulib/sys"

// Signals under activations: each comes at any moment, and is handled exactly once.

var signalScenes = []scene{
	{"signal", 0, 2, sceneSignal, &activationScene{vps: 1, slots: 1, quiet: true, signals: []int{low}}},
	{"signal, idle", 0, 2, sceneIdles, &activationScene{vps: 1, slots: 1, quiet: true, signals: []int{low}}},
	{"signal in a call", 0, 2, sceneCalled, &activationScene{vps: 1, slots: 1, signals: []int{low}}},
	{"signals masked", 0, 2, sceneMasks, &activationScene{vps: 1, slots: 1, signals: []int{low, high}}},
	{"signal and faults", 0, 1, sceneSignal, &activationScene{vps: 1, slots: 1, faults: true, signals: []int{low}}},
	{"signals waited for", 0, 2, sceneWaitsForSignals, &activationScene{vps: 1, slots: 1, signals: []int{high, low}}},
	{"signals queued", 0, 2, sceneQueued, &activationScene{vps: 1, slots: 1, signals: []int{queued, queued}}},
	{"kill who computes", 0, 2, sceneKillComputes, &activationScene{vps: 1, slots: 1}},
	{"kill who waits", 0, 2, sceneKillWaits, &activationScene{vps: 1, slots: 1}},
	{"kill who is in a call", 0, 2, sceneKillCalled, &activationScene{vps: 1, slots: 1}},
	{"a fault", 0, 2, sceneFault, &activationScene{vps: 1, slots: 1, faulty: true, killedBy: sys.SIGFPE}},
	{"2 VPs: signal", 0, 1, sceneSignal, &activationScene{vps: 2, slots: 1, quiet: true, signals: []int{low}}},
	{"2 VPs: signal, idle", 0, 1, sceneIdles, &activationScene{vps: 2, slots: 1, quiet: true, signals: []int{low}}},
	{"2 VPs: signals masked", 0, 1, sceneMasks, &activationScene{vps: 2, slots: 1, signals: []int{low, high}}},
	{"2 VPs: signals waited for", 0, 1, sceneWaitsForSignals, &activationScene{vps: 2, slots: 1, signals: []int{high, low}}},
	{"2 VPs: kill who computes", 0, 1, sceneKillComputes, &activationScene{vps: 2, slots: 1, quiet: true}},
	{"2 VPs: kill who comes back", 0, 1, sceneKillReturns, &activationScene{vps: 2, slots: 1, quiet: true}},
	{"2 VPs: kill who waits", 0, 1, sceneKillWaits, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: kill who is in a call", 0, 1, sceneKillCalled, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: a fault", 0, 1, sceneFault, &activationScene{vps: 2, slots: 1, faulty: true, killedBy: sys.SIGFPE}},
	{"3 VPs: signal, idle", 0, 1, sceneIdles, &activationScene{vps: 3, slots: 1, quiet: true, signals: []int{low}}},
	{"3 VPs: kill who computes", 0, 1, sceneKillComputes, &activationScene{vps: 3, slots: 1, quiet: true}},
	{"M:N: signal", 0, 2, sceneSignal, &activationScene{vps: 2, pool: true, signals: []int{low}}},
	{"M:N: signal, idle", 0, 2, sceneIdles, &activationScene{vps: 2, pool: true, signals: []int{low}}},
	{"M:N: signals masked", 0, 2, sceneMasks, &activationScene{vps: 2, pool: true, signals: []int{low, high}}},
	{"M:N: signals waited for", 0, 2, sceneWaitsForSignals, &activationScene{vps: 2, pool: true, signals: []int{high, low}}},
	{"M:N: signals queued", 0, 2, sceneQueued, &activationScene{vps: 2, pool: true, signals: []int{queued, queued}}},
	{"M:N: kill who computes", 0, 2, sceneKillComputes, &activationScene{vps: 2, pool: true}},
	{"M:N: kill who is in a call", 0, 2, sceneKillCalled, &activationScene{vps: 2, pool: true}},
}

const low, high, queued = 10, 12, 40

// catchAll has counts be what the signals of these scenes do.
func catchAll() {
	for _, sig := range [...]int{low, high, queued} {
		ex.check(Catch(sig, counts, 0) == 0, "catch")
	}
	comeOn()
}

// handled says that as many handlers have run as signals were sent, and that nothing is left.
func handled(n int) {
	ex.check(n1 == n, "%d handlers", n1)
	ex.check(sigs.pending == 0 && ex.k.signals.pending == 0, "pending: %#x, %#x", sigs.pending, ex.k.signals.pending)
}

func awaitsHandler(n uintptr) uintptr {
	await(func() bool { return n1 == 1 })
	return n
}

// One thread computes until the handler has run, on whatever thread.
func sceneSignal() {
	catchAll()
	a := spawn(awaitsHandler, 0)
	Yield()
	result(a, 0)
	handled(1)
}

func countsAndPosts(sig int, info *sys.SigInfo) {
	n1++
	s1.Post()
}

// A signal comes when nothing runs, or is about to.
func sceneIdles() {
	Catch(low, countsAndPosts, 0)
	comeOn()
	a := spawn(waits1, 0)
	s2.Wait()
	result(a, 0)
	handled(1)
}

// A signal comes to a process whose threads are in the kernel, or on their way there: one of the calls
// ends for it.
func sceneCalled() {
	catchAll()
	inKernel(func() bool { return n1 == 1 })
	handled(1)
}

// What a thread blocks waits until it does not any more.
func sceneMasks() {
	catchAll()
	SigMask(sys.SIG_BLOCK, sigBit(low)|sigBit(high))
	n := n1
	a := spawn(returns, 0)
	result(a, 10)
	ex.check(n1 == n, "a signal that is blocked is handled")
	SigMask(sys.SIG_UNBLOCK, sigBit(low))
	SigMask(sys.SIG_UNBLOCK, sigBit(high))
	await(func() bool { return n1 == 2 })
	handled(2)
}

// Who waits for signals gets each once.
func sceneWaitsForSignals() {
	SigMask(sys.SIG_BLOCK, sigBit(low)|sigBit(high))
	comeOn()
	a := spawn(awaits, uintptr(sigBit(low)))
	awaits(uintptr(sigBit(high)))
	result(a, 0)
	handled(2)
}

// Real-time signals are not put together.
func sceneQueued() {
	catchAll()
	await(func() bool { return n1 == 2 })
	handled(2)
}

func sceneKillComputes() {
	catchAll()
	a := spawn(awaitsHandler, 0)
	Yield()
	ex.check(Kill(a, low) == 0, "kill")
	result(a, 0)
	handled(1)
}

func callsAndComputes(n uintptr) uintptr {
	ex.check(inKernel(nil) == 0, "the call fails")
	return awaitsHandler(n)
}

// A thread is sent a signal on its way out of the kernel.
func sceneKillReturns() {
	catchAll()
	a := spawn(callsAndComputes, 0)
	Yield()
	ex.check(Kill(a, low) == 0, "kill")
	result(a, 0)
	handled(1)
}

func waitsFor2(n uintptr) uintptr {
	s1.Wait()
	ex.check(n1 == 1, "a wait ends before the handler")
	return n
}

func countsAlone(sig int, info *sys.SigInfo) {
	n1++
	s2.Post()
}

// A thread is sent a signal before, in, or after its wait.
func sceneKillWaits() {
	catchAll()
	Catch(low, countsAlone, 0)
	a := spawn(waitsFor2, 0)
	ex.check(Kill(a, low) == 0, "kill")
	s2.Wait()
	s1.Post()
	result(a, 0)
	handled(1)
}

func callsUntilHandled(n uintptr) uintptr {
	ex.check(inKernel(func() bool { return n1 == 1 }) == 0, "the call fails")
	return n
}

// Or before, in, or on its way into a call, which ends for it.
func sceneKillCalled() {
	catchAll()
	a := spawn(callsUntilHandled, 0)
	Yield()
	ex.check(Kill(a, low) == 0, "kill")
	result(a, 0)
	handled(1)
}

// A fault of a thread ends the process, whatever the thread was at.
func sceneFault() {
	a := spawn(locks1, 0)
	locks1(1)
	Yield()
	result(a, 0)
}
