package amd64

// A wait for hardware ends, whatever that does:
//
//	for w := within(µs); busy() && w.goesOn(); {
//	}

// wait is the time that may be spent; it begins when goesOn is called first.
type wait struct {
	micros uint64
	start  uint64 // on the TSC
	turns  int
}

// uncalibrated is how often a wait looks before Calibrate, when the TSC's rate is not known.
const uncalibrated = 100000

func within(micros uint64) wait { return wait{micros: micros} }

// goesOn pauses, and says whether there is time left.
func (w *wait) goesOn() bool {
	Pause()
	w.turns++
	if TSCHz == 0 {
		return w.turns < uncalibrated
	}
	now := RDTSC()
	if w.turns == 1 {
		w.start = now
	}
	return (now-w.start)/max(TSCHz/1000000, 1) < w.micros
}

// DelayMicros spins for that many microseconds, or, before Calibrate, for a moment.
func DelayMicros(micros uint64) {
	for w := within(micros); w.goesOn(); {
	}
}
