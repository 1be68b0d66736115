package proc_test

import (
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gossamer/proc"
	"gossamer/proc/proctest"
)

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
