package trace

import (
	"math/bits"
	"sync/atomic"
)

// Event is one thing that happened.
type Event struct {
	Time   uint64 // as Config.Clock counts
	Kind   Kind
	CPU    uint8  // the hardware CPU
	Thread uint32 // sched.Thread.ID, 0 if it is of none
	A, B   uint64 // Kind says what they are
}

// slot holds one event. turn says which: 2i+1 while the i-th event of the ring is being written,
// 2i+2 once it is there. All words are atomic since a reader, or a writer one lap ahead, may
// come at any time; turn tells both whether to believe what they see.
type slot struct {
	turn atomic.Uint64
	word [4]atomic.Uint64
}

// ring keeps the newest events. Any number of goroutines may put at the same time.
type ring struct {
	next  atomic.Uint64 // number of the next event
	slots []slot        // a power of two of them

	// Of a dispatcher's ring: what runs there.
	goroutine atomic.Uintptr
	thread    atomic.Uint32
}

func (r *ring) init(events int) { r.slots = make([]slot, 1<<(bits.Len(uint(events))-1)) }

// put appends an event. It is given up if the slot is just being written, or has been already by
// somebody a lap ahead: snapshot counts it as lost.
func (r *ring) put(e Event) {
	i := r.next.Add(1) - 1
	s := &r.slots[i&uint64(len(r.slots)-1)]
	was := s.turn.Load()
	if was&1 != 0 || was > 2*i || !s.turn.CompareAndSwap(was, 2*i+1) {
		return
	}
	s.word[0].Store(e.Time)
	s.word[1].Store(uint64(e.Kind) | uint64(e.CPU)<<8 | uint64(e.Thread)<<32)
	s.word[2].Store(e.A)
	s.word[3].Store(e.B)
	s.turn.Store(2*i + 2)
}

// snapshot returns the events that are in the ring, oldest first, and how many others there were.
func (r *ring) snapshot() (events []Event, lost uint64) {
	end := r.next.Load()
	begin := end - min(end, uint64(len(r.slots)))
	events = make([]Event, 0, end-begin)
	for i := begin; i < end; i++ {
		s := &r.slots[i&uint64(len(r.slots)-1)]
		if s.turn.Load() != 2*i+2 {
			continue
		}
		head := s.word[1].Load()
		e := Event{Time: s.word[0].Load(), Kind: Kind(head), CPU: uint8(head >> 8), Thread: uint32(head >> 32),
			A: s.word[2].Load(), B: s.word[3].Load()}
		if s.turn.Load() == 2*i+2 {
			events = append(events, e)
		}
	}
	return events, end - uint64(len(events))
}
