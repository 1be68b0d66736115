package ulib

import (
	"sync/atomic"

	"gossamer/ulib/sys"
)

// Signals of threads, with POSIX's meaning: dispositions are the process's, masks the threads'. A
// signal to the process is taken by one thread that does not block it, a signal to a thread by that
// thread, and a handler runs on the thread that takes the signal, interrupting what it does.
//
// Those that are not the program's by [Catch], [SigWait] or [SigMask] are the kernel's, as always: they
// do what they do by default. SIGKILL, SIGSTOP, and those of faults cannot be had.

// A SigSet is a set of signals: bit n-1 is signal n (sys.SigBit).
type SigSet uint64

// A SigHandler is a top-level function that runs when a thread takes a signal, between any two
// instructions of the thread, with the signal blocked. It may use what cannot wait, as POSIX has it
// of async-signal-safe functions: atomics, [Semaphore.Post], [Kill], [SigMask], [Self], [Now], and
// system calls of package sys; and what the thread it interrupts does not use at that moment. For all
// else let a thread [SigWait]. All waits are interrupted, and go on after the handler, until the same
// deadline, but behind others of the same priority. It may end the thread, by [Exit].
type SigHandler = func(sig int, info *sys.SigInfo)

// maxSignal is the highest signal, nudge the one that this package keeps for itself.
const (
	maxSignal = 64
	nudge     = 32
)

// notOurs are signals that cannot be caught, or that are about the instruction that a thread is at.
const notOurs = 1<<(sys.SIGKILL-1) | 1<<(sys.SIGSTOP-1) | 1<<(nudge-1) |
	1<<(sys.SIGSEGV-1) | 1<<(sys.SIGBUS-1) | 1<<(sys.SIGFPE-1) | 1<<(sys.SIGILL-1) | 1<<(sys.SIGTRAP-1)

// ignoredByDefault and stopping are what signals do by default that do not end the process.
const (
	ignoredByDefault = 1<<(sys.SIGCHLD-1) | 1<<(sys.SIGCONT-1) | 1<<(sys.SIGURG-1) | 1<<(28-1)
	stopping         = 1<<(sys.SIGTSTP-1) | 1<<(sys.SIGTTIN-1) | 1<<(sys.SIGTTOU-1)
)

func sigBit(sig int) SigSet { return 1 << uint(sig-1) }

func catchable(sig int) bool { return sig >= 1 && sig <= maxSignal && sigBit(sig)&notOurs == 0 }

// Catch makes h what signal sig does, with the signals in mask blocked meanwhile, too. sigaction(2).
// EINVAL: h is nil, or there is no such signal, or it cannot be caught.
func Catch(sig int, h SigHandler, mask SigSet) Errno {
	if h == nil || !catchable(sig) {
		return sys.EINVAL
	}
	return setAction(sig, action{kind: handles, f: h, mask: mask})
}

// Ignore has signal sig do nothing from now on, and one that is pending too: sigaction(2) with SIG_IGN.
// EINVAL: there is no such signal, or it cannot be caught.
func Ignore(sig int) Errno { return setAction(sig, action{kind: ignores}) }

// Default has signal sig do what it does by default from now on, and one that is pending too:
// sigaction(2) with SIG_DFL. EINVAL: as for Ignore.
func Default(sig int) Errno { return setAction(sig, action{kind: defaults}) }

// SigMask changes the signals that the caller blocks, by set, and returns those it has blocked so
// far; how is sys.SIG_BLOCK, sys.SIG_UNBLOCK or sys.SIG_SETMASK. A new thread blocks what its creator
// does. pthread_sigmask(3). EINVAL: how.
func SigMask(how int, set SigSet) (old SigSet, e Errno) {
	t := self()
	old = t.sigmask
	set &^= notOurs
	switch how {
	case sys.SIG_BLOCK:
		set |= old
	case sys.SIG_UNBLOCK:
		set = old &^ set
	case sys.SIG_SETMASK:
	default:
		return old, sys.EINVAL
	}
	own(set &^ old)
	t.setMask(set)
	return old, 0
}

// setMask is SigMask for t, the caller.
func (t *thread) setMask(set SigSet) {
	v := enter()
	sigs.q.lock.acquire(v)
	old := t.sigmask
	t.sigmask = set
	if set != 0 {
		t.duties |= masked
		atomic.OrUint32(&t.special, specialMask)
	} else {
		t.duties &^= masked
		atomic.AndUint32(&t.special, ^uint32(specialMask))
	}
	if (sigs.pending|t.sigs)&old&^set != 0 {
		t.due()
	}
	rest := sigs.pending & set &^ old
	sigs.q.lock.release()
	v.dispatch(rest) // this thread may have been the one told of them
	v.leave()
	t.attend()
}

// SigPending is the signals that wait for the caller, or any thread, to take them. sigpending(2).
func SigPending() SigSet {
	t := self()
	v := enter()
	v.collect()
	sigs.q.lock.acquire(v)
	set := sigs.pending | t.sigs
	sigs.q.lock.release()
	v.leave()
	t.attend()
	return set & (t.sigmask | sigs.waited)
}

// Kill sends a signal to a thread; 0 only asks whether there is one. pthread_kill(3). One that is not
// the program's is the process's and the kernel's. EINVAL: no such signal, or the one that this
// package uses itself; ESRCH: no such thread.
func Kill(id ID, sig int) Errno {
	if sig < 0 || sig > maxSignal || sig == nudge {
		return sys.EINVAL
	}
	v := enter()
	t := v.lookup(id)
	if t == nil {
		v.leave()
		return sys.ESRCH
	}
	if sig == 0 || t.done {
		t.exit.lock.release()
		v.leave()
		return 0
	}
	if !catchable(sig) || atomic.LoadUint64((*uint64)(&sigs.owned))&uint64(sigBit(sig)) == 0 {
		t.exit.lock.release()
		v.leave()
		return killProcess(sig)
	}
	v.send(t, sig)
	v.leave()
	self().attend()
	return 0
}

// SigWait waits for one of the signals in set and takes it, the lowest first; info, if not nil, is
// told about it. All threads should block them. sigwaitinfo(2). EINVAL: set is empty, or has one that
// cannot be caught. A cancellation point.
func SigWait(set SigSet, info *sys.SigInfo) (sig int, e Errno) {
	return SigWaitUntil(set, info, noDeadline)
}

// SigWaitUntil is SigWait with a deadline. sigtimedwait(2). EAGAIN: it has passed. A cancellation point.
func SigWaitUntil(set SigSet, info *sys.SigInfo, deadline int64) (sig int, e Errno) {
	t := self()
	if set == 0 || set&notOurs != 0 {
		return 0, sys.EINVAL
	}
	own(set)
	t.cancelPoint()
	t.arm(deadline)
	for e == 0 || e == sys.EINTR {
		v := enter()
		v.collect()
		sigs.q.lock.acquire(v)
		if sig = t.takeSignal(set, info); sig != 0 {
			sigs.q.lock.release()
			v.dispatch(set) // it may have been woken for another
			v.refill()
			v.leave()
			t.disarm(deadline)
			return sig, 0
		}
		t.wanted = set
		sigs.waited |= set
		e = sigs.q.wait(v, t, cancellable)
	}
	t.disarm(deadline)
	if e == ECANCELED {
		// What it was woken for is another's now.
		v := enter()
		v.dispatch(set)
		v.leave()
		t.die()
	}
	return 0, sys.EAGAIN
}

// SigSuspend blocks the signals in mask instead of those that the caller blocks, until it has taken
// a signal: sigsuspend(2). A cancellation point.
func SigSuspend(mask SigSet) {
	t := self()
	t.cancelPoint()
	old := t.sigmask
	own(mask &^ old &^ notOurs)
	taken := t.taken
	t.setMask(mask &^ notOurs)
	for t.taken == taken {
		var q waitQueue // that nobody else knows
		v := enter()
		q.lock.acquire(v)
		if q.wait(v, t, cancellable) == ECANCELED {
			t.die()
		}
	}
	t.setMask(old)
}
