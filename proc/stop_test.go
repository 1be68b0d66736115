package proc

import "testing"

// A stop signal that was taken before a SIGCONT came does not stop the process after it.
func TestStaleStopIsNoStop(t *testing.T) {
	p := &Process{conts: 1}
	if p.setStopped(sigSTOP, 0) || p.stopped != 0 {
		t.Error("stopped")
	}
	if !p.setStopped(sigSTOP, 1) || p.stopped != sigSTOP {
		t.Error("not stopped")
	}
}
