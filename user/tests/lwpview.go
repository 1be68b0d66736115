package main

import (
	"sync/atomic"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

// lwpFile returns the contents of a file in /proc/self/lwp/LID.
func lwpFile(lid int, name string) string {
	var p sys.Path
	return slurp(p.Add("/proc/self/lwp/").Int(lid).Elem(name).String(), infoBuf[:])
}

// lwpField returns what stands behind a key in an LWP's status.
func lwpField(lid int, key string) string {
	for text := lwpFile(lid, "status"); text != ""; {
		var line string
		line, text = sys.Line(text)
		if sys.HasPrefix(line, key) {
			return line[len(key)+1:]
		}
	}
	fail(key)
	return ""
}

// lwpNumber is lwpField where that is a number.
func lwpNumber(lid int, key string) int {
	first, _ := sys.Field(lwpField(lid, key))
	n, isNumber := sys.ParseInt(first)
	check(isNumber, key)
	return n
}

// untilField waits for a field of an LWP's status to be as it should, for 10 s.
func untilField(lid int, key, want string) {
	for end := sys.Now() + 10e9; lwpField(lid, key) != want && sys.Now() < end; {
		sys.Sleep(1e6)
	}
	same(lwpField(lid, key), want, key)
}

// lwpReadFile reads from the descriptor common[5].
func lwpReadFile(uintptr) {
	var b [8]byte
	sys.Read(int(common[5]), b[:])
}

// Does /proc show what an LWP waits for, in which state, class and priority it is, its name, and
// the time, switches and faults that it has had?
func lwpSeen() {
	launch(0, lwpPark, 0)
	launch(1, lwpFutex, 0)
	launch(2, lwpSpin, 0)
	launch(3, lwpPause, 0)
	r, w := pipe()
	common[5] = uint32(r)
	launch(5, lwpReadFile, 0)
	untilField(lwps[5].ID, "WaitChannel:", "pipe-read")
	sys.WriteString(w, "x")
	await(5)
	timer, _ := sys.Result(sys.Syscall2(sysTimerfdCreate, 1, 0))
	common[5] = uint32(timer)
	launch(5, lwpReadFile, 0)
	untilField(lwps[5].ID, "WaitChannel:", "timerfd-read")
	common[5] = uint32(open("/dev/console", sys.O_RDONLY))
	launch(6, lwpReadFile, 0)
	untilField(lwps[6].ID, "WaitChannel:", "tty-read")
	untilField(lwps[0].ID, "WaitChannel:", "_lwp_park")
	untilField(lwps[1].ID, "WaitChannel:", "futex")
	untilField(lwps[3].ID, "WaitChannel:", "pause")
	same(lwpField(lwps[0].ID, "State:"), "S (sleeping)", "state of one that is parked")
	same(lwpFile(lwps[0].ID, "wchan"), "_lwp_park\n", "wchan")
	same(lwpFile(sys.LWPSelf(), "wchan"), "-\n", "wchan of the caller")
	same(lwpField(sys.LWPSelf(), "State:"), "R (running)", "state of the caller")
	check(lwpNumber(lwps[0].ID, "voluntary_ctxt_switches:") >= 1, "a parked LWP has not switched")

	before := lwpNumber(lwps[2].ID, "CPUTime:")
	for end := sys.Now() + 20e9; lwpNumber(lwps[2].ID, "CPUTime:") < before+30e6; {
		check(sys.Now() < end, "the time of an LWP that computes stands still")
		sys.Sleep(5e6)
	}
	ok(sys.LWPSuspend(lwps[2].ID), "_lwp_suspend")
	same(lwpField(lwps[2].ID, "State:"), "T (suspended)", "state of one that is suspended")
	before = lwpNumber(lwps[2].ID, "CPUTime:")
	sys.Sleep(20e6)
	equal(lwpNumber(lwps[2].ID, "CPUTime:"), before, "time of one that is suspended")

	name := [8]byte{'p', 'l', 'u', 'm'}
	ok(sys.LWPSetName(lwps[0].ID, &name[0]), "_lwp_setname")
	same(lwpFile(lwps[0].ID, "comm"), "plum\n", "name")
	ok(sys.LWPSetPriority(lwps[0].ID, abi.ClassFixed, 17), "_lwp_setpriority")
	same(lwpField(lwps[0].ID, "Class:"), "fx", "class")
	equal(lwpNumber(lwps[0].ID, "Priority:"), 17, "priority")
	ok(sys.LWPBind(lwps[0].ID, 0), "_lwp_bind")
	equal(lwpNumber(lwps[0].ID, "Bound:"), 0, "CPU bound to")

	faults := lwpNumber(sys.LWPSelf(), "Faults:")
	p := anon(16 * sys.PageSize)
	for i := range uintptr(16) {
		store(p+i*sys.PageSize, 1)
	}
	check(lwpNumber(sys.LWPSelf(), "Faults:") >= faults+16, "16 first touches are not 16 faults")

	launch(4, lwpEnd, 0)
	untilField(lwps[4].ID, "State:", "Z (zombie)")
	await(4)
	var path sys.Path
	_, e := sys.Open(path.Add("/proc/self/lwp/").Int(lwps[4].ID).Elem("status").String(), sys.O_RDONLY, 0)
	errno(e, sys.ENOENT, "an LWP that has been waited for")
	_, e = sys.Open("/proc/self/lwp/1/status", sys.O_RDONLY, 0)
	errno(e, sys.ENOENT, "an LWP of another process")
	check(atomic.LoadUint32(&common[0]) != 0, "the spinner")
}
