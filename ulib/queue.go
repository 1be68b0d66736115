package ulib

import (
	"math/bits"
	"sync/atomic"
	"unsafe"
)

// A list of threads, first in, first out. tail means nothing while head is nil.
type list struct{ head, tail *thread }

func (l *list) append(t *thread) {
	put(&t.next, nil)
	if l.head == nil {
		put(&l.head, t)
	} else {
		put(&l.tail.next, t)
	}
	put(&l.tail, t)
}

func (l *list) prepend(t *thread) {
	if l.head == nil {
		put(&l.tail, t)
	}
	put(&t.next, l.head)
	put(&l.head, t)
}

// remove takes t out; false if it is not in.
func (l *list) remove(t *thread) bool {
	var before *thread
	for x := l.head; x != nil; before, x = x, x.next {
		if x != t {
			continue
		}
		if before == nil {
			put(&l.head, t.next)
		} else {
			put(&before.next, t.next)
		}
		if l.tail == t {
			put(&l.tail, before)
		}
		return true
	}
	return false
}

// A runQueue holds threads that are ready, by priority.
type runQueue struct {
	mask  uint32 // bit p: level p is not empty; read without the lock as a hint
	look  uint32 // atomic; lookTimers …. With mask one word, which sends the short ways away
	lock  lock
	level [Priorities]list
}

// Bits of runQueue.look.
const (
	lookTimers  = 1             // there are timers to look at
	lookSignals = 2             // threads are to look for signals
	lookTraced  = specialTraced // switches are recorded
)

// defaultLevel is the offset of level DefaultPriority, for assembly.
const defaultLevel = DefaultPriority * 16

// busy reports whether there is anything in the queue, or to look at.
func (q *runQueue) busy() bool { return *(*uint64)(unsafe.Pointer(&q.mask)) != 0 }

// push puts t behind those of its priority. The lock is held.
func (q *runQueue) push(t *thread) {
	p := t.prio & (Priorities - 1)
	q.level[p].append(t)
	q.mask |= 1 << p
}

// pushFront puts t before those of its priority. The lock is held.
func (q *runQueue) pushFront(t *thread) {
	p := t.prio & (Priorities - 1)
	q.level[p].prepend(t)
	q.mask |= 1 << p
}

// pop takes the first of the highest priority, nil if there is none. The lock is held.
func (q *runQueue) pop() *thread {
	if q.mask == 0 {
		return nil
	}
	p := uint(bits.Len32(q.mask)-1) & (Priorities - 1)
	l := &q.level[p]
	t := l.head
	put(&l.head, t.next)
	if t.next == nil {
		q.mask &^= 1 << p
	}
	return t
}

// remove takes out a thread; false if it is not in. The lock is held.
func (q *runQueue) remove(t *thread) bool {
	p := t.prio & (Priorities - 1)
	if !q.level[p].remove(t) {
		return false
	}
	if q.level[p].head == nil {
		q.mask &^= 1 << p
	}
	return true
}

// A waitQueue holds threads that wait for something: by priority, and first come, first served.
type waitQueue struct {
	lock lock
	away uint32 // threads whose wait was a counted one, that left it for a signal, and are to come back
	list
}

// add enters t, which is about to leave its VP. The lock is held.
func (q *waitQueue) add(t *thread, how uintptr) {
	if h := q.head; h == nil || q.tail.prio >= t.prio {
		q.append(t)
	} else {
		q.insert(t)
	}
	t.waitAt(q, how)
}

// insert puts t behind those of its priority and before the last, whose priority is lower.
func (q *waitQueue) insert(t *thread) {
	if q.head.prio < t.prio {
		put(&t.next, q.head)
		put(&q.head, t)
		return
	}
	x := q.head
	for x.next.prio >= t.prio {
		x = x.next
	}
	put(&t.next, x.next)
	put(&x.next, t)
}

// take takes the first thread out, nil if there is none. The lock is held.
func (q *waitQueue) take() *thread {
	t := q.head
	if t != nil {
		put(&q.head, t.next)
		t.queue = 0
	}
	return t
}

// How a thread waits: bits of thread.queue, beside the queue's address.
const (
	cancellable   = 0
	uncancellable = 1 // Cancel does not end the wait
	counted       = 3 // nor this one, and who leaves it is counted in waitQueue.away
	howBits       = 3
)

func (t *thread) waitAt(q *waitQueue, how uintptr) {
	t.queue = uintptr(unsafe.Pointer(q)) | how
}

// waitsAt returns the queue that t waits in, nil if it does not wait, and how.
func (t *thread) waitsAt() (q *waitQueue, how uintptr) {
	w := atomic.LoadUintptr(&t.queue)
	return (*waitQueue)(pointer(w &^ howBits)), w & howBits
}

// pointer is the address at as a pointer; the checker of pointer arithmetic need not see it.
func pointer(at uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&at)) }

// remove takes out a thread that is to wait no longer. The lock is held.
func (q *waitQueue) remove(t *thread) {
	q.list.remove(t)
	t.queue = 0
}

// leave is remove for a thread whose wait, which was a wait of kind how, ends in another way than by who
// it waited for.
func (q *waitQueue) leave(t *thread, how uintptr) {
	q.remove(t)
	if how == counted {
		q.away++
	}
}

// swap exchanges a pointer to a thread in one step.
func swap(p **thread, t *thread) *thread {
	point()
	return (*thread)(unsafe.Pointer(atomic.SwapUintptr((*uintptr)(unsafe.Pointer(p)), uintptr(unsafe.Pointer(t)))))
}
