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

	// model, if not 0, has the benchmark run as a program of its own with threads.
	model ulib.Model
}

var benchmarks = [...]benchmark{
	{"null_syscall", nullSyscall, 20_000, 1, 0},
	{"page_fault", pageFault, 1024, 1, 0},
	{"fork_exit_wait", forkExitWait, 30, 1, 0},
	{"spawn_exit_wait", spawnExitWait, 20, 1, 0},
	{"pipe_pingpong", pipePingPong, 1000, 2, 0},
	{"futex_pingpong", futexPingPong, 1000, 2, 0},
	{"clone_exit_join", cloneExitJoin, 200, 1, 0},
	{"lwp_create_exit_wait", lwpCreateExitWait, 200, 1, 0},
	{"lwp_yield_switch", lwpYieldSwitch, 1000, 2, 0},
	{"lwp_park_pingpong", lwpParkPingPong, 1000, 2, 0},
	{"preempt_switch", preemptSwitch, 8, 1, 0},
	{"wake_preempt", wakePreempt, 20, 1, 0},
	{"yield_switch", yieldSwitch, 1000, 2, 0},
	{"open_close", openClose, 1000, 1, 0},
	{"read_1byte", read1Byte, 5000, 1, 0},
	{"write_null", writeNull, 5000, 1, 0},
	{"signal_deliver", signalDeliver, 1000, 1, 0},
	{"mmap_munmap", mmapMunmap, 1000, 1, 0},
	{"nanosleep_1ns", nanosleep, 200, 1, 0},
	{"clock_gettime", clockGettime, 5000, 1, 0},
	{"sa_block_to_progress", saBlockToProgress, 500, 1, 0},
	{"sa_unblock_to_run", saUnblockToRun, 500, 1, 0},
	{"user_create_join", userCreateJoin, 10_000, 1, ulib.NToOne},
	{"user_yield_switch", userYieldSwitch, 10_000, 2, ulib.NToOne},
	{"user_signal_wait", userSignalWait, 10_000, 2, ulib.NToOne},
	{"user_mutex", userMutex, 16_000, 1, ulib.NToOne},
	{"user_contention", userContention, 2000, 4, ulib.NToOne},
	{"user_contention_sa", userContention, 2000, 4, ulib.Activations},
	{"user_create_join_sa", userCreateJoin, 10_000, 1, ulib.Activations},
	{"user_yield_switch_sa", userYieldSwitch, 10_000, 2, ulib.Activations},
	{"user_signal_wait_sa", userSignalWait, 10_000, 2, ulib.Activations},
	{"user_mutex_sa", userMutex, 16_000, 1, ulib.Activations},
	{"user_block_to_progress_sa", userBlock, 500, 1, ulib.Activations},
	{"user_unblock_to_run_sa", userUnblock, 500, 1, ulib.Activations},
	{"user_create_join_11", userCreateJoin, 200, 1, ulib.OneToOne},
	{"user_signal_wait_11", userSignalWait, 500, 2, ulib.OneToOne},
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
	for i := range benchmarks {
		if sys.Match(filter, benchmarks[i].name) {
			if benchmarks[i].model == 0 {
				measure(&benchmarks[i], unit)
			} else {
				measureThreads(&benchmarks[i], unit)
			}
		}
	}
	if sys.Match(filter, "lwp_bytes") {
		lwpBytes()
	}
	out.Exit(0)
}

// measureThreads measures in a child.
func measureThreads(b *benchmark, unit string) {
	out.Out.Flush()
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		must(ulib.StartWith(&ulib.Options{Model: b.model}), "threads")
		measure(b, unit)
		out.Exit(0)
	}
	var status sys.WaitStatus
	sys.Wait4(pid, &status, 0, nil)
	if status != 0 {
		out.Out.Flush()
		sys.Exit(1)
	}
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
