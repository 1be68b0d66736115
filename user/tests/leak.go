package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// freeMemory is what no process has: free frames and what the kernel's heap took, in KiB.
func freeMemory() int {
	free, found := meminfo("MemFree:")
	check(found, "MemFree is missing in /proc/meminfo")
	heap, _ := meminfo("KernelHeap:")
	return free + heap
}

// leaks runs f to warm up, then more, and checks that memory comes back to within 1 MiB:
// one frame lost in each of a thousand rounds would be four.
func leaks(warm, rounds int, f func()) {
	const slack = 1024
	for range warm {
		f()
	}
	sys.Sleep(100e6)
	before := freeMemory()
	threads, counted := meminfo("Goroutines:")
	for range rounds {
		f()
	}
	after := 0
	for range 40 { // ended processes are taken down in the background
		after = freeMemory()
		if after >= before-slack {
			break
		}
		sys.Sleep(50e6)
	}
	if after < before-slack {
		out.Out.Str("# free before ").Int(before).Str(" KiB, after ").Int(after).Str(" KiB\n")
		fail("memory is lost")
	}
	if now, _ := meminfo("Goroutines:"); counted {
		check(now <= threads+8, "goroutines are lost")
	}
}

func leakFork() { leaks(200, 1000, func() { exits(func() {}, 0, "child") }) }

func leakSpawn() { leaks(200, 1000, spawnOnce) }

func spawnOnce() {
	exits(func() {
		command("exit")
		argv.Add("0")
		execSelf()
	}, 0, "the new program")
}

func leakKilled() {
	leaks(50, 500, func() { dies(doUD2, sys.SIGILL, "child") })
}

// Do LWPs that come and go leave nothing behind?
func leakLWPs() {
	leaks(500, 10000, func() {
		start(0, lwpNothing)
		sys.JoinLWP(&lwps[0])
	})
}

func lwpNothing(uintptr) {}

func leakMemory() {
	leaks(20, 300, func() {
		p := anon(64 * page)
		for i := range uintptr(64) {
			store(p+i*page, 1)
		}
		exits(func() {
			for i := range uintptr(64) {
				store(p+i*page, 2)
			}
		}, 0, "child")
		ok(sys.Munmap(p, 64*page), "munmap")
	})
}

func leakFiles() {
	leaks(20, 300, func() {
		fd := create("file")
		for range 4 {
			sys.Write(fd, big[:])
		}
		ok(sys.Unlink("file"), "unlink")
		sys.Close(fd)
		r, w := pipe()
		sys.Fcntl(w, sys.F_SETFL, sys.O_NONBLOCK)
		sys.Write(w, big[:])
		sys.Close(r)
		sys.Close(w)
	})
}

func leakExecErrors() {
	makeELF()
	put64(24, 0) // the entry is at an address that is not there
	program("dies", elf[:])
	makeELF()
	put64(104, 1<<62)
	program("refused", elf[:])
	argv.Reset()
	argv.Add("x")
	leaks(20, 300, func() {
		wait(fork(func() { sys.Exec("dies", &argv, 0) }))
		wait(fork(func() { sys.Exec("refused", &argv, 0) }))
	})
}

// Does spawning keep working, a thousand times, with statuses right?
func spawnMany() {
	for i := range 1000 {
		exits(func() {
			command("exit")
			var d [20]byte
			argv.Add(sys.Text(sys.Decimal(&d, i&255)))
			execSelf()
		}, i&255, "the new program")
	}
}
