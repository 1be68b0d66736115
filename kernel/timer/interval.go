package timer

import "math"

// Interval is what an interval timer is set to. Times are in ns on the clock of Queue.Now. The
// zero value is a timer that is not set.
type Interval struct {
	Next  int64 // when it expires next, 0: never
	Every int64 // and again after that, 0: once
}

// Expire returns how often the timer has expired by now, and moves Next on.
func (v *Interval) Expire(now int64) uint64 {
	if v.Next == 0 || v.Next > now {
		return 0
	}
	if v.Every == 0 {
		v.Next = 0
		return 1
	}
	n := (now-v.Next)/v.Every + 1
	if v.Every > math.MaxInt64-now {
		v.Next = math.MaxInt64
	} else {
		v.Next += n * v.Every
	}
	return uint64(n)
}

// Left returns the time until the timer expires next: at least 1 if it will, also when it is
// late and its owner has not been called yet; 0 if it is not set.
func (v Interval) Left(now int64) int64 {
	if v.Next == 0 {
		return 0
	}
	if v.Every != 0 {
		v.Expire(now)
	}
	return max(v.Next-now, 1)
}
