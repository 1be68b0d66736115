package main

import (
	"syscall"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// Does the monotonic clock never go back, in one process and between processes?
func clockMonotonic() {
	last := sys.Now()
	for range 20_000 {
		now := sys.Now()
		if now < last {
			equal(int(now-last), 0, "a step of the clock, ns")
		}
		last = now
	}
	for range 20 {
		exits(func() { check(sys.Now() >= last, "the clock of another process is behind") }, 0, "child")
		last = sys.Now()
	}
}

// The clocks there are, and an error for others.
func clocks() {
	var a, b sys.Timespec
	ok(sys.ClockGettime(sys.CLOCK_REALTIME, &a), "CLOCK_REALTIME")
	check(a.Sec > 0 && a.Nsec >= 0 && a.Nsec < 1e9, "CLOCK_REALTIME")
	ok(sys.ClockGettime(sys.CLOCK_MONOTONIC, &a), "CLOCK_MONOTONIC")
	check(a.Sec >= 0 && a.Nsec >= 0 && a.Nsec < 1e9 && a.Sec|a.Nsec != 0, "CLOCK_MONOTONIC")
	sys.Sleep(30e6)
	ok(sys.ClockGettime(sys.CLOCK_MONOTONIC, &b), "CLOCK_MONOTONIC")
	passed := (b.Sec-a.Sec)*1e9 + b.Nsec - a.Nsec
	check(passed >= 30e6 && passed < 10e9, "the clock over a sleep of 30 ms")
	errno(sys.ClockGettime(4711, &a), sys.EINVAL, "an unknown clock")
}

// nanosleep: never too short, not much too long, wrong times refused.
func sleeps() {
	for _, ns := range [...]int64{0, 1, 1000, 100_000, 3_000_000, 40_000_000} {
		start := sys.Now()
		ok(sys.Sleep(ns), "nanosleep")
		took := sys.Now() - start
		if took < ns || took > ns+2e9 {
			equal(int(took), int(ns), "a sleep, ns")
		}
	}
	errno(sys.Nanosleep(&sys.Timespec{Nsec: 1e9}, nil), sys.EINVAL, "a thousand million ns")
	errno(sys.Nanosleep(&sys.Timespec{Nsec: -1}, nil), sys.EINVAL, "-1 ns")
	errno(sys.Nanosleep(&sys.Timespec{Sec: -1}, nil), sys.EINVAL, "-1 s")
}

// Do many sleepers wake in the order of their times? A busy host may stop one CPU while the
// next sleeper wakes on another, so there are some tries, each with more time between them.
func sleepOrder() {
	for step := int64(40e6); !wakeInOrder(step); step *= 2 {
		check(step < 600e6, "sleepers 640 ms apart woke in the wrong order")
	}
}

func wakeInOrder(step int64) bool {
	const sleepers = 8
	r, w := pipe()
	for i := range sleepers {
		fork(func() {
			sys.Sleep(int64(sleepers-i) * step)
			b := [1]byte{byte(i)}
			sys.Write(w, b[:])
		})
	}
	sys.Close(w)
	got := readAll(r, big[:])
	sys.Close(r)
	equal(len(got), sleepers, "sleepers")
	inOrder := true
	for i, c := range got {
		inOrder = inOrder && int(c) == sleepers-1-i
	}
	for range sleepers {
		sys.Wait4(-1, nil, 0, nil)
	}
	return inOrder
}

// spin computes for ns and returns how often it could.
func spin(ns int64) (n int) {
	for end := sys.Now() + ns; ; n++ {
		for i := range 2000 {
			big[i&1023]++
		}
		if sys.Now() >= end {
			return n
		}
	}
}

// Do programs that only compute share the processors evenly: as many, and twice as many? What
// counts is the processor time that each was given: how much it got done in that time
// depends on the host, too.
func shareEvenly() {
	for _, programs := range [...]int{2, cpus(), 2 * cpus()} {
		least, most := share(programs)
		if least*5 < most { // a CPU of the guest may itself have to wait for one of the host
			out.Out.Str("# of ").Int(programs).Str(" programs the least favoured had ").Int(least).Str(" ms, the most favoured ").Int(most).NL()
			fail("unfair")
		}
	}
}

// share has so many programs compute for the same two seconds, and returns the least and the most
// processor time that one of them had, in ms.
func share(programs int) (least, most int) {
	start := sys.Now() + 50e6
	for range programs {
		fork(func() {
			for sys.Now() < start {
				sys.Yield()
			}
			spin(start + 2000e6 - sys.Now())
			sys.Exit(0)
		})
	}
	for range programs {
		var usage sys.Rusage
		sys.Wait4(-1, nil, 0, &usage)
		ms := int(usage.Utime.Sec+usage.Stime.Sec)*1000 + int(usage.Utime.Usec+usage.Stime.Usec)/1000
		if least == 0 || ms < least {
			least = ms
		}
		most = max(most, ms)
	}
	check(least > 0, "a program had no processor time")
	return least, most
}

// Is a program that sleeps and wakes served promptly while others compute?
func sleepersFirst() {
	worst := int64(0)
	for range 4 { // the host may have been busy
		if worst = worstSleep(); worst < 500e6 {
			return
		}
	}
	equal(int(worst/1e6), 5, "a sleep beside computing programs, ms")
}

// worstSleep is the longest of some sleeps of 5 ms beside computing programs.
func worstSleep() (worst int64) {
	n := cpus() + 1
	for range n {
		fork(func() { spin(1200e6) })
	}
	for range 10 {
		start := sys.Now()
		sys.Sleep(5e6)
		worst = max(worst, sys.Now()-start)
	}
	for range n {
		sys.Wait4(-1, nil, 0, nil)
	}
	return worst
}

// Are all registers, vectors too, kept while more programs spin than there are processors?
func preemptRegisters() {
	n := cpus() + 3
	for id := range n {
		fork(func() {
			var never uint32
			end := sys.Now() + 500e6
			for round := uintptr(0); sys.Now() < end; round++ {
				check(keepWhile(uintptr(id+1)<<40+round, &never, 200_000) == 1, "a register changed")
				setMXCSR(0x1f80 | uint32(id&3)<<13)
				check(keepWhile(uintptr(id+1)<<40+round, &never, 200_000) == 1, "a register changed")
				equal(int(getMXCSR()>>13&3), id&3, "MXCSR")
			}
		})
	}
	for range n {
		var status sys.WaitStatus
		sys.Wait4(-1, &status, 0, nil)
		ended(status, 0, "spinning program")
	}
}

// sched_yield lets another run, on one processor too.
func yields() {
	r, w := pipe()
	pid := fork(func() { sys.WriteString(w, "x") })
	sys.Fcntl(r, sys.F_SETFL, sys.O_NONBLOCK)
	for i := 0; ; i++ {
		if _, e := sys.Read(r, big[:1]); e == 0 {
			break
		}
		raw(sys.Syscall0(syscall.SYS_SCHED_YIELD), sys.OK, "sched_yield")
		check(i < 10_000_000, "the other never ran")
	}
	wait(pid)
}
