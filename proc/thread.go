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

	futex futex.Waiter
	buf   []byte          // for short reads and writes
	event sched.WaitQueue // it was suspended, continued, detached, or has ended; with p.mu

	phase     atomic.Uint32 // changes under p.mu
	faults    atomic.Uint64 // exceptions in user mode
	cancelled atomic.Bool   // the next sleep is to end with EINTR, _lwp_wakeup(2)

	activation atomic.Bool // act is not nil

	life
}

// newLWP makes the first LWP of p, which has no number and no thread yet.
func (p *Process) newLWP() *LWP {
	l := p.fresh()
	p.join(l)
	return l
}

// enroll gives the first LWP of a process its number. sys.mu is held.
func (l *LWP) enroll(id lwp.ID) {
	l.setID(id)
	l.p.sys.lwps.put(l)
	l.phase.Store(alive)
}

// setID gives an LWP a number. sys.mu is held.
func (l *LWP) setID(id lwp.ID) {
	l.ID = id
	l.thread.SetTag(int32(id))
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
	if l.Thread != nil { // recycled
		l.thread.Renew(name)
		return
	}
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
