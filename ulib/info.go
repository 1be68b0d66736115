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
