package proc_test

import (
	"encoding/binary"
	"syscall"
	"testing"

	"gossamer/proc/proctest"
)

// Does rt_sigtimedwait take blocked signals sent before or meanwhile, to it or to the process,
// give up in time, and let others interrupt it?
func TestAwaitSignal(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		set := bit(syscall.SIGUSR1) | bit(syscall.SIGCHLD)
		block(u, syscall.SIGUSR1, syscall.SIGCHLD)
		u.PutWord(setAt, set)
		if e := u.Errno(nrTimedwait, setAt, 0, timespecAt(u, 0), 8); e != syscall.EAGAIN {
			t.Errorf("nothing pending: %v", e)
		}
		kill(u, 1, syscall.SIGUSR1)
		if sig, info := sigwait(u, set); sig != 10 || info[16] != 1 {
			t.Errorf("signal %d", sig)
		}
		pid := u.Fork(func(u *user) {})
		if sig, info := sigwait(u, set); sig != 17 || int64(info[16]) != pid {
			t.Errorf("signal %d of %d", sig, info[16])
		}
		u.Wait(pid, 0)
		sigaction(u, 10, 1, 0, 0) // ignored, but blocked
		id := spawn(u, tidAt, func(u *user) {
			if sig, info := sigwait(u, set); sig != 10 || int8(info[8]) != -6 {
				t.Errorf("signal %d, code %d", sig, info[8])
			}
		})
		u.Errno(nrTgkill, 1, uint64(id), 10)
		join(u, tidAt)
		caught := false
		sigaction(u, 12, k.Handler(func(*user, int, []byte) { caught = true }), 0, 0)
		self := uint64(u.Call(nrGettid))
		spawn(u, tidAt, func(u *user) {
			procmask(u, 0, bit(syscall.SIGUSR2))
			for u.Word(oldAt) == 0 { // the first may come before the wait
				u.Errno(nrTgkill, 1, self, 12)
				u.Call(24)
			}
		})
		if sig, _ := sigwait(u, set); sig != -int64(syscall.EINTR) || !caught {
			t.Errorf("interrupted: %d, %v", sig, caught)
		}
		u.PutWord(oldAt, 1)
		join(u, tidAt)
		u.PutWord(timespecAt(u, 0)+8, 1e9)
		for i, c := range []struct {
			a    []uint64
			want syscall.Errno
		}{
			{[]uint64{setAt, 0, 0, 4}, syscall.EINVAL}, {[]uint64{8, 0, 0, 8}, syscall.EFAULT},
			{[]uint64{setAt, 0, 8, 8}, syscall.EFAULT}, {[]uint64{setAt, 0, proctest.Scratch + 0x300, 8}, syscall.EINVAL},
		} {
			if e := u.Errno(nrTimedwait, c.a...); e != c.want {
				t.Errorf("case %d: %v, want %v", i, e, c.want)
			}
		}
		kill(u, 1, syscall.SIGUSR1) // nobody waits now, so it is pending
		if e := u.Errno(nrTimedwait, setAt, 8, 0, 8); e != syscall.EFAULT {
			t.Errorf("siginfo to nowhere: %v", e)
		}
	})
}

// Does a signal carry the information that its sender gives, and who may claim what?
func TestQueueInfo(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		const rt = 40
		block(u, rt, rt-1)
		info := func(code int32, value uint64) uint64 {
			b := make([]byte, 128)
			binary.LittleEndian.PutUint32(b[8:], uint32(code))
			binary.LittleEndian.PutUint32(b[16:], 77)
			binary.LittleEndian.PutUint32(b[20:], 78)
			binary.LittleEndian.PutUint64(b[24:], value)
			u.Store(infoAt, b)
			return infoAt
		}
		for i := range uint64(3) { // in order
			u.Call(nrQueueinfo, 1, rt, info(-1, i))
		}
		self := uint64(u.Call(nrGettid))
		u.Call(nrTgqueue, 1, self, rt-1, info(-3, 9))
		for i, want := range []uint64{9, 0, 1, 2} {
			sig, b := sigwait(u, 1<<(rt-1)|1<<(rt-2))
			if v := binary.LittleEndian.Uint64(b[24:]); v != want || b[16] != 77 || b[20] != 78 || (sig == rt) != (i > 0) {
				t.Errorf("signal %d, value %d, % x", sig, v, b[:24])
			}
		}
		pid := u.Fork(func(u *user) { u.Call(nrPause) })
		child := uint64(pid)
		for i, c := range []struct {
			nr   uint64
			a    []uint64
			want syscall.Errno
		}{
			{nrQueueinfo, []uint64{child, rt, info(0, 0)}, syscall.EPERM}, {nrQueueinfo, []uint64{child, rt, info(-6, 0)}, syscall.EPERM},
			{nrQueueinfo, []uint64{1, 0, info(0, 0)}, 0}, {nrTgqueue, []uint64{child, child, rt, info(5, 0)}, syscall.EPERM},
			{nrQueueinfo, []uint64{1, 65, info(-1, 0)}, syscall.EINVAL}, {nrQueueinfo, []uint64{none, 1, infoAt}, syscall.ESRCH},
			{nrQueueinfo, []uint64{1, m1, infoAt}, syscall.EINVAL}, {nrQueueinfo, []uint64{1, 1, 8}, syscall.EFAULT},
			{nrTgqueue, []uint64{0, 1, 1, infoAt}, syscall.EINVAL}, {nrTgqueue, []uint64{1, m1, 1, infoAt}, syscall.EINVAL},
			{nrTgqueue, []uint64{1, none, 1, infoAt}, syscall.ESRCH}, {nrTgqueue, []uint64{1, child, 1, infoAt}, syscall.ESRCH},
			{nrTgqueue, []uint64{1, 1, 65, infoAt}, syscall.EINVAL}, {nrTgqueue, []uint64{1, 1, 1, 8}, syscall.EFAULT},
		} {
			if c.want == syscall.EPERM {
				info([]int32{0, -6, 0, 5}[i], 0)
			} else {
				info(-1, 0)
			}
			if e := u.Errno(c.nr, c.a...); e != c.want {
				t.Errorf("case %d: %v, want %v", i, e, c.want)
			}
		}
		n := 0
		for u.Errno(nrQueueinfo, 1, rt, info(-1, 0)) == 0 {
			n++
		}
		if e := u.Errno(nrQueueinfo, 1, rt, infoAt); e != syscall.EAGAIN || n != 256 {
			t.Errorf("%v after %d", e, n)
		}
		if e := u.Errno(nrTgqueue, child, child, 9, infoAt); e != 0 {
			t.Errorf("rt_tgsigqueueinfo: %v", e)
		}
		if _, st := u.Wait(pid, 0); st != 9 {
			t.Errorf("status %#x", st)
		}
	})
}
