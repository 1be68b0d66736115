package ksyscall

import (
	"math"
	"syscall"

	"gossamer/proc"
)

// Time: clocks and sleeping.

// Clocks of clock_gettime(2).
const (
	clockRealtime        = 0
	clockMonotonic       = 1
	clockProcessCPU      = 2
	clockThreadCPU       = 3
	clockMonotonicRaw    = 4
	clockRealtimeCoarse  = 5
	clockMonotonicCoarse = 6
	clockBoottime        = 7
)

func timespec(ns int64) syscall.Timespec { return syscall.Timespec{Sec: ns / 1e9, Nsec: ns % 1e9} }

func timeval(ns int64) syscall.Timeval {
	return syscall.Timeval{Sec: ns / 1e9, Usec: ns % 1e9 / 1e3}
}

// forever is the longest sleep: 146 years, so that nothing overflows.
const forever = math.MaxInt64 / 2

// duration returns a timespec in ns, at most forever. EINVAL: not normal.
func duration(ts *syscall.Timespec) (int64, syscall.Errno) {
	switch {
	case ts.Sec < 0 || ts.Nsec < 0 || ts.Nsec >= 1e9:
		return 0, syscall.EINVAL
	case ts.Sec >= forever/int64(1e9):
		return forever, 0
	}
	return ts.Sec*1e9 + ts.Nsec, 0
}

// durationAt returns the timespec at an address in ns, at most forever. EFAULT; EINVAL: not normal.
func durationAt(l *proc.LWP, at uint64) (int64, syscall.Errno) {
	var ts syscall.Timespec
	if errno := get(l, at, &ts); errno != 0 {
		return 0, errno
	}
	return duration(&ts)
}

// limitAt returns the deadline of a wait that begins now and has the timespec at an address as its
// limit: never 0, which means none, unless the address is 0. EFAULT, EINVAL.
func limitAt(l *proc.LWP, at uint64) (deadline int64, errno syscall.Errno) {
	if at == 0 {
		return 0, 0
	}
	d, errno := durationAt(l, at)
	if errno != 0 {
		return 0, errno
	}
	return max(1, later(l.Process().System().Now(), d)), 0
}

// later returns now+d, at most forever.
func later(now, d int64) int64 { return min(now, forever-max(d, 0)) + d }

func now(l *proc.LWP, clock uint64) (int64, syscall.Errno) {
	s := l.Process().System()
	switch int32(clock) {
	case clockRealtime, clockRealtimeCoarse:
		return s.WallClock(), 0
	case clockMonotonic, clockMonotonicRaw, clockMonotonicCoarse, clockBoottime:
		return s.Now(), 0
	case clockProcessCPU:
		return l.Process().CPUTime(), 0
	case clockThreadCPU:
		return l.Thread.CPUTime(), 0
	}
	return 0, syscall.EINVAL
}

func clockGettime(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	ns, errno := now(l, a[0])
	if errno != 0 {
		return 0, errno
	}
	ts := timespec(ns)
	return 0, put(l, a[1], &ts)
}

func clockGetres(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if _, errno := now(l, a[0]); errno != 0 || a[1] == 0 {
		return 0, errno
	}
	ts := timespec(1)
	return 0, put(l, a[1], &ts)
}

func gettimeofday(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[0] != 0 {
		tv := timeval(l.Process().System().WallClock())
		if errno := put(l, a[0], &tv); errno != 0 {
			return 0, errno
		}
	}
	if a[1] != 0 {
		return 0, put(l, a[1], new([2]int32)) // struct timezone: UTC
	}
	return 0, 0
}

func timeCall(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	sec := l.Process().System().WallClock() / 1e9
	if a[0] != 0 {
		if errno := put(l, a[0], &sec); errno != 0 {
			return 0, errno
		}
	}
	return uint64(sec), 0
}

func nanosleep(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return sleep(l, clockMonotonic, false, a[0], a[1])
}

func clockNanosleep(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	const timerAbstime = 1
	switch int32(a[0]) {
	case clockRealtime, clockMonotonic, clockBoottime:
		return sleep(l, a[0], a[1]&timerAbstime != 0, a[2], a[3])
	case clockProcessCPU:
		return 0, syscall.EOPNOTSUPP
	}
	return 0, syscall.EINVAL
}

// sleep waits for a time that the timespec at req says; an interrupted relative sleep
// stores at rem, if that is not 0, what was left.
func sleep(l *proc.LWP, clock uint64, absolute bool, req, rem uint64) (uint64, syscall.Errno) {
	d, errno := durationAt(l, req)
	if errno != 0 {
		return 0, errno
	}
	s := l.Process().System()
	start := s.Now()
	if absolute {
		ns, _ := now(l, clock)
		return 0, l.SleepUntil(later(start, d-ns), false)
	}
	errno = l.SleepUntil(later(start, d), true)
	if errno == syscall.EINTR && rem != 0 {
		left := timespec(max(0, l.SleepDeadline()-s.Now()))
		if e := put(l, rem, &left); e != 0 {
			errno = e
		}
	}
	return 0, errno
}

// clockTicks is sysconf(_SC_CLK_TCK).
const clockTicks = 100

func times(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	p := l.Process()
	const tick = int64(1e9 / clockTicks)
	if a[0] != 0 {
		t := syscall.Tms{Utime: p.CPUTime() / tick, Cutime: p.ChildCPUTime() / tick}
		if errno := put(l, a[0], &t); errno != 0 {
			return 0, errno
		}
	}
	return uint64(p.System().Now() / tick), 0
}
