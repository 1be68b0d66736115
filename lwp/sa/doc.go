// Package sa is the kernel's side of scheduler activations: what becomes of the virtual processors
// (VPs) and the context slots of a process, and who runs. It names no register and knows no thread of
// the kernel; Host is what it needs of an LWP. Rules K1 … K19 are those of docs/activations.md.
//
// # Who is what
//
// An SA process has nvp VPs, nslot > nvp slots, and nslot LWPs, all made at registration. Each LWP
// is one of three things at a time:
//
//	onVP       it serves a VP: its user context is what the VP runs, or, if that has no
//	           processor, the VP's private save
//	inKernel   it makes a call for the thread of a slot, whose VP another LWP serves meanwhile
//	inReserve  it is parked
//
//	              Block, slot free: the VP goes to a reserve LWP
//	    onVP ──────────────────────────────────────────────► inKernel
//	      ▲                                                     │ the call is over: registers to
//	      └───────────────────── inReserve ◄────────────────────┘ the slot, slot to the ready list
//
// If a VP idles when a call is over, and has a processor, the LWP serves that instead, and the one
// that is parked there goes to the reserve: one switch of threads, not two.
//
// A VP:
//
//	            fill                     Block, closed
//	NoCPU ───────────────► Run ───────────────────────────► Wait ──┐ the call is over
//	 ▲ ▲ ▲ ◄───────────── │ │ │     Block, no slot free            │ (saved)
//	 │ │ │ giveUp, keep,  │ │ └───────────────────────────► Plain ─┤ or a slot is free
//	 │ │ │ Handoff        │ │ Yield                                │ (convert)
//	 │ │ └─────────────── Idle ◄── wakeIdle, deadline              │
//	 │ └───────────────────────────────────────────────────────────┘
//
// NoCPU is one of three: saved (the LWP's context is to go on exactly there), due != 0 (it holds
// nothing; an upcall comes first), neither (its sa_yield is about to return).
//
// # One way to user mode
//
// An LWP calls Edge each time before it enters user mode, and does what the verdict says. That is
// where threads go to slots and VPs stop, start and are upcalled: all in one step under the lock, by
// the LWP whose registers they are. Whoever wants something of a running VP sets look, of the VP or
// of the process, and kicks: Edge without a lock tests these words, the ready list and the waiting
// signals.
//
// # What is asserted
//
// With Debug every step ends with a check: I1 VPs running are at most those granted, but for a take
// under way, for which look is set; I2 LWPs, VPs and slots refer to each other one to one; I4 only a
// VP without a processor is saved; I6 a free slot is never left beside a plain block, and there is a
// reserve LWP for each VP that may block. The tests run this code against a small ulib through every
// order of events up to a bound and count the threads: I2, I3, I5 and progress.
//
// Package ulib's tests run this code against the whole of ulib, with the build tag explore: sync.go has
// what that replaces.
//
// # Locks
//
//	proc.Process.mu → Allocator.mu → Process.mu (the sa lock) → kernel/sched's
//
// The sa lock is a leaf but for what Host does: no wait and no allocation under it. Two sa locks are
// never held together.
//
// Reading order: process.go, area.go, edge.go, post.go, turn.go, block.go, call.go, signal.go,
// life.go, allocate.go, ordinary.go, check.go.
package sa
