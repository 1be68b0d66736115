// Package sched runs kernel threads: it decides which thread runs when, and is the only way for
// one to block.
//
// A kernel thread is a coroutine (Context). Dispatchers, goroutines as many as there are CPUs,
// take ready threads from run queues and switch to them; a thread that blocks, yields or ends
// switches back to the dispatcher that resumed it. Which goroutine or CPU that is may differ each
// time, so nothing here is indexed by CPU: a per-processor thing belongs to a dispatcher.
//
// # States
//
//	New --> Ready <--------> Running --> Exited
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
//	Blocking  Blocked   its dispatcher, switched back    competes with Woken
//	Woken     Running   the thread, instead of switching the only one
//	Woken     Ready     its dispatcher, switched back    the only one
//	Blocked   Ready     who ended the wait               the only one
//	Running   Ready     its dispatcher, switched back    the only one
//	Running   Exited    the thread, last thing it does   the only one
//
// The rule behind Blocking and Woken: nobody may resume a thread before its dispatcher has got
// control back from Switch, for until then the thread still runs on its stack, and resuming a
// running coroutine is the end of both. So a waker that finds the thread Blocking leaves a mark
// only; the thread, if it sees the mark in time, or else its dispatcher acts upon it. Competing
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
// Every dispatcher has a run queue: lists by priority, first in first out. A thread that becomes
// ready is queued where it ran last. A dispatcher takes the most urgent thread of all queues,
// among equals one of its own; only after a yield or the end of a time slice it takes the one
// that has waited longest anywhere. Each queue publishes its best claim in one word, so all
// this takes one load per queue and the lock of the one chosen.
//
// A time slice ends when the kernel's tick takes the thread out of user mode: its user loop calls
// Tick. A thread readied when no dispatcher is parked preempts the least urgent running one if
// that is less urgent than itself: it is queued there, the victim's ShouldYield becomes true and
// the victim is kicked out of user mode.
//
// Three places rely on the same argument: each side first writes its own word, then reads the
// other's, so one of them sees the other (Go's atomics are sequentially consistent).
//
//	waker:       queue the thread, look for a parked dispatcher
//	dispatcher:  join the parked ones, look at the queues                (idle.go)
//	waker:       queue the thread, look at what runs there
//	dispatcher:  publish what runs here, look at the own queue           (dispatcher.go)
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
//	    scheduler.mu    the live threads
//
// The five of this package are never held together, and none across a switch. WakeOne, WakeAll
// and Interrupt may be called by anybody, threads or goroutines, holding any lock but these.
// Nothing on the way of Wait, wake-up and switch allocates.
//
// Reading order: machine.go, thread.go, state.go, waitqueue.go, wake.go, dispatcher.go, idle.go,
// runqueue.go, yield.go, timer.go, account.go. The tests explore all interleavings of small
// scenes up to a number of preemptions (explore_test.go); sync.go is what makes that possible.
package sched
