package deadline

import (
	"math/rand/v2"
	"testing"
)

// Whatever is added and removed, is the first one the earliest, and are those in it in it once?
func TestHeap(t *testing.T) {
	const n = 60
	var h Heap[int]
	var all [n]Entry[int]
	in := map[int]int64{}
	for i := range all {
		all[i].Owner = i
	}
	r := rand.New(rand.NewPCG(1, 2))
	for step := range 20000 {
		i := r.IntN(n)
		e := &all[i]
		if r.IntN(2) == 0 {
			h.Remove(e)
			delete(in, i)
		} else if !e.Queued() {
			at := r.Int64N(20)
			h.Add(e, at)
			in[i] = at
		}
		if step%100 == 99 { // empty it in order
			for last := int64(0); h.Len() > 0; {
				first := h.First()
				at, ok := in[first.Owner]
				if !ok || at != first.At() || at < last {
					t.Fatalf("step %d: entry %d at %d, added %v at %d; before it %d", step, first.Owner, first.At(), ok, at, last)
				}
				h.Remove(first)
				delete(in, first.Owner)
				last = at
			}
		}
		if h.Len() != len(in) || e.Queued() != (func() bool { _, ok := in[i]; return ok })() {
			t.Fatalf("step %d: %d entries, want %d; entry %d: %v", step, h.Len(), len(in), i, e.Queued())
		}
		first := h.First()
		if (first == nil) != (len(in) == 0) {
			t.Fatalf("step %d: first %v of %d", step, first, len(in))
		}
		for j, at := range in {
			if at < first.At() {
				t.Fatalf("step %d: entry %d at %d comes after %d", step, j, at, first.At())
			}
		}
	}
}

// Does Add allocate nothing once there is room, and does what is there stay?
func TestReserve(t *testing.T) {
	var h Heap[int]
	var all [50]Entry[int]
	h.Add(&all[0], 1)
	h.Reserve(len(all))
	if h.First() != &all[0] {
		t.Fatal("the first one is gone")
	}
	allocs := testing.AllocsPerRun(10, func() {
		for i := 1; i < len(all); i++ {
			h.Add(&all[i], int64(-i))
		}
		for i := 1; i < len(all); i++ {
			h.Remove(&all[i])
		}
	})
	if allocs != 0 || h.Len() != 1 {
		t.Errorf("%v allocations, %d entries", allocs, h.Len())
	}
}
