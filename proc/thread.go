package proc

import (
	"sync/atomic"

	"gossamer/kernel/futex"
	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
	"gossamer/lwp"
)

// An LWP is an lwp.LWP with what a process adds to it: the call under way, the signal mask
// and the signals meant for this LWP alone.
type LWP struct {
	lwp.LWP
	p      *Process
	thread sched.Thread // lwp.LWP's

	// Touched by the LWP itself only.
	space       *space // p's, or the one that execve is replacing it by
	altStack    lwp.AltStack
	interrupted bool   // the last call returned EINTR, which has not been dealt with
	again       bool   // it is to be made again, whatever handler runs
	sleepUntil  int64  // deadline of the wait that was interrupted, for when it is made again
	patience    int    // waits for memory to become free, outOfMemory
	clearTID    uint64 // word to be cleared and woken at the end, set_tid_address(2); 0: none
	robust      uint64 // robust futexes that it may hold, set_robust_list(2); 0: none
	futex       futex.Waiter
	buf         []byte // for short reads and writes
	unparked    bool   // the call of Park that was interrupted has unparked the other LWP
	control     *sched.Control
	controlAt   VirtAddr // the program's address of control; 0: none

	// Of an activation; see activation.go.
	act      *activations // nil: it is none
	number   int          // in act
	base     uint64       // GS base: its VP's page
	quiet    bool         // its waits are no business of lwp/sa's
	enabling bool         // it has become an activation, but is in loop still

	phase     atomic.Uint32 // changes under p.mu
	faults    atomic.Uint64 // exceptions in user mode
	cancelled atomic.Bool   // the next sleep is to end with EINTR, _lwp_wakeup(2)

	// Guarded by p.mu; see lwpwait.go and lwpsuspend.go.
	name          string // its own, _lwp_setname(2)
	detached      bool
	hold          hold
	lingers       bool            // waits in linger
	event         sched.WaitQueue // it was suspended, continued, detached, or has ended
	waitsFor      *LWP
	waiters       int  // who wait for it to end, and for it alone
	watchers      int  // who wait for it to be suspended
	listed        bool // in p.zombies, by before and after
	before, after *LWP

	// Guarded by p.mu.
	index     int // in p.lwps
	mask      Sigset
	awaits    Sigset // what rt_sigtimedwait waits for
	oldMask   Sigset // to be restored once the signals that rt_sigsuspend let in are taken
	suspended bool   // oldMask counts
	pending   pending
	sched     schedule
}

// newLWP makes the first LWP of p, which has no number and no thread yet.
func (p *Process) newLWP(ctx lwp.Context) *LWP {
	l := &LWP{p: p}
	l.Ctx, l.Owner = ctx, l
	p.join(l)
	return l
}

// enroll gives the first LWP of a process its number. sys.mu is held.
func (l *LWP) enroll(id lwp.ID) {
	l.ID = id
	l.p.sys.lwps.put(l)
	l.phase.Store(alive)
}

// join puts an LWP in its process's list; leave takes it out. p.mu is held, or p is new.
func (p *Process) join(l *LWP) {
	l.index = len(p.lwps)
	p.lwps = append(p.lwps, l)
	if !l.detached {
		p.joinable++
	}
}

// enter makes the LWP run in an address space.
func (l *LWP) enter(s *space) {
	l.space = s
	l.Ctx.SetPageTable(s.PT())
}

// bind gives the LWP its kernel thread, which costs nothing until it is started. It comes
// before anybody can find the LWP.
func (l *LWP) bind(name string) {
	l.Thread = &l.thread
	l.thread.UserData = &l.LWP
	l.thread.Init(name, sched.PrioUser, runLWP)
}

func runLWP(t *sched.Thread) { threadLWP(t).run(t) }

// Process returns the process that l belongs to.
func (l *LWP) Process() *Process { return l.p }

// Space returns the address space that l runs in. Only l itself may ask.
func (l *LWP) Space() *mem.AddressSpace { return l.space.AddressSpace }

// Interrupted reports whether something wants l's attention: a call that takes long in
// pieces stops between two of them.
func (l *LWP) Interrupted() bool { return l.Attention() != 0 }

// Buffer returns a scratch buffer of BufferSize bytes, the LWP's own.
func (l *LWP) Buffer() []byte {
	if l.buf == nil {
		l.buf = make([]byte, BufferSize)
	}
	return l.buf
}

// BufferSize is the size of an LWP's scratch buffer.
const BufferSize = 704 // an abi.LWPContext fits

// threadLWP returns the LWP that a kernel thread runs, nil if it is a pure kernel thread.
func threadLWP(t *sched.Thread) *LWP {
	if t == nil {
		return nil
	}
	if u, ok := t.UserData.(*lwp.LWP); ok {
		l, _ := u.Owner.(*LWP)
		return l
	}
	return nil
}
