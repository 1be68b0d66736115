package futex

import (
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
)

// A Word names a word of user memory as a program does.
type Word struct {
	Space  *mem.AddressSpace
	Addr   mem.VirtAddr
	Shared bool // perhaps with other address spaces: FUTEX_PRIVATE_FLAG is not given
}

// key is the identity of a futex.
type key struct {
	object unsafe.Pointer // the address space, or what backs a shared mapping
	at     uint64
}

// key finds the futex that a word is. EINVAL: not aligned. EFAULT: not user memory.
func (w Word) key() (key, syscall.Errno) {
	switch {
	case w.Addr%4 != 0:
		return key{}, syscall.EINVAL
	case w.Addr < mem.UserMin || w.Addr >= mem.UserMax:
		return key{}, syscall.EFAULT
	}
	if w.Shared {
		if b, off := w.Space.SharedAt(w.Addr); b != nil {
			return key{pointer(b), off}, 0
		}
		if !w.Space.Allows(w.Addr, mem.Read) {
			return key{}, syscall.EFAULT
		}
	}
	return key{unsafe.Pointer(w.Space), uint64(w.Addr)}, 0
}

// private is key for a private futex that there can be.
func (w Word) private() key { return key{unsafe.Pointer(w.Space), uint64(w.Addr)} }

// isPrivate says that private is w's key.
func (w Word) isPrivate() bool {
	return !w.Shared && w.Addr%4 == 0 && w.Addr-mem.UserMin < mem.UserMax-mem.UserMin
}

// pointer returns the pointer in an interface, which keeps alive what it points to.
func pointer(b mem.Backing) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&b))[1]
}

// present has the page of the word made present for an access. EFAULT, ENOMEM.
func (w Word) present(access mem.Prot) syscall.Errno {
	switch err := w.Space.Fault(w.Addr, access); err {
	case nil:
		return 0
	case syscall.ENOMEM:
		return syscall.ENOMEM
	}
	return syscall.EFAULT
}

const (
	buckets = 1 << bits
	bits    = 8
)

// Table is all the futexes of a machine. The zero value is ready for use.
type Table struct {
	buckets [buckets]bucket
}

type bucket struct {
	mu         sync.Mutex
	head, tail *Waiter
}

// A Waiter is what an LWP needs to wait with. The zero value is ready for use.
type Waiter struct {
	queue sched.WaitQueue
	where atomic.Uint32 // number of its bucket + 1; 0: not waiting, or woken
	held  *bucket       // the waiter's own: it has the lock of this one

	// Guarded by the bucket's lock.
	key        key
	bitset     uint32
	next, prev *Waiter
}

// number is that of the bucket for k.
func (k key) number() uint32 {
	h := (uint64(uintptr(k.object)) ^ k.at) * 0x9e3779b97f4a7c15 // Fibonacci hashing
	return uint32(h >> (64 - bits))
}

func (t *Table) bucket(k key) *bucket { return &t.buckets[k.number()] }

// lock2 locks two buckets, which may be the same.
func (t *Table) lock2(a, b *bucket) {
	if uintptr(unsafe.Pointer(a)) > uintptr(unsafe.Pointer(b)) {
		a, b = b, a
	}
	a.mu.Lock()
	if a != b {
		b.mu.Lock()
	}
}

func (t *Table) unlock2(a, b *bucket) {
	a.mu.Unlock()
	if a != b {
		b.mu.Unlock()
	}
}

// push puts a waiter, which is in none, at the end of the bucket for its key, number n. b.mu is held.
func (b *bucket) push(w *Waiter, n uint32) {
	if last := b.tail; last != nil {
		w.prev = last
		last.next = w
	} else {
		b.head = w
	}
	b.tail = w
	w.where.Store(n + 1)
}

// remove takes a waiter out for good. b.mu is held.
func (b *bucket) remove(w *Waiter) {
	b.detach(w)
	w.key.object = nil
	w.where.Store(0)
}

// detach takes a waiter out of the list. b.mu is held.
func (b *bucket) detach(w *Waiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		b.head = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		b.tail = w.prev
	}
	w.next, w.prev = nil, nil
}
