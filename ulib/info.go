package ulib

import (
	"sync/atomic"

	"gossamer/ulib/sys"
)

// A State is what a thread does.
type State int

const (
	Runnable State = iota // runs, or is ready to
	Waiting               // for another thread, or a time
	InCall                // in a call of this package that may block in the kernel
	Done                  // it has ended, and is to be joined
)

// An Info tells about a thread.
type Info struct {
	State    State
	Own      int // priority
	Priority int // with what it has inherited
	Scope    Scope
	Name     [16]byte
}

// Look tells about a thread at some instant. ESRCH: there is no such thread.
func Look(id ID) (i Info, e Errno) {
	v := enter()
	t := v.lookup(id)
	if t == nil {
		v.leave()
		return i, sys.ESRCH
	}
	i.Own, i.Priority, i.Name, i.Scope = int(t.base), int(t.prio), t.name, ScopeProcess
	if t.special&specialBound != 0 {
		i.Scope = ScopeSystem
	}
	switch {
	case t.done:
		i.State = Done
	case atomic.LoadUintptr(&t.queue) != 0:
		i.State = Waiting
	case atomic.LoadUint32(&t.inCall) != 0:
		i.State = InCall
	}
	t.exit.lock.release()
	v.leave()
	return i, 0
}

// SetName names a thread, for those who look on; of a longer name the first 15 bytes count.
// pthread_setname_np(3). ESRCH: there is no such thread.
func SetName(id ID, name string) Errno {
	v := enter()
	t := v.lookup(id)
	if t == nil {
		v.leave()
		return sys.ESRCH
	}
	t.name = [16]byte{}
	copy(t.name[:15], name)
	traceName(t)
	t.exit.lock.release()
	v.leave()
	return 0
}

// Counts say what the package has and what of that is in use.
type Counts struct {
	Threads    int // that have not ended
	Stacks     int // made so far, with the main thread's control block, which has the place of one
	FreeStacks int // of those, nobody's: of threads that have been joined, or were detached
	Slots      int // of Activations
	FreeSlots  int // of those, without a thread of their own: nobody's, or a VP's for whom it runs
	Evicted    int // how often a thread was moved out of its slot, for another to run
}

// Count counts them at some instant. It looks at every stack.
func Count() (c Counts) {
	v := enter()
	c.Threads = int(atomic.LoadInt64(&threads))
	pool.lock.acquire(v)
	for t := pool.newest; t != nil; t = t.older {
		c.Stacks++
	}
	for _, t := range pool.free {
		for ; t != nil; t = t.next {
			c.FreeStacks++
		}
	}
	pool.lock.release()
	if act.on {
		act.lock.acquire(v)
		c.Slots = act.slots
		c.Evicted = act.evicted
		for s := act.free; s != 0; s = act.next[s-1] {
			c.FreeSlots++
		}
		for i := range nvp {
			if vps[i].mine != slotless {
				c.FreeSlots++
			}
		}
		act.lock.release()
	}
	v.leave()
	return c
}
