//go:build explore

package ulib

import (
	"unsafe"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// Ordinary LWPs for exploring: those of threads of system scope beside activations, all of M:N fixed,
// and what is left of a process with activations in a child of fork.

// startLWP makes an LWP for a VP.
func (k *kernel) startLWP(v *VP) Errno {
	e := k.e
	a := &actor{v: v, lwpState: lwpState{k: k, n: len(e.actors), at: inUser, ordinary: true, mask: ^SigSet(0)}}
	v.sched.name = [16]byte{'s', byte('0' + a.n)}
	a.on = e.context(&v.sched, func() {
		v.lid = lidOf(a)
		v.catches()
		setLWPMask(0)
		v.schedule()
	})
	a.on.where, a.on.closed = onLWP, true
	e.actors = append(e.actors, a)
	return 0
}

func lidOf(a *actor) int { return 100 + a.n }

// startPool makes the machine for a scene in the model M:N fixed.
func (k *kernel) startPool(body func()) *actor {
	e := k.e
	options = Options{Model: MToN, Fixed: true}
	a := &actor{v: allVPs[0], lwpState: lwpState{k: k, at: inUser, ordinary: true}}
	e.actors = []*actor{a}
	for _, v := range allVPs[1:k.scene.vps] {
		k.startLWP(v)
	}
	v := a.v
	put(&v.cur, mainThread)
	v.disabled = 0
	v.lid = lidOf(a)
	v.catches()
	left := e.context(&v.sched, v.schedule)
	left.number = 0
	a.on = e.context(mainThread, body)
	a.on.where = onLWP
	return a
}

// ordinaryVPs calls f for each VP that is not an activation's.
func (k *kernel) ordinaryVPs(f func(v *VP)) {
	for _, a := range k.e.actors {
		if a.ordinary {
			f(a.v)
		}
	}
}

// fork has the parent go on, or the child: which is one of the ways.
func (k *kernel) fork() (pid int) {
	e := k.e
	e.pass()
	if e.choose(2) == 0 {
		return 1
	}
	e.note("-- the child")
	a := e.cur
	for _, b := range e.actors {
		if b != a {
			b.at = ended
		}
	}
	for _, c := range e.contexts {
		if c != a.on && c.t != &a.v.sched {
			c.where = gone // as memory that nobody uses
		}
	}
	a.ordinary, a.mask, a.told, a.nudged, a.kicked, a.late = true, 0, false, false, false, false
	a.at = inUser
	if k.p != nil { // proc's quiesce
		for i := range nvp {
			page := (*sa.VP)(unsafe.Pointer(vps[i]))
			page.Disabled, page.Cur = 1, sa.None
		}
		act.process.Ready = 0
		k.p = nil
	}
	k.signals.pending, k.signals.come = 0, len(k.scene.signals)
	k.child = true
	return 0
}

// die is the end of the process from outside.
func (k *kernel) die() {
	k.dying = true
	k.p.Die()
	for _, a := range k.e.actors {
		if a.at == parked || a.at == blocked {
			a.at = atEdge
		}
		a.kicked = true
	}
}

// pause stops the process, as proc does it: LWPs stop on their way to user mode, calls that wait are made again.
func (k *kernel) pause() {
	k.stopped = true
	k.stops++
	k.p.Pause(true)
	for _, a := range k.e.actors {
		switch {
		case a.ordinary:
		case a.at == parked:
			a.at = atEdge
		case a.at == blocked && !a.fault:
			a.at, a.on.result = atEdge, again
		}
		a.kicked = true
	}
}

func (k *kernel) proceed() {
	k.stopped = false
	k.p.Pause(false)
}

// again is the result of a call that is to be made once more.
const again = sys.Errno(512)

func forkProcess() (pid int, e Errno) {
	if ex.k == nil {
		return 0, sys.EAGAIN
	}
	return ex.k.fork(), 0
}

func lwpNumber() int { return lidOf(ex.cur) }
