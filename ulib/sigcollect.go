package ulib

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// How signals come in from the kernel, and how a thread that runs is made to look for its own.
//
// An activation takes the process's signals by sa_sigtake, when an upcall, or the process page, says
// that there are some. Which it does not want, for one of the same number still waits, stands in
// VP.sigmask: so in the kernel each waits in turn.
//
// To an LWP the kernel delivers a signal, on a stack of the VP's own. The handler, caught, keeps it
// in the VP and leaves all signals blocked there until the VP has passed it on, in collect; a real-time
// signal of which there is one already the VP keeps, and has its LWP block that number. What it
// has interrupted may have been anything: if it was a thread outside critical sections, that is made
// to look first thing (lookAt); otherwise the section's end, or the scheduler, looks.

var allCaught *VP // atomic; VPs that catch signals, linked by VP.nextCaught

// catches has v's LWP, which calls, catch signals on a stack of the VP's.
func (v *VP) catches() {
	b := (*vpBlock)(unsafe.Pointer(v))
	altStack(uintptr(unsafe.Pointer(&b.signalStack)))
	v.lateAt(uintptr(unsafe.Pointer(&b.late)))
	for {
		first := atomic.LoadUintptr((*uintptr)(unsafe.Pointer(&allCaught)))
		*(*uintptr)(unsafe.Pointer(&v.nextCaught)) = first
		if atomic.CompareAndSwapUintptr((*uintptr)(unsafe.Pointer(&allCaught)), first, uintptr(unsafe.Pointer(v))) {
			return
		}
	}
}

// lateAt says where v's late signals are.
func (v *VP) lateAt(at uintptr) { *(*uintptr)(unsafe.Pointer(&v.late)) = at }

// aloneWithSignals is for the VP of the child of a fork.
func (v *VP) aloneWithSignals() {
	putVP(&v.nextCaught, nil)
	putVP(&allCaught, v)
	v.got = gotNone
	v.arriveAt(&v.got)
	if act.on {
		// An activation becomes an LWP. Without a stack of its own it catches on the thread's.
		putVP(&allCaught, nil)
		if at, e := memory(unsafe.Sizeof(vpBlock{}.signalStack) + unsafe.Sizeof(late{})); e == 0 {
			altStack(at)
			v.lateAt(at + unsafe.Sizeof(vpBlock{}.signalStack))
			putVP(&allCaught, v)
		}
		return
	}
	v.late.set = 0
	setLWPMask(0)
}

// caught is the handler that the kernel calls on an LWP, of a VP that may be in any state.
//
//go:nosplit
func caught(sig int, info *sys.SigInfo, uc *sys.UContext, v *VP) {
	if sig != nudge {
		v.gotInfo = *info
		v.gotInfo.Signo = int32(sig)
		atomic.StoreUint32(&v.got, gotOne)
		uc.Mask = ^uint64(0)
	}
	if v.disabled == 0 && v.cur != &v.sched {
		uc.SP, uc.IP = v.cur.lookAt(uc.SP, uc.IP)
		if uc.IP == uint64(signalEntry()) {
			return
		}
	}
	atomic.StoreUint32(&v.pending, 1)
	if v.cur == &v.sched && v.lid != 0 && atomic.SwapUint32(&v.token, 1) == 0 && onGossamer {
		sys.Syscall2(abi.SysLWPUnpark, uintptr(v.lid), 0)
	}
}

// lookAtSignals has t, which is in a slot, look for signals before it goes on, if it is to.
func (t *thread) lookAtSignals(s *sa.Slot) {
	if atomic.LoadUint32(&t.cancel)&sigDue != 0 && t.tookG == uintptr(unsafe.Pointer(t)) {
		s.SP, s.IP = t.lookAt(s.SP, s.IP)
	}
}

// signalPoint is where a thread looks that was made to.
func signalPoint() {
	v := enter()
	v.collect()
	v.leave()
	t := self()
	t.looking = false
	t.attend()
	if atomic.LoadUint32(&t.inCall) == 0 || !t.toLook() {
		return
	}
	// Before its call t was where nobody who cancelled it could find it.
	v = enter()
	t.ctl.acquire(v)
	t.interruptCall(v)
	t.ctl.release()
	v.disabled = 0 // with no look, which might move t: the call ends at once
	point()
}

// collect passes on what the kernel has given up to v. In a critical section, without locks.
func (v *VP) collect() {
	point()
	if atomic.LoadUint32(v.arriving) != 0 {
		v.collectAll()
	}
}

func (v *VP) collectAll() {
	if v.arriving == &v.got {
		v.collectCaught()
	} else {
		v.takeAll()
	}
}

// arriveAt says where it stands whether there is something to collect.
func (v *VP) arriveAt(word *uint32) {
	*(*uintptr)(unsafe.Pointer(&v.arriving)) = uintptr(unsafe.Pointer(word))
}

func (v *VP) collectCaught() {
	if v.got == gotOne {
		info := v.gotInfo
		sigs.taking.acquire(v) // what an activation has taken meanwhile has its place
		v.arrived(int(info.Signo), &info, v.late)
		sigs.taking.release()
	}
	atomic.StoreUint32(&v.got, gotNone) // before late is read: see passLate
	var mask SigSet
	if v.late != nil {
		sigs.q.lock.acquire(v)
		mask = v.late.set
		sigs.q.lock.release()
	}
	setLWPMask(mask)
}

// takeAll takes all signals that there are and have a place.
func (v *VP) takeAll() {
	var info sys.SigInfo
	sigs.taking.acquire(v)
	for sys.Err(kernel1(sa.SysSigtake, uintptr(unsafe.Pointer(&info)))) == 0 {
		v.arrived(int(info.Signo), &info, nil) // what there is no place for the kernel does not give up
	}
	sigs.taking.release()
}

// noteMask says which signals the pool's activations do not want. sigs' lock is held.
func noteMask() {
	if act.on {
		for i := range nvp {
			vps[i].sigmask = uint64(sigs.pending)
		}
	}
}

// refill fills places in sigs that have become free. In a critical section, without locks.
func (v *VP) refill() {
	v.collect()
	if atomic.LoadUint32(&sigs.held) == 0 {
		return
	}
	for w := allCaught; w != nil; w = w.nextCaught {
		for v.passLate(w) {
		}
	}
}

// passLate passes on a late signal of w's whose place is free now, and reports whether there was one.
func (v *VP) passLate(w *VP) bool {
	sigs.taking.acquire(v)
	sigs.q.lock.acquire(v)
	set := w.late.set &^ sigs.pending
	if set == 0 {
		sigs.q.lock.release()
		sigs.taking.release()
		return false
	}
	sig := bits.TrailingZeros64(uint64(set)) + 1
	info := w.late.info[(sig-nudge-1)&(maxSignal-nudge-1)]
	w.late.set &^= sigBit(sig)
	atomic.AddUint32(&sigs.held, ^uint32(0))
	sigs.q.lock.release()
	v.arrived(sig, &info, nil)
	sigs.taking.release()
	if atomic.CompareAndSwapUint32(&w.got, gotNone, gotPassed) {
		atomic.StoreUint32(&w.pending, 1)
		w.unpark()
	}
	return true
}

// nudge has t, which may be running on another VP than v, look.
func (v *VP) nudge(t *thread) {
	switch {
	case t.special&specialBound != 0:
		if t.home.lid != 0 {
			nudgeLWP(t.home.lid)
		}
	case act.on:
		for i := range nvp {
			if vps[i] != v {
				kernel1(sa.SysPreempt, uintptr(i))
			}
		}
	default:
		for i := range atomic.LoadUint32(&nvp) {
			if vps[i] != v && vps[i].lid != 0 {
				nudgeLWP(vps[i].lid)
			}
		}
	}
}
