package frame

import "sync/atomic"

const (
	// MaxCPU is the number of per-CPU caches; CPU indices are taken modulo it.
	MaxCPU = 64

	cacheSize  = 64
	cacheBatch = 32
)

// cache is one CPU's stock of free frames. Other CPUs come here only when they find no
// memory elsewhere, so its lock is nearly always free.
type cache struct {
	spinLock
	n     atomic.Uint32 // changed with the lock held
	frame [cacheSize]uint32
	_     [56]byte // the next CPU's lock is in another cache line
}

var (
	caches [MaxCPU]cache
	ncpu   int // caches from here on are not in use
)

// Alloc returns a frame with one reference and undefined contents, None when there is no
// memory but the reserve. cpu is the index of the CPU that runs this.
func Alloc(cpu int) Frame {
	c := &caches[uint(cpu)%MaxCPU]
	c.lock()
	n := c.n.Load()
	if n == 0 {
		n = c.refill()
		if n == 0 {
			c.unlock()
			return steal()
		}
	}
	n--
	f := Frame(c.frame[n%cacheSize])
	c.n.Store(n)
	c.unlock()
	atomic.StoreUint32(entry(f), 1)
	return f
}

// AllocReserve is Alloc, but takes from the reserve when there is nothing else.
func AllocReserve(cpu int) Frame {
	f := Alloc(cpu)
	if f == None {
		f = popReserve()
		if f != None {
			atomic.StoreUint32(entry(f), 1)
		}
	}
	return f
}

// AllocBelow returns a frame that ends at or below limit, whatever the reserve. It
// searches lists and not the caches: it is meant for a few calls at boot.
func AllocBelow(limit Addr) Frame {
	pool.lock()
	f := popBelow(&pool.low, limit)
	if f == None {
		f = popBelow(&pool.main, limit)
	}
	pool.unlock()
	if f != None {
		atomic.StoreUint32(entry(f), 1)
	}
	return f
}

// AllocBatch fills out with frames as Alloc would return and returns how many it got:
// fewer than asked for only when memory is short.
func AllocBatch(cpu int, out []Frame) int {
	got := 0
	c := &caches[uint(cpu)%MaxCPU]
	c.lock()
	for n := c.n.Load(); n > 0 && got < len(out); got++ {
		n--
		out[got] = Frame(c.frame[n%cacheSize])
		c.n.Store(n)
	}
	c.unlock()
	if got < len(out) {
		pool.lock()
		for left := spare(); left > 0 && got < len(out); left-- {
			out[got] = pop()
			got++
		}
		pool.unlock()
	}
	for i := range out[:got] {
		atomic.StoreUint32(entry(out[i]), 1)
	}
	for got < len(out) {
		f := steal()
		if f == None {
			break
		}
		out[got] = f
		got++
	}
	return got
}

// FreeBatch gives up one reference to each frame of in.
func FreeBatch(cpu int, in []Frame) {
	for _, f := range in {
		Unref(cpu, f)
	}
}

// Stats returns the number of frames that there are, how many of them are free, caches
// and reserve included, and the size of the reserve. While other CPUs allocate, free is
// off by what they move meanwhile.
func Stats() (total, free, reserve uint64) {
	free = pool.free.Load()
	for i := range ncpu {
		free += uint64(caches[uint(i)%MaxCPU].n.Load())
	}
	return totalFrames, free, pool.reserve.Load()
}

// refill moves up to cacheBatch frames from the pool to c, which is empty and locked, and
// returns how many.
func (c *cache) refill() (n uint32) {
	if spare() == 0 {
		return 0
	}
	pool.lock()
	left := spare()
	for n < cacheBatch && left > 0 {
		c.frame[n] = uint32(pop())
		n++
		left--
	}
	pool.unlock()
	c.n.Store(n)
	return n
}

// put takes back f, whose entry says free and on no list.
func put(cpu int, f Frame) {
	if pool.free.Load() < pool.reserve.Load() {
		pool.lock()
		push(f)
		pool.unlock()
		return
	}
	c := &caches[uint(cpu)%MaxCPU]
	c.lock()
	n := c.n.Load()
	if n == cacheSize {
		n -= cacheBatch
		pool.lock()
		for _, f := range c.frame[n:] {
			push(Frame(f))
		}
		pool.unlock()
	}
	c.frame[n%cacheSize] = uint32(f)
	c.n.Store(n + 1)
	c.unlock()
}

// steal takes one frame out of any CPU's cache, None if all are empty. The caller holds no
// lock.
func steal() Frame {
	for i := range ncpu {
		c := &caches[uint(i)%MaxCPU]
		if c.n.Load() == 0 {
			continue
		}
		c.lock()
		n := c.n.Load()
		if n == 0 {
			c.unlock()
			continue
		}
		f := Frame(c.frame[(n-1)%cacheSize])
		c.n.Store(n - 1)
		c.unlock()
		atomic.StoreUint32(entry(f), 1)
		return f
	}
	return None
}
