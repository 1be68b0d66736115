package ulib

import (
	"sync/atomic"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// The calls below wait as long as they have to. Only the thread that calls does, except in the
// model NToOne, where the process does. They are cancellation points, and never fail with EINTR.

// Read reads from a descriptor at most len(p) bytes and returns how many, 0 at the end: read(2), with its
// errors but EINTR. A cancellation point.
func Read(fd int, p []byte) (int, Errno) {
	t := self()
	for {
		t.beginCall()
		n, e := sys.Read(fd, p)
		if t.endCall(e) {
			return n, e
		}
	}
}

// Write writes to a descriptor and returns how many bytes: write(2), with its errors but EINTR. It may
// write less than p; see [WriteAll]. A cancellation point.
func Write(fd int, p []byte) (int, Errno) {
	t := self()
	for {
		t.beginCall()
		n, e := sys.Write(fd, p)
		if t.endCall(e) {
			return n, e
		}
	}
}

// WriteAll writes all of p, or fails as Write. A cancellation point, of which one does not know how much
// has been written.
func WriteAll(fd int, p []byte) Errno {
	for len(p) > 0 {
		n, e := Write(fd, p)
		if e != 0 {
			return e
		}
		p = p[n:]
	}
	return 0
}

// Open opens a file: open(2), with its errors but EINTR. A cancellation point.
func Open(path string, flags, mode int) (fd int, e Errno) {
	t := self()
	for {
		t.beginCall()
		fd, e := sys.Open(path, flags, mode)
		if t.endCall(e) {
			return fd, e
		}
	}
}

// Pipe makes a pipe, and returns its ends for reading and writing: pipe(2), with its errors. It does not
// wait.
func Pipe() (r, w int, e Errno) {
	var fd [2]int32
	e = sys.Pipe2(&fd, 0)
	return int(fd[0]), int(fd[1]), e
}

// WaitProcess waits for a child to end, and returns which: wait4(2), with its errors but EINTR. A
// cancellation point.
func WaitProcess(pid int, status *sys.WaitStatus) (int, Errno) {
	t := self()
	for {
		t.beginCall()
		n, e := sys.Wait4(pid, status, 0, nil)
		if t.endCall(e) {
			return n, e
		}
	}
}

// beginCall says that the caller, which is t, is about to make a call that may block its LWP. Whoever
// cancels it, or sends it a signal, from here on ends the call.
func (t *thread) beginCall() {
	for {
		t.cancelPoint()
		t.inCallNow()
		if atomic.LoadUint32(&t.cancel) == 0 || !t.toLook() {
			return
		}
		t.inNoCall()
	}
}

// inCallNow says that the caller, which is t, is in a call; inNoCall that it is in none, and whether it
// was.
func (t *thread) inCallNow() {
	if t.special&specialBound == 0 && !act.on {
		n := atomic.AddInt32(&inCalls, 1)
		t.keepsLWP = true
		if n >= int32(atomic.LoadUint32(&nvp)) {
			allInCalls()
		}
	}
	atomic.SwapUint32(&t.inCall, 1) // seen before cancel is read
}

func (t *thread) inNoCall() (was bool) {
	was = t.inCall != 0
	atomic.StoreUint32(&t.inCall, 0)
	if t.keepsLWP {
		t.keepsLWP = false
		atomic.AddInt32(&inCalls, -1)
	}
	return was
}

// allInCalls is for the moment at which every LWP of the pool is in a call, or about to be, while
// there are other threads: it is what Solaris's kernel sends SIGWAITING for.
func allInCalls() {
	if options.Model != MToN || atomic.LoadInt64(&threads) <= int64(atomic.LoadInt32(&inCalls)) {
		return
	}
	if options.Fixed {
		atomic.AddUint32(&stalls, 1)
	} else if addVP() == 0 {
		atomic.AddUint32(&grown, 1)
	}
}

// endCall is the end of a call with error e; false: it is to be made again.
func (t *thread) endCall(e Errno) bool {
	t.inNoCall()
	if e != sys.EINTR {
		return true
	}
	v := enter()
	atomic.StoreUint32(&v.awake, 0) // it was for this call
	v.leave()
	t.cancelPoint()
	return false
}

// interruptCall ends the call that t is in, if it is in one. t.ctl is held.
func (t *thread) interruptCall(v *VP) {
	switch {
	case atomic.LoadUint32(&t.inCall) == 0:
	case act.on && t.special&specialBound == 0:
		act.lock.acquire(v)
		s := t.slot1
		for i := range nvp {
			if vps[i].cur == t {
				s = vps[i].mine + 1
				vps[i].stayAwake()
			}
		}
		act.lock.release()
		if s != 0 { // otherwise it looks before it calls, or its VP when it blocks
			kernel1(sa.SysWakeup, uintptr(s-1))
		}
	case t.special&specialBound != 0:
		wakeLWP(t.home.lid)
	default:
		for i := range atomic.LoadUint32(&nvp) {
			if vps[i].cur == t {
				wakeLWP(vps[i].lid)
			}
		}
	}
}

// Stalls is how often all LWPs of a pool that may not grow were in calls while there were other
// threads: what Solaris's kernel sends SIGWAITING for.
func Stalls() int { return int(atomic.LoadUint32(&stalls)) }

// Grown is how often the pool has grown for the reason that [Stalls] tells.
func Grown() int { return int(atomic.LoadUint32(&grown)) }
