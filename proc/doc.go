// Package proc is processes: an address space, files, signal dispositions and a place in a
// family tree, shared by one or more LWPs; and the loop that runs an LWP.
//
// It reaches the machine through Machine, lwp.Context and mem.PageTable only, so the same code
// runs in the kernel and under go test -race (package proctest).
//
// # Life of a process
//
//	        link                last LWP ends              wait4
//	Embryo ------> Alive -----------------------> Zombie --------> Reaped
//	   |             ^ |                             |                ^
//	   | discard     | | SIGSTOP ..  (Process.       |  parent does   |
//	   v             | v  SIGCONT     stopped)       |  not want to   |
//	 (gone)        Alive, all LWPs in nextSignal     +--- know -------+
//
// Ending has two steps. Whoever wants the process to end (exit_group, a signal, a fault, a
// panic in a call) calls die: it records the status, the first one counts, and notifies all
// LWPs. Each LWP then ends by itself, when it is about to enter user mode and at no other
// place (attend returns false, finish): so a call under way always comes to its end, and gives
// back what it holds. The last LWP to go buries the process.
//
// # Life of an LWP
//
// The first LWP has the process's number; others are made by CreateLWP (_lwp_create) and NewLWP
// (clone) and have numbers of their own, from the same space. All are equal: a process goes on
// without its first LWP. Of several that call execve the first to say so ends the others, and takes
// the process's number.
//
//	number     publish           finish            somebody waits, detach, last LWP ends, execve
//	  |           |                |                  |
//	  v           v                v                  v
//	embryo ---> alive ----------> zombie ----------> gone
//	  |           |                                   ^
//	  +-- abort   +------ finish, detached -----------+
//
// Only the living are in Process.lwps; a number is free again when its LWP is gone. The record of one
// that is gone, with thread and context, is the next one's (recycle.go says who may hold on to it). While it is
// alive an LWP may be suspended (lwpsuspend.go), as the process may be stopped: either way it
// stands still in linger.
//
//	         +------------------------------+
//	         v                              |
//	run → attention? → Enter → call, fault, tick
//	         |
//	         v
//	      attend: signals, stop ──────→ finish
//
// # Signals
//
// Sending (send.go) makes a signal pending and notifies an LWP that does not block it. Taking
// (deliver.go) is done by the LWP, on its way into user mode. A call that a signal interrupts
// returns EINTR. If then no handler runs, the call is made again, as if nothing had happened;
// if one runs, SA_RESTART and the call decide (System.Restarts).
//
// # Memory
//
// Memory is promised freely. A page fault that finds no frame, and has none after the kernel's heap
// has given back what it can (Machine.Reclaim), kills the process that faults (SIGKILL, logged); process 1 is spared while there is another, the largest being killed in
// its place. A call that finds no frame fails with ENOMEM. When the kernel's own heap is over
// its budget (Machine.HeapOK), calls that make kernel objects fail: fork, execve and mmap with
// ENOMEM, open and pipe with ENFILE. The number of processes is limited: EAGAIN.
//
// # Locks
//
//	System.mu    the tree: who is whose child, groups, sessions, process states, what there
//	             is to report to a parent. Waiting for children and for vfork is done under it.
//	Process.mu   LWPs, signals and masks, stopping and ending, names, working directory,
//	             the pointer to the address space.
//	Files.mu     the descriptors.
//
// In this order, then the locks of fs, mem, timer and sched. At most one Process.mu is held at a
// time. None is held while user memory is touched. An address space in use by another process
// than its own (vfork, /proc) is held by space.share and drop.
//
// # Reading order
//
// machine, system, process, thread, run; fork, clone, schedule, exec, exit, wait, letgo, status, start;
// lwptable, lwpcreate, recycle, lwpwait, lwpsuspend, lwppark, lwpctl, lwpinfo; elf, vectors; sigset, send,
// deliver, mask, sigwait, group, timer; activation, actsignal; files; report, disasm; procfs, proclwp; trace,
// tracering.
package proc
