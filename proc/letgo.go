package proc

import (
	"encoding/binary"
	"math"
	"syscall"

	"gossamer/kernel/futex"
	"gossamer/kernel/mem"
)

// What an LWP does to its address space when it leaves it, by its end or by execve: other
// threads learn there that it is gone. The memory is the program's to garble; what cannot be
// read or written is passed over.

// SetClearTID sets the word that is cleared, and woken as a futex, when the LWP ends:
// set_tid_address(2).
func (l *LWP) SetClearTID(at uint64) { l.clearTID = at }

// SetRobust sets the head of the list of robust futexes: set_robust_list(2).
func (l *LWP) SetRobust(head uint64) { l.robust = head }

// letGo gives up what the LWP holds in its address space.
func (l *LWP) letGo() {
	if l.controlAt != 0 {
		l.dropControl()
	}
	if l.robust != 0 {
		l.releaseRobust()
		l.robust = 0
	}
	at := l.clearTID
	l.clearTID = 0
	if at == 0 || l.alone() {
		return
	}
	var zero [4]byte
	if l.Space().CopyOut(VirtAddr(at), zero[:]) == nil {
		l.wakeWord(at, true)
	}
}

// alone reports whether nobody else is in the address space, who could wait there.
func (l *LWP) alone() bool {
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lwps) == 1 && l.space.owners.Load() == 1
}

func (l *LWP) wakeWord(at uint64, shared bool) {
	l.p.sys.Futexes.Wake(futex.Word{Space: l.Space(), Addr: VirtAddr(at), Shared: shared}, 1, futex.AnyBit)
}

// Robust futexes, Documentation/locking/robust-futex-ABI.rst.
const (
	futexWaiters   = 0x80000000
	futexOwnerDied = 0x40000000
	futexTIDMask   = 0x3fffffff

	robustLimit = 2048 // list entries looked at
	robustPI    = 1    // mark in a list pointer
)

// releaseRobust marks the robust futexes that the LWP holds with FUTEX_OWNER_DIED and wakes
// one waiter of each: those in the list, and the one it was about to put in or take out.
func (l *LWP) releaseRobust() {
	head := l.robust
	next, ok1 := l.word64(head)
	offset, ok2 := l.word64(head + 8)
	about, ok3 := l.word64(head + 16)
	if !ok1 || !ok2 || !ok3 {
		return
	}
	for n := 0; next&^robustPI != head && n < robustLimit; n++ {
		entry := next &^ robustPI
		var ok bool
		if next, ok = l.word64(entry); entry != about&^robustPI && !l.ownerDied(entry+offset, false) || !ok {
			break
		}
	}
	if about&^robustPI != 0 {
		l.ownerDied(about&^robustPI+offset, true)
	}
}

func (l *LWP) word64(at uint64) (uint64, bool) {
	var b [8]byte
	if l.Space().CopyIn(b[:], VirtAddr(at)) != nil {
		return 0, false
	}
	return binary.LittleEndian.Uint64(b[:]), true
}

// ownerDied deals with one futex, false if that cannot be. A futex about to be released may
// hold 0 already, with waiters that nobody else wakes.
func (l *LWP) ownerDied(at uint64, about bool) bool {
	as := l.Space()
	for tries := 0; tries < math.MaxUint8; tries++ {
		v, ok := as.Load32(VirtAddr(at))
		if ok {
			if about && v == 0 {
				l.wakeWord(at, true)
				return true
			}
			if v&futexTIDMask != uint32(l.ID) {
				return true
			}
			var was uint32
			was, ok = as.CompareAndSwap32(VirtAddr(at), v, v&futexWaiters|futexOwnerDied)
			if ok && was == v {
				if v&futexWaiters != 0 {
					l.wakeWord(at, true)
				}
				return true
			}
		}
		if !ok && (at%4 != 0 || as.Fault(VirtAddr(at), mem.Write) != nil) {
			return false
		}
	}
	return false
}

// FutexWait waits for a futex to be woken, with the errors of futex.Table.Wait.
func (l *LWP) FutexWait(w futex.Word, val, bitset uint32, deadline int64) syscall.Errno {
	return l.p.sys.Futexes.Wait(l.Thread, &l.futex, w, val, bitset, deadline)
}
