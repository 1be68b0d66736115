package proc_test

import (
	"syscall"
	"testing"

	"gossamer/proc/proctest"
)

// Does waitid tell of an end, leave it there if asked to, and refuse what makes no sense?
func TestWaitID(t *testing.T) {
	const nrWaitid, exited, nowait, nohang, stopped = 247, 4, 0x01000000, 1, 2
	proctest.New(t).Run(func(u *user) {
		pid := uint64(u.Fork(func(u *user) { u.Exit(3) }))
		for _, options := range []uint64{exited | nowait, exited | stopped} {
			if e := u.Errno(nrWaitid, 1, pid, infoAt, options, oldAt); e != 0 {
				t.Errorf("waitid: %v", e)
			}
			b := u.Load(infoAt, 128)
			if b[0] != 17 || b[8] != 1 || uint64(b[16]) != pid || b[24] != 3 {
				t.Errorf("siginfo % x", b[:32])
			}
		}
		child := uint64(u.Fork(func(u *user) { u.Call(nrPause) }))
		if e := u.Errno(nrWaitid, 2, 0, infoAt, exited|nohang, 0); e != 0 || u.Word(infoAt) != 0 || u.Word(infoAt+16) != 0 {
			t.Errorf("WNOHANG: %v, signal %d, process %d", e, u.Word(infoAt), u.Word(infoAt+16))
		}
		u.Call(62, child, 19)
		if e := u.Errno(nrWaitid, 1, child, infoAt, stopped, 0); e != 0 || u.Load(infoAt, 9)[8] != 5 {
			t.Errorf("stopped: %v", e)
		}
		u.Call(62, child, 9)
		if e := u.Errno(nrWaitid, 0, 0, infoAt, exited, 0); e != 0 || u.Load(infoAt, 25)[24] != 9 {
			t.Errorf("killed: %v", e)
		}
		for i, c := range []struct {
			a    []uint64
			want syscall.Errno
		}{
			{[]uint64{0, 0, infoAt, exited}, syscall.ECHILD}, {[]uint64{1, pid, infoAt, exited}, syscall.ECHILD},
			{[]uint64{0, 0, infoAt, 0}, syscall.EINVAL}, {[]uint64{0, 0, infoAt, exited | 0x100}, syscall.EINVAL},
			{[]uint64{1, 0, infoAt, exited}, syscall.EINVAL}, {[]uint64{2, m1, infoAt, exited}, syscall.EINVAL},
			{[]uint64{3, 1, infoAt, exited}, syscall.EINVAL},
		} {
			if e := u.Errno(nrWaitid, c.a...); e != c.want {
				t.Errorf("case %d: %v, want %v", i, e, c.want)
			}
		}
	})
}
