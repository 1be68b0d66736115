package proc_test

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"gossamer/lwp"
	"gossamer/proc"
	"gossamer/proc/proctest"
	"gossamer/ulib/abi"
)

const lidAt = scratch + 0x200

// createLWP makes an LWP that runs f.
func createLWP(u *user, flags uint64, f proctest.Program) (id uint64, e syscall.Errno) {
	return createAt(u, flags, u.Entry(f))
}

// createAt makes an LWP that runs the program with an entry.
func createAt(u *user, flags, entry uint64) (id uint64, e syscall.Errno) {
	c := abi.LWPContext{Flags: abi.ContextCPU, RIP: entry, RSP: scratch + 0x7800}
	u.Store(lidAt+16, unsafe.Slice((*byte)(unsafe.Pointer(&c)), abi.LWPContextHeadSize))
	e = u.Errno(abi.SysLWPCreate, lidAt+16, flags, lidAt)
	return uint64(word(u, lidAt)), e
}

// awaitState waits until an LWP of process 1 is in a state.
func awaitState(u *user, id uint64, state uint8) {
	for infoOf(u, id).State != state {
		u.Call(24) // sched_yield
	}
}

func infoOf(u *user, id uint64) abi.LWPInfo {
	if l := u.Sys.Find(1).NextLWP(lwp.ID(id) - 1); l != nil && uint64(l.ID) == id {
		return l.Info()
	}
	return abi.LWPInfo{}
}

// When an LWP that unparks another and parks is suspended meanwhile, has the other been unparked
// once only, and is what was left of the time not begun again?
func TestParkThatIsMadeAgain(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		var result syscall.Errno
		id, e := createLWP(u, 0, func(u *user) {
			result = u.Errno(abi.SysLWPPark, 1, 0, 0, 1)
		})
		if e != 0 {
			t.Fatal(e)
		}
		awaitState(u, id, abi.StateSleeping)
		if e := u.Errno(abi.SysLWPPark, 0, 0, 0, 0); e != syscall.EALREADY {
			t.Errorf("the first unparking: %v", e)
		}
		for range 3 {
			if e := u.Errno(abi.SysLWPSuspend, id); e != 0 {
				t.Error(e)
			}
			u.Call(abi.SysLWPContinue, id)
			awaitState(u, id, abi.StateSleeping)
		}
		u.PutWord(scratch, 0)
		u.PutWord(scratch+8, 1e6)
		if e := u.Errno(abi.SysLWPPark, 1, 0, scratch, 0); e != syscall.ETIMEDOUT {
			t.Errorf("unparked again: %v", e)
		}
		u.Call(abi.SysLWPUnpark, id)
		u.Call(abi.SysLWPWait, id, 0)
		if result != 0 {
			t.Errorf("its park: %v", result)
		}

		id, _ = createLWP(u, 0, func(u *user) {
			u.PutWord(scratch, 0)
			u.PutWord(scratch+8, 30e6)
			result = u.Errno(abi.SysLWPPark, 1, 0, scratch, 0)
		})
		start := u.Sys.Now()
		for infoOf(u, id).State != abi.StateZombie {
			u.Call(abi.SysLWPSuspend, id)
			u.Call(abi.SysLWPContinue, id)
			u.Call(24)
		}
		if result != syscall.ETIMEDOUT || u.Sys.Now()-start < 30e6 {
			t.Errorf("%v after %d ns", result, u.Sys.Now()-start)
		}
		u.Call(abi.SysLWPWait, id, 0)
	})
}

// Is an LWP that is made while the process stops made stopped?
func TestCreateWhileStopped(t *testing.T) {
	k := proctest.New(t)
	const nrSlow = 2001
	var ran, made atomic.Bool
	var entry uint64
	k.Sys.Calls[nrSlow] = func(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
		for l.Process().NextLWP(l.ID).Info().State != abi.StateStopped {
			runtime.Gosched()
		}
		c := abi.LWPContext{Flags: abi.ContextCPU, RIP: entry}
		var id lwp.ID
		errno := l.CreateLWP(&c, 0, func(n lwp.ID) syscall.Errno { id = n; return 0 })
		made.Store(true)
		return uint64(id), errno
	}
	entry = k.Entry(func(u *user) { ran.Store(true) })
	k.Run(func(u *user) {
		pid := u.Fork(func(u *user) {
			createLWP(u, 0, func(u *user) { u.Call(nrTkill, uint64(u.Call(nrGettid)), 19); u.Call(nrPause) })
			if id := u.Call(nrSlow); id <= 0 || u.Call(abi.SysLWPWait, uint64(id), 0) != 0 {
				t.Errorf("_lwp_create: %d", id)
			}
			u.Exit(3)
		})
		u.Wait(pid, 2) // WUNTRACED
		for !made.Load() {
			u.Call(24)
		}
		for n := 0; n < 3; { // all three stand still
			n = 0
			p := u.Sys.Find(proc.PID(pid))
			for l := p.NextLWP(0); l != nil; l = p.NextLWP(l.ID) {
				if l.Info().State == abi.StateStopped {
					n++
				}
			}
			u.Call(24)
		}
		if ran.Load() {
			t.Error("it runs")
		}
		u.Call(62, uint64(pid), 18)
		if _, status := u.Wait(pid, 0); status != 3<<8 || !ran.Load() {
			t.Errorf("status %#x, ran: %v", status, ran.Load())
		}
	})
}

// Does an LWP that suspends itself, while another has asked for that, count once?
func TestSuspendedByTwo(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		suspended := func(id uint64) bool { return infoOf(u, id).Flags&abi.InfoSuspended != 0 }
		var inside atomic.Bool
		id, _ := createLWP(u, 0, func(u *user) {
			self := uint64(u.Call(abi.SysLWPSelf))
			inside.Store(true)
			for !suspended(self) {
				runtime.Gosched()
			}
			if e := u.Errno(abi.SysLWPSuspend, self); e != 0 {
				t.Errorf("itself: %v", e)
			}
			for !suspended(1) {
				u.Call(24)
			}
			u.Call(abi.SysLWPContinue, 1)
		})
		for !inside.Load() {
			u.Call(24)
		}
		if e := u.Errno(abi.SysLWPSuspend, id); e != 0 {
			t.Errorf("the other: %v", e)
		}
		u.Call(abi.SysLWPContinue, id)
		if e := u.Errno(abi.SysLWPSuspend, 1); e != 0 {
			t.Errorf("while the other runs: %v", e)
			return
		}
		u.Call(abi.SysLWPWait, id, 0)
	})
}

// When the first LWP has left its process, but has not freed its number yet, and another calls
// execve, does that one have the number from then on?
func TestExecTakesNumberFirst(t *testing.T) {
	k := proctest.New(t)
	const nrExec, nrEnd = 2001, 2002
	k.Sys.Calls[nrExec] = func(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { l.TakeNumber(); return 0, 0 }
	var first *proc.LWP
	k.Sys.Calls[nrEnd] = func(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { first.Forget(); return 0, 0 }
	k.Run(func(u *user) {
		before := u.Sys.Numbers()
		pid := u.Fork(func(u *user) {
			pid := uint64(u.Call(39))
			first = u.Sys.Find(proc.PID(pid)).NextLWP(0)
			u.Call(abi.SysLWPDetach, pid)
			createLWP(u, 0, func(u *user) {
				u.Call(nrExec)
				u.Call(nrEnd)
				if id := u.Call(nrGettid); uint64(id) != pid || u.Errno(nrTkill, pid, 0) != 0 {
					t.Errorf("LWP %d of process %d cannot be found", id, pid)
				}
				if n := u.Sys.Numbers(); n != before+1 {
					t.Errorf("%d numbers, want %d", n, before+1)
				}
				u.Exit(0)
			})
			u.Call(nrPause)
		})
		u.Wait(pid, 0)
		if n := u.Sys.Numbers(); n != before {
			t.Errorf("%d numbers at the end, want %d", n, before)
		}
	})
}

// Which limits does _lwp_create keep, and is nothing left of what failed?
func TestCreateLimits(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		nothing := func(*user) { t.Error("runs") }
		u.HeapFull.Store(true)
		if _, e := createLWP(u, 0, nothing); e != syscall.ENOMEM {
			t.Errorf("no heap: %v", e)
		}
		u.HeapFull.Store(false)
		most := u.Sys.MaxLWPs
		u.Sys.MaxLWPs = 1
		if _, e := createLWP(u, 0, nothing); e != syscall.EAGAIN {
			t.Errorf("no place: %v", e)
		}
		u.Sys.MaxLWPs = 2
		id, e := createLWP(u, 0, func(u *user) { u.Call(abi.SysLWPPark) })
		if e != 0 {
			t.Errorf("one place: %v", e)
		}
		u.Call(abi.SysLWPUnpark, id)
		awaitState(u, id, abi.StateZombie)
		if _, e := createLWP(u, 0, nothing); e != syscall.EAGAIN {
			t.Errorf("a zombie counts: %v", e)
		}
		u.Call(abi.SysLWPWait, id, 0)
		u.Sys.MaxLWPs = most
	})
}

// Whatever LWPs do to each other at the same time, the process can be ended, and nothing is left.
func TestLWPsTogether(t *testing.T) {
	k := proctest.New(t)
	rounds := 30
	if testing.Short() {
		rounds = 5
	}
	k.Run(func(u *user) {
		handler := u.Handler(func(*user, int, []byte) {})
		for round := range rounds {
			var ids [6]atomic.Uint64
			var body func(seed uint64) proctest.Program
			body = func(seed uint64) proctest.Program {
				return func(u *user) {
					r := rand.New(rand.NewPCG(seed, uint64(round)))
					for range 200 {
						id := ids[r.IntN(len(ids))].Load()
						switch r.IntN(14) {
						case 0:
							u.Call(abi.SysLWPDetach, id)
						case 1:
							u.Call(abi.SysLWPSuspend, id)
						case 2, 3, 4:
							u.Call(abi.SysLWPContinue, id)
						case 5:
							u.PutWord(scratch+8*seed, 0)
							u.PutWord(scratch+8*seed+8, 1e5)
							u.Call(abi.SysLWPPark, 1, 0, scratch+8*seed, id)
						case 6, 7:
							u.Call(abi.SysLWPUnpark, id)
						case 8:
							u.Call(abi.SysLWPWakeup, id)
						case 9:
							u.Call(abi.SysLWPKill, id, 10)
						case 10:
							u.Call(abi.SysLWPWait, 0, 0)
						case 11:
							u.Call(abi.SysLWPWait, id, 0)
						case 12:
							c := abi.LWPContext{Flags: abi.ContextCPU, RIP: u.Entry(body(r.Uint64() % 64)), RSP: scratch + 0x4000 + seed*256}
							at := scratch + 0x1000 + seed*256
							u.Store(at+16, unsafe.Slice((*byte)(unsafe.Pointer(&c)), abi.LWPContextHeadSize))
							if u.Call(abi.SysLWPCreate, at+16, uint64(r.IntN(2))*abi.LWPDetached, at) == 0 {
								ids[r.IntN(len(ids))].Store(uint64(word(u, at)))
							}
						case 13:
							var c int64 = u.Call(abi.SysLWPCtl, 7, scratch+0x800+8*seed)
							if c != 0 {
								t.Errorf("_lwp_ctl: %d", c)
							}
						}
					}
				}
			}
			pid := u.Fork(func(u *user) {
				sigaction(u, 10, handler, 0, 0)
				for i := range ids {
					ids[i].Store(uint64(u.Call(abi.SysLWPSelf)))
				}
				body(0)(u)
				u.Call(abi.SysLWPExit)
			})
			u.PutWord(scratch, 0)
			u.PutWord(scratch+8, 2e6)
			u.Call(35, scratch, 0)
			u.Call(62, uint64(pid), 9)
			u.Wait(pid, 0)
		}
	})
	if strings.Contains(k.Log(), "panic") {
		t.Error(k.Log())
	}
}
