package sched

// list is a first-in-first-out list of threads linked through themselves. A thread is in one
// list at most.
type list struct {
	head, tail *Thread
}

func (l *list) push(t *Thread) {
	if t.linked {
		panic("sched: a thread is in a queue already")
	}
	t.linked = true
	if last := l.tail; last == nil {
		l.head = t
	} else {
		t.prev = last
		last.next = t
	}
	l.tail = t
}

// pushFront is push at the other end.
func (l *list) pushFront(t *Thread) {
	if t.linked {
		panic("sched: a thread is in a queue already")
	}
	t.linked = true
	if first := l.head; first == nil {
		l.tail = t
	} else {
		t.next = first
		first.prev = t
	}
	l.head = t
}

// pop removes the first thread of a list that is not empty.
func (l *list) pop() *Thread {
	t := l.head
	next := t.next
	l.head = next
	if next == nil {
		l.tail = nil
	} else {
		next.prev = nil
		t.next = nil
	}
	t.linked = false
	return t
}

func (l *list) remove(t *Thread) {
	if !t.linked {
		panic("sched: a thread is in no queue")
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
