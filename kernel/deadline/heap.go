// Package deadline keeps entries in the order of their times: a binary heap, in which each entry knows
// its place, so that it can be taken out before its time. The threads that wait until a time are in one
// (kernel/sched), the timers that are set in another (kernel/timer).
//
// There are no locks: whoever has a Heap guards it, and the entries in it.
package deadline

// Entry is something of O's with a time. It must not be copied while it is in a heap.
type Entry[O any] struct {
	Owner O

	at    int64
	index int // in the heap, from 1; 0: in none
}

// At returns the time that e was added with last.
func (e *Entry[O]) At() int64 { return e.at }

// Queued says whether e is in a heap.
func (e *Entry[O]) Queued() bool { return e.index != 0 }

// Heap is a set of entries. The zero value is empty.
type Heap[O any] struct{ entries []*Entry[O] }

// Len returns how many entries there are.
func (h *Heap[O]) Len() int { return len(h.entries) }

// First returns the entry whose time comes first, or nil.
func (h *Heap[O]) First() *Entry[O] {
	if len(h.entries) == 0 {
		return nil
	}
	return h.entries[0]
}

// Reserve makes room: unless there are more than n entries, Add allocates nothing from now on.
func (h *Heap[O]) Reserve(n int) {
	if n > cap(h.entries) {
		entries := make([]*Entry[O], len(h.entries), n)
		copy(entries, h.entries)
		h.entries = entries
	}
}

// Add puts e, which is in no heap, in at a time.
func (h *Heap[O]) Add(e *Entry[O], at int64) {
	h.entries = append(h.entries, e)
	e.at, e.index = at, len(h.entries)
	h.up(e.index - 1)
}

// Remove takes e out, if it is in.
func (h *Heap[O]) Remove(e *Entry[O]) {
	if e.index == 0 {
		return
	}
	i, last := e.index-1, len(h.entries)-1
	h.swap(i, last)
	h.entries[last] = nil
	h.entries = h.entries[:last]
	e.index = 0
	if i < last {
		h.down(i)
		h.up(i)
	}
}

func (h *Heap[O]) swap(i, j int) {
	s := h.entries
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i+1, j+1
}

func (h *Heap[O]) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if h.entries[parent].at <= h.entries[i].at {
			return
		}
		h.swap(i, parent)
		i = parent
	}
}

func (h *Heap[O]) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(h.entries); c++ {
			if h.entries[c].at < h.entries[least].at {
				least = c
			}
		}
		if least == i {
			return
		}
		h.swap(i, least)
		i = least
	}
}
