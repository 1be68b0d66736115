package sched

import (
	"sync/atomic"
	"unsafe"
)

// word is a pointer that anybody may read at any time, and whose store does without the write
// barrier of the garbage collector, which would cost more than all else about it. So what it points
// to has to be reachable in another way for as long as it is there: a thread by the list of live
// threads, a wait queue by the stack of the thread that waits in it. And since the old value is not
// shaded either, it has to be reachable by the heap, lest one who has just loaded it be left with
// nothing: no queue is its waiter's alone (AwaitInterrupt).
type word[T any] struct{ p unsafe.Pointer }

func (w *word[T]) Load() *T { return (*T)(atomic.LoadPointer(&w.p)) }

func (w *word[T]) Store(v *T) {
	atomic.StoreUintptr((*uintptr)(unsafe.Pointer(&w.p)), uintptr(unsafe.Pointer(v)))
}
