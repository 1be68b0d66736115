package ksyscall

import (
	"encoding/binary"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/kernel/timer"
	"gossamer/lwp"
	"gossamer/proc"
)

// Interval timers: timerfd_create(2), timer_create(2), setitimer(2). They run on the monotonic
// clock; the realtime clock, which nobody can set, differs from it by a constant.

// itimerspec is struct itimerspec.
type itimerspec struct{ Every, Value syscall.Timespec }

func timerClock(clock uint64) bool {
	switch int32(clock) {
	case clockRealtime, clockMonotonic, clockBoottime:
		return true
	}
	return false
}

// expiry is the time on the monotonic clock that a time from now on, or on a clock, means; 0 is
// none and stays so.
func expiry(l *proc.LWP, clock int, value int64, absolute bool) int64 {
	start := l.Process().System().Now()
	if absolute {
		ns, _ := now(l, uint64(clock))
		start -= ns
	}
	if value == 0 {
		return 0
	}
	return max(1, later(start, value))
}

// getInterval reads an itimerspec. EFAULT; EINVAL: a time is not normal.
func getInterval(l *proc.LWP, at uint64, clock int, absolute bool) (v timer.Interval, errno syscall.Errno) {
	var s itimerspec
	if errno := get(l, at, &s); errno != 0 {
		return v, errno
	}
	value, e1 := duration(&s.Value)
	every, e2 := duration(&s.Every)
	if e1 != 0 || e2 != 0 {
		return v, syscall.EINVAL
	}
	return timer.Interval{Next: expiry(l, clock, value, absolute), Every: every}, 0
}

// putInterval stores an itimerspec.
func putInterval(l *proc.LWP, at uint64, left, every int64) syscall.Errno {
	return put(l, at, &itimerspec{timespec(every), timespec(left)})
}

// Flags of timerfd_create(2), timerfd_settime(2) and timer_settime(2).
const (
	tfdFlags       = syscall.O_CLOEXEC | syscall.O_NONBLOCK
	timerAbstime   = 1
	timerCancelSet = 2 // the clock is never set
)

func timerfdCreate(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	flags := int(int32(a[1]))
	if flags&^tfdFlags != 0 || !timerClock(a[0]) {
		return 0, syscall.EINVAL
	}
	return addNew(l, flags&syscall.O_CLOEXEC != 0, func(s *fs.FS) *fs.File {
		return s.NewTimerFD(&l.Process().System().Timers, int(int32(a[0])), flags)
	})
}

// onTimerFD calls f for the timer of a descriptor. EBADF; EINVAL: it is none.
func onTimerFD(l *proc.LWP, r uint64, f func(*fs.TimerFD) syscall.Errno) (uint64, syscall.Errno) {
	file, errno := l.Process().Files().Get(fd(r))
	if errno != 0 {
		return 0, errno
	}
	defer file.Close()
	if t := file.TimerFD(); t != nil {
		return 0, f(t)
	}
	return 0, syscall.EINVAL
}

func timerfdSettime(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	flags := int32(a[1])
	if flags&^(timerAbstime|timerCancelSet) != 0 {
		return 0, syscall.EINVAL
	}
	return onTimerFD(l, a[0], func(t *fs.TimerFD) syscall.Errno {
		v, errno := getInterval(l, a[2], t.Clock, flags&timerAbstime != 0)
		if errno != 0 {
			return errno
		}
		left, every := t.Set(v)
		if a[3] != 0 {
			return putInterval(l, a[3], left, every)
		}
		return 0
	})
}

func timerfdGettime(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return onTimerFD(l, a[0], func(t *fs.TimerFD) syscall.Errno {
		left, every := t.Left()
		return putInterval(l, a[1], left, every)
	})
}

// Values of struct sigevent's sigev_notify; a thread is for the C library to make.
const (
	sigevSignal   = 0
	sigevNone     = 1
	sigevThread   = 2
	sigevThreadID = 4
	sigeventSize  = 64
)

// getEvent reads a struct sigevent: what to send and to whom. EFAULT, EINVAL.
func getEvent(l *proc.LWP, at uint64) (info proc.Siginfo, only lwp.ID, errno syscall.Errno) {
	var b [sigeventSize]byte
	if err := l.Space().CopyIn(b[:], mem.VirtAddr(at)); err != nil {
		return info, 0, proc.Errno(err)
	}
	le := binary.LittleEndian
	info.Value = le.Uint64(b[:])
	info.Signal = int(int32(le.Uint32(b[8:])))
	switch notify := le.Uint32(b[12:]); notify {
	case sigevNone:
		info.Signal = 0
		return info, 0, 0
	case sigevThreadID:
		if only = lwp.ID(le.Uint32(b[16:])); only <= 0 {
			return info, 0, syscall.EINVAL
		}
	case sigevSignal, sigevThread:
	default:
		return info, 0, syscall.EINVAL
	}
	if info.Signal < 1 || info.Signal > proc.NSIG {
		return info, 0, syscall.EINVAL
	}
	return info, only, 0
}

func timerCreate(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if !timerClock(a[0]) {
		return 0, syscall.EINVAL
	}
	if !heapOK(l) {
		return 0, syscall.EAGAIN
	}
	info, only := proc.Siginfo{Signal: int(syscall.SIGALRM)}, lwp.ID(0)
	if a[1] != 0 {
		var errno syscall.Errno
		if info, only, errno = getEvent(l, a[1]); errno != 0 {
			return 0, errno
		}
	}
	p := l.Process()
	id, errno := p.NewTimer(int(int32(a[0])), info, only, a[1] == 0)
	if errno != 0 {
		return 0, errno
	}
	number := int32(id)
	if errno := put(l, a[2], &number); errno != 0 {
		p.DeleteTimer(id)
		return 0, errno
	}
	return 0, 0
}

func timerSettime(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	p, id := l.Process(), int(int32(a[0]))
	if a[2] == 0 {
		return 0, syscall.EINVAL
	}
	clock, errno := p.TimerClock(id)
	if errno != 0 {
		return 0, errno
	}
	v, errno := getInterval(l, a[2], clock, a[1]&timerAbstime != 0)
	if errno != 0 {
		return 0, errno
	}
	left, every, errno := p.SetTimer(id, v)
	if errno == 0 && a[3] != 0 {
		errno = putInterval(l, a[3], left, every)
	}
	return 0, errno
}

func timerGettime(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	left, every, errno := l.Process().TimerLeft(int(int32(a[0])))
	if errno != 0 {
		return 0, errno
	}
	return 0, putInterval(l, a[1], left, every)
}

func timerGetoverrun(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	n, errno := l.Process().TimerOverrun(int(int32(a[0])))
	return uint64(n), errno
}

func timerDelete(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Process().DeleteTimer(int(int32(a[0])))
}

// itimerval is struct itimerval.
type itimerval struct{ Every, Value syscall.Timeval }

// microseconds returns a timeval in ns, at most forever. EINVAL: not normal.
func microseconds(tv *syscall.Timeval) (int64, syscall.Errno) {
	if tv.Usec < 0 || tv.Usec >= 1e6 {
		return 0, syscall.EINVAL
	}
	return duration(&syscall.Timespec{Sec: tv.Sec, Nsec: tv.Usec * 1e3})
}

// Only the timer that counts real time is there: EINVAL for those that count CPU time.
const itimerReal = 0

func setitimer(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if int32(a[0]) != itimerReal {
		return 0, syscall.EINVAL
	}
	var v itimerval // as on Linux, no value stops the timer
	if a[1] != 0 {
		if errno := get(l, a[1], &v); errno != 0 {
			return 0, errno
		}
	}
	value, e1 := microseconds(&v.Value)
	every, e2 := microseconds(&v.Every)
	if e1 != 0 || e2 != 0 {
		return 0, syscall.EINVAL
	}
	left, was := l.Process().SetAlarm(timer.Interval{Next: expiry(l, clockMonotonic, value, false), Every: every})
	if a[2] != 0 {
		return 0, put(l, a[2], &itimerval{timeval(was), remaining(left)})
	}
	return 0, 0
}

// remaining is a time left as a timeval: what is not nothing is at least 1 µs.
func remaining(ns int64) syscall.Timeval {
	if ns > 0 {
		ns = max(ns, 1e3)
	}
	return timeval(ns)
}

func getitimer(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if int32(a[0]) != itimerReal {
		return 0, syscall.EINVAL
	}
	left, every := l.Process().AlarmLeft()
	return 0, put(l, a[1], &itimerval{timeval(every), remaining(left)})
}

// alarm's result is the seconds left, rounded, but not to 0.
func alarm(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	v := timer.Interval{Next: expiry(l, clockMonotonic, int64(uint32(a[0]))*1e9, false)}
	left, _ := l.Process().SetAlarm(v)
	if left > 0 {
		left = max(1, (left+5e8)/1e9)
	}
	return uint64(left), 0
}
