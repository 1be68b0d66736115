package main

import (
	"sync/atomic"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

func countSignal(int, *sys.SigInfo, *sys.UContext) { atomic.AddUint32(&common[6], 1) }

// What becomes of a signal to an LWP in each state?
func lwpKills() {
	ok(sys.Catch(sys.SIGUSR1, countSignal, 0, 0), "sigaction")
	ok(sys.Pipe2(&wakePipe, 0), "pipe2")
	launch(0, lwpSpinUntil, 0)
	until(&common[0], 1)
	ok(sys.LWPKill(lwps[0].ID, sys.SIGUSR1), "to one that runs")
	await(0)
	equal(int(common[6]), 1, "handled")
	for i, f := range [...]func(uintptr){lwpPark, lwpSleep, lwpRead, lwpWaitForFirst} {
		launch(i, f, 0)
		untilState(i, abi.StateSleeping)
		ok(sys.LWPKill(lwps[i].ID, 0), "signal 0")
		ok(sys.LWPKill(lwps[i].ID, sys.SIGUSR1), "to one that sleeps")
		untilState(i, abi.StateZombie)
		await(i)
		equal(int(common[6]), 2+i, "handled")
		if i < 3 {
			equal(int(common[i]), 100+int(sys.EINTR), "the call")
		} else {
			equal(int(common[1]), int(sys.EINTR), "_lwp_wait")
		}
	}
	launch(0, lwpPark, abi.LWPSuspended)
	untilState(0, abi.StateSuspended)
	ok(sys.LWPKill(lwps[0].ID, sys.SIGUSR1), "to a suspended one")
	sys.Sleep(3e6)
	untilState(0, abi.StateSuspended)
	equal(int(common[6]), 5, "not handled yet")
	ok(sys.LWPContinue(lwps[0].ID), "_lwp_continue")
	until(&common[6], 6)
	ok(sys.LWPUnpark(lwps[0].ID), "_lwp_unpark")
	await(0)
	launch(0, lwpEnd, 0)
	untilState(0, abi.StateZombie)
	errno(sys.LWPKill(lwps[0].ID, sys.SIGUSR1), sys.ESRCH, "to a zombie")
	await(0)
	for _, sig := range [...]int{-1, 65, 1 << 20} {
		errno(sys.LWPKill(sys.LWPSelf(), sig), sys.EINVAL, "signal")
	}
	for _, id := range [...]int{0, -1, 1 << 30, sys.Getppid()} {
		errno(sys.LWPKill(id, 0), sys.ESRCH, "LWP")
	}
	equal(int(common[6]), 6, "signals handled")

	// A signal to the process is not left with a suspended LWP.
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGUSR1))
	ok(sys.Kill(sys.Getpid(), sys.SIGUSR1), "kill")
	sys.Sigprocmask(sys.SIG_UNBLOCK, sys.SigBit(sys.SIGUSR1))
	equal(int(common[6]), 7, "taken by the one that is not suspended")
}
