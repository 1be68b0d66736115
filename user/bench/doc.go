// Bench measures what system calls cost and prints "BENCH name value unit" lines.
//
//	bench [FILTER]    the benchmarks whose name FILTER matches; see sys.Match
//
// Each figure is the time-stamp counter's difference for one operation: the median of
// seven runs of many operations, after a run to warm up. Under QEMU's -icount shift=0 the
// counter is the number of instructions executed, exact from run to run, and the unit is
// "instructions"; elsewhere it is "ticks". Idle time counts too, so nothing here waits for
// anything but another process. boot_to_init is the counter at process 1's first
// instruction.
//
// Reading order: main.go, bench.go; lwp.go, lwpcall.go; user.go (threads of ulib), sa.go (activations
// without it).
package main
