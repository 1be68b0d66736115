package proc

import (
	"gossamer/kernel/sched"
	"gossamer/lwp"
)

// The records of LWPs that have ended, with their kernel threads, are used again by the LWPs that
// the same process makes next. A record is free for that when its LWP is gone, its number is nobody's,
// and nobody holds on to it; and it is used when nothing runs on its thread's stack any more.
//
// So a pointer to an LWP is that LWP for as long as its holder is the LWP itself, or
//   - has p.mu and has found the LWP alive or a zombie, or has sys.mu and has found its number taken; or
//   - has counted itself in waiters or watchers; or
//   - has set kept, with p.mu and the LWP alive or a zombie.
//
// Unpark alone finds LWPs without any of these: the thread's tag tells it that it came too late.

// life is what an LWP has for itself, zero at its beginning.
type life struct {
	// Touched by the LWP itself only.
	space       *space // p's, or the one that execve is replacing it by
	altStack    lwp.AltStack
	interrupted bool     // the last call returned EINTR, which has not been dealt with
	again       bool     // it is to be made again, whatever handler runs
	sleepUntil  int64    // deadline of the wait that was interrupted, for when it is made again
	patience    int      // waits for memory to become free, outOfMemory
	clearTID    uint64   // word to be cleared and woken at the end, set_tid_address(2); 0: none
	robust      uint64   // robust futexes that it may hold, set_robust_list(2); 0: none
	unparked    bool     // the call of Park that was interrupted has unparked the other LWP
	controlAt   VirtAddr // the program's address of control; 0: none
	control     *sched.Control

	// Of an activation; see activation.go.
	act      *activations // nil: it is none
	number   int          // in act
	base     uint64       // GS base: its VP's page
	quiet    bool         // its waits are no business of lwp/sa's
	enabling bool         // it has become an activation, but is in loop still

	// Guarded by p.mu; see lwpwait.go and lwpsuspend.go.
	name          string // its own, _lwp_setname(2)
	detached      bool
	hold          hold
	lingers       bool // waits in linger
	waitsFor      *LWP
	waiters       int  // who wait for it to end, and for it alone
	watchers      int  // who wait for it to be suspended
	kept          bool // somebody holds on to it
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

// maxSpare is how many records a process keeps.
const maxSpare = 16

// spares are a process's free records, linked by after.
type spares struct {
	first *LWP
	n     int
}

// recycle keeps the record of an LWP that is gone, and whose number is nobody's, for another.
func (p *Process) recycle(l *LWP) {
	p.mu.Lock()
	if l.waiters != 0 || l.watchers != 0 || l.kept || l.act != nil || p.spares.n == maxSpare || len(p.lwps) == 0 {
		p.mu.Unlock()
		l.Ctx.Release()
		return
	}
	l.life = life{after: p.spares.first}
	p.spares.first = l
	p.spares.n++
	p.mu.Unlock()
}

// dropSpares is the end of all spare records. p.mu is held, and no LWP is left.
func (p *Process) dropSpares() {
	for l := p.spares.first; l != nil; l = l.after {
		l.Ctx.Release()
	}
	p.spares = spares{}
}

// fresh returns a record for a new LWP, of which all is zero but a context to start, load or copy
// into, and which has no kernel thread yet or one to renew (bind).
func (p *Process) fresh() *LWP {
	p.mu.Lock()
	l := p.spares.first
	if l != nil && l.thread.Ended() {
		p.spares.first = l.after
		p.spares.n--
		p.mu.Unlock()
		l.after = nil
		l.Begin()
		l.faults.Store(0)
		l.cancelled.Store(false)
		l.phase.Store(embryo)
		l.Ctx.Heed()
		return l
	}
	p.mu.Unlock()
	l = &LWP{p: p}
	l.Owner, l.Ctx = l, p.sys.NewContext()
	return l
}
