package ulib

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// Where signals wait, and who is told of them. A signal that the kernel has given up waits in sigs,
// once for each number, or in the thread it was sent to. A thread that is to look has sigDue in
// thread.cancel: so no short way is open to it, and it looks, in attend, at its next cancellation
// point, at the end of a wait, at the end of a section that was told (VP.pending), and wherever the
// machine can get hold of it (sigcollect.go, activation.go). While a thread is due every run queue's look
// has lookSignals, which keeps all VPs away from short ways.

// sigs: all of it is guarded by the queue's lock.
var sigs struct {
	q       waitQueue // threads in SigWait
	pending SigSet    // that wait for any thread to take them
	owned   SigSet    // atomic: that the kernel gives up to us
	waited  SigSet    // that somebody has waited for
	dues    uint32    // atomic; how many threads are due
	held    uint32    // atomic; how many signals are late
	taking  lock      // taken before any other: one VP at a time brings signals from the kernel to their places
	info    [maxSignal + 1]sys.SigInfo
	act     [maxSignal + 1]action
}

// An action is what a signal does.
type action struct {
	kind actionKind
	f    SigHandler
	mask SigSet
}

// Values of VP.got.
const (
	gotNone   = iota
	gotOne    // in VP.gotInfo; the VP's LWP blocks all signals
	gotPassed // it may block one that it need not
)

// late are real-time signals that an LWP has caught and whose place in sigs is taken: one of each
// number, which the LWP blocks meanwhile.
type late struct {
	set  SigSet // [sigs.q.lock]
	info [maxSignal - nudge]sys.SigInfo
}

type actionKind uint8

const (
	defaults actionKind = iota
	ignores
	handles
)

const (
	sigDue = 8       // in thread.cancel: it is to look for signals
	masked = 1 << 30 // in thread.duties: it blocks signals
	tkill  = -6      // SI_TKILL, of one sent to a thread
)

// setAction is Catch, Ignore and Default.
func setAction(sig int, a action) Errno {
	if !catchable(sig) {
		return sys.EINVAL
	}
	v := enter()
	sigs.q.lock.acquire(v)
	to := &sigs.act[sig]
	to.kind, to.mask = a.kind, a.mask
	*(*uintptr)(unsafe.Pointer(&to.f)) = *(*uintptr)(unsafe.Pointer(&a.f))
	sigs.q.lock.release()
	v.leave()
	own(sigBit(sig))
	return 0
}

// own has the kernel give up the signals in set, from now on.
func own(set SigSet) {
	set &^= SigSet(atomic.LoadUint64((*uint64)(&sigs.owned)))
	if set == 0 {
		return
	}
	catchFromKernel(nudge)
	for ; set != 0; set &= set - 1 {
		sig := bits.TrailingZeros64(uint64(set)) + 1
		catchFromKernel(sig)
		atomic.OrUint64((*uint64)(&sigs.owned), uint64(sigBit(sig)))
	}
}

// due has t look. The queue's lock is held, and t does not end meanwhile.
func (t *thread) due() {
	if atomic.OrUint32(&t.cancel, sigDue)&sigDue != 0 {
		return
	}
	if atomic.AddUint32(&sigs.dues, 1) == 1 {
		for i := range atomic.LoadUint32(&nvp) {
			atomic.OrUint32(&vps[i].queue.look, lookSignals)
		}
	}
}

// undue ends that. The queue's lock is held, and t.ctl: who has found t due under that may end its wait,
// and t will know of him.
func (t *thread) undue() {
	if atomic.AndUint32(&t.cancel, ^uint32(sigDue))&sigDue == 0 {
		return
	}
	if atomic.AddUint32(&sigs.dues, ^uint32(0)) == 0 {
		for i := range atomic.LoadUint32(&nvp) {
			atomic.AndUint32(&vps[i].queue.look, ^uint32(lookSignals))
		}
	}
}

// send makes a signal pending for t, which is not done. t.exit.lock is held, and released.
func (v *VP) send(t *thread, sig int) {
	sigs.q.lock.acquire(v)
	if sigs.act[sig].kind != ignores || t.sigmask&sigBit(sig) != 0 {
		t.sigs |= sigBit(sig)
		if q, _ := t.waitsAt(); t.sigmask&sigBit(sig) == 0 || q == &sigs.q && t.wanted&sigBit(sig) != 0 {
			t.due()
		}
	}
	sigs.q.lock.release()
	v.tell(t)
}

// tell sees to it that t, if it is due, looks soon. t.exit.lock is held, and released.
func (v *VP) tell(t *thread) {
	if atomic.LoadUint32(&t.cancel)&sigDue == 0 || t == v.cur {
		t.exit.lock.release()
		return
	}
	t.ctl.acquire(v)
	t.exit.lock.release()
	if atomic.LoadUint32(&t.cancel)&sigDue != 0 && !v.interrupt(t, uncancellable, sys.EINTR) {
		t.interruptCall(v)
		v.nudge(t)
	}
	t.ctl.release()
}

// offer has t look for a signal, if it lives and does not block it.
func (v *VP) offer(t *thread, sig int) bool {
	if t.sigmask&sigBit(sig) != 0 || t.done {
		return false
	}
	t.exit.lock.acquire(v)
	sigs.q.lock.acquire(v)
	yes := !t.done && t.sigmask&sigBit(sig) == 0
	if yes {
		t.due()
	}
	sigs.q.lock.release()
	if yes {
		v.tell(t)
	} else {
		t.exit.lock.release()
	}
	return yes
}

// dispatch tells somebody of each signal in set that is pending for any thread. In a critical
// section, without locks.
func (v *VP) dispatch(set SigSet) {
	for set &= sigs.pending; set != 0; set &= set - 1 {
		v.choose(bits.TrailingZeros64(uint64(set)) + 1)
	}
}

// choose finds a thread for a signal: one that waits for it, the one that runs here, others that
// run, any.
func (v *VP) choose(sig int) {
	sigs.q.lock.acquire(v)
	for t := sigs.q.head; t != nil; t = t.next {
		if t.wanted&sigBit(sig) != 0 {
			sigs.q.remove(t)
			sigs.q.lock.release()
			v.ready(t)
			return
		}
	}
	sigs.q.lock.release()
	if v.cur != &v.sched && v.offer(v.cur, sig) {
		return
	}
	for i := range atomic.LoadUint32(&nvp) {
		if t := vps[i].cur; t != &vps[i].sched && t != v.cur && v.offer(t, sig) {
			return
		}
	}
	for t := pool.last(); t != nil; t = t.older {
		if v.offer(t, sig) {
			return
		}
	}
}

// arrived keeps a signal that the kernel has given up and tells somebody. If there is one of that
// number, and it is a real-time signal, it goes to l. In a critical section, with sigs.taking held.
func (v *VP) arrived(sig int, info *sys.SigInfo, l *late) {
	if sig < 1 || sig > maxSignal {
		return
	}
	sigs.q.lock.acquire(v)
	if sigs.pending&sigBit(sig) != 0 {
		if sig > nudge && l != nil {
			l.set |= sigBit(sig)
			l.info[sig-nudge-1] = *info
			atomic.AddUint32(&sigs.held, 1)
		}
		sigs.q.lock.release()
		return
	}
	if sigs.act[sig].kind != ignores || sigs.waited&sigBit(sig) != 0 {
		sigs.pending |= sigBit(sig)
		sigs.info[sig] = *info
		noteMask()
	}
	sigs.q.lock.release()
	v.dispatch(sigBit(sig))
}

// takeSignal takes for t, the caller, the lowest signal of set that is pending; 0: none. The queue's
// lock is held.
func (t *thread) takeSignal(set SigSet, info *sys.SigInfo) int {
	from := t.sigs & set
	own := from != 0
	if !own {
		if from = sigs.pending & set; from == 0 {
			return 0
		}
	}
	sig := bits.TrailingZeros64(uint64(from))&(maxSignal-1) + 1
	if own {
		t.sigs &^= sigBit(sig)
	} else {
		sigs.pending &^= sigBit(sig)
		noteMask()
	}
	if info != nil {
		*info = sys.SigInfo{Signo: int32(sig), Code: tkill, Addr: uint64(sys.Getpid())}
		if !own {
			*info = sigs.info[sig]
		}
	}
	return sig
}

// attend has the caller, which is t, take the signals that it does not block. If its wait has been ended
// and it does not know that yet, it first is to see to what it leaves behind.
func (t *thread) attend() {
	for atomic.LoadUint32(&t.cancel)&sigDue != 0 && !t.attending && t.reason == 0 {
		t.attending = true
		t.takeOne()
		t.attending = false
	}
}

// takeOne takes the next signal. Whatever makes t attend on the way, but in a handler, leaves it at
// that: attend looks again.
func (t *thread) takeOne() {
	var info sys.SigInfo
	v := enter()
	v.collect()
	t.ctl.acquire(v)
	sigs.q.lock.acquire(v)
	sig := t.takeSignal(^t.sigmask, &info)
	if sig == 0 {
		t.undue()
		sigs.q.lock.release()
		t.ctl.release()
		v.leave()
		return
	}
	a := &sigs.act[sig]
	kind, mask := a.kind, t.sigmask
	var f SigHandler
	var rest SigSet // that t may have been told of, and blocks now
	if kind == handles {
		*(*uintptr)(unsafe.Pointer(&f)) = *(*uintptr)(unsafe.Pointer(&a.f))
		t.sigmask |= (a.mask | sigBit(sig)) &^ notOurs
		t.duties |= masked
		t.taken++
		rest = sigs.pending & t.sigmask &^ mask
	}
	sigs.q.lock.release()
	t.ctl.release()
	v.dispatch(rest)
	v.refill()
	v.leave()
	switch kind {
	case handles:
		inCall, deadline := t.inNoCall(), t.suspendTimer() // the handler may end the thread
		t.attending = false
		call(f, sig, uintptr(unsafe.Pointer(&info)))
		t.attending = true
		t.arm(deadline)
		if inCall {
			t.inCallNow()
		}
		t.setMask(mask)
	case defaults:
		byDefault(sig)
	}
}

// call calls a handler. What is at info is on the caller's stack, where it stays.
//
//go:noinline
func call(f SigHandler, sig int, info uintptr) { f(sig, (*sys.SigInfo)(pointer(info))) }

// byDefault does what a signal does by default.
func byDefault(sig int) {
	if sigBit(sig)&ignoredByDefault != 0 {
		return
	}
	if sigBit(sig)&stopping != 0 {
		sig = sys.SIGSTOP
	} else {
		defaultAction(sig)
	}
	killProcess(sig)
}

// forget is for a thread that blocks signals and has ended: those sent to it are gone. Its exit.lock is
// held, and nobody sends it any more.
func (t *thread) forget(v *VP) {
	sigs.q.lock.acquire(v)
	t.sigs, t.sigmask, t.wanted = 0, 0, 0
	sigs.q.lock.release()
}

// forgetAll is for the child of a fork: nothing is pending for it, and t is its only thread.
func (t *thread) forgetAll() {
	sigs.pending, sigs.held, t.sigs = 0, 0, 0
	put(&sigs.q.head, nil)
	atomic.StoreUint32(&sigs.dues, 0)
	atomic.AndUint32(&t.cancel, ^uint32(sigDue))
}
