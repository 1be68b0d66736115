// Package sched runs kernel threads: it decides which thread runs when, and is the only way for
// one to block.
//
// A kernel thread is a coroutine (Context). There are as many dispatchers as CPUs, and on each runs
// one thread, which when it blocks, yields or ends takes the next one from the run queues and
// switches to it; only when there is none does it switch to the dispatcher's own goroutine, which
// parks. To programs a dispatcher is a CPU: its number is what they are told and can be bound to.
// Which CPU of the machine that is may change, since the Go runtime moves goroutines; so a thing
// that is per processor belongs to a dispatcher.
//
// # States
//
//	New --> Ready <--------> Running --> Exited --> Ended
//	 ^                                                |
//	 +------------------------------------------------+
//	          ^ ^             |   ^
//	          | |       Wait  v   |  woken in time: no switch
//	          | |       Blocking  |
//	          | |       /      \  |
//	          | |      v        v |
//	          | +-- Blocked   Woken
//	          |                 |
//	          +-----------------+
//
//	from      to        who                              how
//	New       Ready     who calls Start                  the only one
//	Ready     Running   the dispatcher that took it      the only one
//	Running   Blocking  the thread, under the queue's mu the only one
//	Blocking  Woken     who ended the wait               competes with Blocked
//	Blocking  Blocked   who it switched to: finish       competes with Woken
//	Woken     Running   the thread, instead of switching the only one
//	Woken     Ready     who it switched to: finish       the only one
//	Blocked   Ready     who ended the wait               the only one
//	Running   Ready     who it switched to: finish       the only one
//	Running   Ready     the thread, under its queue's mu the only one; see takeTurns
//	Running   Exited    the thread, last thing it does   the only one
//	Exited    Ended     who it switched to: finish       the only one
//	Ended     New       its owner: Renew                 the only one
//
// The rule behind Blocking and Woken: nobody may resume a thread before the one it switches to has
// got control, for until then the thread still runs on its stack, and resuming a running coroutine
// is the end of both. So a waker that finds the thread Blocking leaves a mark only; the thread, if
// it sees the mark in time, or else whom it switched to acts upon it (dispatcher.finish). Competing
// transitions are compare-and-swap; the others are swaps that panic if the old state is not the
// one in the table, and a run queue refuses a thread that is on its stack.
//
// # How a wait ends
//
// A thread in a wait queue points to it (Thread.waitq). A wake, an interrupt and a deadline all
// end a wait in the same way: lock the queue, find the thread in it still, take it out and note
// the outcome (decide), unlock, wake. Who takes it out has decided; the others find nothing. A
// deadline carries the number of the wait it was set for, since the thread may have come back to
// the same queue.
//
// # Choosing
//
// Every dispatcher has two run queues, lists by priority, first in first out: one that others may
// take from too, one for the threads bound to it. A thread that becomes ready is queued where it
// ran last. A dispatcher takes the most urgent thread of its queues and of all others' open ones,
// among equals one of its own; only after a yield or the end of a time slice it takes the one
// that has waited longest anywhere. Each queue publishes its best claim in one word, so all
// this takes one load per queue and the lock of the one chosen.
//
// A thread's priority follows from its class and level, and in class TimeSharing from what it has
// used and how long it was blocked (class.go). Nobody waits for ever: now and then the thread that
// has waited longest in vain gets a slice.
//
// Whom a thread wakes by WakeNext or UnparkAndPark is in no queue until the waker blocks, or, if it is
// urgent, gives way, and then runs in its place: it is on its way, like a thread between a queue and a CPU.
//
// A time slice ends when the kernel's tick takes the thread out of user mode: its user loop calls
// Tick. A call that works in pieces looks between two of them (Breathe). A thread readied when no
// dispatcher is parked preempts the least urgent running one if that is less urgent than itself: it
// is queued there, the victim's ShouldYield becomes true and the victim is kicked out of user mode,
// or not let in.
//
// Five places rely on the same argument: each side first writes its own word, then reads the
// other's, so one of them sees the other (Go's atomics are sequentially consistent).
//
//	waker:       queue the thread, look for a parked dispatcher
//	dispatcher:  join the parked ones, look at the queues                (idle.go)
//	waker:       queue the thread, look at what runs there
//	dispatcher:  publish what runs here, look at the own queue           (dispatcher.go, yield.go)
//	SetClass:    set the class, look at queue; Bind likewise
//	queueing:    set queue, look at the class                            (runqueue.go, yield.go)
//	SetClass:    look at queue in vain, set shouldYield
//	dispatcher:  take the thread from queue, look at shouldYield         (dispatcher.go)
//	Interrupt:   set the flag, look at waitq
//	Wait:        set waitq, look at the flag                             (waitqueue.go)
//
// # Locks
//
//	the caller's lock (the l of Wait)
//	    WaitQueue.mu    its list; the wait fields of the threads in it
//	        -
//	    timers.mu       the heap
//	    runQueue.mu     its lists
//	    idleSet.mu      the parked dispatchers
//	    scheduler.mu    the live threads, the spare stacks
//
// The five of this package are never held together. None is held across a switch, but for one: a
// thread that takes turns with the next one of its queue (takeTurns) puts itself there at once, under
// the same hold of the lock, and that is released by whom it switches to. WakeOne, WakeAll and
// Interrupt may be called by anybody, threads or goroutines, holding any lock but these.
// Nothing on the way of Wait, wake-up and switch allocates.
//
// Reading order: machine.go, thread.go, state.go, class.go, waitqueue.go, park.go, lend.go, renew.go, wake.go,
// dispatcher.go, stack.go, idle.go, runqueue.go, yield.go, timer.go, account.go, control.go, runnable.go,
// stats.go, trace.go. The tests explore all interleavings of small scenes (waitscenes_test.go,
// runscenes_test.go) up to a number of preemptions (explore_test.go); sync.go is what makes that possible.
package sched
