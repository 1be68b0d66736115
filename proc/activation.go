package proc

import (
	"syscall"
	"unsafe"

	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
	"gossamer/kernel/trace"
	"gossamer/lwp"
	"gossamer/lwp/sa"
	abi "gossamer/ulib/sa"
)

// Scheduler activations: what package lwp/sa decides, done with LWPs. The LWPs of a registration
// run actLoop, which asks lwp/sa each time before it enters user mode, and their waits tell it
// (onBlock). Other LWPs of the process are ordinary.

// activations is a process's registration.
type activations struct {
	core *sa.Process
	area *mem.Pinned
	at   VirtAddr // of the area in the program
	nvp  int
	lwps []*LWP // by number; 0 is the one that has called sa_enable

	first *host // number 0
}

// page is the address of a VP's page, or for nvp of nobody's.
func (a *activations) page(vp int) uint64 { return uint64(a.at) + uint64(abi.VPAt(vp)) }

// Register makes the process one with activations: sa_register(2). r is as the program has it, and
// gets the area's address. Errors: EINVAL; EFAULT, the stacks cannot be read; EBUSY, it is one;
// ENOMEM; EAGAIN, too many LWPs.
func (l *LWP) Register(r *abi.Registration) syscall.Errno {
	p := l.p
	const end = uint64(mem.UserMax)
	if r.NVP < 1 || r.NVP > abi.MaxVP || r.NSlot <= r.NVP || r.NSlot > abi.MaxSlot ||
		r.Entry >= end || r.Lo > r.Hi || r.Hi >= end {
		return syscall.EINVAL
	}
	stacks := make([]uint64, r.NVP)
	if err := l.Space().CopyIn(unsafe.Slice((*byte)(unsafe.Pointer(&stacks[0])), 8*len(stacks)), VirtAddr(r.Stacks)); err != nil {
		return Errno(err)
	}
	for _, top := range stacks {
		if top > end || top%16 != 0 || top < mem.PageSize {
			return syscall.EINVAL
		}
	}
	if !p.sys.HeapOK() {
		return syscall.ENOMEM
	}
	if !p.claimActivations() {
		return syscall.EBUSY
	}
	a, errno := l.newActivations(r, stacks)
	if errno == 0 {
		errno = l.publishActivations(a)
	}
	if errno != 0 {
		p.mu.Lock()
		p.registering = false
		p.mu.Unlock()
		return errno
	}
	r.Area = uint64(a.at)
	return 0
}

// claimActivations lets one registration through.
func (p *Process) claimActivations() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.registering || p.act.Load() != nil {
		return false
	}
	p.registering = true
	return true
}

// newActivations makes the area, and the LWPs but for the first, which nobody knows of yet.
func (l *LWP) newActivations(r *abi.Registration, stacks []uint64) (*activations, syscall.Errno) {
	p := l.p
	nvp, nslot := int(r.NVP), int(r.NSlot)
	area, err := mem.NewPinned(p.sys.Frames, "[activations]", abi.Pages(nvp, nslot), mem.ForkCopy)
	if err != nil {
		return nil, Errno(err)
	}
	if p.areaAt != 0 { // of the process that this is a fork of
		l.Space().UnmapPinned(p.areaAt)
		p.areaAt = 0
	}
	at, err := l.Space().MapPinned(area)
	if err != nil {
		area.Drop()
		return nil, Errno(err)
	}
	a := &activations{area: area, at: at, nvp: nvp, lwps: make([]*LWP, nslot)}
	hosts := make([]sa.Host, nslot)
	view := a.view()
	for i := range a.lwps {
		var n *LWP
		if i > 0 {
			n = p.fresh()
			n.Ctx.Start(0, 0) // nothing of its last owner's is to be seen
			l.equip(n)
			n.detached = true
			if errno := p.sys.number(n); errno != 0 {
				n.Ctx.Release()
				a.abort(l)
				return nil, errno
			}
			n.activate(a, i)
		}
		a.lwps[i] = n
		h := &host{a, n}
		hosts[i] = h
		if trace.Active() != nil {
			hosts[i] = &tracedHost{h, view.Slots}
		}
		if i == 0 {
			a.first = h
		}
	}
	a.core = sa.New(sa.Config{
		NVP: nvp, NSlot: nslot, CPUs: p.sys.CPUs(),
		Entry: r.Entry, Stacks: stacks, Lo: r.Lo, Hi: r.Hi, UserEnd: uint64(mem.UserMax),
		Area: view, Now: p.sys.Now,
	}, hosts, p.sys.allocator())
	return a, 0
}

// abort takes back what newActivations has done.
func (a *activations) abort(l *LWP) {
	for _, n := range a.lwps {
		if n != nil {
			n.abort()
		}
	}
	l.Space().UnmapPinned(a.at)
	a.area.Drop()
}

// publishActivations lets the LWPs run, which park, and the process be one with activations. From
// the first that runs on, the process's end is what takes it back.
func (l *LWP) publishActivations(a *activations) syscall.Errno {
	p := l.p
	p.mu.Lock()
	if l.Attention()&lwp.Exit != 0 {
		p.mu.Unlock()
		a.abort(l)
		return errRestart
	}
	p.act.Store(a)
	p.mu.Unlock()
	for i, n := range a.lwps[1:] {
		if errno := l.publish(n); errno != 0 { // n is gone; so will the process be
			for _, n := range a.lwps[i+2:] {
				n.abort()
			}
			return errno
		}
	}
	return 0
}

// view is the kernel's own view of the area.
func (a *activations) view() sa.Area {
	at := func(offset uintptr) unsafe.Pointer {
		return unsafe.Pointer(&a.area.Bytes(int(offset / mem.PageSize))[offset%mem.PageSize])
	}
	page := func(vp int) *abi.VP {
		v := (*abi.VP)(at(abi.VPAt(vp)))
		v.Self, v.Number = a.page(vp), uint32(vp)
		return v
	}
	nslot := len(a.lwps)
	v := sa.Area{Process: (*abi.Process)(at(0)), Nobody: page(a.nvp)}
	v.Process.NVP, v.Process.NSlot = uint32(a.nvp), uint32(nslot)
	v.Process.Slots = uint64(a.at) + uint64(abi.SlotAt(a.nvp, 0))
	for i := range a.nvp {
		v.VPs = append(v.VPs, page(i))
	}
	for i := range nslot {
		v.Slots = append(v.Slots, (*abi.Slot)(at(abi.SlotAt(a.nvp, i))))
	}
	return v
}

// Enable makes the caller VP 0: sa_enable(2). EINVAL: the process is not registered, or the caller
// an activation; EBUSY: it has been enabled.
func (l *LWP) Enable() syscall.Errno {
	a := l.p.act.Load()
	if a == nil || l.act != nil {
		return syscall.EINVAL
	}
	l.p.mu.Lock()
	if a.lwps[0] != nil {
		l.p.mu.Unlock()
		return syscall.EBUSY
	}
	a.lwps[0], a.first.l = l, l
	l.p.mu.Unlock()
	l.activate(a, 0)
	l.base = a.page(0)
	a.core.Enable()
	l.traceUpcall(0, 0, abi.None)
	l.enabling = true
	l.Remind(lwp.Signal) // out of loop, into actLoop
	return 0
}

// activate makes an LWP number n of a registration.
func (l *LWP) activate(a *activations, n int) {
	l.act, l.number = a, n
	l.activation.Store(true)
	l.Thread.OnBlock(l.onBlock())
}

// deactivate makes an LWP an ordinary one.
func (l *LWP) deactivate() {
	l.act = nil
	l.activation.Store(false)
	l.Thread.SetUrgent(false)
	l.Thread.RelentIf(nil)
	l.Thread.OnBlock(nil)
}

// actLoop is loop for an activation.
func (l *LWP) actLoop(t *sched.Thread) bool {
	defer l.recoverPanic()
	ctx, calls, call := l.Ctx, &l.p.sys.Calls, l.Ctx.Call()
	event, bracket := sa.Nothing, false
	t.RelentIf(l.act.core.Relief())
	for {
		if t.ShouldYield() {
			ctx.Heed() // all that it may have been about is looked at below
			t.Preempt()
		}
		if l.Attention() != 0 && !l.attend() {
			return true
		}
		if l.act == nil {
			return false // execve
		}
		verdict, deadline := l.act.core.Edge(l.number, event)
		event = sa.Nothing
		switch verdict {
		case sa.Park:
			if l.Attention() != 0 {
				t.SetUrgent(false)
				continue
			}
			switch t.Rest(deadline) {
			case syscall.ETIMEDOUT:
				event = sa.TimedOut
			case syscall.EINTR:
				t.ClearInterrupt() // whatever it is about: a signal's comes with attention
			}
			continue
		case sa.Serve:
			t.SetUrgent(false)
		case sa.End:
			return true
		case sa.Lied:
			l.p.sys.Log(l.prefix() + "SIGKILL: the ready list cannot be written")
			l.p.Exit(Killed(syscall.SIGKILL))
			continue
		}
		ctx.SetGS(l.base)
		switch ctx.Enter(bracket) {
		case lwp.Syscall:
			v, errno := calls[min(call.Number, noNumber)](l, &call.Args)
			if errno != 0 {
				if errno == ErrEnd {
					return true
				}
				v = l.failed(errno)
			}
			call.Number = v
			bracket = false
		case lwp.Fault:
			bracket = false
			l.fault()
		case lwp.Tick:
			bracket = true
			event = sa.Ticked
			t.Tick()
		case lwp.Kick:
			bracket = false // nothing says that the program computes
		}
	}
}

// onBlock returns what is told by the LWP's thread that it is about to be switched away from, in a
// wait, and returns the thread to run in its stead.
func (l *LWP) onBlock() func(*sched.Thread) *sched.Thread {
	return func(t *sched.Thread) *sched.Thread {
		if l.quiet {
			return nil
		}
		n := l.act.core.Block(l.number)
		if n < 0 {
			return nil
		}
		t.SetUrgent(true) // until its registers are in the slot: K6
		return l.act.lwps[n].Thread
	}
}

// endActivations is the end of a registration all of whose LWPs are gone, or all but one that is
// none of it any more.
func (p *Process) endActivations() {
	p.mu.Lock()
	a := p.act.Swap(nil) // those who send signals look under mu
	p.registering = false
	p.mu.Unlock()
	if a != nil {
		a.core.Gone()
		a.area.Drop()
	}
}

// host is LWP number n as lwp/sa sees it.
type host struct {
	a *activations
	l *LWP // of number 0, nil until sa_enable
}

func (h *host) PC() uint64             { return h.l.Ctx.PC() }
func (h *host) Save(slot *abi.Slot)    { h.l.Ctx.SaveSlot(slot) }
func (h *host) Result(e syscall.Errno) { h.l.Ctx.Call().Number = uint64(-int64(e)) }
func (h *host) Unpark()                { h.l.Thread.Unpark() }
func (h *host) Kick()                  { h.l.Ctx.Attention() }

func (h *host) Upcall(vp int, why, slot uint32, entry, stack, fs uint64) {
	l := h.l
	l.base = h.a.page(vp)
	l.Ctx.Upcall(vp, why, slot, entry, stack, fs)
}

func (h *host) Adopt(vp, n int) {
	l := h.l
	l.base = h.a.page(vp)
	l.Ctx.Adopt(h.a.lwps[n].Ctx)
}

func (h *host) Interrupt() bool {
	l := h.l
	l.cancelled.Store(true)
	l.Thread.Interrupt()
	return true
}

func (h *host) Uninterrupt() {
	l := h.l
	if l.cancelled.Load() {
		l.cancelled.Store(false)
		l.Thread.ClearInterrupt()
	}
}

// quiesce makes the area that a child of fork(2) has a copy of one that no kernel looks at: K16.
func (a *activations) quiesce(as *mem.AddressSpace) {
	p := as.PinnedAt(a.at)
	if p == nil {
		return
	}
	at := func(vp int) *[mem.PageSize]byte { return p.Bytes(int(abi.VPAt(vp) / mem.PageSize)) }
	for vp := range a.nvp {
		v := (*abi.VP)(unsafe.Pointer(at(vp)))
		v.Disabled, v.Cur = 1, abi.None
	}
	(*abi.Process)(unsafe.Pointer(p.Bytes(0))).Ready = 0
	p.Drop()
}
