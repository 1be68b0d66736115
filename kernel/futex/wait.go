package futex

import (
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
)

// AnyBit is the bitset of those that do not choose: FUTEX_BITSET_MATCH_ANY.
const AnyBit = ^uint32(0)

// Wait blocks t until the futex is woken with one of the bits: FUTEX_WAIT_BITSET. w is the
// thread's own. A deadline of 0 means none.
//
// Errors: EAGAIN, the word does not hold val; ETIMEDOUT; EINTR; EINVAL, no bit, or the
// address is not aligned; EFAULT; ENOMEM.
func (t *Table) Wait(th *sched.Thread, w *Waiter, word Word, val, bitset uint32, deadline int64) syscall.Errno {
	if bitset == 0 {
		return syscall.EINVAL
	}
	k := word.private()
	if !word.isPrivate() {
		var errno syscall.Errno
		if k, errno = word.key(); errno != 0 {
			return errno
		}
	}
	n := k.number()
	b := &t.buckets[n]
	for {
		b.mu.Lock()
		v, ok := word.Space.Load32(word.Addr)
		if ok {
			if v != val {
				b.mu.Unlock()
				return syscall.EAGAIN
			}
			break
		}
		b.mu.Unlock()
		if errno := word.present(mem.Read); errno != 0 {
			return errno
		}
	}
	w.key, w.bitset = k, bitset
	b.push(w, n)
	for {
		w.held = b
		err := w.queue.WaitDeadline(th, (*leaving)(w), deadline)
		if b = w.held; b == nil { // it has blocked
			if w.where.Load() == 0 {
				return 0
			}
			// What guards where is the lock of the bucket it names, which may be another by now.
			if b = t.lock(w); b == nil {
				return 0
			}
		}
		if err != nil {
			b.remove(w)
			w.held = nil
			b.mu.Unlock()
			return err.(syscall.Errno)
		}
	}
}

// leaving is the lock of a waiter's bucket as its wait sees it: once released it is not taken again,
// since the waiter may be in another bucket then, or, more often, in none.
type leaving Waiter

func (w *leaving) Lock() {}

func (w *leaving) Unlock() {
	b := w.held
	w.held = nil
	b.mu.Unlock()
}

// lock locks the bucket that w is in and returns it; nil if w has been woken.
func (t *Table) lock(w *Waiter) *bucket {
	for {
		n := w.where.Load()
		if n == 0 {
			return nil
		}
		b := &t.buckets[n-1]
		b.mu.Lock()
		if w.where.Load() == n {
			return b
		}
		b.mu.Unlock()
	}
}
