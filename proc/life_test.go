package proc_test

import (
	"math/rand/v2"
	"syscall"
	"testing"

	"gossamer/proc/proctest"
)

type user = proctest.User

// Does wait4 return the child and the status that the child exited with?
func TestExitStatusReachesParent(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		for _, code := range []int{0, 3, 255, 256 + 7} {
			pid := u.Fork(func(u *user) { u.Exit(code) })
			if id, st := u.Wait(-1, 0); id != pid || st != uint32(code&0xff)<<8 {
				t.Errorf("wait = %d, %#x; want %d, %#x", id, st, pid, code&0xff<<8)
			}
		}
		if e := u.Errno(61, ^uint64(0), 0, 0, 0); e != syscall.ECHILD {
			t.Errorf("wait without children: %v", e)
		}
	})
}

// Does the child see the parent's memory as it was, and neither the other's changes?
func TestForkCopiesMemory(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		const at = proctest.Scratch
		u.PutWord(at, 1)
		u.Fork(func(u *user) {
			if v := u.Word(at); v != 1 {
				t.Errorf("child sees %d", v)
			}
			u.PutWord(at, 2)
		})
		u.Wait(-1, 0)
		if v := u.Word(at); v != 1 {
			t.Errorf("parent sees %d after child's write", v)
		}
	})
}

// Does vfork share memory, and does the parent wait until the child has called exec or exit?
func TestVforkSharesAndWaits(t *testing.T) {
	k := proctest.New(t)
	k.Install("/bin/pause", func(u *user) { u.Call(34) })
	k.Run(func(u *user) {
		const at = proctest.Scratch
		u.Vfork(func(u *user) {
			u.Call(24)
			u.PutWord(at, 7)
			u.Call(24)
			u.Exit(0)
		})
		if v := u.Word(at); v != 7 {
			t.Errorf("parent ran before the child's exit: sees %d", v)
		}
		u.Wait(-1, 0)
		pid := u.Vfork(func(u *user) {
			u.PutWord(at, 8)
			if e := u.Exec("/bin/pause", "pause"); e != 0 {
				t.Errorf("exec: %v", e)
			}
		})
		if v := u.Word(at); v != 8 {
			t.Errorf("parent ran before the child's exec: sees %d", v)
		}
		kill(u, pid, syscall.SIGTERM) // it runs still
		if _, st := u.Wait(-1, 0); st != 15 {
			t.Errorf("status %#x", st)
		}
	})
}

// Does a new program find its arguments, zeroed memory, its data, and a fresh start?
func TestExecStartsProgram(t *testing.T) {
	k := proctest.New(t)
	k.Install("/bin/prog", func(u *user) {
		sp := u.SP()
		if sp%16 != 0 {
			t.Errorf("stack pointer %#x", sp)
		}
		if argc := u.Word(sp); argc != 3 {
			t.Errorf("argc %d", argc)
		}
		for i, want := range []string{"prog", "", "b c"} {
			if s := u.CString(u.Word(sp + 8*uint64(1+i))); s != want {
				t.Errorf("argv[%d] = %q, want %q", i, s, want)
			}
		}
		if u.Word(sp+8*4) != 0 || u.Word(sp+8*5) != 0 {
			t.Error("argv or envp is not ended")
		}
		aux := map[uint64]uint64{}
		for at := sp + 8*6; u.Word(at) != 0; at += 16 {
			aux[u.Word(at)] = u.Word(at + 8)
		}
		if aux[6] != 4096 || aux[5] != 2 || aux[3] != 0x400040 || aux[9] < 0x400000 {
			t.Errorf("auxiliary vector %x", aux)
		}
		if s := u.CString(aux[31]); s != "/bin/prog" {
			t.Errorf("AT_EXECFN %q", s)
		}
		if got := u.Load(proctest.Scratch-4096, 0x800); string(got) != string(proctest.FillData) {
			t.Error("data is not what the file has")
		}
		for _, b := range u.Load(proctest.Scratch-0x800, 0x900) {
			if b != 0 {
				t.Fatal("memory after the data is not zero")
			}
		}
	})
	k.Run(func(u *user) {
		for range 2 { // the second time with the cached image
			u.Fork(func(u *user) {
				u.PutWord(proctest.Scratch-4096, 1)
				u.Exec("/bin/prog", "prog", "", "b c")
			})
			if _, st := u.Wait(-1, 0); st != 0 {
				t.Errorf("status %#x", st)
			}
		}
	})
}

// Does a failing exec leave the caller as it was, with the right error?
func TestExecErrors(t *testing.T) {
	k := proctest.New(t)
	k.WriteFile("/bin/text", []byte("hello"), 0o755)
	k.WriteFile("/bin/noexec", k.Executable(func(u *user) {}), 0o644)
	k.WriteFile("/bin/open", k.Executable(func(u *user) {}), 0o755)
	k.Run(func(u *user) {
		u.PutWord(proctest.Scratch, 42)
		for path, want := range map[string]syscall.Errno{
			"/bin/text": syscall.ENOEXEC, "/bin/noexec": syscall.EACCES, "/bin/none": syscall.ENOENT,
			"/bin": syscall.EACCES, "/dev/null": syscall.EACCES, "": syscall.ENOENT, "/bin/text/x": syscall.ENOTDIR,
		} {
			if e := u.Exec(path, "x"); e != want {
				t.Errorf("exec %q: %v, want %v", path, e, want)
			}
		}
		s := u.String(proctest.Scratch+64, "/bin/text")
		if e := u.Errno(59, s, 1, 0); e != syscall.EFAULT {
			t.Errorf("argv at 1: %v", e)
		}
		if e := u.Errno(59, 8, 0, 0); e != syscall.EFAULT {
			t.Errorf("path at 8: %v", e)
		}
		fd := u.Call(2, u.String(proctest.Scratch+64, "/bin/open"), syscall.O_RDWR, 0)
		if e := u.Exec("/bin/open", "x"); e != syscall.ETXTBSY {
			t.Errorf("exec of a file open for writing: %v", e)
		}
		u.Call(3, uint64(fd))
		// argv that is one string again and again
		for i := range uint64(20000 / 8) {
			u.PutWord(proctest.Scratch+8*i, s)
		}
		if u.Word(proctest.Scratch+8) != s {
			t.Error("memory changed")
		}
	})
}

// Is exec refused, without harm, when memory or kernel heap is used up, at whatever point?
func TestForkAndExecSurviveMemoryFailure(t *testing.T) {
	k := proctest.New(t)
	k.Install("/bin/true", func(u *user) {})
	failed := 0
	for n := 1; n < 60; n++ {
		k.Run(func(u *user) {
			u.Load(proctest.Scratch, 1)
			k.Mem.FailAt(n)
			pid := u.Fork(func(u *user) {
				if e := u.Exec("/bin/true", "true"); e != 0 && e != syscall.ENOMEM {
					t.Errorf("n=%d: exec: %v", n, e)
				}
			})
			if pid < 0 && syscall.Errno(-pid) != syscall.ENOMEM {
				t.Errorf("n=%d: fork: %d", n, pid)
			}
			u.Wait(-1, 0)
			if k.Mem.Failed() {
				failed++
			}
			k.Mem.FailAt(0)
		})
	}
	if failed < 5 {
		t.Errorf("only %d runs met the failure", failed)
	}
}

func TestKernelHeapBudget(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		k.HeapFull.Store(true)
		if r := u.Fork(func(u *user) {}); r != -int64(syscall.ENOMEM) {
			t.Errorf("fork: %d", r)
		}
		if e := u.Exec("/bin/init"); e != syscall.ENOMEM {
			t.Errorf("exec: %v", e)
		}
		if e := u.Errno(22, proctest.Scratch); e != syscall.ENFILE {
			t.Errorf("pipe: %v", e)
		}
		k.HeapFull.Store(false)
	})
}

// Is a fork bomb held at the limit with EAGAIN, and does everything go on afterwards?
func TestProcessLimit(t *testing.T) {
	k := proctest.New(t)
	k.Sys.MaxProcesses = 20
	k.Run(func(u *user) {
		n := 0
		for {
			pid := u.Fork(func(u *user) { u.Call(34) })
			if pid == -int64(syscall.EAGAIN) {
				break
			}
			if n++; n > 30 {
				t.Fatal("no limit")
			}
		}
		if n != 19 {
			t.Errorf("%d children", n)
		}
		u.Call(62, ^uint64(0), 9)
		for range n {
			if _, st := u.Wait(-1, 0); st != 9 {
				t.Errorf("status %#x", st)
			}
		}
		if u.Fork(func(u *user) {}) < 0 {
			t.Error("fork after the bomb")
		}
		u.Wait(-1, 0)
	})
}

// Are orphans given to process 1, running or zombie?
func TestOrphansGoToInit(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		u.Fork(func(u *user) {
			u.Fork(func(u *user) { u.Exit(1) }) // a zombie by then, perhaps
			u.Fork(func(u *user) {
				for u.Call(110) != 1 {
					u.Call(24)
				}
				u.Exit(2)
			})
			u.Exit(3)
		})
		seen := map[uint32]bool{}
		for range 3 {
			_, st := u.Wait(-1, 0)
			seen[st>>8] = true
		}
		if !seen[1] || !seen[2] || !seen[3] {
			t.Errorf("statuses %v", seen)
		}
	})
}

// Whatever the order of fork, exec, exit, kill and wait, does every child get reaped exactly
// once, and is nothing left?
func TestRandomFamilies(t *testing.T) {
	k := proctest.New(t)
	k.Install("/bin/true", func(u *user) {})
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		var family func(depth int) proctest.Program
		family = func(depth int) proctest.Program {
			type step struct{ what, child, sig int }
			var steps []step
			for range 1 + r.IntN(5) {
				steps = append(steps, step{r.IntN(8), r.IntN(2), []int{9, 15, 18, 17, 1}[r.IntN(5)]})
			}
			var kids []proctest.Program
			for range steps {
				if depth > 0 {
					kids = append(kids, family(depth-1))
				} else {
					kids = append(kids, func(u *user) { u.Exit(1) })
				}
			}
			return func(u *user) {
				var children []int64
				for i, s := range steps {
					switch s.what {
					case 0, 1, 2:
						if pid := u.Fork(kids[i]); pid > 0 {
							children = append(children, pid)
						}
					case 3:
						pid := u.Vfork(func(u *user) { u.Exec("/bin/true", "true") })
						children = append(children, pid)
					case 4:
						if id, _ := u.Wait(-1, 1); id > 0 {
							children = remove(children, id, t)
						}
					case 5:
						if len(children) > 0 {
							u.Call(62, uint64(children[0]), uint64(s.sig))
						}
					case 6:
						u.Call(24)
					case 7:
						if s.child == 1 && len(children) > 0 {
							return
						}
					}
				}
				for range len(children) {
					id, _ := u.Wait(-1, 0)
					children = remove(children, id, t)
				}
			}
		}
		k.Run(family(3))
		if t.Failed() {
			t.Fatal("seed ", seed)
		}
	}
}

func remove(list []int64, id int64, t *testing.T) []int64 {
	for i := range list {
		if list[i] == id {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list // an orphan's, if this is process 1
}
