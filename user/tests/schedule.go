package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// Linux's numbers of the calls that have no stubs.
const (
	sysGetpriority  = 140
	sysSetpriority  = 141
	sysSetparam     = 142
	sysGetparam     = 143
	sysSetscheduler = 144
	sysGetscheduler = 145
	sysPriorityMax  = 146
	sysPriorityMin  = 147
	sysInterval     = 148
	sysSetaffinity  = 203
	sysGetaffinity  = 204
	sysClone3       = 435
)

// at is the address of a variable, for a raw call.
func at[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

const minusOne = ^uintptr(0)

// Which policies are there, with which priorities, and what is refused?
func policies() {
	for _, c := range [...]struct{ policy, priority, lo, hi uintptr }{
		{1, 5, 1, 99}, {2, 1, 1, 99}, {3, 0, 0, 0}, {5, 0, 0, 0}, {0, 0, 0, 0},
	} {
		p := int32(c.priority)
		raw(sys.Syscall3(sysSetscheduler, 0, c.policy, at(&p)), sys.OK, "sched_setscheduler")
		equal(int(sys.Syscall1(sysGetscheduler, 0)), int(c.policy), "sched_getscheduler")
		p = -1
		raw(sys.Syscall2(sysGetparam, uintptr(sys.Gettid()), at(&p)), sys.OK, "sched_getparam")
		equal(int(p), int(c.priority), "priority")
		equal(int(sys.Syscall1(sysPriorityMin, c.policy)), int(c.lo), "sched_get_priority_min")
		equal(int(sys.Syscall1(sysPriorityMax, c.policy)), int(c.hi), "sched_get_priority_max")
		var ts sys.Timespec
		raw(sys.Syscall2(sysInterval, 0, at(&ts)), sys.OK, "sched_rr_get_interval")
		check(ts.Sec == 0 && ts.Nsec >= 0 && ts.Nsec < 1e9 && (ts.Nsec == 0) == (c.policy == 1), "time slice")
	}
	zero, one, big := int32(0), int32(1), int32(100)
	bad := hole()
	raw(sys.Syscall3(sysSetscheduler, 0, 1, at(&zero)), sys.EINVAL, "SCHED_FIFO with 0")
	raw(sys.Syscall3(sysSetscheduler, 0, 2, at(&big)), sys.EINVAL, "SCHED_RR with 100")
	raw(sys.Syscall3(sysSetscheduler, 0, 0, at(&one)), sys.EINVAL, "SCHED_OTHER with 1")
	raw(sys.Syscall3(sysSetscheduler, 0, 7, at(&zero)), sys.EINVAL, "policy 7")
	raw(sys.Syscall3(sysSetscheduler, 0, minusOne, at(&zero)), sys.EINVAL, "policy -1")
	raw(sys.Syscall3(sysSetscheduler, minusOne, 0, at(&zero)), sys.EINVAL, "LWP -1")
	raw(sys.Syscall3(sysSetscheduler, 1<<30, 0, at(&zero)), sys.ESRCH, "no LWP")
	raw(sys.Syscall3(sysSetscheduler, 0, 0, bad), sys.EFAULT, "a hole")
	raw(sys.Syscall3(sysSetscheduler, 0, 0, 0), sys.EINVAL, "no parameter")
	raw(sys.Syscall2(sysSetparam, 0, at(&one)), sys.EINVAL, "sched_setparam of 1")
	raw(sys.Syscall2(sysSetparam, 0, at(&zero)), sys.OK, "sched_setparam of 0")
	raw(sys.Syscall2(sysSetparam, 0, bad), sys.EFAULT, "a hole")
	raw(sys.Syscall2(sysSetparam, 1<<30, at(&zero)), sys.ESRCH, "no LWP")
	raw(sys.Syscall2(sysGetparam, 0, bad), sys.EFAULT, "a hole")
	raw(sys.Syscall2(sysGetparam, 0, 0), sys.EINVAL, "no parameter")
	raw(sys.Syscall1(sysGetscheduler, minusOne), sys.EINVAL, "LWP -1")
	raw(sys.Syscall1(sysGetscheduler, 1<<30), sys.ESRCH, "no LWP")
	raw(sys.Syscall1(sysPriorityMax, 7), sys.EINVAL, "policy 7")
	raw(sys.Syscall2(sysInterval, 0, bad), sys.EFAULT, "a hole")
	equal(int(sys.Syscall1(sysGetscheduler, 0)), 0, "policy in the end")
}

// Does nice take and tell -20 to 19, clamp what is beyond, and go to children?
func niceness() {
	for _, c := range [...][2]int{{-20, -20}, {-21, -20}, {19, 19}, {1000, 19}, {-7, -7}, {0, 0}, {5, 5}} {
		raw(sys.Syscall3(sysSetpriority, 0, 0, uintptr(c[0])), sys.OK, "setpriority")
		equal(20-int(sys.Syscall2(sysGetpriority, 0, 0)), c[1], "getpriority")
	}
	exits(func() { equal(20-int(sys.Syscall2(sysGetpriority, 0, 0)), 5, "niceness of a child") }, 0, "child")
	raw(sys.Syscall2(sysGetpriority, 3, 0), sys.EINVAL, "which 3")
	raw(sys.Syscall3(sysSetpriority, minusOne, 0, 0), sys.EINVAL, "which -1")
	raw(sys.Syscall2(sysGetpriority, 0, 1<<30), sys.ESRCH, "no LWP")
	raw(sys.Syscall3(sysSetpriority, 1, 1<<30, 0), sys.ESRCH, "no group")
	raw(sys.Syscall2(sysGetpriority, 2, 77), sys.ESRCH, "no user")
	raw(sys.Syscall3(sysSetpriority, 1, 0, 3), sys.OK, "setpriority of the own group")
	equal(20-int(sys.Syscall2(sysGetpriority, 1, 0)), 3, "niceness of the group")
}

// Does a mask of one CPU keep the program there, and is every mask told back?
func affinity() {
	var mask, got uint64
	bad := hole()
	n := int(sys.Syscall3(sysGetaffinity, 0, 8, at(&got)))
	equal(n, 8, "sched_getaffinity")
	all := uint64(1)<<cpus() - 1
	check(got == all, "all CPUs at first")
	mask = 1 << (cpus() - 1)
	raw(sys.Syscall3(sysSetaffinity, 0, 8, at(&mask)), sys.OK, "bind to the last CPU")
	for range 100 {
		sys.Sleep(1e5)
		sys.Syscall3(sysGetaffinity, 0, 8, at(&got))
		check(got == mask, "mask of the last CPU")
	}
	exits(func() {
		sys.Syscall3(sysGetaffinity, 0, 8, at(&got))
		check(got == mask, "mask of a child")
	}, 0, "child")
	mask = ^uint64(0)
	raw(sys.Syscall3(sysSetaffinity, 0, 8, at(&mask)), sys.OK, "all CPUs and more")
	sys.Syscall3(sysGetaffinity, 0, 8, at(&got))
	check(got == all, "all CPUs again")
	mask = 0
	raw(sys.Syscall3(sysSetaffinity, 0, 8, at(&mask)), sys.EINVAL, "no CPU")
	mask = ^all
	if mask != 0 {
		raw(sys.Syscall3(sysSetaffinity, 0, 8, at(&mask)), sys.EINVAL, "CPUs that are not there")
	}
	raw(sys.Syscall3(sysSetaffinity, 0, 8, bad), sys.EFAULT, "a hole")
	raw(sys.Syscall3(sysSetaffinity, 1<<30, 8, at(&all)), sys.ESRCH, "no LWP")
	raw(sys.Syscall3(sysGetaffinity, 0, 8, bad), sys.EFAULT, "a hole")
	raw(sys.Syscall3(sysGetaffinity, 0, 4, at(&got)), sys.EINVAL, "a short mask")
	raw(sys.Syscall3(sysGetaffinity, 1<<30, 8, at(&got)), sys.ESRCH, "no LWP")
}

// Does clone3 make a process, and refuse what clone_args must not hold?
func clone3() {
	var a [12]uint64 // flags, pidfd, child, parent, signal, stack, its size, TLS, set_tid, its length, cgroup
	var tid [2]uint32
	a[0], a[3], a[4] = sys.CLONE_PARENT_SETTID, uint64(at(&tid)), sys.SIGCHLD
	pid, e := sys.Result(sys.Syscall2(sysClone3, at(&a), 64))
	ok(e, "clone3")
	if pid == 0 {
		sys.Exit(7)
	}
	equal(int(atomic.LoadUint32(&tid[0])), pid, "number told to the parent")
	ended(wait(pid), 7, "child")
	const thread = sys.CLONE_LWP
	for _, c := range [...]struct {
		field int
		value uint64
		size  uintptr
		want  sys.Errno
	}{
		{0, 0, 63, sys.EINVAL}, {0, 0, 4097, sys.E2BIG}, {11, 1, 96, sys.E2BIG}, {4, 256, 64, sys.EINVAL},
		{4, 65, 64, sys.EINVAL}, {0, sys.SIGCHLD, 64, sys.EINVAL}, {0, thread, 64, sys.EINVAL}, {5, 4096, 64, sys.EINVAL},
		{6, 4096, 64, sys.EINVAL}, {5, 1 << 63, 64, sys.EINVAL}, {8, 4096, 80, sys.EINVAL}, {0, 1 << 40, 64, sys.EINVAL},
		{0, 0x00400000, 64, sys.EINVAL}, // CLONE_DETACHED
	} {
		a = [12]uint64{4: sys.SIGCHLD}
		a[c.field] = c.value
		raw(sys.Syscall2(sysClone3, at(&a), c.size), c.want, "clone3")
	}
	raw(sys.Syscall2(sysClone3, hole(), 64), sys.EFAULT, "a hole")
}

// cpuOf returns where an LWP of this process runs, or ran last.
func cpuOf(lid int) int {
	info, found := lwpInfo(lid)
	check(found, "_lwp_info")
	return int(info.CPU)
}

// Does an LWP whose mask is one CPU run there, from soon after, and stay?
func affinityBinds() {
	launch(0, lwpSpin, 0)
	lid := uintptr(lwps[0].ID)
	for cpu := range cpus() {
		mask := uint64(1) << cpu
		raw(sys.Syscall3(sysSetaffinity, lid, 8, at(&mask)), sys.OK, "sched_setaffinity")
		for end := sys.Now() + 10e9; cpuOf(int(lid)) != cpu && sys.Now() < end; {
			sys.Sleep(1e6)
		}
		for range 20 {
			equal(cpuOf(int(lid)), cpu, "CPU of an LWP that is bound")
			sys.Sleep(2e6)
		}
	}
}
