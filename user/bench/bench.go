package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

func countdown(n uintptr)

// A call that does nothing: in, look up, out.
func nullSyscall(n int) uint64 {
	t := sys.RDTSC()
	sys.Repeat(syscall.SYS_GETPPID, 0, 0, 0, uintptr(n))
	return sys.RDTSC() - t
}

// The first write to each of n pages, with its share of mmap and munmap.
func pageFault(n int) uint64 {
	t := sys.RDTSC()
	p, e := sys.MmapAnon(uintptr(n) * sys.PageSize)
	must(e, "mmap")
	for i := range n {
		*(*byte)(unsafe.Pointer(p + uintptr(i)*sys.PageSize)) = 1
	}
	sys.Munmap(p, uintptr(n)*sys.PageSize)
	return sys.RDTSC() - t
}

func forkExitWait(n int) uint64 {
	t := sys.RDTSC()
	for range n {
		pid, e := sys.Fork()
		must(e, "fork")
		if pid == 0 {
			sys.Exit(0)
		}
		sys.Wait4(pid, nil, 0, nil)
	}
	return sys.RDTSC() - t
}

// fork, then execve of a program that ends at once.
func spawnExitWait(n int) uint64 {
	command.Reset()
	command.Add("/bin/true")
	t := sys.RDTSC()
	for range n {
		pid, e := sys.Fork()
		must(e, "fork")
		if pid == 0 {
			must(sys.Exec("/bin/true", &command, 0), "/bin/true")
		}
		sys.Wait4(pid, nil, 0, nil)
	}
	return sys.RDTSC() - t
}

// A byte goes to another process and back: two hand-offs.
func pipePingPong(n int) uint64 {
	var there, back [2]int32
	must(sys.Pipe2(&there, 0), "pipe2")
	must(sys.Pipe2(&back, 0), "pipe2")
	var b [1]byte
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		sys.Close(int(there[1]))
		for {
			if n, _ := sys.Read(int(there[0]), b[:]); n <= 0 {
				sys.Exit(0)
			}
			sys.Write(int(back[1]), b[:])
		}
	}
	ping := func() {
		sys.Write(int(there[1]), b[:])
		sys.Read(int(back[0]), b[:])
	}
	for range 10 {
		ping()
	}
	t := sys.RDTSC()
	for range n {
		ping()
	}
	t = sys.RDTSC() - t
	for i := range 2 {
		sys.Close(int(there[i]))
		sys.Close(int(back[i]))
	}
	sys.Wait4(pid, nil, 0, nil)
	return t
}

// Two processes yield to each other: on one processor, two switches a round.
func yieldSwitch(n int) uint64 {
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		for {
			sys.Yield()
		}
	}
	for range 10 {
		sys.Yield()
	}
	t := sys.RDTSC()
	for range n {
		sys.Yield()
	}
	t = sys.RDTSC() - t
	sys.Kill(pid, sys.SIGKILL)
	sys.Wait4(pid, nil, 0, nil)
	return t
}

func openClose(n int) uint64 {
	t := sys.RDTSC()
	for range n {
		fd, e := sys.Open("/dev/null", sys.O_RDONLY, 0)
		must(e, "/dev/null")
		sys.Close(fd)
	}
	return sys.RDTSC() - t
}

func read1Byte(n int) uint64 {
	var b byte
	t := sys.RDTSC()
	sys.Repeat(syscall.SYS_READ, uintptr(zero), uintptr(unsafe.Pointer(&b)), 1, uintptr(n))
	return sys.RDTSC() - t
}

func writeNull(n int) uint64 {
	var b byte
	t := sys.RDTSC()
	sys.Repeat(syscall.SYS_WRITE, uintptr(null), uintptr(unsafe.Pointer(&b)), 1, uintptr(n))
	return sys.RDTSC() - t
}

func onSignal(sig int, info *sys.SigInfo, uc *sys.UContext) {}

// kill of the process itself, the handler, and rt_sigreturn.
func signalDeliver(n int) uint64 {
	must(sys.Catch(sys.SIGUSR1, onSignal, 0, 0), "rt_sigaction")
	pid := uintptr(sys.Getpid())
	t := sys.RDTSC()
	sys.Repeat(syscall.SYS_KILL, pid, sys.SIGUSR1, 0, uintptr(n))
	return sys.RDTSC() - t
}

// A mapping of 16 pages that nobody touches.
func mmapMunmap(n int) uint64 {
	t := sys.RDTSC()
	for range n {
		p, e := sys.MmapAnon(16 * sys.PageSize)
		must(e, "mmap")
		sys.Munmap(p, 16*sys.PageSize)
	}
	return sys.RDTSC() - t
}

// The shortest sleep: set a timer, block, wake.
func nanosleep(n int) uint64 {
	t := sys.RDTSC()
	for range n {
		sys.Sleep(1)
	}
	return sys.RDTSC() - t
}

func clockGettime(n int) uint64 {
	var ts sys.Timespec
	t := sys.RDTSC()
	sys.Repeat(syscall.SYS_CLOCK_GETTIME, sys.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&ts)), 0, uintptr(n))
	return sys.RDTSC() - t
}
