//go:build explore

package ulib

import (
	"unsafe"

	hosted "gossamer/lwp/sa"
	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// edge is an LWP on its way to user mode.
func (k *kernel) edge(a *actor) {
	event := a.event
	a.event, a.kicked, a.late, a.deadline = hosted.Nothing, false, false, 0
	verdict, deadline := k.p.Edge(a.n, event)
	switch verdict {
	case hosted.Enter, hosted.Serve:
		a.at = inUser
		k.e.check(a.on != nil && a.on.where == onLWP, "an LWP with nothing to do enters user mode")
		if k.scene.fine {
			break // others are on their way
		}
		if s := k.p.Stat(); s.Running > s.Granted && !a.kicked {
			k.e.check(a.v.disabled != 0, "an open VP runs on, of %d, and %d may", s.Running, s.Granted)
		}
	case hosted.Park:
		if a.unparked {
			a.unparked = false
			return
		}
		a.at, a.deadline = parked, deadline
	case hosted.End:
		a.at = ended
		for _, b := range k.e.actors {
			if b.at != ended {
				return
			}
		}
		k.e.ended = true
	default:
		k.e.check(false, "a lie")
	}
}

// sleep is a wait in the kernel.
func (k *kernel) sleep(a *actor, arrives func() bool, fault bool) {
	a.at, a.arrives, a.fault = blocked, arrives, fault
	if a.ordinary {
		if a.cancelled {
			a.at, a.cancelled, a.on.result = inUser, false, sys.EINTR
		}
		return
	}
	if k.dying {
		a.at = atEdge
	}
	k.do(a, func() {
		if next := k.p.Block(a.n); next >= 0 {
			k.e.cur = k.e.actors[next]
			k.e.cur.Unpark()
		}
	})
}

// blocks is a system call that waits.
func (k *kernel) blocks(arrives func() bool) Errno {
	me := k.e.cur.on
	for {
		k.e.pass()
		me.result = 0
		k.sleep(k.e.cur, arrives, false)
		k.e.passAs(me)
		if me.result != again {
			return me.result
		}
	}
}

// The machine.

func kernel0(nr uintptr) uintptr       { return ex.k.call(nr, 0, 0) }
func kernel1(nr, a uintptr) uintptr    { return ex.k.call(nr, a, 0) }
func kernel2(nr, a, b uintptr) uintptr { return ex.k.call(nr, a, b) }

// memories are what memory has given to one run and will give to the next.
var memories struct {
	at   [32]uintptr
	size [32]uintptr
	used int
}

func memory(size uintptr) (at uintptr, e Errno) {
	m := &memories
	i := m.used
	if m.used++; m.at[i] == 0 {
		m.size[i] = size
		m.at[i], e = sys.MmapAnon(size)
	}
	if m.size[i] != size { // of another scene
		m.size[i] = size
		m.at[i], e = sys.MmapAnon(size)
	}
	if size < schedulerStack {
		clear(unsafe.Slice((*byte)(pointer(m.at[i])), size))
	}
	return m.at[i], e
}

func private() uintptr { return uintptr(unsafe.Pointer(&vps[0].tls[1])) }

func upcallAddresses() (entry, low, high uintptr) { return pcEntry, pcLow, pcHigh }

// call is a system call of the thread or scheduler that runs.
func (k *kernel) call(nr, x, y uintptr) uintptr {
	e, n := k.e, 0
	switch nr {
	case sa.SysRegister:
		return k.register((*sa.Registration)(pointer(x)))
	case sa.SysEnable:
		e.check(k.p.Enable(), "sa_enable")
		e.cur.v = vps[0]
	default:
		e.pass()
	}
	a := e.cur
	me := a.on
	me.result, me.resting = 0, nr == sa.SysYield
	k.do(a, func() {
		n = k.does(a, me, nr, x, y)
		if !a.ordinary {
			a.at = atEdge
		}
	})
	e.pass()
	me.resting = false
	if me.result != 0 {
		return -uintptr(me.result)
	}
	return uintptr(n)
}

// does does what a system call does.
func (k *kernel) does(a *actor, me *context, nr, x, y uintptr) (n int) {
	e := k.e
	switch nr {
	case sa.SysSigtake:
		me.result = k.sigtake(a, (*sys.SigInfo)(pointer(x)))
	case sa.SysPreempt:
		me.result = k.p.Preempt(int(x))
	case sa.SysEnable:
		for i := range nvp {
			vps[i].quantum = 1
		}
	case sa.SysSetConcurrency:
		n, me.result = k.p.SetConcurrency(int(x))
	case sa.SysYield:
		me.result = k.p.Yield(a.n, uint32(x), int64(y))
		e.check(me.result == 0 || me.result == sys.EAGAIN || k.dying, "sa_yield: %v", me.result)
	case sa.SysWake:
		k.p.Wake()
	case sa.SysHandoff:
		if a.ordinary {
			break
		}
		me.result = k.p.Handoff(a.n, int(x))
		e.check(me.result == 0 || k.dying, "sa_handoff: %v", me.result)
	case sa.SysWakeup:
		me.result = k.p.Wakeup(int(x))
	default:
		e.check(false, "system call %d", nr)
	}
	return n
}

// register is sa_register.
func (k *kernel) register(r *sa.Registration) uintptr {
	nvp, nslot := int(r.NVP), int(r.NSlot)
	if areaMemory == 0 {
		areaMemory, _ = sys.MmapAnon(areaSize)
	}
	at := areaMemory
	k.e.check(sa.Pages(nvp, nslot)*sa.PageSize <= areaSize, "too many slots")
	clear(unsafe.Slice((*byte)(pointer(at)), sa.Pages(nvp, nslot)*sa.PageSize))
	page := func(vp int) *sa.VP { return (*sa.VP)(pointer(at + sa.VPAt(vp))) }
	area := hosted.Area{Process: (*sa.Process)(pointer(at)), Nobody: page(nvp)}
	area.Process.NVP, area.Process.NSlot = r.NVP, r.NSlot
	area.Process.Slots = uint64(at + sa.SlotAt(nvp, 0))
	for i := range nvp {
		area.VPs = append(area.VPs, page(i))
	}
	for i := range nslot {
		area.Slots = append(area.Slots, (*sa.Slot)(pointer(at+sa.SlotAt(nvp, i))))
	}
	k.slots = area.Slots
	cpus := k.scene.cpus
	if cpus == 0 {
		cpus = nvp
	}
	hosts := make([]hosted.Host, nslot)
	for i := range hosts {
		if i > 0 {
			k.e.actors = append(k.e.actors, &actor{lwpState: lwpState{k: k, n: i}})
		}
		hosts[i] = k.e.actors[i]
	}
	if k.outside != nil {
		k.e.actors = append(k.e.actors, k.outside)
	}
	k.p = hosted.New(hosted.Config{NVP: nvp, NSlot: nslot, CPUs: cpus, Entry: r.Entry,
		Stacks: unsafe.Slice((*uint64)(pointer(uintptr(r.Stacks))), nvp), Lo: r.Lo, Hi: r.Hi, UserEnd: 1 << 47,
		Area: area, Now: func() int64 { return k.e.now }}, hosts, k.alloc)
	r.Area = uint64(at)
	return 0
}
