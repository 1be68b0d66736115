package sched

// Class says how a thread's priority comes about.
type Class uint8

const (
	TimeSharing Class = iota // 0 to 59; sinks while the thread computes, rises while it waits
	Fixed                    // 0 to 59; stays as set
	RoundRobin               // 1 to 99, above all of the first two; time slices
	FIFO                     // 1 to 99, the same; runs until it blocks or yields
)

var classNames = [...]string{"ts", "fx", "rr", "fifo"}

func (c Class) String() string { return classNames[c] }

// Range is the priorities that a class has.
func (c Class) Range() (min, max int) {
	if c >= RoundRobin {
		return 1, 99
	}
	return 0, 59
}

// DefaultLevel is the priority in TimeSharing of a thread of PrioUser.
const DefaultLevel = 30
