package proc

import (
	"syscall"
	"testing"
)

// Do standard signals count once, real-time ones queue in order, and faults come first?
func TestPendingOrder(t *testing.T) {
	var p pending
	for _, i := range []Siginfo{{Signal: 40, Status: 1}, {Signal: 15, Status: 2}, {Signal: 15, Status: 3},
		{Signal: 40, Status: 4}, {Signal: 2}, {Signal: int(syscall.SIGSEGV)}} {
		p.add(&i)
	}
	for _, want := range []Siginfo{{Signal: 11}, {Signal: 2}, {Signal: 15, Status: 2}, {Signal: 40, Status: 1}, {Signal: 40, Status: 4}} {
		if got, ok := p.take(^Sigset(0)); !ok || got != want {
			t.Fatalf("took %+v, %v; want %+v", got, ok, want)
		}
	}
	if _, ok := p.take(^Sigset(0)); ok || p.set != 0 || len(p.queue) != 0 {
		t.Errorf("not empty: %+v", p)
	}
}

func TestPendingRespectsMaskAndDrop(t *testing.T) {
	var p pending
	p.add(&Siginfo{Signal: 10})
	p.add(&Siginfo{Signal: 64})
	p.add(&Siginfo{Signal: 64})
	if _, ok := p.take(bit(12)); ok {
		t.Error("took what was not wanted")
	}
	p.drop(bit(64))
	if p.set != bit(10) || len(p.queue) != 1 {
		t.Errorf("after drop: %+v", p)
	}
}

// A flood of real-time signals is bounded, and leaves room for a standard one.
func TestPendingBounded(t *testing.T) {
	var p pending
	for range 2 * maxQueued {
		p.add(&Siginfo{Signal: 50})
	}
	p.add(&Siginfo{Signal: 15})
	if len(p.queue) != maxQueued+1 || !p.set.Has(15) {
		t.Errorf("%d queued", len(p.queue))
	}
}

func TestSigsetLowest(t *testing.T) {
	for sig := 1; sig <= NSIG; sig++ {
		if got := (bit(sig) | bit(64)).lowest(); got != sig {
			t.Errorf("lowest of %d: %d", sig, got)
		}
	}
	if Sigset(0).lowest() != 0 {
		t.Error("lowest of none")
	}
}
