package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

var shared [3 * sys.PageSize]byte

// Does the child see the parent's memory, and neither the other's later writes?
func forkCopies() {
	page := anon(sys.PageSize)
	store(page, 1)
	shared[100], shared[5000] = 2, 3
	local := byte(4)
	p := &local
	r, w := pipe()
	r2, w2 := pipe()
	var b [1]byte
	pid := fork(func() {
		check(load(page) == 1 && shared[100] == 2 && shared[5000] == 3 && *p == 4, "the child's memory is no copy")
		store(page, 11)
		shared[100] = 12
		*p = 14
		sys.Write(w, b[:])
		sys.Read(r2, b[:]) // the parent has written now
		check(load(page) == 11 && shared[100] == 12 && shared[5000] == 3 && *p == 14, "the parent's writes reach the child")
	})
	sys.Read(r, b[:]) // the child has written now
	check(load(page) == 1 && shared[100] == 2 && *p == 4, "the child's writes reach the parent")
	store(page, 21)
	shared[5000] = 23
	*p = 24
	sys.Write(w2, b[:])
	ended(wait(pid), 0, "child")
	check(load(page) == 21 && shared[100] == 2 && shared[5000] == 23 && *p == 24, "the parent's memory after the child's end")
}

// Is copy-on-write right over generations, when middle ones end first?
func forkGenerations() {
	page := anon(sys.PageSize)
	store(page, 0)
	r, w := pipe()
	for generation := byte(1); generation <= 8; generation++ {
		pid, e := sys.Fork()
		ok(e, "fork")
		if pid != 0 {
			sys.Close(w)
			if generation == 1 {
				var b [16]byte
				equal(len(readAll(r, b[:])), 8, "generations that wrote")
				ended(wait(pid), 0, "first child")
				equal(int(load(page)), 0, "the ancestor's page")
			}
			sys.Exit(0)
		}
		equal(int(load(page)), int(generation-1), "page inherited")
		store(page, generation)
		sys.WriteString(w, "x")
	}
}

// Do system calls that write into copy-on-write memory copy it too?
func forkKernelWrites() {
	page := anon(sys.PageSize)
	store(page, 'p')
	put("file", "k")
	fd := open("file", sys.O_RDONLY)
	exits(func() {
		n := sys.Syscall3(syscall.SYS_READ, uintptr(fd), page, 1)
		check(n == 1 && load(page) == 'k', "read into a copied page")
	}, 0, "child")
	equal(int(load(page)), 'p', "the parent's page after read in the child")
}

// Does a child inherit descriptors with a shared offset, the folder, the group, the mask?
func forkInherits() {
	put("file", "abcdef")
	fd := open("file", sys.O_RDONLY)
	sys.Sigprocmask(sys.SIG_BLOCK, sys.SigBit(sys.SIGUSR1))
	sys.Mkdir("d", 0o755)
	sys.Chdir("d")
	group, e := sys.Getpgid(0)
	ok(e, "getpgid")
	exits(func() {
		var b [3]byte
		same(sys.Text(readAll(fd, b[:])), "abc", "the child's read")
		put("here", "")
		g, _ := sys.Getpgid(0)
		equal(g, group, "process group")
		mask, _ := sys.Sigprocmask(sys.SIG_BLOCK, 0)
		check(mask == sys.SigBit(sys.SIGUSR1), "mask")
		sys.Chdir("/")
	}, 0, "child")
	var b [8]byte
	same(sys.Text(readAll(fd, b[:])), "def", "the parent's read after the child's")
	var st sys.Stat
	ok(sys.StatPath("here", &st, 0), "the child's file in the inherited folder")
}

// Are pid, parent and orphans' parent right?
func processIDs() {
	pid := sys.Getpid()
	check(pid > 1, "getpid")
	var child int
	child = fork(func() {
		equal(sys.Getppid(), pid, "the child's getppid")
		check(sys.Getpid() != pid, "the child has the parent's pid")
	})
	check(child > 1 && child != pid, "fork's result")
	ended(wait(child), 0, "child")

	equal(int(sys.Syscall0(syscall.SYS_GETTID)), pid, "gettid of a process with one thread")
	equal(int(sys.Syscall1(syscall.SYS_SET_TID_ADDRESS, 0)), pid, "set_tid_address")

	if !gossamer {
		return // a Linux machine may have other foster parents than process 1
	}
	r, w := pipe()
	var b [1]byte
	wait(fork(func() {
		fork(func() {
			for i := 0; sys.Getppid() != 1 && i < 1000; i++ {
				sys.Sleep(1e6)
			}
			if sys.Getppid() == 1 {
				sys.WriteString(w, "1")
			}
			sys.Exit(0)
		})
	}))
	sys.Close(w)
	equal(len(readAll(r, b[:])), 1, "an orphan's parent is process 1")
}

// Are the user and group ids root's (0), all of them?
func userIDs() {
	equal(sys.Getuid(), 0, "getuid")
	equal(int(sys.Syscall0(syscall.SYS_GETEUID)), 0, "geteuid")
	equal(int(sys.Syscall0(syscall.SYS_GETGID)), 0, "getgid")
	equal(int(sys.Syscall0(syscall.SYS_GETEGID)), 0, "getegid")
}

// Does exit cut its status to 8 bits, and do exit and exit_group both end the process?
func exitStatus() {
	for _, status := range [...]int{0, 1, 42, 127, 128, 255} {
		ended(wait(fork(func() { sys.Exit(status) })), status, "exit_group")
	}
	exits(func() { sys.Exit(0x1234) }, 0x34, "exit_group with a large status")
	exits(func() { sys.Syscall1(syscall.SYS_EXIT, 7) }, 7, "exit")
	exits(func() { sys.Syscall1(syscall.SYS_EXIT_GROUP, ^uintptr(0)) }, 255, "exit_group(-1)")
}

// Does vfork hold the parent until the child has gone, and is its status right?
func vforkWaits() {
	pid := vforkExit(23)
	check(pid > 0, "vfork")
	ended(wait(pid), 23, "vfork's child")
}

// wait4: which children does it take, and what does it say when there are none?
func waitChoices() {
	var status sys.WaitStatus
	_, e := sys.Wait4(-1, &status, 0, nil)
	errno(e, sys.ECHILD, "wait4 without children")
	_, e = sys.Wait4(1, &status, 0, nil)
	errno(e, sys.ECHILD, "wait4 for a process that is no child")

	r, w := pipe()
	a := fork(func() { sys.Exit(1) })
	b := fork(func() {
		sys.Close(w)
		var c [1]byte
		sys.Read(r, c[:])
		sys.Exit(2)
	})
	got, e := sys.Wait4(b, &status, sys.WNOHANG, nil)
	ok(e, "wait4 WNOHANG")
	equal(got, 0, "WNOHANG while the child runs")
	ended(wait(a), 1, "first child")
	_, e = sys.Wait4(a, &status, 0, nil)
	errno(e, sys.ECHILD, "a second wait4 for one child")
	sys.Close(w)
	got, e = sys.Wait4(-1, nil, 0, nil)
	ok(e, "wait4(-1) with a null status")
	equal(got, b, "wait4(-1)")
	_, e = sys.Wait4(-1, &status, 0x40000000-1, nil)
	errno(e, sys.EINVAL, "unknown options")
}

// wait4 by process group: 0 is the caller's, -n is n's.
func waitGroups() {
	r, w := pipe()
	var c [1]byte
	mine := fork(func() { sys.Exit(1) })
	other := fork(func() {
		sys.Setpgid(0, 0)
		sys.WriteString(w, "x")
		sys.Exit(2)
	})
	sys.Read(r, c[:])
	var status sys.WaitStatus
	got, e := sys.Wait4(0, &status, 0, nil)
	ok(e, "wait4(0)")
	equal(got, mine, "wait4(0) takes one of this group")
	_, e = sys.Wait4(0, &status, 0, nil)
	errno(e, sys.ECHILD, "wait4(0) with a child of another group only")
	got, e = sys.Wait4(-other, &status, 0, nil)
	ok(e, "wait4(-group)")
	equal(got, other, "wait4(-group)")
	ended(status, 2, "status")
}

// Does wait4 fill in the resources used?
func waitUsage() {
	pid := fork(func() {
		for end := sys.Now() + 60e6; sys.Now() < end; {
		}
	})
	var usage sys.Rusage
	usage.Utime.Sec = -1
	got, e := sys.Wait4(pid, nil, 0, &usage)
	ok(e, "wait4")
	equal(got, pid, "wait4")
	used := (usage.Utime.Sec+usage.Stime.Sec)*1e6 + usage.Utime.Usec + usage.Stime.Usec
	check(used > 0 && used < 30e6, "the time used of a child that computed")
}

// Do process groups change as asked, and are bad requests refused?
func processGroups() {
	r, w := pipe()
	pid := fork(func() {
		sys.Close(w)
		var c [1]byte
		sys.Read(r, c[:])
	})
	ok(sys.Setpgid(pid, pid), "setpgid of a child")
	g, e := sys.Getpgid(pid)
	ok(e, "getpgid of a child")
	equal(g, pid, "the child's group")
	g, _ = sys.Getpgid(0)
	equal(int(sys.Syscall0(syscall.SYS_GETPGRP)), g, "getpgrp")
	errno(sys.Setpgid(0, -1), sys.EINVAL, "setpgid to a negative group")
	errno(sys.Setpgid(pid, 0x3ffffff), sys.EPERM, "setpgid to a group that is not there")
	errno(sys.Setpgid(1, 1), sys.ESRCH, "setpgid of a process that is no child")
	_, e = sys.Getpgid(0x3ffffff)
	errno(e, sys.ESRCH, "getpgid of nobody")
	sys.Close(w)
	wait(pid)
}

// Does uname name the system and the machine?
func unameFields() {
	var u sys.Utsname
	ok(sys.Uname(&u), "uname")
	check(u.Sysname[0] != 0 && u.Release[0] != 0 && u.Version[0] != 0, "an empty field")
	same(sys.CString(uintptr(unsafe.Pointer(&u.Machine))), "x86_64", "machine")
}

// Are limits readable, and are a descriptor limit and wrong requests honoured?
func limits() {
	const noFile, stack = 7, 3
	var l sys.Rlimit
	ok(sys.Prlimit(stack, nil, &l), "prlimit64")
	check(l.Cur >= sys.StackWindow, "the stack limit is below what programs assume")
	ok(sys.Prlimit(noFile, nil, &l), "prlimit64")
	check(l.Cur >= 64 && l.Cur <= l.Max, "RLIMIT_NOFILE")
	errno(sys.Prlimit(100, nil, &l), sys.EINVAL, "prlimit64 of no resource")
	small := sys.Rlimit{Cur: 10, Max: l.Max}
	ok(sys.Prlimit(noFile, &small, nil), "prlimit64 that sets")
	last, e := 0, sys.OK
	for e == 0 {
		var fd int
		fd, e = sys.Dup(1)
		last = max(last, fd)
	}
	errno(e, sys.EMFILE, "dup at the limit")
	equal(last, 9, "the last descriptor below the limit")
}

// Is an unknown call ENOSYS, with any number?
func unknownCalls() {
	for _, nr := range [...]uintptr{600, 999, 1 << 20, 1<<31 - 1} {
		raw(sys.Syscall0(nr), sys.ENOSYS, "a call number that nobody has")
	}
}
