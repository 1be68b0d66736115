// Tracedemo gives ./qemu.sh trace something to show: two LWPs that pass a turn to each other by a
// futex, two more that compute and touch fresh pages, a child that a byte goes to and comes back
// from by pipes, another that executes a program, a third with user threads on activations
// (threads.go), and a sleep.
package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const rounds = 20

var (
	lwps    [4]sys.LWP
	turn    uint32 // the number of turns that have been passed
	worked  uint32
	command sys.Vector
)

func main() {
	for i := range 2 {
		must(sys.StartLWP(&lwps[i], takeTurns, uintptr(i)), "clone")
	}
	for i := 2; i < 4; i++ {
		must(sys.StartLWP(&lwps[i], work, uintptr(i)), "clone")
	}
	for i := range lwps {
		sys.JoinLWP(&lwps[i])
	}
	bytes := pipes()
	spawn()
	reads := userThreads()
	sys.Sleep(1e6)
	out.Out.Str("turns ").Int(int(turn)).Str(", work ").Int(int(worked)).Str(", bytes ").Int(bytes).Str(", reads ").Int(reads).NL()
	out.Exit(0)
}

// takeTurns has every other turn, from mine on.
func takeTurns(mine uintptr) {
	for n := uint32(mine); n < 2*rounds; n += 2 {
		for {
			v := atomic.LoadUint32(&turn)
			if v == n {
				break
			}
			sys.Futex(&turn, sys.FUTEX_WAIT|sys.FUTEX_PRIVATE, v, nil, nil, 0)
		}
		atomic.AddUint32(&turn, 1)
		sys.Futex(&turn, sys.FUTEX_WAKE|sys.FUTEX_PRIVATE, 1, nil, nil, 0)
	}
}

// work computes for some time slices, and touches a page now and then.
func work(uintptr) {
	const (
		pages = 16
		ticks = 4_000_000 // a millisecond or two
	)
	p, e := sys.MmapAnon(pages * sys.PageSize)
	must(e, "mmap")
	for i := range uintptr(pages) {
		for start := sys.RDTSC(); sys.RDTSC()-start < ticks; {
			*(*byte)(unsafe.Pointer(p + i*sys.PageSize))++
		}
	}
	sys.Munmap(p, pages*sys.PageSize)
	atomic.AddUint32(&worked, 1)
}

// pipes sends bytes to a child and back, and returns how many came.
func pipes() (n int) {
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
	for range rounds {
		sys.Write(int(there[1]), b[:])
		m, _ := sys.Read(int(back[0]), b[:])
		n += m
	}
	sys.Close(int(there[1]))
	sys.Wait4(pid, nil, 0, nil)
	return n
}

func spawn() {
	command.Add("/bin/true")
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		must(sys.Exec("/bin/true", &command, 0), "/bin/true")
	}
	sys.Wait4(pid, nil, 0, nil)
}

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("tracedemo", what, e)
	}
}
