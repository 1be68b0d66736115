// Package amd64 is the machine: traps, paging, APICs, the FPU, and the way in and
// out of user mode on x86-64.
//
// # What runs where
//
// Three kinds of code enter this package.
//
//   - Kernel Go: goroutines of the Go runtime, which runs in ring 0 on threads
//     that kernel/goos makes. Interrupts are on, and the code may be preempted
//     and moved to another CPU at any instruction.
//   - Bare Go: what the trap entries call, on a CPU's own stack with that CPU's
//     own g, interrupts off. It may not allocate, block or panic.
//   - User code in ring 3, of which this package knows only a [Context].
//
// # Registers
//
// GS base is the address of the CPU's [CPU] record whenever the kernel runs, and
// the user's otherwise; one SWAPGS stands at each crossing, chosen by the saved
// CS (interrupts) or by the sign of the return address (SYSCALL: the kernel is
// linked in the upper half, and the runtime in ring 0 uses SYSCALL to reach
// kernel/goos). FS base is the TLS block of whoever runs: a runtime thread, the
// CPU's bare code, or the user. NMI, #DF, #MC and #DB may come in between two
// instructions of a crossing; their entries trust no GS.
//
// User and kernel registers of an LWP are saved apart: the user's in its Context,
// the kernel's on the stack of the goroutine that called [Context.Enter], which
// to that goroutine is an ordinary function call.
//
// # FPU
//
// One policy: CR4.OSXSAVE stays clear, so everybody has x87 and SSE and nobody
// AVX; user state is saved (FXSAVE) at every return to the kernel and loaded at
// every entry to user mode; an interrupted runtime thread's is saved with the
// rest of it. A thread that entered the kernel by SYSCALL has no live SSE
// registers (Go's ABI0), and saves none.
//
// # Reading order
//
// cpu.go, entry_amd64.s, trap_amd64.s, user_amd64.s, context.go, usercopy.go;
// hooks.go, init.go, descriptors.go; then paging.go, pat.go, mmio.go, kmap.go, tlb.go; then cpuid.go,
// acpi.go, fadt.go, madt.go, mcfg.go, lapic.go, pic.go, ioapic.go, calibrate.go, wait.go, rtc.go,
// smpboot.go, power.go. io.go has the instructions that Go does not.
package amd64
