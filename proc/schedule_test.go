package proc_test

import (
	"syscall"
	"testing"

	"gossamer/kernel/sched"
	"gossamer/proc"
	"gossamer/proc/proctest"
)

const (
	nrGetpriority  = 140
	nrSetpriority  = 141
	nrSetparam     = 142
	nrGetparam     = 143
	nrSetscheduler = 144
	nrGetscheduler = 145
	nrPriorityMax  = 146
	nrPriorityMin  = 147
	nrInterval     = 148
	nrSetaffinity  = 203
	nrGetaffinity  = 204

	at   = uint64(proctest.Scratch)
	m1   = ^uint64(0)
	none = 1 << 30 // a number that nobody has
)

// thread finds the kernel thread of the only process.
func thread(t *testing.T) *sched.Thread {
	all := sched.Threads()
	if len(all) != 1 {
		t.Fatalf("%d threads", len(all))
	}
	return all[0]
}

// Does a policy choose the class and the level that it stands for, and is it told back?
func TestPolicies(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		for _, c := range []struct {
			policy, priority uint64
			class            sched.Class
			level            int
			interval         uint64
		}{
			{1, 1, sched.FIFO, 1, 0}, {2, 99, sched.RoundRobin, 99, 10e6}, {5, 0, sched.TimeSharing, 0, 10e6},
			{3, 0, sched.TimeSharing, sched.DefaultLevel, 10e6}, {1 | 0x40000000, 50, sched.FIFO, 50, 0},
			{0, 0, sched.TimeSharing, sched.DefaultLevel, 10e6},
		} {
			u.PutWord(at, c.priority)
			if e := u.Errno(nrSetscheduler, 0, c.policy, at); e != 0 {
				t.Errorf("sched_setscheduler(%#x): %v", c.policy, e)
			}
			if class, level := thread(t).Class(); class != c.class || level != c.level {
				t.Errorf("policy %#x: class %v, level %d", c.policy, class, level)
			}
			if v := u.Call(nrGetscheduler, 0); v != int64(c.policy) {
				t.Errorf("sched_getscheduler = %#x, want %#x", v, c.policy)
			}
			if e := u.Errno(nrGetparam, 0, at); e != 0 || u.Word(at) != c.priority {
				t.Errorf("sched_getparam: %v, %d", e, u.Word(at))
			}
			if e := u.Errno(nrInterval, 0, at); e != 0 || u.Word(at) != 0 || u.Word(at+8) != c.interval {
				t.Errorf("sched_rr_get_interval: %v, %d s %d ns", e, u.Word(at), u.Word(at+8))
			}
			lo, hi := u.Call(nrPriorityMin, c.policy&0xff), u.Call(nrPriorityMax, c.policy&0xff)
			if real := c.class >= sched.RoundRobin; real && (lo != 1 || hi != 99) || !real && (lo != 0 || hi != 0) {
				t.Errorf("policy %#x: priorities %d to %d", c.policy, lo, hi)
			}
		}
		u.PutWord(at, 7)
		u.Call(nrSetscheduler, 0, 2, at)
		u.PutWord(at, 8)
		if e := u.Errno(nrSetparam, uint64(u.Call(nrGettid)), at); e != 0 {
			t.Errorf("sched_setparam: %v", e)
		}
		if class, level := thread(t).Class(); class != sched.RoundRobin || level != 8 {
			t.Errorf("after sched_setparam: %v %d", class, level)
		}
	})
}

// Which policies, priorities, LWPs and addresses are refused, without a change?
func TestPolicyErrors(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		const one, zero, big, bad = at, at + 8, at + 16, 8
		u.PutWord(one, 1)
		u.PutWord(big, 100)
		u.PutWord(at+24, m1)
		for i, c := range []struct {
			nr   uint64
			a    []uint64
			want syscall.Errno
		}{
			{nrSetscheduler, []uint64{0, m1, zero}, syscall.EINVAL}, {nrSetscheduler, []uint64{0, 6, zero}, syscall.EINVAL},
			{nrSetscheduler, []uint64{0, 4, zero}, syscall.EINVAL}, {nrSetscheduler, []uint64{0, 0, one}, syscall.EINVAL},
			{nrSetscheduler, []uint64{0, 1, zero}, syscall.EINVAL}, {nrSetscheduler, []uint64{0, 1, big}, syscall.EINVAL},
			{nrSetscheduler, []uint64{0, 2, at + 24}, syscall.EINVAL}, {nrSetscheduler, []uint64{m1, 1, one}, syscall.EINVAL},
			{nrSetscheduler, []uint64{none, 1, one}, syscall.ESRCH}, {nrSetscheduler, []uint64{0, 1, bad}, syscall.EFAULT},
			{nrSetscheduler, []uint64{0, 1, 0}, syscall.EINVAL},
			{nrGetscheduler, []uint64{m1}, syscall.EINVAL}, {nrGetscheduler, []uint64{none}, syscall.ESRCH},
			{nrSetparam, []uint64{0, one}, syscall.EINVAL}, {nrSetparam, []uint64{none, zero}, syscall.ESRCH},
			{nrSetparam, []uint64{m1, zero}, syscall.EINVAL}, {nrSetparam, []uint64{0, 0}, syscall.EINVAL},
			{nrSetparam, []uint64{0, bad}, syscall.EFAULT},
			{nrGetparam, []uint64{0, 0}, syscall.EINVAL}, {nrGetparam, []uint64{m1, one}, syscall.EINVAL},
			{nrGetparam, []uint64{none, one}, syscall.ESRCH}, {nrGetparam, []uint64{0, bad}, syscall.EFAULT},
			{nrPriorityMax, []uint64{6}, syscall.EINVAL}, {nrPriorityMin, []uint64{m1}, syscall.EINVAL},
			{nrInterval, []uint64{none, at + 32}, syscall.ESRCH}, {nrInterval, []uint64{m1, at + 32}, syscall.EINVAL},
			{nrInterval, []uint64{0, bad}, syscall.EFAULT},
			{nrGetpriority, []uint64{3, 0}, syscall.EINVAL}, {nrGetpriority, []uint64{0, none}, syscall.ESRCH},
			{nrGetpriority, []uint64{1, none}, syscall.ESRCH}, {nrGetpriority, []uint64{2, 5}, syscall.ESRCH},
			{nrSetpriority, []uint64{m1, 0, 1}, syscall.EINVAL}, {nrSetpriority, []uint64{0, none, 1}, syscall.ESRCH},
			{nrSetaffinity, []uint64{0, 8, zero}, syscall.EINVAL}, {nrSetaffinity, []uint64{0, 0, one}, syscall.EINVAL},
			{nrSetaffinity, []uint64{0, 8, bad}, syscall.EFAULT}, {nrSetaffinity, []uint64{none, 8, one}, syscall.ESRCH},
			{nrGetaffinity, []uint64{0, 4, at + 32}, syscall.EINVAL}, {nrGetaffinity, []uint64{0, 12, at + 32}, syscall.EINVAL},
			{nrGetaffinity, []uint64{0, 8, bad}, syscall.EFAULT}, {nrGetaffinity, []uint64{none, 8, at + 32}, syscall.ESRCH},
		} {
			if e := u.Errno(c.nr, c.a...); e != c.want {
				t.Errorf("case %d: call %d %x: %v, want %v", i, c.nr, c.a, e, c.want)
			}
		}
		th := thread(t)
		if class, level := th.Class(); class != sched.TimeSharing || level != sched.DefaultLevel || th.Bound() != -1 {
			t.Errorf("changed: %v %d, CPU %d", class, level, th.Bound())
		}
	})
}

// Is every niceness a level, the nicer the lower, and told back as it was set?
func TestNice(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		last := 60
		for nice := -20; nice <= 19; nice++ {
			u.Call(nrSetpriority, 0, 0, uint64(nice))
			if v := u.Call(nrGetpriority, 0, 0); v != int64(20-nice) {
				t.Errorf("getpriority = %d, want %d", v, 20-nice)
			}
			class, level := thread(t).Class()
			if class != sched.TimeSharing || level >= last || level < 1 {
				t.Errorf("nice %d: %v %d after %d", nice, class, level, last)
			}
			last = level
		}
		for _, c := range [][2]int64{{-100, 40}, {100, 1}, {0, 20}} {
			if u.Call(nrSetpriority, 0, 0, uint64(c[0])); u.Call(nrGetpriority, 0, 0) != c[1] {
				t.Errorf("nice %d: %d", c[0], u.Call(nrGetpriority, 0, 0))
			}
		}
		if _, level := thread(t).Class(); level != sched.DefaultLevel {
			t.Errorf("nice 0 is level %d", level)
		}
		// A real-time LWP keeps its niceness for later.
		u.PutWord(at, 3)
		u.Call(nrSetpriority, 0, 0, 4)
		u.Call(nrSetscheduler, 0, 1, at)
		u.Call(nrSetpriority, 0, 0, 6)
		if class, level := thread(t).Class(); class != sched.FIFO || level != 3 || u.Call(nrGetpriority, 0, 0) != 14 {
			t.Errorf("%v %d, %d", class, level, u.Call(nrGetpriority, 0, 0))
		}
		u.PutWord(at, 0)
		u.Call(nrSetscheduler, 0, 0, at)
		if v := u.Call(nrGetpriority, 0, 0); v != 14 {
			t.Errorf("after SCHED_FIFO: %d", v)
		}
	})
}

// Do setpriority and getpriority reach the members of a group, and only them?
func TestNiceOfGroup(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		pid := u.Fork(func(u *user) {
			u.Call(109, 0, 0)
			spawn(u, tidAt, func(u *user) { u.Call(nrPause) })
			u.Call(nrPause)
		})
		for u.Call(121, uint64(pid)) != pid {
			u.Call(24)
		}
		if e := u.Errno(nrSetpriority, 1, uint64(pid), 9); e != 0 {
			t.Error(e)
		}
		if v := u.Call(nrGetpriority, 1, uint64(pid)); v != 11 {
			t.Errorf("group: %d", v)
		}
		if v := u.Call(nrGetpriority, 0, 0); v != 20 {
			t.Errorf("caller: %d", v)
		}
		if v := u.Call(nrGetpriority, 2, 0); v != 20 {
			t.Errorf("the best of all: %d", v)
		}
		u.Call(62, uint64(pid), 9)
		u.Wait(pid, 0)
	})
}

// Do children and new LWPs inherit how they are scheduled, unless told not to?
func TestScheduleInherited(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		look := func(policy, nice, mask uint64) proctest.Program {
			return func(u *user) {
				if v := u.Call(nrGetscheduler, 0); v != int64(policy) {
					t.Errorf("policy %d, want %d", v, policy)
				}
				if v := u.Call(nrGetpriority, 0, 0); v != int64(nice) {
					t.Errorf("getpriority %d, want %d", v, nice)
				}
				if u.Call(nrGetaffinity, 0, 8, at+0x80); u.Word(at+0x80) != mask {
					t.Errorf("CPUs %#x, want %#x", u.Word(at+0x80), mask)
				}
			}
		}
		both := func(policy, nice, mask uint64) {
			spawn(u, tidAt, look(policy, nice, mask))
			join(u, tidAt)
			u.Wait(u.Fork(look(policy, nice, mask)), 0)
		}
		u.PutWord(at, 2)
		u.Call(nrSetpriority, 0, 0, m1-4)
		u.Call(nrSetaffinity, 0, 8, at)
		both(0, 25, 2)
		u.Call(nrSetscheduler, 0, 2, at)
		both(2, 25, 2)
		u.Call(nrSetscheduler, 0, 2|0x40000000, at)
		both(0, 20, 2)
	})
}

// Does a mask of one CPU bind, one of several not, and is it told back?
func TestAffinity(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		for _, c := range []struct {
			set, get uint64
			bound    int
		}{{1, 1, 0}, {2, 2, 1}, {3, 3, -1}, {m1 &^ 1, 2, 1}, {m1, 3, -1}} {
			u.PutWord(at, c.set)
			if e := u.Errno(nrSetaffinity, 0, 8, at); e != 0 {
				t.Errorf("sched_setaffinity(%#x): %v", c.set, e)
			}
			if n := u.Call(nrGetaffinity, 0, 128, at+8); n != 8 || u.Word(at+8) != c.get || thread(t).Bound() != c.bound {
				t.Errorf("mask %#x: %d, %#x, CPU %d", c.set, n, u.Word(at+8), thread(t).Bound())
			}
		}
	})
}

// Does clone3 make LWPs and processes like clone, and refuse what it does not know?
func TestClone3(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		args := func(f ...uint64) uint64 {
			for i := range uint64(16) {
				u.PutWord(at+8*i, 0)
			}
			for i, v := range f {
				u.PutWord(at+8*uint64(i), v)
			}
			return at
		}
		ran := uint64(proctest.Scratch + 0x200)
		child := func(u *user) {
			if u.SP() != 0x7000 {
				t.Errorf("stack pointer %#x", u.SP())
			}
			u.PutWord(ran, 1)
		}
		args(joinable, 0, tidAt, tidAt, 0, 0x6000, 0x1000, 0)
		if id := u.Clone3(at, 64, true, child); id <= 0 {
			t.Fatalf("clone3: %d", id)
		}
		join(u, tidAt)
		args(0, 0, 0, 0, 17, 0x6000, 0x1000, 0)
		pid := u.Clone3(at, 88, false, child)
		if id, st := u.Wait(pid, 0); id != pid || st != 0 || u.Word(ran) != 1 {
			t.Errorf("process: %d %#x", id, st)
		}
		h := u.Handler(func(*user, int, []byte) {})
		u.PutWord(at+0x100, h)
		u.Call(13, 10, at+0x100, 0, 8)
		args(0x100000000, 0, 0, 0, 17)
		pid = u.Clone3(at, 88, false, func(u *user) {
			if u.Call(13, 10, 0, at+0x100, 8); u.Word(at+0x100) != 0 {
				t.Error("CLONE_CLEAR_SIGHAND left a handler")
			}
		})
		u.Wait(pid, 0)
		nothing := func(*user) { t.Error("runs") }
		for i, c := range []struct {
			at, size uint64
			want     syscall.Errno
		}{
			{args(joinable), 63, syscall.EINVAL}, {at, 4097, syscall.E2BIG}, {8, 64, syscall.EFAULT}, {at, 0, syscall.EINVAL},
		} {
			if r := u.Clone3(c.at, c.size, true, nothing); r != -int64(c.want) {
				t.Errorf("size %d (%d): %d", c.size, i, r)
			}
		}
		u.PutWord(args(joinable)+88, 1)
		if r := u.Clone3(at, 96, true, nothing); r != -int64(syscall.E2BIG) {
			t.Errorf("unknown field: %d", r)
		}
		for i, f := range [][]uint64{
			{joinable | 17}, {joinable | proc.CloneDetached}, {joinable, 0, 0, 0, 17}, {0}, {0, 0, 0, 0, 17 | 256}, {0, 0, 0, 0, 65},
			{joinable, 0, 0, 0, 0, 0x6000}, {joinable, 0, 0, 0, 0, 0, 0x1000}, {joinable, 0, 0, 0, 0, 1 << 47, 1},
			{joinable, 0, 0, 0, 0, 0x6000, m1}, {joinable, 0, 0, 0, 0, 0, 0, 0, at, 1}, {joinable, 0, 0, 0, 0, 0, 0, 0, 0, 1},
			{joinable | 0x1000}, {joinable | 0x100000000}, {joinable | 1<<40},
		} {
			if r := u.Clone3(args(f...), 88, f[0]&proc.CloneThread != 0, nothing); r != -int64(syscall.EINVAL) {
				t.Errorf("case %d: %d", i, r)
			}
		}
		if r := u.Clone3(args(joinable|proc.CloneSetTLS, 0, 0, 0, 0, 0, 0, 1<<47), 64, true, nothing); r != -int64(syscall.EPERM) {
			t.Errorf("TLS in the kernel: %d", r)
		}
	})
}
