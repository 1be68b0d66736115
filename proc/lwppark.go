package proc

import (
	"syscall"

	"gossamer/kernel/sched"
	"gossamer/lwp"
)

// Parking LWPs, _lwp_park(2) and its kin. The token that an unpark leaves is the kernel
// thread's (sched.Thread.Park): one, however often it was given.

// Park blocks the caller until it is unparked, a signal comes, or Now reaches deadline (0: no
// deadline). Before, it unparks the LWP unpark if that is not 0. NetBSD _lwp_park(2).
//
// Errors: ESRCH, there is no LWP unpark, and the caller has not parked; EALREADY, it had been
// unparked before; ETIMEDOUT; EINTR.
func (l *LWP) Park(deadline int64, unpark lwp.ID) syscall.Errno {
	deadline = l.Resume(deadline)
	var err error
	if unpark != 0 && !l.unparked {
		other := l.p.find(unpark)
		if other == nil {
			return syscall.ESRCH
		}
		err = l.Thread.UnparkAndPark(other.Thread, int32(unpark), deadline)
	} else {
		l.unparked = false
		err = l.Thread.Park(deadline)
	}
	if err == nil {
		return 0
	}
	errno := Errno(err)
	switch errno {
	case syscall.EALREADY:
		if l.cancelled.Load() && l.cancelled.Swap(false) {
			l.Thread.ClearInterrupt() // a signal's comes with attention
		}
	case syscall.EINTR:
		// If no handler runs the call is made again; the unparking is done.
		l.unparked = unpark != 0
		if deadline != 0 {
			l.Interrupt(deadline)
		}
	}
	return errno
}

// Unpark ends the parking of the process's LWP id, or has its next one end at once: NetBSD
// _lwp_unpark(2). ESRCH: there is none.
func (p *Process) Unpark(id lwp.ID) syscall.Errno {
	t := p.find(id)
	if t == nil {
		return syscall.ESRCH
	}
	t.Thread.UnparkTagged(int32(id))
	return 0
}

// Wakeup ends the system call that the process's LWP id sleeps in, with EINTR. One that does not
// sleep has its next sleep end so, or its next park with EALREADY. NetBSD _lwp_wakeup(2).
// Errors: ESRCH, there is none; ENODEV, it does not sleep; EBUSY, it sleeps and cannot be woken.
func (p *Process) Wakeup(id lwp.ID) syscall.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.find(id)
	switch {
	case t == nil:
		return syscall.ESRCH
	case t.lingers:
		return syscall.EBUSY
	}
	t.cancelled.Store(true)
	switch t.Thread.State() {
	case sched.Blocking, sched.Blocked:
		t.Thread.Interrupt()
		return 0
	}
	t.Thread.Interrupt()
	t.Thread.Unpark()
	return syscall.ENODEV
}
