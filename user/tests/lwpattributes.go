package main

import (
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/sys"
)

// Are names, FS base, classes and bindings kept, and what is refused?
func lwpAttributes() {
	me := sys.LWPSelf()
	var name [24]byte
	ok(sys.LWPGetName(me, name[:]), "_lwp_getname")
	same(sys.Text(name[:5]), "tests", "the process's name")
	nowhere := (*byte)(unsafe.Pointer(hole()))
	copy(name[:], "a name of more than 15")
	ok(sys.LWPSetName(me, &name[0]), "_lwp_setname")
	ok(sys.LWPGetName(me, name[:16]), "_lwp_getname")
	same(sys.CString(at(&name[0])), "a name of more ", "cut off")
	errno(sys.LWPGetName(me, name[:15]), sys.ENAMETOOLONG, "no room")
	errno(sys.LWPGetName(me, nil), sys.ENAMETOOLONG, "no room at all")
	errno(sys.LWPGetName(me, unsafe.Slice(nowhere, 16)), sys.EFAULT, "name to a hole")
	errno(sys.LWPSetName(me, nowhere), sys.EFAULT, "name from a hole")
	errno(sys.LWPSetName(1<<30, &name[0]), sys.ESRCH, "name of none")
	errno(sys.LWPGetName(1<<30, name[:]), sys.ESRCH, "name of none")

	base := sys.LWPGetPrivate()
	equal(int(base), int(sys.Syscall0(abi.SysLWPGetPrivate)), "FS base")
	for _, bad := range [...]uintptr{1 << 47, 1 << 63, ^uintptr(0)} {
		errno(sys.LWPSetPrivate(bad), sys.EINVAL, "FS base")
	}
	equal(int(sys.LWPGetPrivate()), int(base), "FS base after all that")
	ok(sys.LWPSetPrivate(base), "_lwp_setprivate")

	for _, c := range [...]struct {
		class, priority int
		want            sys.Errno
	}{
		{abi.ClassFixed, 0, 0}, {abi.ClassFixed, 59, 0}, {abi.ClassFixed, 60, sys.EINVAL}, {abi.ClassFixed, -1, sys.EINVAL},
		{abi.ClassRoundRobin, 1, 0}, {abi.ClassRoundRobin, 0, sys.EINVAL}, {abi.ClassRoundRobin, 100, sys.EINVAL},
		{abi.ClassFIFO, 99, 0}, {abi.ClassFIFO, 100, sys.EINVAL}, {4, 1, sys.EINVAL}, {-1, 1, sys.EINVAL},
		{abi.ClassTimeSharing, 60, sys.EINVAL}, {abi.ClassTimeSharing, 30, 0},
	} {
		before, _ := lwpInfo(me)
		was := *before
		errno(sys.LWPSetPriority(me, c.class, c.priority), c.want, "_lwp_setpriority")
		info, _ := lwpInfo(me)
		if c.want == 0 {
			was.Class, was.Priority = uint8(c.class), int16(c.priority)
		}
		equal(int(info.Class), int(was.Class), "class")
		equal(int(info.Priority), int(was.Priority), "priority")
	}
	errno(sys.LWPSetPriority(1<<30, 0, 1), sys.ESRCH, "_lwp_setpriority of none")

	n := cpus()
	for _, cpu := range [...]int{n, -2, 64, 1 << 30} {
		errno(sys.LWPBind(me, cpu), sys.EINVAL, "_lwp_bind")
	}
	errno(sys.LWPBind(1<<30, 0), sys.ESRCH, "_lwp_bind of none")
	for cpu := n - 1; cpu >= -1; cpu-- {
		ok(sys.LWPBind(me, cpu), "_lwp_bind")
		info, _ := lwpInfo(me)
		equal(int(info.Bound), cpu, "bound")
	}
}

// Does an LWP that is bound run on its CPU, from the next instruction on if it binds itself?
func lwpBinds() {
	for range 20 {
		for cpu := cpus() - 1; cpu >= 0; cpu-- {
			ok(sys.LWPBind(sys.LWPSelf(), cpu), "_lwp_bind")
			info, _ := lwpInfo(sys.LWPSelf())
			equal(int(info.CPU), cpu, "where it runs")
		}
	}
}

// What does _lwp_info say of oneself, and what does it refuse?
func lwpInfos() {
	info, found := lwpInfo(sys.LWPSelf())
	check(found, "oneself")
	equal(int(info.State), abi.StateRunning, "state")
	equal(int(info.Flags), abi.InfoFirst, "flags")
	same(sys.CString(at(&info.Name[0])), "tests", "name")
	check(info.CPUTime > 0 && info.Faults > 0, "CPU time and faults")
	launch(0, lwpPark, abi.LWPDetached)
	untilState(0, abi.StateSleeping)
	info, _ = lwpInfo(lwps[0].ID)
	same(sys.CString(at(&info.WaitChannel[0])), "_lwp_park", "wait channel")
	equal(int(info.Flags), abi.InfoDetached, "flags")
	check(info.Voluntary > 0, "switches")
	ok(sys.LWPUnpark(lwps[0].ID), "_lwp_unpark")
	_, e := sys.LWPInfo(1<<30, 0, lwpTable[:])
	errno(e, sys.ESRCH, "no process")
	_, e = sys.LWPInfo(0, 0, nil)
	errno(e, sys.EINVAL, "no room")
	_, e = sys.LWPInfo(0, 0, unsafe.Slice((*abi.LWPInfo)(unsafe.Pointer(hole())), 4))
	errno(e, sys.EFAULT, "a hole")
	n, e := sys.LWPInfo(1, 0, lwpTable[:])
	ok(e, "another process")
	equal(n, 1, "LWPs of process 1")
	equal(int(lwpTable[0].LID), 1, "its number")
}
