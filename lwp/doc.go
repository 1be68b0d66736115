// Package lwp is the light-weight process: one user context bound to one kernel thread.
//
// An LWP has two sets of registers. Those of the program live in its Context, which the
// machine saves and loads in Context.Enter. Those of the kernel live on the stack of its
// kernel thread (sched.Thread) and are nobody's business here. The scheduler knows only the
// kernel thread; the program knows only the context; the LWP ties them together:
//
//	process ──< LWP ──1:1── kernel thread
//	             │
//	             └──1:1── Context (the machine's)
//
// Reading order: context.go (what the machine offers), lwp.go (the LWP and how to get its
// attention). What a process adds to each of its LWPs, signal masks above all, is in package
// proc, as is the loop that runs an LWP.
//
// # Attention
//
// Whoever wants an LWP to look at something other than its program sets a bit in its
// attention word, by Notify. That ends an interruptible wait of the kernel thread, or brings
// the context back from user mode, whichever it is in. The LWP looks at the word each time
// before it enters user mode, and takes the bits with Take. Notify and Take are called under
// the lock that guards what the bits are about (proc.Process.mu), so that no interruption
// outlives its reason.
package lwp
