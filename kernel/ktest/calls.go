package ktest

import (
	"fmt"
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
	"gossamer/proc"
)

// A test has a name, which says what is promised, and a function.
type test struct {
	name string
	run  func(t *sched.Thread) error
}

var tests = []test{
	{"collector_stops_call_free_loops", collectorStopsLoops},
	{"collector_keeps_what_is_reachable", collectorKeepsReachable},
	{"switches_and_the_collector", switchesAndCollector},
	{"memory_returns_after_release", memoryReturns},
	{"released_memory_reads_zero", releasedReadsZero},
	{"nil_dereference_is_a_panic", nilDereference},
	{"division_by_zero_is_a_panic", divisionByZero},
	{"wild_pointer_is_a_panic", wildPointer},
	{"index_out_of_range_is_a_panic", indexOutOfRange},
	{"user_memory_is_out_of_reach", userMemory},
	{"text_and_constants_are_read_only", textReadOnly},
	{"nothing_is_writable_and_executable", writeXorExecute},
	{"frames_do_not_leak", framesDoNotLeak},
	{"nmi_is_survived", nmiSurvived},
	{"sleep_is_not_short", sleepNotShort},
	{"clock_is_monotonic", clockMonotonic},
	{"goroutines_run_on_every_cpu", everyCPU},
	{"goroutines_get_their_turn", goroutinesGetTurns},
	{"idle_goes_to_halt", idleHalts},
	{"sse_survives_preemption", sseSurvives},
}

// Calls returns the system calls by number.
func Calls() map[uint64]proc.Call {
	return map[uint64]proc.Call{1901: name, 1902: run, 1903: crash}
}

// name copies the name of test a[0] to the buffer a[1] of a[2] bytes and returns its length;
// ENOENT past the last test.
func name(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[0] >= uint64(len(tests)) {
		return 0, syscall.ENOENT
	}
	return reply(l, a, tests[a[0]].name)
}

// run runs test a[0]. If it fails, the result is EIO and the buffer says what went wrong, as
// name does, with a zero byte behind it.
func run(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[0] >= uint64(len(tests)) {
		return 0, syscall.ENOENT
	}
	err := tests[a[0]].run(l.Thread)
	if err == nil {
		return 0, 0
	}
	if _, errno := reply(l, a, err.Error()+"\x00"); errno != 0 {
		return 0, errno
	}
	return 0, syscall.EIO
}

func reply(l *proc.LWP, a *[6]uint64, s string) (uint64, syscall.Errno) {
	b := []byte(s)
	b = b[:min(uint64(len(b)), a[2])]
	if err := l.Space().CopyOut(mem.VirtAddr(a[1]), b); err != nil {
		return 0, syscall.EFAULT
	}
	return uint64(len(b)), 0
}

// crash is a system call with a bug, chosen by a[0].
func crash(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	switch a[0] {
	case 0:
		var p *[2]uint64
		return p[a[1]&1], 0
	case 1:
		s := make([]byte, 3)
		return uint64(s[a[1]|3]), 0
	case 2:
		panic(fmt.Sprintf("crash call %d", a[1]))
	case 3:
		return 1 / (a[0] - 3), 0
	case 4:
		go panic("crash call 4, where nobody recovers") // ends the kernel
		select {}
	}
	return 0, syscall.EINVAL
}
