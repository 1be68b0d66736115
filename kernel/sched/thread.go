package sched

import "sync/atomic"

// Priority says how urgent a thread is: a ready thread is never left waiting by a dispatcher
// that takes a less urgent one. 0 to 255, larger is more urgent.
type Priority uint8

const (
	PrioIdle   Priority = 0
	PrioUser   Priority = 64
	PrioKernel Priority = 192
)

// Thread is a kernel thread. It runs on whichever dispatcher takes it, and blocks only by
// WaitQueue and Sleep. Methods that block or yield (Yield, Tick, Sleep) may be called only by
// the thread itself; the others by anybody.
type Thread struct {
	// UserData is the owner's (the LWP that runs on this thread). The scheduler keeps it only.
	UserData any

	// Fixed by NewThread.
	s    *scheduler
	id   int
	name string
	prio Priority
	body func(*Thread)

	state atomic.Uint32 // State; doc.go says who may change it

	// Its dispatcher's while it runs, its queue's lock's while it is queued, its waker's between.
	ctx        Context
	home       *dispatcher // where it ran last
	onStack    bool        // resumed and not yet switched away
	sliceEnded bool        // this switch ends a time slice
	linked     bool        // in a list: a run queue's or a wait queue's
	stamp      uint64      // when it became ready: order in the run queues
	next, prev *Thread

	// Waiting; see waitqueue.go.
	waitq         atomic.Pointer[WaitQueue] // changes from q to nil under q.mu only
	wait          uint64                    // number of this wait
	interruptible bool
	outcome       outcome
	timer         timer
	sleepq        WaitQueue
	parkMu        mutex
	parkq         WaitQueue
	token         bool

	class   Class
	level   int
	bound   int // CPU + 1
	control *Control

	interrupted atomic.Bool
	shouldYield atomic.Bool

	// Accounting; see account.go.
	ran         uint64        // cycles up to the last switch; its dispatcher's
	cpu         atomic.Uint64 // the same for everybody, also while it runs
	ticks       atomic.Uint64
	voluntary   atomic.Uint64 // switches by blocking
	involuntary atomic.Uint64 // switches by yielding
}

// NewThread makes a thread that will run body once started. The thread ends when body returns.
// It costs no stack, and is in no list, before Start.
func NewThread(name string, prio Priority, body func(t *Thread)) *Thread {
	return running().newThread(name, prio, body)
}

// Go makes and starts a thread for the kernel's own work, which has no user mode.
func Go(name string, prio Priority, body func(t *Thread)) *Thread {
	t := NewThread(name, prio, body)
	t.Start()
	return t
}

func (s *scheduler) newThread(name string, prio Priority, body func(*Thread)) *Thread {
	t := &Thread{s: s, id: int(s.lastID.Add(1)), name: name, prio: prio, body: body}
	t.timer = timer{t: t, index: -1}
	return t
}

// Start makes a new thread ready. It may be called once.
func (t *Thread) Start() {
	t.ctx = t.s.m.NewContext(t.main)
	t.s.enlist(t)
	t.home = t.s.spread()
	t.move(New, Ready)
	t.s.ready(t)
}

// main is the whole life of a thread, on its own stack.
func (t *Thread) main() {
	defer t.move(Running, Exited)
	t.body(t)
}

// ID is unique among the threads made since Start, and never 0.
func (t *Thread) ID() int { return t.id }

// Name is what NewThread was told.
func (t *Thread) Name() string { return t.name }

// Priority is the thread's priority.
func (t *Thread) Priority() Priority { return t.prio }

// SetClass gives t another class and the priority in it; the caller has checked that the class
// has it (Class.Range).
func (t *Thread) SetClass(c Class, level int) { t.class, t.level = c, level }

// Class is what SetClass was told.
func (t *Thread) Class() (c Class, level int) { return t.class, t.level }

// Bind has t run on one CPU only, numbered from 0; -1 lets it run anywhere. It counts from the
// next time that t is switched to; if t is running elsewhere it is made to move.
func (t *Thread) Bind(cpu int) { t.bound = cpu + 1 }

// Bound is the CPU that t is bound to, or -1.
func (t *Thread) Bound() int { return t.bound - 1 }

// CPU is where t runs, or ran last.
func (t *Thread) CPU() int { return 0 }

// SetControl has the scheduler keep c up to date; nil: no more. Only t itself may call it.
func (t *Thread) SetControl(c *Control) { t.control = c }
