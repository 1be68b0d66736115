package proc

import (
	"syscall"

	"gossamer/lwp"
)

// Waiting for LWPs to end, _lwp_wait(2) and _lwp_detach(2). An LWP that is not detached stays as
// a zombie until somebody has waited for it, or detaches it, or the process ends or calls execve.
//
//	alive --end, detached------------------------------> gone
//	alive --end, somebody waits for it--> zombie, kept for him --> gone
//	alive --end--> zombie, in p.zombies --wait, detach--> gone
//
// Who waits for one LWP blocks on its event queue; who waits for any, on p.anyone. Each is woken
// only if there may be something for it.

// zombies is a list of LWPs that nobody in particular waits for, in the order of their ends.
type zombies struct {
	first, last *LWP
	n           int // zombies, also those that are kept for somebody and in no list
}

func (z *zombies) push(l *LWP) {
	l.listed = true
	if l.before = z.last; l.before != nil {
		l.before.after = l
	} else {
		z.first = l
	}
	z.last = l
}

func (z *zombies) remove(l *LWP) {
	if l.before != nil {
		l.before.after = l.after
	} else {
		z.first = l.after
	}
	if l.after != nil {
		l.after.before = l.before
	} else {
		z.last = l.before
	}
	l.before, l.after, l.listed = nil, nil, false
}

// WaitLWP waits for the LWP id of the process to end, or, if id is 0, for any that is not
// detached, and returns its number, which is free from then on. NetBSD _lwp_wait(2).
//
// Errors: ESRCH, there is none, or for 0 none to wait for; EINVAL, it is detached; EDEADLK, it
// is the caller, or waits for the caller, or all LWPs of the process are waiting; EINTR.
func (l *LWP) WaitLWP(id lwp.ID) (lwp.ID, syscall.Errno) {
	p := l.p
	p.mu.Lock()
	p.waiting++
	z, errno := l.awaitLWP(id)
	p.waiting--
	if z != nil {
		p.unlist(z)
	}
	p.mu.Unlock()
	if z == nil {
		return 0, errno
	}
	id = z.ID
	p.sys.forget(z)
	p.recycle(z)
	return id, 0
}

func (l *LWP) awaitLWP(id lwp.ID) (*LWP, syscall.Errno) {
	if id == 0 {
		return l.awaitAny()
	}
	p := l.p
	t := p.findAny(id)
	if t == nil {
		return nil, syscall.ESRCH
	}
	l.waitsFor = t
	t.waiters++
	z, errno := l.awaitThis(t)
	l.waitsFor = nil
	if t.waiters--; t.waiters == 0 && t.phase.Load() == zombie && !t.listed {
		p.zombies.push(t) // kept for somebody who did not come
		p.anyone.WakeOne()
	}
	return z, errno
}

// awaitThis waits for t, as its waiters and l.waitsFor say.
func (l *LWP) awaitThis(t *LWP) (*LWP, syscall.Errno) {
	p := l.p
	for {
		switch {
		case t.phase.Load() == gone:
			return nil, syscall.ESRCH
		case t.detached:
			return nil, syscall.EINVAL
		case t == l || t.waitsFor == l:
			return nil, syscall.EDEADLK
		case t.phase.Load() == zombie:
			t.phase.Store(gone)
			return t, 0
		case p.allWait():
			return nil, syscall.EDEADLK
		}
		if err := t.event.Wait(l.Thread, &p.mu); err != nil {
			return nil, Errno(err)
		}
	}
}

func (l *LWP) awaitAny() (*LWP, syscall.Errno) {
	p := l.p
	for {
		if z := p.zombies.first; z != nil {
			z.phase.Store(gone)
			return z, 0
		}
		waitable := p.joinable + p.zombies.n
		if !l.detached {
			waitable-- // itself
		}
		switch {
		case waitable == 0:
			return nil, syscall.ESRCH
		case p.allWait():
			return nil, syscall.EDEADLK
		}
		if err := p.anyone.Wait(l.Thread, &p.mu); err != nil {
			// Whoever ends now wakes another, unless it has woken this one: then its zombie
			// is for the next to come.
			return nil, Errno(err)
		}
	}
}

// allWait reports whether nobody is left whose end the others could wait for: all wait, and no wait
// is over whose LWP has not come to see it yet. p.mu is held.
func (p *Process) allWait() bool {
	if p.waiting != len(p.lwps)+p.zombies.n {
		return false
	}
	for _, l := range p.lwps {
		if t := l.waitsFor; t != nil && (t.phase.Load() != alive || t.detached) {
			return false
		}
	}
	return true
}

// unlist makes a zombie, whose phase is gone already, no zombie. p.mu is held.
func (p *Process) unlist(z *LWP) {
	if z.listed {
		p.zombies.remove(z)
	}
	p.zombies.n--
	if z.waiters > 0 {
		z.event.WakeAll() // the others: ESRCH
	}
	p.recheckWaits()
}

// recheckWaits wakes those who wait for any LWP if there may be none left, and all if nobody is
// left who does not wait. p.mu is held.
func (p *Process) recheckWaits() {
	if p.waiting == 0 {
		return
	}
	if p.joinable+p.zombies.n <= 1 {
		p.anyone.WakeAll()
	}
	if p.allWait() {
		p.anyone.WakeAll()
		for _, l := range p.lwps {
			if l.waitsFor != nil {
				l.waitsFor.event.WakeAll()
			}
		}
	}
}

// DetachLWP has the LWP id of the process vanish when it ends, at once if it has ended: NetBSD
// _lwp_detach(2). ESRCH: there is none; EINVAL: it is detached.
func (p *Process) DetachLWP(id lwp.ID) syscall.Errno {
	p.mu.Lock()
	t := p.findAny(id)
	switch {
	case t == nil:
		p.mu.Unlock()
		return syscall.ESRCH
	case t.detached:
		p.mu.Unlock()
		return syscall.EINVAL
	}
	t.detached = true
	if t.phase.Load() == zombie {
		t.phase.Store(gone)
		p.unlist(t)
		p.mu.Unlock()
		p.sys.forget(t)
		p.recycle(t)
		return 0
	}
	p.joinable--
	t.event.WakeAll()
	p.recheckWaits()
	p.mu.Unlock()
	return 0
}

// ended makes an LWP that has left p.lwps a zombie, or reports that it is gone: the caller then
// frees its number. p.mu is held.
func (p *Process) ended(l *LWP) (freed bool) {
	if l.hold != free {
		p.held--
	}
	if freed = l.detached; freed {
		l.phase.Store(gone)
	} else {
		l.phase.Store(zombie)
		p.joinable--
		p.zombies.n++
		if l.waiters == 0 {
			p.zombies.push(l)
			p.anyone.WakeOne()
		}
	}
	if l.waiters > 0 || l.watchers > 0 {
		l.event.WakeAll()
	}
	p.recheckWaits()
	return freed
}

// dropZombies forgets all zombies, when no LWP is left that could wait for them.
func (p *Process) dropZombies() {
	p.mu.Lock()
	all := p.zombies.first
	p.zombies = zombies{}
	p.mu.Unlock()
	for all != nil {
		z := all
		all = z.after
		z.phase.Store(gone)
		z.before, z.after, z.listed = nil, nil, false
		p.sys.forget(z)
		z.Ctx.Release()
	}
}
