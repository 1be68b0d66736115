package futex

import (
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
)

// woken collects waiters that have been taken out of their queues, to be woken when the
// locks are released; what does not fit in is woken at once.
type woken struct {
	n       int
	waiters [16]*Waiter
}

func (o *woken) add(w *Waiter) {
	if o.n == len(o.waiters) {
		w.queue.WakeOne()
		return
	}
	o.waiters[o.n] = w
	o.n++
}

func (o *woken) wake() {
	for _, w := range o.waiters[:o.n] {
		w.queue.WakeOne()
	}
}

// take takes up to n waiters for k with one of the bits out of the queue, the longest
// waiting first. b.mu is held.
func (b *bucket) take(k key, n int, bitset uint32, out *woken) (done int) {
	for w := b.head; w != nil && done < n; {
		next := w.next
		if w.key == k && w.bitset&bitset != 0 {
			b.remove(w)
			out.add(w)
			done++
		}
		w = next
	}
	return done
}

// Wake wakes up to n that wait with one of the bits, at least one, and returns how many:
// FUTEX_WAKE_BITSET. EINVAL: no bit, or the address is not aligned. EFAULT.
func (t *Table) Wake(word Word, n int, bitset uint32) (int, syscall.Errno) {
	if bitset == 0 {
		return 0, syscall.EINVAL
	}
	k := word.private()
	if !word.isPrivate() {
		var errno syscall.Errno
		if k, errno = word.key(); errno != 0 {
			return 0, errno
		}
	}
	b := t.bucket(k)
	if n > 1 {
		return b.wakeMany(k, n, bitset), 0
	}
	b.mu.Lock()
	w := b.head
	for w != nil && (w.key != k || w.bitset&bitset == 0) {
		w = w.next
	}
	if w == nil {
		b.mu.Unlock()
		return 0, 0
	}
	b.remove(w)
	b.mu.Unlock()
	w.queue.WakeOne()
	return 1, 0
}

// WakeNext is Wake of one, by thread th, which is likely to wait next (sched.WaitQueue.WakeNext).
func (t *Table) WakeNext(th *sched.Thread, word Word) (int, syscall.Errno) {
	k := word.private()
	if !word.isPrivate() {
		return t.Wake(word, 1, AnyBit)
	}
	b := t.bucket(k)
	b.mu.Lock()
	for w := b.head; w != nil; w = w.next {
		if w.key.at == k.at {
			if w.key.object == k.object {
				b.remove(w)
				b.mu.Unlock()
				w.queue.WakeNext(th)
				return 1, 0
			}
		}
	}
	b.mu.Unlock()
	return 0, 0
}

// wakeMany is Wake for more than one.
func (b *bucket) wakeMany(k key, n int, bitset uint32) int {
	var out woken
	b.mu.Lock()
	done := b.take(k, n, bitset, &out)
	b.mu.Unlock()
	out.wake()
	return done
}

// Requeue wakes up to n and has up to m more wait for the futex to instead: FUTEX_REQUEUE. If
// cmp is not nil the word must hold that value, else EAGAIN: FUTEX_CMP_REQUEUE. It returns
// how many were woken or moved. EINVAL: a negative number, or an address is not aligned;
// EFAULT; ENOMEM.
func (t *Table) Requeue(from, to Word, n, m int, cmp *uint32) (int, syscall.Errno) {
	if n < 0 || m < 0 {
		return 0, syscall.EINVAL
	}
	k1, errno := from.key()
	if errno != 0 {
		return 0, errno
	}
	k2, errno := to.key()
	if errno != 0 {
		return 0, errno
	}
	b1, b2 := t.bucket(k1), t.bucket(k2)
	var out woken
	for {
		t.lock2(b1, b2)
		if cmp == nil {
			break
		}
		if v, ok := from.Space.Load32(from.Addr); ok {
			if v != *cmp {
				t.unlock2(b1, b2)
				return 0, syscall.EAGAIN
			}
			break
		}
		t.unlock2(b1, b2)
		if errno := from.present(mem.Read); errno != 0 {
			return 0, errno
		}
	}
	done := b1.take(k1, n, AnyBit, &out)
	if k1 != k2 {
		done += b1.move(k1, b2, k2, m)
	}
	t.unlock2(b1, b2)
	out.wake()
	return done, 0
}

// move has up to m waiters for k wait for k2 in b2. Both locks are held.
func (b *bucket) move(k key, b2 *bucket, k2 key, m int) (done int) {
	for w := b.head; w != nil && done < m; {
		next := w.next
		if w.key == k {
			bitset := w.bitset
			b.detach(w)
			w.key, w.bitset = k2, bitset
			b2.push(w, k2.number())
			done++
		}
		w = next
	}
	return done
}

// Fields of FUTEX_WAKE_OP's argument, futex(2).
const (
	opSet, opAdd, opOr, opAndn, opXor, opShift    = 0, 1, 2, 3, 4, 8
	cmpEQ, cmpNE, cmpLT, cmpLE, cmpGT, cmpGE, end = 0, 1, 2, 3, 4, 5, 6
)

// WakeOp changes the word to as op says and wakes up to n that wait for the futex from and,
// if what the word held compares as op says, up to m that wait for to: FUTEX_WAKE_OP. It
// returns how many. ENOSYS: no such operation or comparison; EINVAL; EFAULT; ENOMEM.
func (t *Table) WakeOp(from, to Word, n, m int, op uint32) (int, syscall.Errno) {
	k1, errno := from.key()
	if errno != 0 {
		return 0, errno
	}
	k2, errno := to.key()
	if errno != 0 {
		return 0, errno
	}
	if op>>28&7 > opXor {
		return 0, syscall.ENOSYS
	}
	b1, b2 := t.bucket(k1), t.bucket(k2)
	var old uint32
	for guess := uint32(0); ; {
		t.lock2(b1, b2)
		v, ok := to.Space.Load32(to.Addr)
		for ok {
			guess = v
			if v, ok = to.Space.CompareAndSwap32(to.Addr, guess, operate(op, guess)); ok && v == guess {
				break
			}
		}
		if ok {
			old = guess
			break
		}
		t.unlock2(b1, b2)
		if errno := to.present(mem.Write); errno != 0 {
			return 0, errno
		}
	}
	if op>>24&15 >= end {
		t.unlock2(b1, b2)
		return 0, syscall.ENOSYS // the word has changed all the same, as on Linux
	}
	var out woken
	done := b1.take(k1, max(n, 1), AnyBit, &out)
	if compare(op, old) {
		done += b2.take(k2, max(m, 1), AnyBit, &out)
	}
	t.unlock2(b1, b2)
	out.wake()
	return done, 0
}

// operate returns what the operation makes of v.
func operate(op, v uint32) uint32 {
	arg := uint32(int32(op<<8) >> 20)
	if op>>28&opShift != 0 {
		arg = 1 << (arg & 31)
	}
	switch op >> 28 & 7 {
	case opAdd:
		return v + arg
	case opOr:
		return v | arg
	case opAndn:
		return v &^ arg
	case opXor:
		return v ^ arg
	}
	return arg
}

// compare says whether v compares as the operation wants.
func compare(op, v uint32) bool {
	a, b := int32(v), int32(op<<20)>>20
	switch op >> 24 & 15 {
	case cmpEQ:
		return a == b
	case cmpNE:
		return a != b
	case cmpLT:
		return a < b
	case cmpLE:
		return a <= b
	case cmpGT:
		return a > b
	}
	return a >= b
}
