package proc_test

import (
	"syscall"
	"testing"

	"gossamer/proc/proctest"
)

// Does a timerfd count expirations, wait for them, tell poll and epoll, and end with its
// descriptor?
func TestTimerFD(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		fd := uint64(u.Call(nrTimerfd, 1, syscall.O_NONBLOCK))
		if e := u.Errno(0, fd, infoAt, 8); e != syscall.EAGAIN {
			t.Errorf("read of one not set: %v", e)
		}
		u.PutWord(infoAt, fd|1<<32) // a pollfd: POLLIN
		if n := u.Call(7, infoAt, 1, 0); n != 0 {
			t.Errorf("poll of one not set: %d", n)
		}
		start := u.Sched.Now()
		if e := u.Errno(nrTimerfdS, fd, 0, spec(u, 1e6, 3e6), 0); e != 0 {
			t.Errorf("timerfd_settime: %v", e)
		}
		if n := u.Call(7, infoAt, 1, m1); n != 1 || u.Sched.Now()-start < 3e6 {
			t.Errorf("poll = %d after %d ns", n, u.Sched.Now()-start)
		}
		total := uint64(0)
		for range 10 {
			u.Call(7, infoAt, 1, m1)
			if n := u.Call(0, fd, setAt, 8); n != 8 || u.Word(setAt) == 0 {
				t.Errorf("read = %d, %d expirations", n, u.Word(setAt))
			}
			total += u.Word(setAt)
		}
		if took := uint64(u.Sched.Now() - start); took < 3e6+(total-1)*1e6 {
			t.Errorf("%d expirations in %d ns", total, took)
		}
		u.Call(nrTimerfdG, fd, oldAt)
		if every, value := getSpec(u, oldAt); every != 1e6 || value == 0 || value > 1e6 {
			t.Errorf("timerfd_gettime: %d %d", every, value)
		}
		u.Call(nrTimerfdS, fd, 0, spec(u, 0, 1e18), oldAt)
		if every, _ := getSpec(u, oldAt); every != 1e6 {
			t.Errorf("interval before: %d", every)
		}
		if e := u.Errno(0, fd, setAt, 8); e != syscall.EAGAIN {
			t.Errorf("setting it keeps expirations: %v", e)
		}
		for i, c := range []struct {
			nr   uint64
			a    []uint64
			want syscall.Errno
		}{
			{0, []uint64{fd, setAt, 7}, syscall.EINVAL}, {1, []uint64{fd, setAt, 8}, syscall.EINVAL},
			{nrTimerfdS, []uint64{fd, 4, specAt, 0}, syscall.EINVAL}, {nrTimerfdS, []uint64{fd, 0, 8, 0}, syscall.EFAULT},
			{nrTimerfdG, []uint64{fd, 8}, syscall.EFAULT},
		} {
			if e := u.Errno(c.nr, c.a...); e != c.want {
				t.Errorf("case %d: %v, want %v", i, e, c.want)
			}
		}
		if n := u.Sys.Timers.Len(); n != 1 {
			t.Errorf("%d timers are set", n)
		}
		u.Call(3, fd)
		if n := u.Sys.Timers.Len(); n != 0 {
			t.Errorf("%d timers are set after close", n)
		}
		fd = uint64(u.Call(nrTimerfd, 0, 0))
		u.Call(nrTimerfdS, fd, 1, spec(u, 0, 1), 0) // in 1970
		if n := u.Call(0, fd, setAt, 8); n != 8 || u.Word(setAt) != 1 {
			t.Errorf("read = %d, %d expirations", n, u.Word(setAt))
		}
	})
}
