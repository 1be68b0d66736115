package sched

import "syscall"

// Park blocks t until Unpark, an interrupt or a point in time (ns as Machine.Now counts, 0: none):
// nil, EINTR or ETIMEDOUT. If Unpark has been called since the last Park, or before the first,
// that one token is taken and Park returns EALREADY at once. Only t itself may call it.
// NetBSD _lwp_park(2).
func (t *Thread) Park(deadline int64) error {
	t.parkMu.Lock()
	defer t.parkMu.Unlock()
	if t.token {
		t.token = false
		return syscall.EALREADY
	}
	err := t.parkq.WaitDeadline(t, &t.parkMu, deadline)
	return err
}

// Unpark ends t's Park, or leaves a token for the next one: one token, however often it is called.
func (t *Thread) Unpark() {
	t.parkMu.Lock()
	if !t.parkq.WakeOne() {
		t.token = true
	}
	t.parkMu.Unlock()
}
