package uart

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Is the ring a queue, at every fill and across the wrap?
func TestRing(t *testing.T) {
	var r ring
	var want []byte
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50000 {
		if rng.IntN(100) < 55 {
			b := byte(rng.Uint32())
			if ok := r.put(b); ok != (len(want) < ringSize) {
				t.Fatalf("put at %d bytes: %v", len(want), ok)
			} else if ok {
				want = append(want, b)
			}
		} else {
			b, ok := r.get()
			if ok != (len(want) > 0) || ok && b != want[0] {
				t.Fatalf("get at %d bytes: %d, %v", len(want), b, ok)
			} else if ok {
				want = want[1:]
			}
		}
	}
	if !r.full() && len(want) == ringSize || r.full() && len(want) != ringSize {
		t.Error("full is wrong")
	}
	var got []byte
	for {
		b, ok := r.get()
		if !ok {
			break
		}
		got = append(got, b)
	}
	if !bytes.Equal(got, want) {
		t.Error("the rest differs")
	}
}

// A port that is not there swallows everything, touches no hardware (an IN here would kill
// the test) and hangs nobody.
func TestAbsent(t *testing.T) {
	var u UART
	u.PutByte('x')
	u.Write([]byte("hello"))
	u.EnableRxIRQ()
	if n := u.Queue([]byte("hello")); n != 5 || u.tx.n != 0 {
		t.Errorf("queued %d, %d wait", n, u.tx.n)
	}
	if u.Drain(make([]byte, 4)) != 0 || u.Interrupt() || u.present {
		t.Error("something came")
	}
}
