package proc_test

import (
	"sync/atomic"
	"syscall"
	"testing"

	"gossamer/proc"
	"gossamer/proc/proctest"
)

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
