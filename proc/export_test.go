package proc

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
