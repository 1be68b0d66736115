package proc_test

import (
	"encoding/binary"
	"sync/atomic"
	"syscall"
	"testing"

	"gossamer/proc"
	"gossamer/proc/proctest"
)

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
