// Package sys is the ground a bare user program stands on: the ELF entry, raw system
// calls, typed wrappers, signals and the argument block.
//
// # Writing a bare program
//
// A bare program is a package main that imports sys and is linked with sys.Start as its
// entry, so that the Go runtime is in the file but never started:
//
//	package main
//
//	import (
//		"gossamer/ulib/out"
//		"gossamer/ulib/sys"
//	)
//
//	func main() {
//		out.Out.Str("pid ").Int(sys.Getpid()).NL().Flush()
//		sys.Exit(0)
//	}
//
//	CGO_ENABLED=0 go build -ldflags "-E gossamer/ulib/sys.Start" .
//
// The file is a static ELF program for Linux's system-call ABI: it runs under Linux too.
//
// There is no heap, no scheduler and no garbage collector, and package initialisers do not
// run. Use constants, arrays, structs, slices of arrays, strings that are in the file, and
// plain functions. Leave out: make, new, append that grows, maps, channels, go, defer,
// closures that are stored, string concatenation, conversions to interfaces, fmt, and
// variables whose initial value is computed. A pointer into memory that is not Go's (from
// [Mmap], from the kernel) is a uintptr. Memory comes from package variables, from the
// stack, or from [Mmap].
//
// # Stack
//
// The program runs on the stack the kernel gave it. [Start] declares the [StackWindow]
// bytes below the entry's stack pointer as usable, whatever more the kernel would give.
// A program that outgrows them, and one that indexes out of range, ends with the Go
// runtime's fatal error, a traceback on descriptor 2, and status 2. To have that, Start
// gives the runtime the few words of its g and m that the report needs.
//
// # Registers
//
// Compiled Go wants R14 = g, the same g at -8(FS), X15 = 0 and the direction flag clear.
// Start sets them with arch_prctl(ARCH_SET_FS); the signal trampoline sets them again.
// A forked child inherits all of it. One thread per process: everything static here is
// unguarded.
//
// # Results
//
// Typed wrappers return [Errno], zero for success. Raw ones ([Syscall0] … [Syscall6])
// return the kernel's register as it is: -4095…-1 are negative error numbers; [Result]
// takes them apart. Paths longer than [PathMax] bytes fail with ENAMETOOLONG here.
//
// Reading order: start_amd64.s, start.go, syscall_amd64.s, syscall.go, file.go, memory.go,
// process.go, thread.go, lwp.go, time.go, signal.go, args.go, exec.go, text.go, names.go,
// tree.go, report.go.
package sys
