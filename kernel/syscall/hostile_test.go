package ksyscall_test

import (
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	ksyscall "gossamer/kernel/syscall"
	"gossamer/proc/proctest"
)

type user = proctest.User

const scratch = proctest.Scratch

// Numbers that programs have been known to pass.
var hostile = []uint64{
	0, 1, 2, 3, 7, 8, 63, 64, 255, 4095, 4096, 4097, 0x10000, 1 << 31, 1<<31 - 1, 1 << 32, 1<<63 - 1, 1 << 63,
	^uint64(0), ^uint64(0) - 99, ^uint64(0) - 4095, 0x7ffffffff000, 0x7fffffffefff, 0x800000000000,
	0xffff800000000000, 0xffffffff80200000, 0xdeadbeefdeadbeef,
	0x400000, 0x401000, 0x600000, scratch, scratch + 1, scratch + 0xfff, scratch + 0x7fff,
}

// Whatever the arguments of whatever call: only the caller suffers, no call panics, and nothing
// is left behind.
func TestHostileArguments(t *testing.T) {
	k := proctest.New(t)
	k.Sys.MaxProcesses = 30
	k.Install("/bin/true", func(u *user) {})
	runs := 150
	if testing.Short() {
		runs = 20
	}
	k.Run(func(u *user) {
		for run := range runs {
			r := rand.New(rand.NewPCG(uint64(run), 7))
			pid := u.Fork(func(u *user) {
				u.String(scratch, "/tmp")
				u.Call(22, scratch+64)
				for range 300 {
					nr := uint64(r.IntN(340))
					if r.IntN(8) == 0 {
						nr = 1024 + uint64(r.IntN(20)) // LWPs
					}
					if r.IntN(20) == 0 {
						nr = hostile[r.IntN(len(hostile))]
					}
					var a [6]uint64
					for i := range a {
						if a[i] = hostile[r.IntN(len(hostile))]; r.IntN(4) == 0 {
							a[i] = uint64(r.IntN(16))
						}
					}
					u.Call(nr, a[:]...)
				}
			})
			if pid < 0 {
				t.Fatalf("fork: %v", syscall.Errno(-pid))
			}
			u.PutWord(scratch, 0)
			u.PutWord(scratch+8, 3e6)
			u.Call(35, scratch, 0)
			u.Call(62, ^uint64(0), 9) // many wait for what never comes
			for u.Errno(61, ^uint64(0), 0, 0x40000000, 0) == 0 {
			}
		}
	})
	if strings.Contains(k.Log(), "panic") {
		t.Error(k.Log())
	}
}

// A number without a call is ENOSYS.
func TestUnknownCalls(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		for _, nr := range []uint64{66, 270, 512, 1023, 1901, 2047, 2048, 1 << 32, ^uint64(0)} {
			if e := u.Errno(nr); e != syscall.ENOSYS {
				t.Errorf("call %#x: %v", nr, e)
			}
		}
	})
	if ksyscall.Name(0) != "read" || ksyscall.Name(5000) != "call 5000" {
		t.Error("names")
	}
}

// Does each call answer a mistake with the error that its manual page has for it?
func TestErrors(t *testing.T) {
	const bad, m1, kernel = 8, ^uint64(0), 0xffff800000000000
	const (
		EFAULT, EBADF, EINVAL = syscall.EFAULT, syscall.EBADF, syscall.EINVAL
		ENOENT                = syscall.ENOENT
	)
	k := proctest.New(t)
	k.WriteFile("/tmp/file", []byte("contents"), 0o644)
	k.Run(func(u *user) {
		str := func(i uint64, s string) uint64 { return u.String(scratch+0x2000+i*0x100, s) }
		u.Call(257, 0xffffff9c, str(0, "/tmp/file"), 2, 0) // 0
		u.Call(2, str(0, "/dev/zero"), 2, 0)               // 1
		u.Call(2, str(0, "/tmp"), 0, 0)                    // 2
		u.Call(22, scratch)                                // 3, 4
		file, none, long := str(1, "/tmp/file"), str(2, "/tmp/none"), uint64(scratch+0x4000)
		u.Store(long, []byte(strings.Repeat("x", 4200)+"\x00"))
		u.PutWord(scratch+0x100, kernel) // an iovec
		u.PutWord(scratch+0x108, 10)
		u.PutWord(scratch+0x110, scratch) // one too long
		u.PutWord(scratch+0x118, 1<<63)
		u.PutWord(scratch+0x120, 0) // a time that is not normal
		u.PutWord(scratch+0x128, 1e9)
		for i, c := range []struct {
			nr   uint64
			a    []uint64
			want syscall.Errno
		}{
			{0, []uint64{9, scratch, 1}, EBADF}, {0, []uint64{1, bad, 1}, EFAULT}, {0, []uint64{1, kernel, 4096}, EFAULT},
			{0, []uint64{2, scratch, 1}, syscall.EISDIR}, {0, []uint64{4, scratch, 1}, EBADF},
			{1, []uint64{m1, scratch, 1}, EBADF}, {1, []uint64{0, bad, 1}, EFAULT}, {1, []uint64{3, scratch, 1}, EBADF},
			{2, []uint64{bad, 0, 0}, EFAULT}, {2, []uint64{none, 0, 0}, ENOENT}, {2, []uint64{long, 0, 0}, syscall.ENAMETOOLONG},
			{2, []uint64{file, syscall.O_DIRECTORY, 0}, syscall.ENOTDIR}, {2, []uint64{file, syscall.O_CREAT | syscall.O_EXCL, 0}, syscall.EEXIST},
			{257, []uint64{9, str(3, "x"), 0, 0}, EBADF}, {257, []uint64{0, str(3, "x"), 0, 0}, syscall.ENOTDIR},
			{4, []uint64{file, bad}, EFAULT}, {4, []uint64{none, scratch}, ENOENT}, {5, []uint64{0, bad}, EFAULT}, {5, []uint64{9, scratch}, EBADF},
			{262, []uint64{0, str(4, ""), scratch, 0}, ENOENT}, {262, []uint64{0, file, scratch, 1 << 30}, EINVAL},
			{262, []uint64{0, str(4, ""), scratch + 0x200, 0x1000}, 0},
			{8, []uint64{0, m1, 0}, EINVAL}, {8, []uint64{3, 0, 0}, syscall.ESPIPE}, {8, []uint64{0, 0, 9}, EINVAL},
			{9, []uint64{0, 0, 3, 0x22, m1, 0}, EINVAL}, {9, []uint64{0, 4096, 3, 0x20, m1, 0}, EINVAL}, {9, []uint64{0, 4096, 3, 2, 9, 0}, EBADF},
			{9, []uint64{0, 4096, 3, 2, 1, 0}, syscall.ENODEV}, {9, []uint64{0, 4096, 3, 2, 0, 1}, EINVAL}, {9, []uint64{kernel, 4096, 3, 0x32, m1, 0}, syscall.ENOMEM},
			{9, []uint64{0, 4096, 0xff, 0x22, m1, 0}, EINVAL}, {9, []uint64{0, 1 << 47, 3, 0x22, m1, 0}, syscall.ENOMEM},
			{10, []uint64{1, 4096, 1}, EINVAL}, {10, []uint64{0x10000000, 4096, 1}, syscall.ENOMEM}, {10, []uint64{0, 4096, 0xff}, EINVAL},
			{11, []uint64{1, 4096}, EINVAL}, {11, []uint64{0x10000000, 0}, EINVAL}, {28, []uint64{0x10000000, 4096, 99}, EINVAL},
			{13, []uint64{10, bad, 0, 8}, EFAULT}, {13, []uint64{10, 0, 0, 4}, EINVAL}, {14, []uint64{9, scratch, 0, 8}, EINVAL}, {14, []uint64{0, bad, 0, 8}, EFAULT},
			{127, []uint64{bad, 8}, EFAULT}, {130, []uint64{bad, 8}, EFAULT}, {130, []uint64{scratch, 4}, EINVAL}, {131, []uint64{bad, 0}, EFAULT},
			{16, []uint64{0, 0x5401, scratch}, syscall.ENOTTY}, {16, []uint64{0, 0x1234, 0}, syscall.ENOTTY}, {16, []uint64{9, 0x5401, 0}, EBADF},
			{17, []uint64{0, scratch, 1, m1}, EINVAL}, {17, []uint64{3, scratch, 1, 0}, syscall.ESPIPE}, {18, []uint64{0, scratch, 1, m1}, EINVAL},
			{19, []uint64{0, scratch + 0x100, 1}, EFAULT}, {19, []uint64{0, scratch + 0x110, 1}, EINVAL}, {19, []uint64{0, scratch, 1025}, EINVAL}, {19, []uint64{0, bad, 1}, EFAULT},
			{20, []uint64{0, scratch + 0x100, 1}, EFAULT}, {20, []uint64{0, scratch + 0x110, 1}, EINVAL}, {20, []uint64{0, scratch, m1}, EINVAL}, {20, []uint64{9, 0, 0}, EBADF},
			{21, []uint64{file, 8}, EINVAL}, {21, []uint64{none, 0}, ENOENT}, {21, []uint64{file, 1}, syscall.EACCES}, {21, []uint64{file, 6}, 0},
			{35, []uint64{bad, 0}, EFAULT}, {35, []uint64{scratch + 0x120, 0}, EINVAL}, {230, []uint64{99, 0, scratch, 0}, EINVAL}, {230, []uint64{2, 0, scratch, 0}, syscall.EOPNOTSUPP},
			{228, []uint64{99, scratch}, EINVAL}, {228, []uint64{1, bad}, EFAULT}, {229, []uint64{99, 0}, EINVAL}, {229, []uint64{1, bad}, EFAULT},
			{59, []uint64{bad, 0, 0}, EFAULT}, {59, []uint64{file, bad, 0}, EFAULT}, {61, []uint64{m1, 0, 0x100, 0}, EINVAL}, {61, []uint64{m1, 0, 0, 0}, syscall.ECHILD},
			{63, []uint64{bad}, EFAULT}, {77, []uint64{0, m1}, EINVAL}, {77, []uint64{3, 0}, EINVAL}, {77, []uint64{9, 0}, EBADF},
			{79, []uint64{scratch, 1}, syscall.ERANGE}, {79, []uint64{bad, 100}, EFAULT}, {80, []uint64{file}, syscall.ENOTDIR}, {81, []uint64{0}, syscall.ENOTDIR}, {81, []uint64{9}, EBADF},
			{82, []uint64{none, file}, ENOENT}, {83, []uint64{file, 0}, syscall.EEXIST}, {84, []uint64{file}, syscall.ENOTDIR}, {84, []uint64{none}, ENOENT},
			{87, []uint64{none}, ENOENT}, {87, []uint64{str(5, "/tmp")}, syscall.EISDIR}, {263, []uint64{0, file, 1}, EINVAL}, {263, []uint64{m1, str(3, "x"), 0}, EBADF},
			{89, []uint64{file, scratch, 10}, EINVAL}, {89, []uint64{file, scratch, 0}, EINVAL}, {97, []uint64{99, scratch}, EINVAL}, {97, []uint64{7, bad}, EFAULT},
			{98, []uint64{7, scratch}, EINVAL}, {98, []uint64{0, bad}, EFAULT}, {99, []uint64{bad}, EFAULT}, {109, []uint64{99, 0}, syscall.ESRCH}, {109, []uint64{0, m1}, EINVAL},
			{112, nil, syscall.EPERM}, {121, []uint64{99}, syscall.ESRCH}, {158, []uint64{0x1002, 1 << 47}, syscall.EPERM}, {158, []uint64{0x1002, kernel}, syscall.EPERM},
			{158, []uint64{0x1003, bad}, EFAULT}, {158, []uint64{1, 0}, EINVAL}, {169, []uint64{0, 0, 0}, EINVAL}, {169, []uint64{0xfee1dead, 672274793, 1}, EINVAL},
			{204, []uint64{0, 4, scratch}, EINVAL}, {204, []uint64{99, 8, scratch}, syscall.ESRCH}, {204, []uint64{0, 8, bad}, EFAULT},
			{217, []uint64{0, scratch, 100}, syscall.ENOTDIR}, {217, []uint64{2, bad, 100}, EFAULT}, {217, []uint64{2, scratch, 1}, EINVAL},
			{302, []uint64{99, 7, 0, 0}, syscall.ESRCH}, {302, []uint64{0, 99, 0, 0}, EINVAL}, {302, []uint64{0, 7, bad, 0}, EFAULT},
			{318, []uint64{scratch, 1, 8}, EINVAL}, {318, []uint64{bad, 1, 0}, EFAULT}, {96, []uint64{bad, 0}, EFAULT}, {201, []uint64{bad}, EFAULT}, {100, []uint64{bad}, EFAULT},
		} {
			if e := u.Errno(c.nr, c.a...); e != c.want {
				t.Errorf("%d: %s(%#x) = %v, want %v", i, ksyscall.Name(c.nr), c.a, e, c.want)
			}
		}
	})
}

// Files and paths, end to end.
func TestFileCalls(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		s := func(i uint64, s string) uint64 { return u.String(scratch+0x2000+i*0x100, s) }
		ok := func(what string, r, want int64) {
			if r != want {
				t.Errorf("%s = %d, want %d", what, r, want)
			}
		}
		ok("mkdir", u.Call(83, s(0, "/tmp/d"), 0o777), 0)
		ok("chdir", u.Call(80, s(0, "/tmp/d")), 0)
		ok("getcwd", u.Call(79, scratch, 100), 7)
		ok("umask", u.Call(95, 0o077), 0o022)
		ok("open", u.Call(2, s(0, "f"), syscall.O_CREAT|syscall.O_RDWR, 0o666), 0)
		ok("stat", u.Call(4, s(0, "/tmp/d/f"), scratch), 0)
		if mode := uint32(u.Word(scratch + 24)); mode != syscall.S_IFREG|0o600 {
			t.Errorf("mode %o", mode)
		}
		big := strings.Repeat("0123456789", 300)
		u.String(scratch+0x4000, big)
		ok("write", u.Call(1, 0, scratch+0x4000, 3000), 3000)
		ok("pread64", u.Call(17, 0, scratch, 10, 2995), 5)
		ok("lseek", u.Call(8, 0, 0, 0), 0)
		u.PutWord(scratch, scratch+0x100)
		u.PutWord(scratch+8, 7)
		u.PutWord(scratch+16, scratch+0x200)
		u.PutWord(scratch+24, 5000)
		ok("readv", u.Call(19, 0, scratch, 2), 3000)
		if got := string(u.Load(scratch+0x100, 7)) + string(u.Load(scratch+0x200, 2993)); got != big {
			t.Error("readv: wrong bytes")
		}
		ok("ftruncate", u.Call(77, 0, 10), 0)
		ok("rename", u.Call(82, s(0, "f"), s(1, "/tmp/g")), 0)
		ok("symlink", u.Call(88, s(0, "/tmp/g"), s(1, "l")), 0)
		ok("readlink", u.Call(89, s(1, "l"), scratch, 3), 3)
		ok("open l", u.Call(2, s(1, "l"), 0, 0), 1)
		ok("read", u.Call(0, 1, scratch, 100), 10)
		ok("unlink", u.Call(87, s(1, "l")), 0)
		at := u.Call(9, 0, 4096, 1, 1, 1, 0)
		ok("close", u.Call(3, 1), 0)
		ok("unlink", u.Call(87, s(0, "/tmp/g")), 0)
		if got := string(u.Load(uint64(at), 10)); got != "0123456789" {
			t.Errorf("mapping of a file that is gone: %q", got)
		}
		ok("chdir", u.Call(80, s(0, "/")), 0)
		ok("rmdir", u.Call(263, 0xffffff9c, s(0, "/tmp/d"), 0x200), 0)
		ok("exit code", u.Call(1900, 0x107), 0)
		ok("exit code", u.Exits.Load(), 7)
	})
}

// Times are sane, and a sleep lasts.
func TestTimeCalls(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		u.Call(228, 1, scratch)
		before := u.Word(scratch)*1e9 + u.Word(scratch+8)
		u.PutWord(scratch, 0)
		u.PutWord(scratch+8, 5e6)
		if r := u.Call(35, scratch, 0); r != 0 {
			t.Errorf("nanosleep: %d", r)
		}
		u.Call(228, 1, scratch)
		if after := u.Word(scratch)*1e9 + u.Word(scratch+8); after-before < 5e6 {
			t.Errorf("slept %d ns", after-before)
		}
		u.PutWord(scratch, 1)
		u.PutWord(scratch+8, 0)
		if r := u.Call(230, 0, 1, scratch, 0); r != 0 { // 1970: long past
			t.Errorf("clock_nanosleep: %d", r)
		}
		if r := u.Call(318, scratch, 2000, 0); r != 2000 {
			t.Errorf("getrandom: %d", r)
		}
	})
}
