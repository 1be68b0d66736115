package amd64

import "sync/atomic"

// spinLock takes a test-and-set lock; the holder keeps interrupts off.
func spinLock(l *uint32) {
	for !atomic.CompareAndSwapUint32(l, 0, 1) {
		for atomic.LoadUint32(l) != 0 {
			Pause()
		}
	}
}

func spinUnlock(l *uint32) { atomic.StoreUint32(l, 0) }
