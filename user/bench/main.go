package main

import (
	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// A benchmark's run does n rounds and returns the ticks they took, in which ops
// operations were done in each round.
type benchmark struct {
	name string
	run  func(n int) uint64
	n    int
	ops  int
}

var benchmarks = [...]benchmark{
	{"null_syscall", nullSyscall, 20_000, 1},
	{"page_fault", pageFault, 1024, 1},
	{"fork_exit_wait", forkExitWait, 30, 1},
	{"spawn_exit_wait", spawnExitWait, 20, 1},
	{"pipe_pingpong", pipePingPong, 1000, 2},
	{"futex_pingpong", futexPingPong, 1000, 2},
	{"clone_exit_join", cloneExitJoin, 200, 1},
	{"lwp_create_exit_wait", lwpCreateExitWait, 200, 1},
	{"lwp_yield_switch", lwpYieldSwitch, 1000, 2},
	{"lwp_park_pingpong", lwpParkPingPong, 1000, 2},
	{"preempt_switch", preemptSwitch, 8, 1},
	{"yield_switch", yieldSwitch, 1000, 2},
	{"open_close", openClose, 1000, 1},
	{"read_1byte", read1Byte, 5000, 1},
	{"write_null", writeNull, 5000, 1},
	{"signal_deliver", signalDeliver, 1000, 1},
	{"mmap_munmap", mmapMunmap, 1000, 1},
	{"nanosleep_1ns", nanosleep, 200, 1},
	{"clock_gettime", clockGettime, 5000, 1},
	{"sa_block_to_progress", saBlockToProgress, 500, 1},
	{"sa_unblock_to_run", saUnblockToRun, 500, 1},
	{"user_create_join", userCreateJoin, 10_000, 1},
	{"user_yield_switch", userYieldSwitch, 10_000, 2},
	{"user_signal_wait", userSignalWait, 10_000, 2},
	{"user_mutex", userMutex, 16_000, 1},
}

const repetitions = 7

var (
	zero    int // /dev/zero
	null    int // /dev/null
	command sys.Vector
)

func main() {
	if sys.Argc() > 2 {
		out.Usage("bench [FILTER]")
	}
	filter := sys.Arg(1)
	unit := "ticks"
	if countsInstructions() {
		unit = "instructions"
	}
	var e sys.Errno
	if zero, e = sys.Open("/dev/zero", sys.O_RDONLY, 0); e != 0 {
		out.Fatal("bench", "/dev/zero", e)
	}
	if null, e = sys.Open("/dev/null", sys.O_WRONLY, 0); e != 0 {
		out.Fatal("bench", "/dev/null", e)
	}
	if boot, found := sys.Getenv("INIT_TSC"); found && sys.Match(filter, "boot_to_init") {
		out.Out.Str("BENCH boot_to_init ").Str(boot).Byte(' ').Str(unit).NL()
	}
	threads := false // user threads come last: their pool is memory that a fork would copy
	for i := range benchmarks {
		if sys.Match(filter, benchmarks[i].name) {
			if !threads && sys.HasPrefix(benchmarks[i].name, "user_") {
				threads = true
				must(ulib.Start(), "threads")
			}
			measure(&benchmarks[i], unit)
		}
	}
	if sys.Match(filter, "lwp_bytes") {
		lwpBytes()
	}
	out.Exit(0)
}

func measure(b *benchmark, unit string) {
	// The console's interrupts for the last line are not to fall into this figure.
	out.Out.Flush()
	sys.Sleep(3e6)
	b.run(b.n/10 + 1)
	var ticks [repetitions]uint64
	for i := range ticks {
		t := b.run(b.n)
		j := i
		for ; j > 0 && ticks[j-1] > t; j-- {
			ticks[j] = ticks[j-1]
		}
		ticks[j] = t
	}
	tenths := int(ticks[repetitions/2]) * 10 / (b.n * b.ops)
	out.Out.Str("BENCH ").Str(b.name).Byte(' ').Frac(tenths, 10).Byte(' ').Str(unit).NL()
}

// countsInstructions reports whether the counter advances by one for each instruction.
func countsInstructions() bool {
	const rounds = 100_000
	least := ^uint64(0)
	for range 3 {
		t := sys.RDTSC()
		countdown(rounds)
		least = min(least, sys.RDTSC()-t)
	}
	return least >= 2*rounds && least < 2*rounds+100
}

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("bench", what, e)
	}
}
