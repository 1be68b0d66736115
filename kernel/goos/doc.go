// Package goos is the operating system that the Go runtime sees: a static GOOS=linux
// program asks for about thirty system calls, and this package answers them in ring 0.
// Nearly all of it is bare Go (see docs/design.md): it runs on a CPU's own stack with
// interrupts off, called by the trap entries of arch/amd64.
//
// # Threads
//
// A thread here is one of the runtime's Ms, made by clone. Threads run preemptively on any
// CPU, first come first served. They are few (about one per CPU and one per goroutine that
// waits for an interrupt) and short of work: user programs are scheduled above the
// runtime, by kernel/sched, and time slices of LWPs are its business.
//
//	          clone               chosen by schedule
//	free ───────────────▶ ready ◀────────────────────▶ running
//	 ▲                      ▲     preempted, yields      │  │
//	 │                      │ wake, deadline passed      │  │ futex, nanosleep, epoll,
//	 │                      └──────────── waiting ◀──────┘  │ interrupt wait
//	 └──────────────────────────────────────────────────────┘ exit
//
// A running thread is the current thread of exactly one CPU. A CPU without one runs its
// idle thread, which is in no queue.
//
// # Locks
//
// All of them are spin locks, taken with interrupts off by bare code only.
//
//	sched    thread states, the ready queue, futex queues, sleepers, signals, alarms
//	memory   the runtime's address space
//	log      the log port
//	screen   the terminal on the screen
//	amd64's flush lock; kernel/frame's locks
//
// No two are held together, except that frame's may be taken under memory, and screen under log. A
// CPU that waits for a lock goes on serving TLB requests, and nobody waits for a TLB request while
// holding a lock: so these waits end.
//
// # Reading order
//
// entry_amd64.s, boot.go, thread.go, schedule.go, trap.go, call.go, futex.go, poll.go,
// signal.go, memory.go, clock.go, random.go, irq.go, interruptlog.go, log.go, lastwords.go, screen.go,
// console.go, fatal.go, power.go; then api.go, which is what the kernel above uses.
package goos
