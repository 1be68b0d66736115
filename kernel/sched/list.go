package sched

// list is a first-in-first-out list of threads linked through themselves. A thread is in one
// list at most.
type list struct {
	head, tail *Thread
}

func (l *list) push(t *Thread) {
	if t.linked {
		panic("sched: " + t.name + " is in a queue already")
	}
	t.linked = true
	t.prev = l.tail
	if l.tail == nil {
		l.head = t
	} else {
		l.tail.next = t
	}
	l.tail = t
}

func (l *list) remove(t *Thread) {
	if !t.linked {
		panic("sched: " + t.name + " is in no queue")
	}
	t.linked = false
	if t.prev == nil {
		l.head = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		l.tail = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.next, t.prev = nil, nil
}
