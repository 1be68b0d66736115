package proc_test

import (
	"encoding/binary"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gossamer/kernel/frame"
	"gossamer/lwp"
	"gossamer/proc"
	"gossamer/proc/proctest"
)

const scratch = proctest.Scratch

// sigaction sets the action of a signal.
func sigaction(u *user, sig int, handler, flags, mask uint64) syscall.Errno {
	const at = scratch + 0x7000
	u.PutWord(at, handler)
	u.PutWord(at+8, flags)
	u.PutWord(at+16, 0)
	u.PutWord(at+24, mask)
	return u.Errno(13, uint64(sig), at, 0, 8)
}

// procmask is rt_sigprocmask; how is 0 block, 1 unblock, 2 set.
func procmask(u *user, how, set uint64) {
	const at = scratch + 0x7000
	u.PutWord(at, set)
	if e := u.Errno(14, how, at, 0, 8); e != 0 {
		u.T.Errorf("rt_sigprocmask: %v", e)
	}
}

func kill(u *user, pid int64, sig syscall.Signal) syscall.Errno {
	return u.Errno(62, uint64(pid), uint64(sig))
}

func bit(sig syscall.Signal) uint64 { return 1 << (sig - 1) }

// Does a handler run before kill returns, with its signal, and blocked meanwhile?
func TestHandlerRuns(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		var got []int
		h := k.Handler(func(u *user, sig int, info []byte) {
			got = append(got, sig)
			if si := binary.LittleEndian.Uint32(info); int(si) != sig {
				t.Errorf("si_signo %d", si)
			}
			if pid := binary.LittleEndian.Uint32(info[16:]); pid != 1 {
				t.Errorf("si_pid %d", pid)
			}
			if len(got) == 1 {
				kill(u, 1, syscall.SIGUSR1) // blocked while its handler runs
				if len(got) != 1 {
					t.Error("nested in itself")
				}
				kill(u, 1, syscall.SIGUSR2) // not blocked: nests
				if len(got) != 2 {
					t.Error("did not nest")
				}
			}
		})
		sigaction(u, 10, h, 0, 0)
		sigaction(u, 12, h, 0, 0)
		if e := kill(u, 1, syscall.SIGUSR1); e != 0 {
			t.Errorf("kill: %v", e)
		}
		if len(got) != 3 || got[0] != 10 || got[1] != 12 || got[2] != 10 {
			t.Errorf("handlers ran for %v", got)
		}
	})
}

// Is a blocked signal pending, and taken when it is let in? Do SIGKILL and SIGSTOP stay out of
// the mask?
func TestMask(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		n := 0
		sigaction(u, 10, k.Handler(func(*user, int, []byte) { n++ }), 0, 0)
		procmask(u, 2, ^uint64(0))
		u.Call(14, 0, 0, scratch, 8)
		if m := u.Word(scratch); m != ^(bit(9) | bit(19)) {
			t.Errorf("mask %#x", m)
		}
		kill(u, 1, 10)
		kill(u, 1, 10)
		u.Call(127, scratch, 8)
		if p := u.Word(scratch); p != bit(10) || n != 0 {
			t.Errorf("pending %#x, handled %d", p, n)
		}
		procmask(u, 1, bit(10))
		if n != 1 {
			t.Errorf("handled %d times", n)
		}
	})
}

func TestActionFlags(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		n, depth, deepest := 0, 0, 0
		h := k.Handler(func(u *user, sig int, info []byte) {
			n++
			depth++
			deepest = max(deepest, depth)
			if n < 3 {
				kill(u, 1, 10)
			}
			depth--
		})
		sigaction(u, 10, h, proc.SaNoDefer, 0)
		kill(u, 1, 10)
		if n != 3 || deepest != 3 {
			t.Errorf("SA_NODEFER: %d calls, %d deep", n, deepest)
		}
		sigaction(u, 17, h, proc.SaResetHand, 0) // SIGCHLD is ignored by default
		kill(u, 1, 17)
		kill(u, 1, 17)
		if n != 4 {
			t.Errorf("SA_RESETHAND: %d calls", n-3)
		}
		if e := sigaction(u, 9, h, 0, 0); e != syscall.EINVAL {
			t.Errorf("handler for SIGKILL: %v", e)
		}
		if e := sigaction(u, 19, proc.SigIgn, 0, 0); e != syscall.EINVAL {
			t.Errorf("ignoring SIGSTOP: %v", e)
		}
		for _, sig := range []int{0, 65, -1} {
			if e := sigaction(u, sig, h, 0, 0); e != syscall.EINVAL {
				t.Errorf("signal %d: %v", sig, e)
			}
		}
	})
}

// Does each default action do what signal(7) says?
func TestDefaultActions(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		for sig := syscall.Signal(1); sig <= 64; sig++ {
			pid := u.Fork(func(u *user) {
				kill(u, u.Call(39), sig)
				u.Exit(0)
			})
			id, st := u.Wait(pid, proc.WUNTRACED)
			want := uint32(sig)
			switch sig {
			case syscall.SIGCHLD, syscall.SIGURG, syscall.SIGWINCH, syscall.SIGCONT:
				want = 0
			case syscall.SIGSTOP:
				want = uint32(sig)<<8 | 0x7f
			case syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
				want = 0 // the group is orphaned
			}
			if id != pid || st != want {
				t.Errorf("signal %d: status %#x, want %#x", sig, st, want)
			}
			if st&0xff == 0x7f {
				kill(u, pid, syscall.SIGKILL)
				if _, st := u.Wait(pid, 0); st != 9 {
					t.Errorf("killed while stopped: %#x", st)
				}
			}
		}
	})
}

// Does SIGCONT continue what SIGSTOP stopped, with the parent told of both, and is the
// interrupted call made again?
func TestStopAndContinue(t *testing.T) {
	k := proctest.New(t)
	shell := func(u *user) {
		u.Call(22, scratch) // pipe
		fds := u.Word(scratch)
		r, w := fds&0xffffffff, fds>>32
		pid := u.Fork(func(u *user) {
			u.Call(109, 0, 0) // a group of its own, which is not orphaned
			if n := u.Call(0, r, scratch, 1); n != 1 {
				t.Errorf("read across a stop: %d", n)
			}
			u.Exit(5)
		})
		u.Call(109, uint64(pid), uint64(pid))
		for _, sig := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGTSTP} {
			kill(u, pid, sig)
			if id, st := u.Wait(pid, proc.WUNTRACED); id != pid || st != uint32(sig)<<8|0x7f {
				t.Errorf("stop: %d, %#x", id, st)
			}
			if id, _ := u.Wait(pid, proc.WUNTRACED|proc.WNOHANG); id != 0 {
				t.Errorf("reported twice")
			}
			kill(u, pid, syscall.SIGCONT)
			if id, st := u.Wait(pid, proc.WCONTINUED); id != pid || st != 0xffff {
				t.Errorf("continue: %d, %#x", id, st)
			}
		}
		u.Call(1, w, scratch, 1)
		if _, st := u.Wait(pid, 0); st != 5<<8 {
			t.Errorf("status %#x", st)
		}
	}
	k.Run(func(u *user) {
		u.Fork(shell)
		u.Wait(-1, 0)
	})
}

// Does SIGCONT undo a stop signal that is still pending, and a stop signal a SIGCONT?
func TestStopAndContinueCancelEachOther(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		sigaction(u, int(syscall.SIGTSTP), k.Handler(func(*user, int, []byte) {}), 0, 0)
		sigaction(u, int(syscall.SIGCONT), k.Handler(func(*user, int, []byte) {}), 0, 0)
		procmask(u, 2, ^uint64(0))
		for _, pair := range [][2]syscall.Signal{{syscall.SIGTSTP, syscall.SIGCONT}, {syscall.SIGCONT, syscall.SIGTSTP}} {
			kill(u, 1, pair[0])
			kill(u, 1, pair[1])
			u.Call(127, scratch, 8)
			if p := u.Word(scratch); p != bit(pair[1]) {
				t.Errorf("pending %#x after %v", p, pair)
			}
		}
	})
}

// Are the stopped members of a group that its parent's end leaves alone hung up?
func TestOrphanedStoppedGroup(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		var job atomic.Int64
		u.Fork(func(u *user) { // a shell
			pid := u.Fork(func(u *user) {
				u.Call(109, 0, 0)
				kill(u, u.Call(39), syscall.SIGSTOP)
			})
			job.Store(pid)
			u.Wait(pid, proc.WUNTRACED)
		})
		status := map[int64]uint32{}
		for range 2 {
			id, st := u.Wait(-1, 0)
			status[id] = st
		}
		if st := status[job.Load()]; st != uint32(syscall.SIGHUP) {
			t.Errorf("job's status %#x", st)
		}
	})
}

// Does a sleep that was stopped and continued end when it would have?
func TestStoppedSleepKeepsDeadline(t *testing.T) {
	k := proctest.New(t)
	k.Sched.Manual(t)
	k.Run(func(u *user) {
		pid := u.Fork(func(u *user) {
			u.PutWord(scratch, 100)
			u.PutWord(scratch+8, 0)
			if e := u.Errno(35, scratch, 0); e != 0 {
				t.Errorf("nanosleep: %v", e)
			}
		})
		asleep := func() {
			at := u.String(scratch, "/proc/"+itoa(pid)+"/status")
			for {
				fd := uint64(u.Call(2, at, 0, 0))
				n := u.Call(0, fd, scratch+0x100, 1000)
				u.Call(3, fd)
				if contains(string(u.Load(scratch+0x100, int(n))), "(sleeping)") {
					return
				}
				u.Call(24)
			}
		}
		asleep()
		k.Sched.Advance(60 * time.Second)
		kill(u, pid, syscall.SIGSTOP)
		u.Wait(pid, proc.WUNTRACED)
		kill(u, pid, syscall.SIGCONT)
		asleep()
		k.Sched.Advance(41 * time.Second)
		if id, st := u.Wait(pid, 0); id != pid || st != 0 {
			t.Errorf("wait: %d, %#x", id, st)
		}
	})
}

// Is a signal that arrives while a process forks taken before there is a child? Sent to the
// group, it would otherwise miss the child.
func TestSignalDuringForkComesFirst(t *testing.T) {
	k := proctest.New(t)
	fork, first := k.Sys.Calls[57], true
	k.Sys.Calls[57] = func(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
		if first {
			first = false
			l.Kill(1, 10)
		}
		return fork(l, a)
	}
	k.Run(func(u *user) {
		handled := false
		sigaction(u, 10, k.Handler(func(u *user, sig int, info []byte) {
			handled = true
			if e := u.Errno(61, ^uint64(0), 0, 1, 0); e != syscall.ECHILD {
				t.Errorf("a child is there already: %v", e)
			}
		}), 0, 0)
		if pid := u.Fork(func(u *user) {}); pid < 0 || !handled {
			t.Errorf("fork: %d, handled %v", pid, handled)
		}
		u.Wait(-1, 0)
	})
}

// Is process 1 spared, at the cost of the largest other process, when memory is used up?
func TestOutOfMemorySparesInit(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		fill := func(u *user, size uint64) {
			at := uint64(u.Call(9, 0, size, 3, 0x22, ^uint64(0), 0))
			for i := uint64(0); i < size; i += 4096 {
				u.Store(at+i, []byte{1})
			}
		}
		var ready atomic.Bool
		u.Fork(func(u *user) { u.Call(34) })
		hog := u.Fork(func(u *user) { fill(u, 16<<20); ready.Store(true); u.Call(34) })
		for !ready.Load() {
			u.Call(24)
		}
		fill(u, 20<<20)
		if id, st := u.Wait(-1, 0); id != hog || st != 9 {
			t.Errorf("%d ended with %#x, want %d", id, st, hog)
		}
	})
}

// Does a handler end a blocking call with EINTR, and with SA_RESTART not?
func TestRestart(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		u.Call(22, scratch)
		fds := u.Word(scratch)
		r, w := fds&0xffffffff, fds>>32
		for _, flags := range []uint64{0, proc.SaRestart} {
			var ready, handled atomic.Bool
			pid := u.Fork(func(u *user) {
				h := k.Handler(func(*user, int, []byte) { handled.Store(true) })
				sigaction(u, 10, h, flags, 0)
				ready.Store(true)
				n := u.Call(0, r, scratch, 1)
				if flags == 0 && n != -int64(syscall.EINTR) || flags != 0 && n != 1 {
					t.Errorf("flags %#x: read = %d", flags, n)
				}
				u.Exit(1)
			})
			for !ready.Load() {
				u.Call(24)
			}
			kill(u, pid, 10)
			for !handled.Load() {
				u.Call(24)
			}
			if flags != 0 {
				u.Call(1, w, scratch, 1)
			}
			if _, st := u.Wait(pid, 0); st != 1<<8 {
				t.Errorf("status %#x", st)
			}
		}
		// A sleep is never made again after a handler; without one it goes on, for no longer.
		pid := u.Call(39)
		sigaction(u, 10, k.Handler(func(*user, int, []byte) {}), proc.SaRestart, 0)
		u.Fork(func(u *user) {
			u.PutWord(scratch, 0)
			u.PutWord(scratch+8, 5e6)
			u.Call(35, scratch, 0)
			kill(u, pid, 10)
		})
		u.PutWord(scratch, 1000)
		u.PutWord(scratch+8, 0)
		if e := u.Errno(35, scratch, scratch+16); e != syscall.EINTR {
			t.Errorf("nanosleep: %v", e)
		}
		if left := u.Word(scratch + 16); left < 900 || left >= 1000 {
			t.Errorf("%d s left", left)
		}
		u.Wait(-1, 0)
	})
}

// Does rt_sigsuspend let in what its mask says, and restore the mask afterwards? Does pause
// return EINTR?
func TestSuspendAndPause(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		n := 0
		sigaction(u, 10, k.Handler(func(*user, int, []byte) { n++ }), proc.SaRestart, 0)
		procmask(u, 2, bit(10))
		kill(u, 1, 10)
		u.PutWord(scratch, 0)
		if e := u.Errno(130, scratch, 8); e != syscall.EINTR || n != 1 {
			t.Errorf("rt_sigsuspend: %v, %d handled", e, n)
		}
		u.Call(14, 0, 0, scratch, 8)
		if m := u.Word(scratch); m != bit(10) {
			t.Errorf("mask %#x afterwards", m)
		}
		procmask(u, 2, 0)
		me := u.Call(39)
		u.Fork(func(u *user) {
			for n == 1 {
				kill(u, me, syscall.SIGURG) // ignored: does not end the pause
				kill(u, me, 10)
				break
			}
		})
		if n == 1 {
			if e := u.Errno(34); e != syscall.EINTR {
				t.Errorf("pause: %v", e)
			}
		}
		u.Wait(-1, 0)
	})
}

// Does the handler run on the alternate stack, and is a bad one the process's end?
func TestAltStack(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		set := func(base, flags, size uint64) syscall.Errno {
			u.PutWord(scratch, base)
			u.PutWord(scratch+8, flags)
			u.PutWord(scratch+16, size)
			return u.Errno(131, scratch, 0)
		}
		if e := set(scratch+0x2000, 0, 100); e != syscall.ENOMEM {
			t.Errorf("small: %v", e)
		}
		if e := set(scratch+0x2000, 8, 0x2000); e != syscall.EINVAL {
			t.Errorf("flags: %v", e)
		}
		if e := set(scratch+0x2000, 0, 0x2000); e != 0 {
			t.Errorf("set: %v", e)
		}
		ran := false
		sigaction(u, 10, k.Handler(func(u *user, sig int, info []byte) {
			ran = true
			if sp := u.SP(); sp < scratch+0x2000 || sp >= scratch+0x4000 {
				t.Errorf("handler's stack %#x", sp)
			}
			u.PutWord(scratch+8, 2)
			if e := u.Errno(131, scratch, 0); e != syscall.EPERM {
				t.Errorf("change while in use: %v", e)
			}
		}), proc.SaOnStack, 0)
		kill(u, 1, 10)
		if !ran {
			t.Error("did not run")
		}
		u.Fork(func(u *user) {
			u.PutWord(scratch, 0x100000) // nothing is there
			u.PutWord(scratch+8, 0)
			u.PutWord(scratch+16, 0x10000)
			u.Call(131, scratch, 0)
			kill(u, u.Call(39), 10)
			u.Exit(0)
		})
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGSEGV) {
			t.Errorf("no stack: status %#x", st)
		}
	})
}

// Does a fault end the program with a report that names it, the address and the instruction;
// can it be caught; and does blocking or ignoring it not help?
func TestFaults(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		u.Fork(func(u *user) { u.Load(0x10, 1) })
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGSEGV) {
			t.Errorf("status %#x", st)
		}
		for _, want := range []string{"pid 2 (init): SIGSEGV: read of 0x10 at 0x4", "(page not present): nop  [90]", "rip "} {
			if !strings.Contains(k.Log(), want) {
				t.Errorf("report lacks %q:\n%s", want, k.Log())
			}
		}
		u.Fork(func(u *user) { u.Store(0x400000, []byte{1}) }) // text
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGSEGV) {
			t.Errorf("write to text: status %#x", st)
		}
		fpe := lwp.FaultInfo{Signal: syscall.SIGFPE, Code: 1, Text: "division error"}
		for _, spoil := range []func(u *user){
			func(u *user) { procmask(u, 2, ^uint64(0)) },
			func(u *user) { sigaction(u, 8, proc.SigIgn, 0, 0) },
		} {
			u.Fork(func(u *user) { spoil(u); u.Fault(fpe); u.Exit(0) })
			if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGFPE) {
				t.Errorf("blocked or ignored: status %#x", st)
			}
		}
		caught := false
		sigaction(u, 8, k.Handler(func(u *user, sig int, info []byte) { caught = true }), 0, 0)
		u.Fault(fpe)
		if !caught {
			t.Error("not caught")
		}
	})
}

// Does a process that no frame is left for die alone?
func TestOutOfMemoryKills(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		u.Fork(func(u *user) {
			at := uint64(u.Call(9, 0, 1<<30, 3, 0x22, ^uint64(0), 0))
			for i := uint64(0); ; i += 4096 {
				u.Store(at+i, []byte{1})
			}
		})
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGKILL) {
			t.Errorf("status %#x", st)
		}
		if !strings.Contains(k.Log(), "pid 2 (init): killed: out of memory") {
			t.Errorf("log:\n%s", k.Log())
		}
	})
}

// Is a page fault that finds no frame tried again when the kernel's heap gave some back, and is
// the process killed when it has no more?
func TestOutOfMemoryReclaims(t *testing.T) {
	k := proctest.New(t)
	const hoarded = 100
	asked := 0
	var frames []frame.Frame
	k.Hoard = func() bool {
		asked++
		if len(frames) == 0 {
			return false
		}
		for _, f := range frames {
			k.Mem.Free(f)
		}
		frames = nil
		return true
	}
	k.Run(func(u *user) {
		for range hoarded {
			f, _ := k.Mem.Alloc()
			frames = append(frames, f)
		}
		u.Fork(func(u *user) {
			at := uint64(u.Call(9, 0, 1<<30, 3, 0x22, ^uint64(0), 0))
			for i := uint64(0); ; i += 4096 {
				u.Store(at+i, []byte{1})
			}
		})
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGKILL) {
			t.Errorf("status %#x", st)
		}
	})
	if asked != 2 {
		t.Errorf("the heap was asked %d times, not once while it could give and once after", asked)
	}
}

// Does a panic in a call end that process, log a traceback, and leave the kernel going?
func TestPanicInCallKillsCaller(t *testing.T) {
	k := proctest.New(t)
	k.Sys.Calls[1901] = func(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
		return a[(*a)[0]], 0
	}
	k.Run(func(u *user) {
		u.Fork(func(u *user) { u.Call(1901, 6); u.Exit(0) })
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGSYS) {
			t.Errorf("status %#x", st)
		}
		for _, want := range []string{"pid 2 (init): SIGSYS: panic in the kernel, in or after call 1901: runtime error: index out of range", "goroutine "} {
			if !strings.Contains(k.Log(), want) {
				t.Errorf("log lacks %q:\n%s", want, k.Log())
			}
		}
	})
}

// kill's targets, and its errors.
func TestKillTargets(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		for _, c := range []struct {
			pid  int64
			sig  syscall.Signal
			want syscall.Errno
		}{{1, 0, 0}, {0, 0, 0}, {-1, 0, syscall.ESRCH}, {99, 9, syscall.ESRCH}, {-99, 9, syscall.ESRCH},
			{1, 65, syscall.EINVAL}, {1, -1, syscall.EINVAL}, {-1 << 31, 9, syscall.ESRCH}} {
			if e := kill(u, c.pid, c.sig); e != c.want {
				t.Errorf("kill(%d, %d): %v, want %v", c.pid, c.sig, e, c.want)
			}
		}
		kill(u, 1, syscall.SIGKILL) // nobody ends process 1
		kill(u, 1, syscall.SIGTERM)
		group := func(n int) (first int64) {
			for range n {
				pid := u.Fork(func(u *user) { u.Call(34) })
				if first == 0 {
					first = pid
				}
				u.Call(109, uint64(pid), uint64(first))
			}
			return first
		}
		a, b := group(3), group(2)
		kill(u, -a, syscall.SIGTERM)
		for range 3 {
			if id, st := u.Wait(-a, 0); id < 0 || st != 15 {
				t.Errorf("group: %d, %#x", id, st)
			}
		}
		if id, _ := u.Wait(-1, 1); id != 0 {
			t.Errorf("another group's %d ended", id)
		}
		k.Sys.SignalGroup(proc.PID(b), syscall.SIGINT)
		for range 2 {
			if id, st := u.Wait(-1, 0); id < 0 || st != 2 {
				t.Errorf("terminal's signal: %d, %#x", id, st)
			}
		}
	})
}

// Do children vanish when SIGCHLD is ignored, and does SIGCHLD say which child otherwise?
func TestSigchld(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		sigaction(u, 17, proc.SigIgn, 0, 0)
		for range 3 {
			u.Fork(func(u *user) {})
		}
		if e := u.Errno(61, ^uint64(0), 0, 0, 0); e != syscall.ECHILD {
			t.Errorf("wait: %v", e)
		}
		var pid atomic.Int64
		var code, status atomic.Uint32
		sigaction(u, 17, k.Handler(func(u *user, sig int, info []byte) {
			pid.Store(int64(binary.LittleEndian.Uint32(info[16:])))
			code.Store(binary.LittleEndian.Uint32(info[8:]))
			status.Store(binary.LittleEndian.Uint32(info[24:]))
		}), 0, 0)
		child := u.Fork(func(u *user) { u.Exit(9) })
		for u.Errno(61, ^uint64(0), 0, 0, 0) == syscall.EINTR {
		}
		if pid.Load() != child || code.Load() != 1 || status.Load() != 9 {
			t.Errorf("siginfo: pid %d, code %d, status %d", pid.Load(), code.Load(), status.Load())
		}
	})
}

// Does exec reset handlers, keep what is ignored, keep the mask, and close what it should?
func TestExecAndSignalsAndFiles(t *testing.T) {
	k := proctest.New(t)
	k.Install("/bin/check", func(u *user) {
		action := func(sig uint64) uint64 {
			u.Call(13, sig, 0, scratch, 8)
			return u.Word(scratch)
		}
		if action(10) != proc.SigDfl || action(12) != proc.SigIgn {
			t.Errorf("actions %#x, %#x", action(10), action(12))
		}
		u.Call(14, 0, 0, scratch, 8)
		if m := u.Word(scratch); m != bit(1) {
			t.Errorf("mask %#x", m)
		}
		if u.Errno(72, 0, 1) != syscall.EBADF || u.Errno(72, 1, 1) != 0 {
			t.Error("descriptors")
		}
		if u.Errno(109, 0, 0) != 0 {
			t.Error("setpgid of itself after exec")
		}
	})
	k.Run(func(u *user) {
		pid := u.Fork(func(u *user) {
			sigaction(u, 10, k.Handler(func(*user, int, []byte) {}), 0, 0)
			sigaction(u, 12, proc.SigIgn, 0, 0)
			procmask(u, 2, bit(1))
			u.Call(293, scratch, 0)
			u.Call(72, 0, 2, 1)
			u.Exec("/bin/check", "check")
		})
		if _, st := u.Wait(pid, 0); st != 0 {
			t.Errorf("status %#x", st)
		}
	})
}

// Does a program that never calls the kernel get a signal, and let others run?
func TestComputingProgramIsSignalled(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		pid := u.Fork(func(u *user) {
			for {
				u.Tick()
			}
		})
		for range 10 {
			u.Call(24)
		}
		kill(u, pid, syscall.SIGTERM)
		if _, st := u.Wait(pid, 0); st != 15 {
			t.Errorf("status %#x", st)
		}
	})
}

// Does SIGKILL end processes wherever they are: blocked, stopped, in vfork?
func TestKillAnywhere(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		u.Call(22, scratch)
		r := u.Word(scratch) & 0xffffffff
		for name, body := range map[string]proctest.Program{
			"pause": func(u *user) { u.Call(34) },
			"read":  func(u *user) { u.Call(0, r, scratch, 1) },
			"sleep": func(u *user) { u.PutWord(scratch, 1000); u.PutWord(scratch+8, 0); u.Call(35, scratch, 0) },
			"wait":  func(u *user) { u.Fork(func(u *user) { u.Call(34) }); u.Wait(-1, 0) },
			"vfork": func(u *user) { u.Vfork(func(u *user) { u.Call(34) }) },
			"stop":  func(u *user) { kill(u, u.Call(39), syscall.SIGSTOP) },
			"loop": func(u *user) {
				sigaction(u, 15, proc.SigIgn, 0, 0)
				for {
					u.Tick()
				}
			},
		} {
			pid := u.Fork(body)
			for range 20 {
				u.Call(24)
			}
			kill(u, pid, syscall.SIGKILL)
			if id, st := u.Wait(pid, 0); id != pid || st != 9 {
				t.Errorf("%s: %d, %#x", name, id, st)
			}
		}
		u.Call(62, ^uint64(0), 9)
		for u.Errno(61, ^uint64(0), 0, 0, 0) == 0 {
		}
	})
}

// Does process 1 outlive a signal that it has no handler for, also one that it brings upon
// itself?
func TestInitOutlivesSIGPIPE(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		u.Call(22, proctest.Scratch)
		fds := u.Word(proctest.Scratch)
		u.Call(3, fds&0xffffffff)
		if e := u.Errno(1, fds>>32, proctest.Scratch, 1); e != syscall.EPIPE {
			t.Errorf("write to a broken pipe: %v, want EPIPE", e)
		}
	})
}
