package sched

import (
	"sync/atomic"

	"gossamer/kernel/trace"
)

// Priority says how urgent a thread is: a ready thread is never left waiting by a dispatcher
// that takes a less urgent one. 0 to 255, larger is more urgent.
type Priority uint8

const (
	PrioIdle    Priority = 0
	PrioUser    Priority = 64  // TimeSharing at DefaultLevel
	PrioStarved Priority = 239 // for one time slice
	PrioKernel  Priority = 240
)

// Thread is a kernel thread. It runs on whichever dispatcher takes it, and blocks only by
// WaitQueue, Park and Sleep. Methods that block or yield may be called only by the thread itself;
// the others by anybody.
type Thread struct {
	// UserData is the owner's (the LWP that runs on this thread). The scheduler keeps it only.
	UserData any

	// Fixed by NewThread.
	s    *scheduler
	id   int
	name string
	body func(*Thread)

	state atomic.Uint32 // State; doc.go says who may change it
	base  atomic.Uint32 // class and level
	bound atomic.Int32  // CPU + 1; 0: none

	// Its dispatcher's while it runs, its queue's lock's while it is queued, its waker's between.
	stack     *stack
	home      atomic.Pointer[dispatcher] // where it runs or ran last; anybody may read it
	prio      atomic.Uint32              // by assess; anybody may read it
	queue     atomic.Int32               // number of its run queue, 0: none; changes under that queue's lock
	basis     uint32                     // the base that prio was made up from
	onStack   bool                       // resumed and not yet switched away
	linked    bool                       // in a list: a run queue's or a wait queue's
	starved   bool                       // runs a slice at PrioStarved
	urgent    bool                       // SetUrgent
	preempted bool                       // gives way to a more urgent one: goes to the front of its run queue
	yielded   bool                       // has yielded, and waits at its polite priority
	expired   bool                       // gives way because its time slice has ended
	penalty   uint8
	polite    Priority // its priority when it has yielded; by assess

	calm, calmPolite Priority // prio and polite if it is not urgent

	level Priority // of the list that it is in, or was last
	rest  uint64   // cycles blocked that count towards the next level back
	stamp uint64   // when it became ready: order in the run queues
	since uint32   // the same in ticks of its run queue
	left  uint64   // cycles when it switched away last
	next  *Thread
	prev  *Thread

	// Touched by itself only.
	control *Control
	graced  bool // has been granted NoPreempt
	onBlock func(*Thread) *Thread
	heir    *Thread // by WakeNext; Ready, in no queue; by link
	lender  *Thread // whom it has borrowed the CPU from; it is Ready, in no queue
	lent    bool    // is being somebody's lender

	relentIf *atomic.Uint32 // RelentIf

	// Waiting; see waitqueue.go.
	waitq         word[WaitQueue] // changes from q to nil under q.mu only
	wait          uint64          // number of this wait
	interruptible bool
	outcome       outcome
	timer         timer

	parking WaitQueue // of Park
	token   bool      // an Unpark that found it not parked; parking.mu guards it, and tag
	tag     int32     // SetTag
	sleepq  WaitQueue // of AwaitInterrupt

	interrupted atomic.Bool
	shouldYield atomic.Bool

	// Accounting; see account.go.
	cpu         atomic.Uint64 // cycles, also while it runs
	ticks       atomic.Uint64
	voluntary   atomic.Uint64 // switches by blocking
	involuntary atomic.Uint64 // switches by yielding

	older, newer *Thread // in the list of live threads
}

// NewThread makes a thread that will run body once started. The thread ends when body returns.
// It costs no stack, and is in no list, before Start. With PrioUser its class is TimeSharing.
func NewThread(name string, prio Priority, body func(t *Thread)) *Thread {
	return running().newThread(name, prio, body)
}

// Go makes and starts a thread for the kernel's own work, which has no user mode.
func Go(name string, prio Priority, body func(t *Thread)) *Thread {
	t := NewThread(name, prio, body)
	t.Start()
	return t
}

// Init is NewThread for a zero Thread that is part of something else, which body finds by UserData.
func (t *Thread) Init(name string, prio Priority, body func(t *Thread)) {
	running().init(t, name, prio, body)
}

func (s *scheduler) newThread(name string, prio Priority, body func(*Thread)) *Thread {
	t := new(Thread)
	s.init(t, name, prio, body)
	return t
}

func (s *scheduler) init(t *Thread, name string, prio Priority, body func(*Thread)) {
	t.s, t.id, t.name, t.body = s, int(s.lastID.Add(1)), name, body
	t.timer.Owner = t
	if prio == PrioUser {
		t.base.Store(packBase(TimeSharing, DefaultLevel))
	} else {
		t.base.Store(packBase(Kernel, int(prio)))
	}
	t.assess()
}

// Start makes a new thread ready. It may be called once.
func (t *Thread) Start() {
	t.s.enlist(t)
	t.home.Store(t.s.spread())
	t.move(New, Ready)
	if trace.Active() != nil {
		t.traceStart()
	}
	t.s.ready(t)
}

// ID is unique among the threads made since Start, and never 0.
func (t *Thread) ID() int { return t.id }

// Name is what NewThread was told.
func (t *Thread) Name() string { return t.name }
