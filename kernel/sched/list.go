package sched

import "unsafe"

// list is a first-in-first-out list of threads linked through themselves. A thread is in one
// list at most. Threads in lists are live ones, so the links do without the collector's write
// barrier (word.go).
type list struct {
	head, tail *Thread
}

// link is *p = t without the write barrier.
func link(p **Thread, t *Thread) {
	*(*uintptr)(unsafe.Pointer(p)) = uintptr(unsafe.Pointer(t))
}

func (l *list) push(t *Thread) {
	if l.tail != nil || t.linked {
		l.extend(t)
		return
	}
	t.linked = true
	link(&l.head, t)
	link(&l.tail, t)
}

// extend is push for a list that is not empty.
func (l *list) extend(t *Thread) {
	if t.linked {
		panic("sched: a thread is in a queue already")
	}
	t.linked = true
	link(&t.prev, l.tail)
	link(&l.tail.next, t)
	link(&l.tail, t)
}

// pushFront is push at the other end.
func (l *list) pushFront(t *Thread) {
	if t.linked {
		panic("sched: a thread is in a queue already")
	}
	t.linked = true
	if first := l.head; first == nil {
		link(&l.tail, t)
	} else {
		link(&t.next, first)
		link(&first.prev, t)
	}
	link(&l.head, t)
}

// pop removes the first thread of a list that is not empty.
func (l *list) pop() *Thread {
	t := l.head
	next := t.next
	link(&l.head, next)
	if next == nil {
		link(&l.tail, nil)
	} else {
		link(&next.prev, nil)
		link(&t.next, nil)
	}
	t.linked = false
	return t
}

// popOnly is pop if t is the only one.
func (l *list) popOnly(t *Thread) {
	*(*[2]uintptr)(unsafe.Pointer(l)) = [2]uintptr{} // as link would
	t.linked = false
}

var _ = [1]byte{}[unsafe.Sizeof(list{})-unsafe.Sizeof([2]uintptr{})]

func (l *list) remove(t *Thread) {
	if !t.linked {
		panic("sched: a thread is in no queue")
	}
	t.linked = false
	if t.prev == nil {
		link(&l.head, t.next)
	} else {
		link(&t.prev.next, t.next)
	}
	if t.next == nil {
		link(&l.tail, t.prev)
	} else {
		link(&t.next.prev, t.prev)
	}
	link(&t.next, nil)
	link(&t.prev, nil)
}
