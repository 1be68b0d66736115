package proc_test

import (
	"encoding/binary"
	"syscall"
	"testing"

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
