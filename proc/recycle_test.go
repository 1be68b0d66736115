package proc_test

import (
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gossamer/lwp"
	"gossamer/proc"
	"gossamer/proc/proctest"
	"gossamer/ulib/abi"
)

func record(u *user, id uint64) *proc.LWP { return u.Sys.Find(1).Record(lwp.ID(id)) }

// untilRecycled makes LWPs that run f until one has the record old, and returns its number. The
// others, whose makers came too early for it, have ended.
func untilRecycled(u *user, old *proc.LWP, f proctest.Program) uint64 {
	for {
		id, e := createLWP(u, abi.LWPSuspended, f)
		if e != 0 {
			u.T.Fatal(e)
		}
		r := record(u, id)
		u.Call(abi.SysLWPContinue, id)
		if r == old {
			return id
		}
		u.Call(abi.SysLWPUnpark, id)
		u.Call(abi.SysLWPWait, id, 0)
	}
}

// Does a number reach nobody once its LWP is gone, though another has its record?
func TestOldNumberOfRecycled(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		sigaction(u, int(syscall.SIGUSR1), u.Handler(func(u *user, sig int, _ []byte) {
			t.Error("the signal for another arrives")
		}), 0, 0)
		a, _ := createLWP(u, 0, func(u *user) {})
		rec := record(u, a)
		u.Call(abi.SysLWPWait, a, 0)
		var result syscall.Errno
		b := untilRecycled(u, rec, func(u *user) { result = u.Errno(abi.SysLWPPark, 0, 0, 0, 0) })
		awaitState(u, b, abi.StateSleeping)
		for _, call := range []struct {
			what string
			nr   uint64
			args []uint64
		}{
			{"unpark", abi.SysLWPUnpark, []uint64{a}},
			{"park, unparking it", abi.SysLWPPark, []uint64{0, 0, 0, a}},
			{"wakeup", abi.SysLWPWakeup, []uint64{a}},
			{"kill", abi.SysLWPKill, []uint64{a, uint64(syscall.SIGUSR1)}},
			{"tkill", nrTkill, []uint64{a, uint64(syscall.SIGUSR1)}},
			{"suspend", abi.SysLWPSuspend, []uint64{a}},
			{"continue", abi.SysLWPContinue, []uint64{a}},
			{"detach", abi.SysLWPDetach, []uint64{a}},
			{"wait", abi.SysLWPWait, []uint64{a, 0}},
			{"setpriority", abi.SysLWPSetPriority, []uint64{a, 0, 10}},
			{"bind", abi.SysLWPBind, []uint64{a, 0}},
		} {
			if e := u.Errno(call.nr, call.args...); e != syscall.ESRCH {
				t.Errorf("%s: %v", call.what, e)
			}
		}
		// One that has found the record before, and goes on only now.
		rec.Unpark(lwp.ID(a))
		if i := infoOf(u, b); i.State != abi.StateSleeping || i.Bound != -1 || i.Flags != 0 {
			t.Errorf("the other is %+v", i)
		}
		u.Call(abi.SysLWPUnpark, b)
		u.Call(abi.SysLWPWait, b, 0)
		if result != 0 {
			t.Errorf("its park: %v", result)
		}
	})
}

// Does nothing of an LWP's life come into the next one of its record?
func TestRecycledIsFresh(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		a, _ := createLWP(u, 0, func(u *user) {
			self := uint64(u.Call(nrGettid))
			u.Store(scratch+0x600, []byte("odd\x00"))
			u.Call(abi.SysLWPSetName, self, scratch+0x600)
			u.Call(abi.SysLWPSetPriority, self, 1, 3)
			u.Call(abi.SysLWPBind, self, 0)
			u.Call(nrRobust, scratch+0x700, 24)
			u.Call(nrSetTID, scratch+0x720)
			u.Call(abi.SysLWPCtl, 1, scratch+0x730)
			u.PutWord(scratch+0x740, 1<<(syscall.SIGUSR1-1))
			u.Call(14, 2, scratch+0x740, 0, 8) // rt_sigprocmask
			u.Call(abi.SysLWPKill, self, uint64(syscall.SIGUSR1))
			u.Call(abi.SysLWPUnpark, self)
			u.Call(abi.SysLWPWakeup, self)
			u.Tick()
		})
		rec := record(u, a)
		u.Call(abi.SysLWPWait, a, 0)
		b := untilRecycled(u, rec, func(u *user) {
			self := uint64(u.Call(nrGettid))
			i := infoOf(u, self)
			if i.Class != 0 || i.Priority != 30 || i.Bound != -1 || i.Faults != 0 || i.Involuntary != 0 || i.Name == [len(i.Name)]byte{'o', 'd', 'd'} {
				t.Errorf("it is %+v", i)
			}
			u.Call(127, scratch+0x750, 8) // rt_sigpending
			u.Call(14, 0, 0, scratch+0x758, 8)
			if p, m := u.Word(scratch+0x750), u.Word(scratch+0x758); p != 0 || m != 0 {
				t.Errorf("%#x is pending, %#x masked", p, m)
			}
			u.PutWord(scratch+0x760, 0)
			u.PutWord(scratch+0x768, 1e6)
			if e := u.Errno(abi.SysLWPPark, 1, 0, scratch+0x760, 0); e != syscall.ETIMEDOUT {
				t.Errorf("its park: %v", e)
			}
		})
		u.PutWord(scratch+0x720, 77)
		u.Call(abi.SysLWPWait, b, 0)
		if v := word(u, scratch+0x720); v != 77 {
			t.Errorf("its end has cleared the other's word: %d", v)
		}
	})
}

// Is a record that somebody holds on to the old LWP's for good?
func TestKeptRecordIsNotRecycled(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		a, _ := createLWP(u, 0, func(u *user) {})
		rec := u.Sys.Find(1).NextLWP(lwp.ID(a) - 1)
		u.Call(abi.SysLWPWait, a, 0)
		for range 100 {
			b, _ := createLWP(u, 0, func(u *user) {})
			if record(u, b) == rec {
				t.Error("recycled while it is held on to")
			}
			u.Call(abi.SysLWPWait, b, 0)
		}
		if i := rec.Info(); uint64(i.LID) != a || i.State != abi.StateZombie {
			t.Errorf("it is %+v", i)
		}
	})
}

// Do two who wait for one LWP, of whom one gets it, not meet another in its record?
func TestWaitersOfRecycled(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		for range 200 {
			a, _ := createLWP(u, abi.LWPSuspended, func(u *user) {})
			var got [2]atomic.Int32
			var ids [2]uint64
			for i := range ids {
				ids[i], _ = createLWP(u, 0, func(u *user) {
					got[i].Store(int32(u.Errno(abi.SysLWPWait, a, 0)) + 1)
					if id, e := createLWP(u, 0, func(u *user) {}); e == 0 {
						u.Call(abi.SysLWPWait, id, 0)
					}
				})
			}
			u.Call(abi.SysLWPContinue, a)
			for _, id := range ids {
				u.Call(abi.SysLWPWait, id, 0)
			}
			if x, y := got[0].Load()-1, got[1].Load()-1; min(x, y) != 0 || syscall.Errno(max(x, y)) != syscall.ESRCH {
				t.Errorf("waits ended with %v and %v", syscall.Errno(x), syscall.Errno(y))
			}
		}
	})
}

var rounds = 10_000

// Are 10 000 LWPs made, ended and waited for without a number, a context or a record left? Others
// unpark, wake and signal whatever has the numbers meanwhile, list them, and fork and call execve.
func TestRecycleUnderFire(t *testing.T) {
	k := proctest.New(t)
	k.Install("/bin/other", func(u *user) {})
	k.Run(func(u *user) {
		sigaction(u, int(syscall.SIGUSR1), u.Handler(func(*user, int, []byte) {}), 0, 0)
		var stop atomic.Bool
		var last atomic.Uint64
		fire := func(f func(u *user, id uint64)) uint64 {
			id, _ := createLWP(u, 0, func(u *user) {
				for !stop.Load() {
					f(u, last.Load())
					u.Call(24)
				}
			})
			return id
		}
		others := []uint64{
			fire(func(u *user, id uint64) { u.Call(abi.SysLWPUnpark, id) }),
			fire(func(u *user, id uint64) {
				u.Call(abi.SysLWPWakeup, id)
				u.Call(abi.SysLWPKill, id, uint64(syscall.SIGUSR1))
			}),
			fire(func(u *user, id uint64) { u.Call(abi.SysLWPSuspend, id); u.Call(abi.SysLWPContinue, id) }),
			fire(func(u *user, id uint64) {
				for l := u.Sys.Find(1).NextLWP(0); l != nil; l = u.Sys.Find(1).NextLWP(l.ID) {
					l.Info()
				}
			}),
			fire(func(u *user, id uint64) {
				pid := u.Fork(func(u *user) {
					a, _ := createLWP(u, 0, func(u *user) {})
					u.Call(abi.SysLWPWait, a, 0)
					createLWP(u, 0, func(u *user) { u.Call(nrPause) })
					u.Exec("/bin/other")
				})
				u.Wait(pid, 0)
			}),
		}
		ends := u.Entry(func(*user) {})
		runs := u.Entry(func(u *user) { last.Store(uint64(u.Call(nrGettid))) })
		before := u.Sys.Numbers()
		for range rounds {
			createAt(u, abi.LWPDetached, ends)
			id, e := createAt(u, 0, runs)
			if e != 0 {
				t.Fatal(e)
			}
			if e := u.Errno(abi.SysLWPWait, id, 0); e != 0 && e != syscall.EINTR {
				t.Fatal(e)
			} else if e == syscall.EINTR {
				u.Call(abi.SysLWPWait, id, 0)
			}
		}
		stop.Store(true)
		for _, id := range others {
			u.Call(abi.SysLWPWait, id, 0)
		}
		want := before - len(others)
		for end := time.Now().Add(proctest.Patience / 2); u.Sys.Numbers() > want && time.Now().Before(end); {
			u.Call(24) // nobody waits for the detached ones, of which the last may be on its way still
		}
		if after := u.Sys.Numbers(); after > want {
			t.Errorf("%d numbers are in use, %d before", after, want)
		}
	})
}
