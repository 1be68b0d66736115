package timer

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

// bell notes when it rings.
type bell struct {
	Timer
	rung atomic.Int64
	ring func()
}

func (b *bell) Ring() {
	b.rung.Store(b.q.Now())
	if b.ring != nil {
		b.ring()
	}
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

func gone(t *testing.T, threads int) {
	t.Helper()
	await(t, "the thread is left", func() bool { return sched.ReadStats().Threads == threads })
}

// Does every timer ring, not before its time, in order, and does the thread end then?
func TestRing(t *testing.T) {
	m := schedtest.Boot(t)
	threads := sched.ReadStats().Threads
	q := &Queue{Now: m.Now}
	var mu sync.Mutex // keeps the thread waiting until all are set
	mu.Lock()
	var order []int64
	var first bell
	first.Init(q, &first)
	first.ring = func() { mu.Lock(); mu.Unlock() }
	first.Set(1)
	await(t, "first", func() bool { return first.rung.Load() != 0 })
	bells := make([]bell, 200)
	for i := range bells {
		b := &bells[i]
		deadline := m.Now() + rand.Int64N(20e6)
		b.Init(q, b)
		b.ring = func() { order = append(order, deadline) }
		b.Set(m.Now() + 1e12)
		b.Set(deadline)
		if i%4 == 3 {
			b.Set(0)
		}
	}
	mu.Unlock()
	gone(t, threads)
	if len(order) != 150 || !slices.IsSorted(order) {
		t.Errorf("%d rang: %v", len(order), order)
	}
	for i := range bells {
		if rung := bells[i].rung.Load(); (rung == 0) != (i%4 == 3) || rung != 0 && rung < bells[i].entry.At() {
			t.Errorf("bell %d: at %d, set for %d", i, rung, bells[i].entry.At())
		}
	}
}

// Can Ring set its timer again, and does nothing ring that was stopped before its time?
func TestSetAgain(t *testing.T) {
	m := schedtest.Boot(t)
	threads := sched.ReadStats().Threads
	q := &Queue{Now: m.Now}
	var again, never bell
	n := 0
	again.Init(q, &again)
	never.Init(q, &never)
	again.ring = func() {
		if n++; n < 50 {
			again.Set(q.Now() + 1e5)
		}
	}
	never.Set(m.Now() + 1e12)
	again.Set(1) // the past
	await(t, "rings", func() bool { return again.rung.Load() != 0 && q.Len() == 1 })
	never.Set(0)
	never.Set(0)
	gone(t, threads)
	if n != 50 || never.rung.Load() != 0 {
		t.Errorf("%d rings, %d", n, never.rung.Load())
	}
}

// How often has an interval timer expired, and when does it next?
func TestInterval(t *testing.T) {
	for _, c := range []struct {
		v    Interval
		now  int64
		n    uint64
		next int64
		left int64 // before
	}{
		{Interval{}, 5, 0, 0, 0},
		{Interval{Next: 10}, 9, 0, 10, 1},
		{Interval{Next: 10}, 10, 1, 0, 1},
		{Interval{10, 3}, 9, 0, 10, 1},
		{Interval{10, 3}, 10, 1, 13, 3},
		{Interval{10, 3}, 12, 1, 13, 1},
		{Interval{10, 3}, 19, 4, 22, 3},
		{Interval{1, 1}, 1e18, 1e18, 1e18 + 1, 1},
		{Interval{10, math.MaxInt64}, 11, 1, math.MaxInt64, math.MaxInt64 - 11},
	} {
		v := c.v
		if left := v.Left(c.now); left != c.left || v != c.v {
			t.Errorf("%+v.Left(%d) = %d, want %d", c.v, c.now, left, c.left)
		}
		if n := v.Expire(c.now); n != c.n || v.Next != c.next {
			t.Errorf("%+v.Expire(%d) = %d, next %d, want %d, %d", c.v, c.now, n, v.Next, c.n, c.next)
		}
	}
}
