//go:build explore

package ulib

import "gossamer/ulib/sys"

// Fork at any moment. Each path goes on as the parent or as the child (kernel.fork): in the child everything
// else is as it was, and nobody but the caller does anything any more.

var forkScenes = []scene{
	{"forks", 0, 2, sceneForks, &activationScene{vps: 1, slots: 1}},
	{"fork, signals", 0, 1, sceneForkSignals, &activationScene{vps: 1, slots: 1, signals: []int{low}}},
	{"2 VPs: forks", 0, 2, sceneForks, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: fork beside a semaphore", 0, 1, sceneForkBeside, &activationScene{vps: 2, slots: 1}},
	{"3 VPs: forks", 0, 1, sceneForks, &activationScene{vps: 3, slots: 1}},
	{"M:N: forks", 0, 2, sceneForks, &activationScene{vps: 2, pool: true}},
	{"M:N: fork, signals", 0, 1, sceneForkSignals, &activationScene{vps: 2, pool: true, signals: []int{low}}},
}

// forks is Fork; in the child it asks whether what is left works.
func forks() (child bool) {
	pid, e := Fork()
	ex.check(e == 0, "fork: %v", e)
	if pid != 0 {
		return false
	}
	ex.check(ex.k.child, "the parent is told that it is the child")
	for _, l := range [...]*lock{&piLock, &sigs.taking, &poolLock, &timers.lock, &sigs.q.lock, &pool.lock, &spare.lock, &keys.lock, &self().exit.lock, &self().ctl} {
		ex.check(l.word == 0, "a lock is held in the child")
	}
	m1, s1, s2, n1, inside = Mutex{}, Semaphore{}, Semaphore{}, 0, 0
	a, b := spawn(locks1, 4), spawn(waits1, 5)
	Yield()
	locks1(6)
	s1.Post()
	s2.Wait()
	result(a, 4)
	result(b, 5)
	SleepUntil(ex.now + 1)
	ex.check(Kill(Self(), 0) == 0 && n1 == 2, "counted %d", n1)
	return true
}

func sceneForks() {
	a := spawn(locks1, 0)
	if forks() {
		return
	}
	locks1(1)
	result(a, 0)
}

// Another VP takes threads from queues meanwhile, and others wait.
func sceneForkBeside() {
	a, b := spawn(waits1, 0), spawn(yields, 1)
	s1.Post()
	if forks() {
		return
	}
	s2.Wait()
	result(a, 0)
	result(b, 1)
}

// A signal comes before or after: it is the parent's, and the child has what it does.
func sceneForkSignals() {
	catchAll()
	child := forks()
	if !child {
		await(func() bool { return n1 == 1 })
		handled(1)
		return
	}
	n := n1
	ex.check(Kill(Self(), high) == 0 && n1 == n+1, "%d handlers", n1)
	SigMask(sys.SIG_BLOCK, sigBit(low))
	ex.check(SigPending() == 0, "pending: %#x", SigPending())
}
