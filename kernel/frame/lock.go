package frame

import "sync/atomic"

// Pause, if not nil, is called while waiting for a spin lock. It must be bare.
var Pause func()

// spinLock is a test-and-set lock; its zero value is free. Holders keep interrupts off.
type spinLock struct{ held uint32 }

func (l *spinLock) lock() {
	if !atomic.CompareAndSwapUint32(&l.held, 0, 1) {
		l.wait()
	}
}

func (l *spinLock) unlock() { atomic.StoreUint32(&l.held, 0) }

func (l *spinLock) wait() {
	for {
		for atomic.LoadUint32(&l.held) != 0 {
			if Pause != nil {
				Pause()
			}
		}
		if atomic.CompareAndSwapUint32(&l.held, 0, 1) {
			return
		}
	}
}
