package ulib

import (
	"sync/atomic"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// A lock is held for a few instructions, in a critical section only, and never by two sections
// that take two of them in the other order: see doc.go.
type lock struct {
	word uint32 // number of the VP that holds it, plus one; 0: free
}

// acquire takes the lock. Storing the number in the same instruction costs nothing; one who fails
// puts back what he found, so that the word names the holder for those who spin. The name can be
// wrong for a moment when several fail at once; that the lock is held is never in doubt.
func (l *lock) acquire(v *VP) {
	point()
	if old := atomic.SwapUint32(&l.word, v.number1); old != 0 {
		l.spin(v, old)
	}
}

// releaseFence frees the lock, and no later load is made before that is seen.
func (l *lock) releaseFence() { atomic.StoreUint32(&l.word, 0) }

// giveWay lets the VP run that holds what the caller spins for: U10.
func giveWay(holder uint32) {
	if act.on && holder-1 < nvp {
		kernel1(sa.SysHandoff, uintptr(holder-1))
		return
	}
	sys.Yield()
}
