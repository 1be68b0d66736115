package proc_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gossamer/proc"
	"gossamer/proc/proctest"
)

// Is the lowest free descriptor given out, whatever the order of closing?
func TestLowestDescriptor(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		null := u.String(scratch, "/dev/null")
		open := func() int64 { return u.Call(2, null, 2, 0) }
		for want := range int64(6) {
			if fd := open(); fd != want {
				t.Fatalf("open = %d, want %d", fd, want)
			}
		}
		u.Call(3, 4)
		u.Call(3, 1)
		for _, want := range []int64{1, 4, 6} {
			if fd := open(); fd != want {
				t.Errorf("open = %d, want %d", fd, want)
			}
		}
		if fd := u.Call(72, 0, 0, 10); fd != 10 {
			t.Errorf("F_DUPFD from 10: %d", fd)
		}
		if fd := open(); fd != 7 {
			t.Errorf("after F_DUPFD: %d", fd)
		}
		if fd := u.Call(33, 0, 100); fd != 100 {
			t.Errorf("dup2: %d", fd)
		}
		if fd := u.Call(33, 0, 0); fd != 0 {
			t.Errorf("dup2 to itself: %d", fd)
		}
		if fd := u.Call(32, 0); fd != 8 {
			t.Errorf("dup: %d", fd)
		}
	})
}

func TestDescriptorErrors(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		null := u.String(scratch, "/dev/null")
		u.Call(2, null, 2, 0)
		m1 := ^uint64(0)
		for name, c := range map[string]struct {
			got, want syscall.Errno
		}{
			"close -1":        {u.Errno(3, m1), syscall.EBADF},
			"close 5":         {u.Errno(3, 5), syscall.EBADF},
			"dup 5":           {u.Errno(32, 5), syscall.EBADF},
			"dup2 0 to limit": {u.Errno(33, 0, proc.MaxFiles), syscall.EBADF},
			"dup2 0 to -1":    {u.Errno(33, 0, m1), syscall.EBADF},
			"dup2 5 to 5":     {u.Errno(33, 5, 5), syscall.EBADF},
			"dup3 same":       {u.Errno(292, 0, 0, 0), syscall.EINVAL},
			"dup3 flags":      {u.Errno(292, 0, 1, 1), syscall.EINVAL},
			"F_DUPFD -1":      {u.Errno(72, 0, 0, m1), syscall.EINVAL},
			"F_DUPFD limit":   {u.Errno(72, 0, 0, proc.MaxFiles), syscall.EINVAL},
			"fcntl 999":       {u.Errno(72, 0, 999), syscall.EINVAL},
			"fcntl of 5":      {u.Errno(72, 5, 3), syscall.EBADF},
			"pipe2 flags":     {u.Errno(293, scratch, 1), syscall.EINVAL},
			"pipe to nowhere": {u.Errno(22, 8), syscall.EFAULT},
		} {
			if c.got != c.want {
				t.Errorf("%s: %v, want %v", name, c.got, c.want)
			}
		}
		n := 1
		for ; u.Errno(2, null, 2, 0) == 0; n++ {
		}
		if e := u.Errno(2, null, 2, 0); n != proc.MaxFiles || e != syscall.EMFILE {
			t.Errorf("%d descriptors, then %v", n, e)
		}
		u.Call(3, 77)
		if e := u.Errno(22, scratch+64); e != syscall.EMFILE {
			t.Errorf("pipe with one descriptor left: %v", e)
		}
		if fd := u.Call(32, 0); fd != 77 {
			t.Errorf("pipe kept a descriptor: %d", fd)
		}
	})
}

// Are an open file's position and flags shared by dup and fork, and close-on-exec not?
func TestSharedOpenFiles(t *testing.T) {
	k := proctest.New(t)
	k.WriteFile("/tmp/f", []byte("abcdef"), 0o644)
	k.Run(func(u *user) {
		u.Call(2, u.String(scratch, "/tmp/f"), syscall.O_CLOEXEC, 0)
		u.Call(32, 0)
		if u.Call(72, 0, 1) != 1 || u.Call(72, 1, 1) != 0 {
			t.Error("close-on-exec after dup")
		}
		u.Call(0, 0, scratch, 2)
		u.Fork(func(u *user) {
			u.Call(0, 1, scratch, 2)
			if s := string(u.Load(scratch, 2)); s != "cd" {
				t.Errorf("child reads %q", s)
			}
			u.Call(3, 0)
		})
		u.Wait(-1, 0)
		u.Call(0, 0, scratch, 2)
		if s := string(u.Load(scratch, 2)); s != "ef" {
			t.Errorf("parent reads %q", s)
		}
	})
}

// Is SIGPIPE sent with EPIPE, and does a reader see the end when the last writer is gone?
func TestPipeEnds(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		u.Call(22, scratch) // descriptors 0 and 1
		u.Fork(func(u *user) {
			u.Call(3, 0)
			u.Call(1, 1, u.String(scratch, "hi"), 2)
		})
		u.Call(3, 1)
		if n := u.Call(0, 0, scratch, 100); n != 2 {
			t.Errorf("read %d", n)
		}
		if n := u.Call(0, 0, scratch, 100); n != 0 {
			t.Errorf("at the end: %d", n)
		}
		u.Wait(-1, 0)
		u.Call(22, scratch) // 1 and 2
		u.Call(3, 1)
		u.Fork(func(u *user) {
			u.Call(3, 1)
			u.Call(1, 2, scratch, 1)
		})
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGPIPE) {
			t.Errorf("writer's status %#x", st)
		}
		sigaction(u, int(syscall.SIGPIPE), proc.SigIgn, 0, 0)
		if e := u.Errno(1, 2, scratch, 1); e != syscall.EPIPE {
			t.Errorf("write: %v", e)
		}
	})
}

// What /proc says of the machine and of a process.
func TestProcFiles(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		read := func(path string) string {
			fd := u.Call(2, u.String(scratch, path), 0, 0)
			n := u.Call(0, uint64(fd), scratch, 4096)
			if fd < 0 || n <= 0 {
				t.Errorf("%s: %d, %d", path, fd, n)
				return ""
			}
			u.Call(3, uint64(fd))
			return string(u.Load(scratch, int(n)))
		}
		for path, want := range map[string]string{
			"/proc/meminfo": "MemTotal:", "/proc/cpuinfo": "processor", "/proc/uptime": ".", "/proc/cmdline": "test\n",
			"/proc/1/status": "Name:\tinit\n", "/proc/self/status": "\nPid:\t1\n", "/proc/self/maps": "r-xp 00000000 00:00 0 /bin/init",
			"/proc/1/cmdline": "init\x00", "/proc/1/stat": "1 (init) R 0 1 1 ", "/proc/version": "Gossamer",
		} {
			if s := read(path); !contains(s, want) {
				t.Errorf("%s: %q lacks %q", path, s, want)
			}
		}
		pid := u.Fork(func(u *user) { u.Exit(0) })
		status := "/proc/" + itoa(pid) + "/status"
		for !contains(read(status), "State:\tZ (zombie)") {
			u.Call(24)
		}
		u.Wait(-1, 0)
		if e := u.Errno(2, u.String(scratch, status), 0, 0); e != syscall.ENOENT {
			t.Errorf("reaped process in /proc: %v", e)
		}
	})
}

func contains(s, part string) bool { return strings.Contains(s, part) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
