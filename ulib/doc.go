// Package ulib is user threads for bare programs: threads that a program switches, wakes and
// synchronises by itself, on top of the LWPs that the kernel gives it.
//
//	func main() {
//		if e := ulib.Start(); e != 0 {
//			out.Fatal("program", "threads", e)
//		}
//		id, _ := ulib.Create(work, 7)
//		result, _ := ulib.Join(id)
//		…
//	}
//
// The calls have the meaning of POSIX threads; the errors are POSIX's, as values. A deadline is
// an instant of [Now], in nanoseconds: one that is past, or negative, is now, and 1<<63-1 is none. What
// needs no waiting succeeds whatever the deadline is. What is told of a bare program in package sys holds for
// every thread: it has a stack of a fixed size, no heap, no collector.
//
// # Words
//
// A *thread* is a control block at the upper end of a stack of its own (thread.go). A *VP*, virtual
// processor, is what threads run on: an LWP with a run queue and a scheduler (vp.go). GS base is
// the VP; the current thread is what compiled Go takes for its g. The *pool* is the VPs that share
// their threads, and steal from each other; a thread of system scope is *bound* to a VP that runs
// nothing else (bound.go).
//
// A [Model] is nothing but who is bound and how large the pool is:
//
//	n1   SunOS 4                   a pool of one
//	11   Solaris 9, NetBSD 5       all threads are bound
//	mn   SVR4, Solaris 2, IRIX     a pool of some, which grows when all are in calls that block
//	sa   Anderson et al., NetBSD 2 a pool of activations, one for each CPU (activation.go)
//
// With activations the kernel takes a thread off its VP when that blocks or its time is up, and
// gives it back, in a slot, on the ready list; what this side does then is docs/activations.md's
// U1 to U13. All else is the same code: on pure user operations the models do not differ.
//
// # A thread's states, and where it is
//
//	          Create                  switched to
//	(pool) ───────────▶ ready ───────────────────────────▶ running
//	   ▲      in a VP's lifo or queue ◀─────────────────── VP.cur
//	   │                  ▲              Yield                │ │
//	   │                  │ woken                  waits      │ │ returns, Exit
//	   │                  └────────── in a waitQueue ◀────────┘ ▼
//	   └───────────────────────────────────────────────────── done
//	               joined, detached
//
// A thread is in exactly one of these places. It changes queues only under the queue's lock, and
// nobody sees it in a queue before it has left its stack: a switch frees the lock that guards
// that queue as its last step (SWITCH in switch.h).
//
// A VP prefers the thread woken last (lifo), whose data are in the cache, to the queue; but not
// more than maxStreak times in a row, so those in the queue run too. Threads do not preempt each
// other, but for one of a higher priority that is made ready, and, under activations, at the end of
// a slice while others wait; in the other models compute-bound ones should Yield.
//
// Under activations a thread that the kernel has taken off is in a slot; if slots are wanted by others it
// is evicted from there, to its own stack, wherever it waits for its turn (slot.go).
//
// # Critical sections
//
// Between enter and leave, or enter and a switch, VP.disabled is set: the VP takes no upcall, the
// thread cannot be moved to another VP, and it makes no call that blocks. Locks are taken there
// only, so whoever holds one is on its way to free it. Their order:
//
//	piLock → sigs.taking
//	  → thread.exit.lock → thread.ctl → poolLock → timers.lock
//	    → a waitQueue's lock (a Channel's: recv, then send), sigs.q's among them
//	      → pool.lock | spare.lock | keys.lock | one of heap's | act.lock → a runQueue's lock
//
// # Waits that end otherwise
//
// A wait has a deadline, or is cancellable, by wait.go: who ends it stores the reason first and
// looks where the thread waits then; the thread does it the other way round. A signal ends every wait:
// who waits for a mutex, a rwlock or a barrier, which Cancel does not end, first gives up what others see
// of it there, a priority lent or a place before them, then runs the handler and queues again. What a thread waits
// for lives as long as the thread has not returned, and that wants the lock that the other holds.
//
// # Signals
//
// Masks are the threads', and a handler runs on the thread that takes the signal: signal.go. What the
// kernel gives up, to an activation by sa_sigtake, to an LWP by a handler of ours that only notes it,
// waits in sigs, or in the thread it was sent to (sigqueue.go). A thread that is to look is *due*, a
// bit of thread.cancel, so all short ways are closed to it. One that waits is woken (EINTR), a call
// that sleeps is ended, and one that runs is stopped between two instructions: by sa_preempt, or by
// a signal of ours to its LWP. Its next instruction is then that of lookFirst, which keeps all
// registers; so is what a slot holds changed before the thread in it goes on. In a critical section
// nothing of that happens: the end of the section looks, for VP.pending is set.
//
// # Short ways
//
// Creating, joining, yielding and semaphores have a short way in assembly (short_amd64.s) beside
// the function in Go that does the whole: the short way handles the common case and goes to the
// function in any other.
//
// # Reading order
//
// thread.go, queue.go, vp.go, machine.go and switch.h; create.go, stack.go, bound.go, lwp.go,
// start.go, model.go; wait.go, timer.go, cancel.go; sem.go, mutex.go, cond.go and whatever else
// threads meet at; io.go; activation.go, slot.go; short_amd64.s; trace.go.
//
// # Tests
//
// user/tests asks each call about its results, errors, deadlines and cancellation, under every
// model. On a host the scheduler and what threads meet at run on a machine that takes every
// decision about which VP goes on, and tries all of them up to a bound (explore_test.go, scenes_test.go).
// Under activations that machine has the kernel's own lwp/sa in it (kernel_test.go, upcalls_test.go),
// ordinary LWPs beside (lwps_test.go), signals (signal_explore_test.go) and, in some scenes, the kernel's
// steps taken apart (kernelstep_test.go); mistakes put into either side are found (seeds_test.go). That the
// short ways do as the functions behind them is asked of the assembly itself (shortways_test.go). go test
// does all that; with more preemptions:
//
//	go test -tags explore -run TestActivations ./ulib -args -more 1
package ulib
