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
	k, errno := word.key()
	if errno != 0 {
		return errno
	}
	b := t.bucket(k)
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
	b.push(w)
	for {
		err := w.queue.WaitDeadline(th, &b.mu, deadline)
		b.mu.Unlock()
		// What guards where is the lock of the bucket it names, which may be another by now.
		if b = w.lock(); b == nil {
			return 0
		}
		if err != nil {
			b.remove(w)
			b.mu.Unlock()
			return err.(syscall.Errno)
		}
	}
}

// lock locks the bucket that w is in and returns it; nil if w has been woken.
func (w *Waiter) lock() *bucket {
	for {
		b := w.where.Load()
		if b == nil {
			return nil
		}
		b.mu.Lock()
		if w.where.Load() == b {
			return b
		}
		b.mu.Unlock()
	}
}
