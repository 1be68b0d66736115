package proc_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"gossamer/lwp"
	"gossamer/proc"
	"gossamer/proc/proctest"
)

const (
	nrExit   = 60
	nrPause  = 34
	nrGettid = 186
	nrTkill  = 200
	nrFutex  = 202
	nrSetTID = 218
	nrTgkill = 234
	nrRobust = 273
	newLWP   = proc.CloneLWP | proc.CloneSysvsem
	joinable = newLWP | proc.CloneParentSetTID | proc.CloneChildClrTID
	tidAt    = proctest.Scratch + 0x100
)

// word loads 4 bytes.
func word(u *user, at uint64) uint32 {
	b := u.Load(at, 4)
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// spawn makes an LWP that can be joined by the word at tid.
func spawn(u *user, tid uint64, f proctest.Program) int64 {
	id := u.Clone(joinable, 0, tid, tid, 0, f)
	if id <= 0 {
		u.T.Errorf("clone: %d", id)
	}
	return id
}

// join waits for the LWP to have ended.
func join(u *user, tid uint64) {
	for {
		v := word(u, tid)
		if v == 0 {
			return
		}
		u.Call(nrFutex, tid, 0, uint64(v), 0)
	}
}

// Does an LWP share memory, number and files, have its own thread ID, and end alone?
func TestLWPShares(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		pid := u.Call(39)
		id := spawn(u, tidAt, func(u *user) {
			if u.Call(39) != pid || u.Call(nrGettid) == pid {
				t.Errorf("getpid %d, gettid %d", u.Call(39), u.Call(nrGettid))
			}
			u.PutWord(proctest.Scratch, 5)
		})
		join(u, tidAt)
		if v := u.Word(proctest.Scratch); v != 5 {
			t.Errorf("memory holds %d", v)
		}
		if e := u.Errno(nrTkill, uint64(id), 0); e != syscall.ESRCH && e != 0 {
			t.Errorf("tkill of one that ends: %v", e)
		}
		if e := u.Errno(61, ^uint64(0), 0, 0, 0); e != syscall.ECHILD {
			t.Errorf("an LWP is no child: %v", e)
		}
	})
}

// Which flags does clone refuse?
func TestCloneErrors(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		nothing := func(*user) { t.Error("runs") }
		for _, flags := range []uint64{
			proc.CloneThread, newLWP &^ proc.CloneVM, newLWP &^ proc.CloneSighand, newLWP &^ proc.CloneFiles,
			newLWP | proc.CloneVfork, newLWP | 1<<40, proc.CloneFiles | 17, 0, 9, 0x02000000 | 17,
		} {
			if r := u.Clone(flags, 0, 0, 0, 0, nothing); r != -int64(syscall.EINVAL) {
				t.Errorf("clone(%#x) = %d", flags, r)
			}
		}
		if r := u.Clone(newLWP|proc.CloneSetTLS, 0, 0, 0, 1<<47, nothing); r != -int64(syscall.EPERM) {
			t.Errorf("TLS in the kernel: %d", r)
		}
		u.Sys.MaxLWPs = 0
		if r := u.Clone(newLWP, 0, 0, 0, 0, nothing); r != -int64(syscall.EAGAIN) {
			t.Errorf("no place: %d", r)
		}
		u.Sys.MaxLWPs = 10
		u.HeapFull.Store(true)
		if r := u.Clone(newLWP, 0, 0, 0, 0, nothing); r != -int64(syscall.ENOMEM) {
			t.Errorf("no heap: %d", r)
		}
		u.HeapFull.Store(false)
	})
}

// Do the shapes of clone that make processes do that, and store the child's number?
func TestCloneProcess(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		pid := u.Clone(17|proc.CloneParentSetTID|proc.CloneChildSetTID, 0, tidAt, tidAt+4, 0, func(u *user) {
			if v := word(u, tidAt+4); int64(v) != u.Call(39) {
				t.Errorf("child's number: %d", v)
			}
		})
		if v := word(u, tidAt); int64(v) != pid || word(u, tidAt+4) != 0 {
			t.Errorf("parent's number %d, want %d", v, pid)
		}
		u.Wait(pid, 0)
		pid = u.Clone(17|proc.CloneVM|proc.CloneVfork, 0x7000, 0, 0, 0, func(u *user) {
			if u.SP() != 0x7000 {
				t.Errorf("stack %#x", u.SP())
			}
			u.Call(24)
			u.PutWord(proctest.Scratch, 9)
		})
		if v := u.Word(proctest.Scratch); v != 9 {
			t.Errorf("after vfork: %d", v)
		}
		u.Wait(pid, 0)
	})
}

// Does exit_group end LWPs that run, wait and sleep, and does the status count?
func TestExitGroupEndsAll(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		for _, how := range []proctest.Program{
			func(u *user) { u.Exit(7) },
			func(u *user) { u.Fault(lwp.FaultInfo{Signal: syscall.SIGILL, Code: 2, Text: "invalid instruction"}) },
		} {
			u.Fork(func(u *user) {
				spawn(u, tidAt, func(u *user) { u.Call(nrPause) })
				spawn(u, tidAt+4, func(u *user) {
					for {
						u.Tick()
					}
				})
				spawn(u, tidAt+8, func(u *user) { u.Call(nrFutex, proctest.Scratch, 0, 0, 0) })
				spawn(u, tidAt+12, how)
				u.Call(nrPause)
			})
			if _, st := u.Wait(-1, 0); st != 7<<8 && st != 4 {
				t.Errorf("status %#x", st)
			}
		}
	})
}

// Does the process go on when its first LWP has ended, and have the status of the last?
func TestFirstLWPEndsFirst(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		pid := u.Fork(func(u *user) {
			spawn(u, tidAt, func(u *user) {
				u.Call(35, timespecAt(u, 5e6), 0)
				u.Call(nrExit, 9)
			})
			u.Call(nrExit, 4)
		})
		if id, st := u.Wait(-1, 0); id != pid || st != 9<<8 {
			t.Errorf("wait = %d, %#x", id, st)
		}
	})
}

func timespecAt(u *user, ns uint64) uint64 {
	at := uint64(proctest.Scratch + 0x300)
	u.PutWord(at, ns/1e9)
	u.PutWord(at+8, ns%1e9)
	return at
}

// Does execve by any LWP end the others and keep the process's number?
func TestExecEndsOtherLWPs(t *testing.T) {
	k := proctest.New(t)
	k.Install("/bin/new", func(u *user) {
		if u.Call(39) != u.Call(nrGettid) {
			t.Errorf("gettid %d in process %d", u.Call(nrGettid), u.Call(39))
		}
		u.Exit(3)
	})
	k.Run(func(u *user) {
		for range 20 {
			pid := u.Fork(func(u *user) {
				for i := range uint64(3) {
					spawn(u, tidAt+4*i, func(u *user) { u.Call(nrPause) })
				}
				for i := range uint64(2) { // both want to be the one
					spawn(u, tidAt+32+4*i, func(u *user) { u.Exec("/bin/new", "new") })
				}
				u.Call(nrPause)
			})
			if id, st := u.Wait(pid, 0); id != pid || st != 3<<8 {
				t.Errorf("wait = %d, %#x", id, st)
			}
		}
	})
}

// Does tgkill reach the LWP it names and no other? What are the errors?
func TestTgkill(t *testing.T) {
	k := proctest.New(t)
	var got int64
	h := k.Handler(func(u *user, sig int, info []byte) {
		got = u.Call(nrGettid)
		u.Call(nrExit, 0)
	})
	k.Run(func(u *user) {
		pid := uint64(u.Call(39))
		sigaction(u, int(syscall.SIGUSR1), h, 0, 0)
		id := uint64(spawn(u, tidAt, func(u *user) {
			u.Call(nrPause)
		}))
		for _, c := range []struct {
			pid, id, sig uint64
			want         syscall.Errno
		}{
			{pid, 0, 10, syscall.EINVAL}, {0, id, 10, syscall.EINVAL}, {pid, id, 65, syscall.EINVAL},
			{pid, ^uint64(0), 10, syscall.EINVAL}, {pid + 1000, id, 10, syscall.ESRCH}, {pid, 12345, 10, syscall.ESRCH},
			{pid, id, 0, 0},
		} {
			if e := u.Errno(nrTgkill, c.pid, c.id, c.sig); e != c.want {
				t.Errorf("tgkill(%d, %d, %d): %v, want %v", c.pid, c.id, c.sig, e, c.want)
			}
		}
		if e := u.Errno(nrTkill, 54321, 10); e != syscall.ESRCH {
			t.Errorf("tkill: %v", e)
		}
		if e := u.Errno(nrTgkill, pid, id, 10); e != 0 {
			t.Errorf("tgkill: %v", e)
		}
		join(u, tidAt)
		if got != int64(id) {
			t.Errorf("taken by %d, want %d", got, id)
		}
	})
}

// Does a signal to the process go to an LWP that does not block it?
func TestProcessSignalFindsLWP(t *testing.T) {
	k := proctest.New(t)
	var by int64
	h := k.Handler(func(u *user, sig int, info []byte) {
		by = u.Call(nrGettid)
		u.Call(nrExit, 0)
	})
	k.Run(func(u *user) {
		sigaction(u, int(syscall.SIGUSR1), h, 0, 0)
		id := spawn(u, tidAt, func(u *user) { u.Call(nrPause) })
		u.PutWord(proctest.Scratch, bit(syscall.SIGUSR1))
		u.Call(14, 0, proctest.Scratch, 0, 8)
		kill(u, u.Call(39), syscall.SIGUSR1)
		join(u, tidAt)
		if by != id {
			t.Errorf("taken by %d, want %d", by, id)
		}
	})
}

// Is a robust futex that an LWP held marked when it ends?
func TestRobustList(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		const head, lock, about = proctest.Scratch + 0x500, proctest.Scratch + 0x540, proctest.Scratch + 0x580
		if e := u.Errno(nrRobust, head, 23); e != syscall.EINVAL {
			t.Errorf("set_robust_list: %v", e)
		}
		spawn(u, tidAt, func(u *user) {
			id := uint64(u.Call(nrGettid))
			u.PutWord(head, lock)
			u.PutWord(head+8, 16)
			u.PutWord(head+16, about)
			u.PutWord(lock, head)
			u.PutWord(lock+16, id|1<<31)
			u.PutWord(about+16, id)
			if e := u.Errno(nrRobust, head, 24); e != 0 {
				t.Errorf("set_robust_list: %v", e)
			}
		})
		join(u, tidAt)
		if v, w := word(u, lock+16), word(u, about+16); v != 3<<30 || w != 1<<30 {
			t.Errorf("locks hold %#x, %#x", v, w)
		}
	})
}

// Does a process with several LWPs stop and continue?
func TestStopWithLWPs(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		pid := u.Fork(func(u *user) {
			spawn(u, tidAt, func(u *user) {
				for {
					u.Tick()
				}
			})
			u.Call(nrPause)
		})
		kill(u, pid, syscall.SIGSTOP)
		if id, st := u.Wait(pid, 2); id != pid || st != 19<<8|0x7f {
			t.Errorf("wait = %d, %#x", id, st)
		}
		kill(u, pid, syscall.SIGCONT)
		if id, st := u.Wait(pid, 8); id != pid || st != 0xffff {
			t.Errorf("wait = %d, %#x", id, st)
		}
		kill(u, pid, syscall.SIGTERM)
		if id, st := u.Wait(pid, 0); id != pid || st != 15 {
			t.Errorf("wait = %d, %#x", id, st)
		}
	})
}

// Do many LWPs come and go without a trace, also when others end the process?
func TestLWPsComeAndGo(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		for range 100 {
			spawn(u, tidAt, func(u *user) {})
			join(u, tidAt)
		}
		for range 30 {
			u.Fork(func(u *user) {
				for i := range uint64(4) {
					spawn(u, tidAt+4*i, func(u *user) {
						for range 5 {
							u.Clone(newLWP, 0, 0, 0, 0, func(u *user) { u.Call(24) })
						}
					})
				}
				u.Call(24)
				u.Exit(0)
			})
			u.Wait(-1, 0)
		}
	})
}

// Do /proc/PID/lwp and task show the LWPs, those of the process only, and what they are doing?
func TestProcLWP(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		id := spawn(u, tidAt, func(u *user) {
			u.Call(nrSetpriority, 0, 0, 4)
			u.Call(nrPause)
		})
		open := func(path string) int64 {
			return u.Call(2, u.String(proctest.Scratch+0x400, path), 0, 0)
		}
		slurp := func(format string, args ...any) string {
			fd := open(fmt.Sprintf(format, args...))
			n := u.Call(0, uint64(fd), proctest.Scratch+0x800, 1000)
			u.Call(3, uint64(fd))
			if n < 0 {
				t.Errorf("%s: fd %d, read %d", fmt.Sprintf(format, args...), fd, n)
				return ""
			}
			return string(u.Load(proctest.Scratch+0x800, int(n)))
		}
		for slurp("/proc/self/lwp/%d/wchan", id) != "pause\n" {
			u.Call(24)
		}
		for _, dir := range []string{"lwp", "task"} {
			f := strings.Fields(slurp("/proc/self/%s/%d/stat", dir, id))
			want := map[int]string{1: fmt.Sprint(id), 2: "(init)", 3: "S", 4: "0", 18: "24", 19: "4", 20: "2", 40: "0", 41: "0"}
			if len(f) != 41 {
				t.Errorf("stat has %d fields: %q", len(f), f)
				return
			}
			for i, v := range want {
				if f[i-1] != v {
					t.Errorf("field %d of stat: %s, want %s", i, f[i-1], v)
				}
			}
			status := slurp("/proc/self/%s/%d/status", dir, id)
			for _, line := range []string{"Name:\tinit", "State:\tS (sleeping)", "Tgid:\t1", fmt.Sprint("Pid:\t", id), "Class:\tts",
				"Priority:\t24", "Bound:\t-1", "WaitChannel:\tpause", "nonvoluntary_ctxt_switches:\t0"} {
				if !strings.Contains(status, line+"\n") {
					t.Errorf("%q is not in status:\n%s", line, status)
				}
			}
			if s := slurp("/proc/self/%s/1/status", dir); !strings.Contains(s, "State:\tR (running)") || !strings.Contains(s, "WaitChannel:\t-\n") {
				t.Errorf("the caller:\n%s", s)
			}
			if r := open("/proc/self/" + dir + "/999/comm"); r != -int64(syscall.ENOENT) {
				t.Errorf("no LWP: %d", r)
			}
			fd := open("/proc/self/" + dir)
			if n := u.Call(217, uint64(fd), proctest.Scratch+0x800, 400); n != 4*24 { // with . and ..
				t.Errorf("%s has %d bytes of entries", dir, n)
			}
		}
	})
}
