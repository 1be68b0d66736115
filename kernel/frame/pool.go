package frame

import "sync/atomic"

// pool holds the free frames that are in no CPU's cache.
var pool struct {
	spinLock
	main, low uint32 // heads of the lists, 0 if empty; low: below lowEnd

	// Changed with the lock held, read without.
	free    atomic.Uint64 // frames on both lists
	reserve atomic.Uint64 // Alloc leaves that many
}

// lowEnd bounds the memory that is given out last.
const lowEnd = Frame(1 << 20 >> shift)

// SetReserve keeps n frames for AllocReserve: Alloc fails rather than take them.
func SetReserve(n uint64) { pool.reserve.Store(n) }

// spare returns how many frames the pool has above the reserve.
func spare() uint64 {
	free, reserve := pool.free.Load(), pool.reserve.Load()
	if free <= reserve {
		return 0
	}
	return free - reserve
}

// push puts f, whose entry says free, on its list. The pool is locked.
func push(f Frame) {
	head := &pool.main
	if f < lowEnd {
		head = &pool.low
	}
	atomic.StoreUint32(entry(f), freeBit|*head)
	*head = uint32(f)
	pool.free.Add(1)
}

// pop takes a frame off the pool's lists, None if they are empty. The pool is locked.
func pop() Frame {
	head := &pool.main
	if *head == 0 {
		head = &pool.low
		if *head == 0 {
			return None
		}
	}
	f := Frame(*head)
	*head = unlink(f)
	return f
}

// unlink makes f, on a list of the pool, a frame on no list; it returns the next one. The
// pool is locked.
func unlink(f Frame) (next uint32) {
	e := entry(f)
	next = atomic.LoadUint32(e) &^ freeBit
	atomic.StoreUint32(e, freeBit)
	pool.free.Add(^uint64(0))
	return next
}

// popReserve takes one frame from the pool whatever the reserve.
func popReserve() Frame {
	pool.lock()
	f := pop()
	pool.unlock()
	return f
}

// popBelow takes the first frame of the list that ends at or below limit.
func popBelow(head *uint32, limit Addr) Frame {
	prev := Frame(0)
	for next := *head; next != 0; {
		f := Frame(next)
		if f.Addr()+Size <= limit {
			after := unlink(f)
			if prev == 0 {
				*head = after
			} else {
				atomic.StoreUint32(entry(prev), freeBit|after)
			}
			return f
		}
		prev = f
		next = atomic.LoadUint32(entry(f)) &^ freeBit
	}
	return None
}
