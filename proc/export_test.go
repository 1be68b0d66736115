package proc

import "gossamer/lwp"

// LastNumber is the number that was given last.
func (s *System) LastNumber() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(s.lastPID)
}

// SetLastNumber has the next number be the one above n, if that is free.
func (s *System) SetLastNumber(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastPID, s.wrapped = PID(n), true
}

// Numbers is how many numbers LWPs have.
func (s *System) Numbers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lwps.n
}

// TakeNumber is what execve does once it has ended the others.
func (l *LWP) TakeNumber() { l.takeNumber() }

// Forget is what the end of a detached LWP does when it has left its process.
func (l *LWP) Forget() { l.p.sys.forget(l) }

// Record says which record the LWP that has a number has, nil if none; and Unpark is what an
// _lwp_unpark of that number goes on with when it has found the record.
func (p *Process) Record(id lwp.ID) *LWP { return p.sys.lwps.find(id) }
func (l *LWP) Unpark(id lwp.ID)          { l.Thread.UnparkTagged(int32(id)) }
