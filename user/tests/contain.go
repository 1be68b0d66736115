package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// A fork bomb: processes multiply until the system refuses. Then all are killed, and the
// system is as before.
func forkBomb() {
	r, w := pipe()
	before := freeMemory()
	leader := fork(func() {
		sys.Setpgid(0, 0)
		sys.WriteString(w, "s")
		for {
			_, e := sys.Fork()
			switch e {
			case 0:
			case sys.EAGAIN:
				sys.WriteString(w, "a")
				sys.Sleep(20e6)
			case sys.ENOMEM:
				sys.WriteString(w, "m")
				sys.Sleep(20e6)
			default:
				sys.WriteString(w, "?")
				sys.Sleep(1e9)
			}
		}
	})
	sys.Fcntl(r, sys.F_SETFL, sys.O_NONBLOCK)
	refused := 0
	start := sys.Now()
	for sys.Now()-start < 50e9 && refused < 50 {
		sys.Sleep(20e6)
		n, e := sys.Read(r, big[:])
		for i := 0; e == 0 && i < n; i++ {
			switch big[i] {
			case 'a', 'm':
				refused++
			case '?':
				sys.Kill(-leader, sys.SIGKILL)
				fail("fork failed with neither EAGAIN nor ENOMEM")
			}
		}
	}
	for range 200 { // a process may be born while its group is being killed
		if sys.Kill(-leader, sys.SIGKILL) != 0 {
			break
		}
		sys.Sleep(20e6)
	}
	wait(leader)
	out.Out.Str("# fork refused ").Int(refused).Str(" times\n")
	check(refused > 0, "nothing stopped the bomb within 50 s")
	memoryBack(before)
}

// memoryBack waits until all memory that was free before is, but for 2 MiB, 10 s at most, and has a
// program run in it. before is in KiB.
func memoryBack(before int) {
	for range 200 {
		if freeMemory() >= before-2048 {
			break
		}
		sys.Sleep(50e6)
	}
	check(freeMemory() >= before-2048, "memory is lost")
	spawnOnce()
}

// A memory hog: it is refused memory or killed, and the system is as before.
func memoryHog() {
	before := freeMemory()
	status := wait(fork(func() {
		const chunk = 8 << 20
		for {
			p, e := sys.MmapAnon(chunk)
			if e != 0 {
				sys.Exit(int(e))
			}
			for i := uintptr(0); i < chunk; i += page {
				store(p+i, 1)
			}
		}
	}))
	if status.Exited() {
		errno(sys.Errno(status.Status()), sys.ENOMEM, "the hog's mmap")
	} else {
		out.Out.Str("# the hog was killed by ").Str(sys.SignalName(status.Signal())).NL()
	}
	memoryBack(before)
}

// Two hogs and forks among them: processes that fork while there is no memory.
func memoryHogForks() {
	var pids [2]int
	for i := range pids {
		pids[i] = fork(func() {
			const chunk = 1 << 20
			for {
				p, e := sys.MmapAnon(chunk)
				if e != 0 {
					sys.Exit(0)
				}
				for i := uintptr(0); i < chunk; i += page {
					store(p+i, 1)
				}
				if pid, e := sys.Fork(); e == 0 {
					if pid == 0 {
						for i := uintptr(0); i < chunk; i += page {
							store(p+i, 2)
						}
						sys.Exit(0)
					}
					sys.Wait4(pid, nil, 0, nil)
				}
			}
		})
	}
	for _, pid := range pids {
		wait(pid)
	}
	spawnOnce()
}

// A file hog: files take all memory; writing fails, nothing dies, removing gives it back.
func fileHog() {
	before := freeMemory()
	fd := create("hog")
	e := sys.OK
	for e == 0 {
		_, e = sys.Write(fd, big[:])
	}
	check(e == sys.ENOSPC || e == sys.ENOMEM || e == sys.EFBIG, "the error when files have filled memory")
	sys.Close(fd)
	ok(sys.Unlink("hog"), "unlink")
	memoryBack(before)
}
