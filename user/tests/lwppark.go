package main

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

// Parking: _lwp_park and those who end it.

// Is the token one, taken once, wherever it comes from?
func parkToken() {
	me := sys.LWPSelf()
	ok(sys.LWPUnpark(me), "_lwp_unpark")
	ok(sys.LWPUnpark(me), "_lwp_unpark")
	errno(sys.LWPPark(0, 0, nil, 0), sys.EALREADY, "unparked before")
	ts := sys.Timespec{Nsec: 1e6}
	errno(sys.LWPPark(sys.CLOCK_MONOTONIC, 0, &ts, 0), sys.ETIMEDOUT, "one token only")
	equal(int(ts.Sec), 0, "seconds left")
	equal(int(ts.Nsec), 0, "nanoseconds left")
	errno(sys.LWPPark(0, 0, nil, me), sys.EALREADY, "unparked by itself")

	for range 100 {
		launch(0, lwpPark, 0)
		untilState(0, abi.StateSleeping)
		ok(sys.LWPUnpark(lwps[0].ID), "_lwp_unpark")
		await(0)
		equal(int(common[0]), 100, "parked, then unparked")
	}
	for range 100 { // whichever is first
		launch(0, lwpPark, 0)
		ok(sys.LWPUnpark(lwps[0].ID), "_lwp_unpark")
		await(0)
		check(common[0] == 100 || common[0] == 100+uint32(sys.EALREADY), "result")
	}
}

// Do the times mean what they say, and what is refused?
func parkTimes() {
	const long = 20e6
	for _, clock := range [...]int{sys.CLOCK_MONOTONIC, sys.CLOCK_REALTIME} {
		start := sys.Now()
		ts := sys.Timespec{Nsec: long}
		errno(sys.LWPPark(clock, 0, &ts, 0), sys.ETIMEDOUT, "relative")
		check(sys.Now()-start >= long, "relative time has passed")
		start = sys.Now()
		var now sys.Timespec
		ok(sys.ClockGettime(clock, &now), "clock_gettime")
		ts = now
		ts.Nsec += long
		if ts.Nsec >= 1e9 {
			ts.Sec, ts.Nsec = ts.Sec+1, ts.Nsec-1e9
		}
		then := ts
		errno(sys.LWPPark(clock, abi.ParkAbstime, &ts, 0), sys.ETIMEDOUT, "absolute")
		check(sys.Now()-start >= long, "absolute time has passed")
		check(ts == then, "a point in time stays as it was")
		errno(sys.LWPPark(clock, abi.ParkAbstime, &now, 0), sys.ETIMEDOUT, "a time that has passed")
	}
	me := sys.LWPSelf()
	ts := sys.Timespec{Nsec: 1e6}
	errno(sys.LWPPark(sys.CLOCK_MONOTONIC, 2, &ts, me), sys.EINVAL, "flags")
	errno(sys.LWPPark(7, 0, &ts, me), sys.EINVAL, "clock")
	errno(sys.LWPPark(-1, 0, &ts, me), sys.EINVAL, "clock")
	for _, bad := range [...]sys.Timespec{{Sec: -1}, {Nsec: -1}, {Nsec: 1e9}} {
		errno(sys.LWPPark(sys.CLOCK_MONOTONIC, 0, &bad, me), sys.EINVAL, "time")
	}
	errno(sys.LWPPark(sys.CLOCK_MONOTONIC, 0, (*sys.Timespec)(unsafe.Pointer(hole())), me), sys.EFAULT, "time at a hole")
	errno(sys.LWPPark(sys.CLOCK_MONOTONIC, 0, &ts, 0), sys.ETIMEDOUT, "nothing was unparked by these")
	errno(sys.LWPPark(0, 0, nil, 1<<30), sys.ESRCH, "unpark none")
	errno(sys.LWPPark(0, 0, nil, sys.Getppid()), sys.ESRCH, "unpark another process's")
	errno(sys.LWPUnpark(1<<30), sys.ESRCH, "_lwp_unpark of none")
	errno(sys.LWPUnpark(0), sys.ESRCH, "_lwp_unpark of 0")
	errno(sys.LWPUnpark(sys.Getppid()), sys.ESRCH, "_lwp_unpark of another process's")
}

func parkLoop(uintptr) {
	for {
		sys.LWPPark(0, 0, nil, 0)
		if atomic.AddUint32(&common[0], 1) == tokens {
			sys.LWPUnpark(sys.Getpid())
			return
		}
		sys.LWPUnpark(sys.Getpid())
	}
}

// Is no unpark lost in a ping-pong, one call for both directions?
func parkPingPong() {
	launch(0, parkLoop, 0)
	for n := uint32(1); n <= tokens; n++ {
		e := sys.LWPPark(0, 0, nil, lwps[0].ID)
		check(e == sys.OK || e == sys.EALREADY, "_lwp_park")
		equal(int(atomic.LoadUint32(&common[0])), int(n), "turns")
	}
	await(0)
}

// Does _lwp_unpark_all unpark those there are, up to as many as it says?
func unparkAll() {
	most, e := sys.LWPUnparkAll(nil, 0)
	ok(e, "how many")
	equal(most, abi.MaxUnpark, "how many")
	var lids [abi.MaxUnpark + 1]int32
	for _, n := range [...]int{0, -1, abi.MaxUnpark + 1} {
		_, e := sys.LWPUnparkAll(&lids[0], n)
		errno(e, sys.EINVAL, "number")
	}
	_, e = sys.LWPUnparkAll((*int32)(unsafe.Pointer(hole())), 1)
	errno(e, sys.EFAULT, "list at a hole")
	for i := range lids {
		lids[i] = int32(1<<30 + i)
	}
	for i := range 6 {
		launch(i, lwpPark, 0)
		lids[i*170] = int32(lwps[i].ID)
	}
	for i := range 6 {
		untilState(i, abi.StateSleeping)
	}
	_, e = sys.LWPUnparkAll(&lids[0], abi.MaxUnpark)
	ok(e, "_lwp_unpark_all")
	for i := range 6 {
		await(i)
		equal(int(common[i]), 100, "unparked")
	}
}

func lwpSleep(i uintptr) {
	atomic.StoreUint32(&common[i], 1)
	ts := sys.Timespec{Sec: 1000}
	e := sys.Err(sys.Syscall2(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0))
	atomic.StoreUint32(&common[i], 100+uint32(e))
}

func lwpAsk(i uintptr) {
	atomic.StoreUint32(&common[i], 1)
	for atomic.LoadUint32(&common[7]) == 0 {
	}
	e := sys.LWPPark(0, 0, nil, 0)
	atomic.StoreUint32(&common[i], 100+uint32(e))
	ts := sys.Timespec{Nsec: 1}
	sys.LWPPark(sys.CLOCK_MONOTONIC, 0, &ts, 0)
	sys.Sleep(1e6)
}

func lwpSleepLater(i uintptr) {
	atomic.StoreUint32(&common[i], 1)
	for atomic.LoadUint32(&common[7]) == 0 {
	}
	lwpSleep(i)
}

var wakePipe [2]int32

func lwpRead(i uintptr) {
	var b [1]byte
	atomic.StoreUint32(&common[i], 1)
	_, e := sys.Read(int(wakePipe[0]), b[:])
	atomic.StoreUint32(&common[i], 100+uint32(e))
}

// Does _lwp_wakeup end any sleep with EINTR, and say who does not sleep?
func lwpWakeups() {
	ok(sys.Pipe2(&wakePipe, 0), "pipe2")
	for i, f := range [...]func(uintptr){lwpPark, lwpSleep, lwpRead} {
		launch(i, f, 0)
		untilState(i, abi.StateSleeping)
		ok(sys.LWPWakeup(lwps[i].ID), "_lwp_wakeup")
		await(i)
		equal(int(common[i]), 100+int(sys.EINTR), "the call")
	}
	// One that does not sleep is told when it does.
	launch(0, lwpAsk, 0)
	until(&common[0], 1)
	errno(sys.LWPWakeup(lwps[0].ID), sys.ENODEV, "awake")
	atomic.StoreUint32(&common[7], 1)
	await(0)
	equal(int(common[0]), 100+int(sys.EALREADY), "the next park")
	common[7] = 0
	launch(1, lwpSleepLater, 0)
	until(&common[1], 1)
	errno(sys.LWPWakeup(lwps[1].ID), sys.ENODEV, "awake")
	atomic.StoreUint32(&common[7], 1)
	await(1)
	equal(int(common[1]), 100+int(sys.EINTR), "the next sleep")

	launch(2, lwpPark, abi.LWPSuspended)
	untilState(2, abi.StateSuspended)
	errno(sys.LWPWakeup(lwps[2].ID), sys.EBUSY, "suspended")
	ok(sys.LWPContinue(lwps[2].ID), "_lwp_continue")
	ok(sys.LWPUnpark(lwps[2].ID), "_lwp_unpark")
	await(2)
	errno(sys.LWPWakeup(1<<30), sys.ESRCH, "none")
	errno(sys.LWPWakeup(sys.Getppid()), sys.ESRCH, "another process's")
}

func lwpSpinOn(i uintptr) {
	for atomic.LoadUint32(&common[7]) == 0 {
		atomic.AddUint32(&common[i], 1)
	}
}

// Does a suspended LWP stand still, whatever it was doing, and go on where it was?
func lwpSuspends() {
	launch(0, lwpSpinOn, 0)
	for range 20 {
		for was := atomic.LoadUint32(&common[0]); atomic.LoadUint32(&common[0]) == was; {
			sys.Yield()
		}
		ok(sys.LWPSuspend(lwps[0].ID), "_lwp_suspend")
		was := atomic.LoadUint32(&common[0])
		info, _ := lwpInfo(lwps[0].ID)
		equal(int(info.State), abi.StateSuspended, "state")
		ok(sys.LWPSuspend(lwps[0].ID), "_lwp_suspend again")
		sys.Sleep(3e6)
		equal(int(atomic.LoadUint32(&common[0])), int(was), "a suspended LWP's counter")
		ok(sys.LWPContinue(lwps[0].ID), "_lwp_continue")
		ok(sys.LWPContinue(lwps[0].ID), "_lwp_continue again")
	}
	atomic.StoreUint32(&common[7], 1)
	await(0)

	ok(sys.Pipe2(&wakePipe, 0), "pipe2")
	for i, f := range [...]func(uintptr){lwpPark, lwpSleep, lwpRead, lwpWaitForFirst} {
		launch(i, f, 0)
		untilState(i, abi.StateSleeping)
		ok(sys.LWPSuspend(lwps[i].ID), "suspend a sleeping one")
		untilState(i, abi.StateSuspended)
		ok(sys.LWPContinue(lwps[i].ID), "_lwp_continue")
		untilState(i, abi.StateSleeping) // the call goes on
	}
	ok(sys.LWPSuspend(lwps[0].ID), "_lwp_suspend")
	ok(sys.LWPUnpark(lwps[0].ID), "unpark a suspended one")
	sys.Sleep(3e6)
	info, _ := lwpInfo(lwps[0].ID)
	equal(int(info.State), abi.StateSuspended, "state of a suspended one unparked")
	ok(sys.LWPContinue(lwps[0].ID), "_lwp_continue")
	await(0)
	equal(int(common[0]), 100+int(sys.EALREADY), "parked")
	ok(sys.LWPWakeup(lwps[1].ID), "_lwp_wakeup")
	await(1)
	_, e := sys.Write(int(wakePipe[1]), infoBuf[:1])
	ok(e, "write")
	await(2)
	equal(int(common[2]), 100, "read")
}

func lwpSuspendSelf(i uintptr) {
	e := sys.LWPSuspend(sys.LWPSelf())
	atomic.StoreUint32(&common[i], 100+uint32(e))
}

func lwpContinueFirst(uintptr) {
	for info, _ := lwpInfo(sys.Getpid()); info.State != abi.StateSuspended; info, _ = lwpInfo(sys.Getpid()) {
		sys.Yield()
	}
	errno(sys.LWPSuspend(sys.LWPSelf()), sys.EDEADLK, "the only one that runs")
	ok(sys.LWPContinue(sys.Getpid()), "_lwp_continue")
}

// What does _lwp_suspend refuse, and can an LWP suspend itself?
func lwpSuspendErrors() {
	errno(sys.LWPSuspend(sys.LWPSelf()), sys.EDEADLK, "alone")
	for _, id := range [...]int{0, -1, 1 << 30, sys.Getppid()} {
		errno(sys.LWPSuspend(id), sys.ESRCH, "_lwp_suspend")
		errno(sys.LWPContinue(id), sys.ESRCH, "_lwp_continue")
	}
	launch(0, lwpSuspendSelf, 0)
	untilState(0, abi.StateSuspended)
	equal(int(common[0]), 0, "result before")
	ok(sys.LWPContinue(lwps[0].ID), "_lwp_continue")
	await(0)
	equal(int(common[0]), 100, "result")
	launch(1, lwpContinueFirst, 0)
	ok(sys.LWPSuspend(sys.LWPSelf()), "suspend the first")
	await(1)
}
