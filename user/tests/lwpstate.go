package main

import (
	"sync/atomic"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

// LWPs in each of their states.

// inAllStates has LWPs in every state.
func inAllStates() {
	ok(sys.Pipe2(&wakePipe, 0), "pipe2")
	for i, f := range [...]func(uintptr){lwpPark, lwpSleep, lwpRead, lwpWaitForFirst, lwpSuspendSelf, lwpSpinUntil} {
		launch(i, f, 0)
	}
	launch(6, lwpEnd, 0)
	launch(7, lwpPark, abi.LWPSuspended)
	for i := range 4 {
		untilState(i, abi.StateSleeping)
	}
	until(&common[5], 1)
	untilState(4, abi.StateSuspended)
	untilState(6, abi.StateZombie)
	untilState(7, abi.StateSuspended)
}

func lwpExitFive(uintptr) { sys.Exit(5) }

var onlyLWP sys.LWP

// Do exit, a signal and execve, by the first LWP and by another, end LWPs in every state?
func lwpEndsStates() {
	command("exit")
	argv.Add("3")
	for range 5 {
		exits(func() { inAllStates(); sys.Exit(4) }, 4, "exit")
		exits(func() { inAllStates(); onlyLWP.Create(lwpExitFive, 0, 0); sys.LWPSuspend(sys.LWPSelf()) }, 5, "exit by another")
		dies(func() { inAllStates(); sys.Kill(sys.Getpid(), sys.SIGKILL); sys.LWPSuspend(sys.LWPSelf()) }, sys.SIGKILL, "SIGKILL")
		dies(func() { inAllStates(); sys.LWPKill(lwps[0].ID, sys.SIGTERM); sys.LWPPark(0, 0, nil, 0) }, sys.SIGTERM, "SIGTERM")
		exits(func() { inAllStates(); execSelf() }, 3, "execve")
		exits(func() { inAllStates(); onlyLWP.Create(lwpExec, 0, 0); sys.LWPSuspend(sys.LWPSelf()) }, 3, "execve by another")
	}
}

// Do processes stop with LWPs in every state, and go on?
func lwpStopsStates() {
	p := anonShared()
	pid := fork(func() {
		inAllStates()
		for {
			atomic.AddUint32(p, 1)
		}
	})
	for was := atomic.LoadUint32(p); atomic.LoadUint32(p) == was; {
		sys.Sleep(1e6)
	}
	ok(sys.Kill(pid, sys.SIGSTOP), "kill")
	var st sys.WaitStatus
	sys.Wait4(pid, &st, sys.WUNTRACED, nil)
	for stopped := 0; stopped != 6; { // main, those that slept, the spinner
		got, e := sys.LWPInfo(pid, 0, lwpTable[:])
		ok(e, "_lwp_info")
		equal(got, 9, "LWPs")
		stopped = 0
		for i := range got {
			if lwpTable[i].State == abi.StateStopped {
				stopped++
			}
		}
		sys.Yield()
	}
	ok(sys.Kill(pid, sys.SIGCONT), "kill")
	for was := atomic.LoadUint32(p); atomic.LoadUint32(p) == was; {
		sys.Sleep(1e6)
	}
	sys.Kill(pid, sys.SIGKILL)
	wait(pid)
}
