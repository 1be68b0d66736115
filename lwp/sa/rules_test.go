package sa

import (
	"syscall"
	"testing"

	abi "gossamer/ulib/sa"
)

// scene is a sim whose events a test chooses.
func scene(t *testing.T, c simConfig) *sim {
	t.Helper()
	Debug = true
	s := newSim(c)
	s.kernel(0)
	if s.l[0].at != inUser {
		t.Fatal("LWP 0 is not in user mode")
	}
	return s
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// Is a VP open only with sensible words, and a closed one never upcalled, whatever they are?
func TestClosed(t *testing.T) {
	for _, words := range [][2]uint32{{1, 0}, {7, 0}, {0, abi.None}, {0, 3}, {0, 1 << 31}, {0, 2}} {
		s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
		page := s.area.VPs[0]
		page.Disabled, page.Cur, page.Quantum = words[0], words[1], 1
		if words[1] == 2 { // a slot that is the kernel's
			s.p.held[2] = 2
			s.p.lwps[2].role, s.p.lwps[2].n = inKernel, 2
			s.p.nK, s.p.reserve = 1, s.p.reserve[:1]
		}
		s.area.Process.Ready = 1
		for range 3 {
			v, _ := s.p.Edge(0, Ticked)
			want(t, "verdict", v, Enter)
		}
		want(t, "upcalls", s.p.stat.Upcalls, 0)
		want(t, "pending", page.Pending, 1)
		want(t, "cur", page.Cur, words[1])
		s.block(0, false)
		want(t, "state of a blocked closed VP", s.p.vps[0].state, Wait)
	}
}

// Does a thread that sleeps again in the same call say nothing, and come back once?
func TestSleepsAgain(t *testing.T) {
	s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
	want(t, "LWP that goes on", s.p.Block(0), 2)
	want(t, "upcalls", s.p.stat.Upcalls, 1)
	for range 3 {
		want(t, "LWP that goes on", s.p.Block(0), -1)
	}
	want(t, "blocks", s.p.stat.Blocks, 1)
	want(t, "upcalls", s.p.stat.Upcalls, 1)
	want(t, "posts", s.p.stat.Posts, 0)
	v, _ := s.p.Edge(0, Nothing)
	want(t, "verdict", v, Park)
	want(t, "posts", s.p.stat.Posts, 1)
	want(t, "ready", s.area.Process.Ready, 1)
	v, _ = s.p.Edge(0, Nothing)
	want(t, "verdict in the reserve", v, Park)
	want(t, "posts", s.p.stat.Posts, 1)
}

// Does a thread that is to stay awake get EINTR when every slot is in use, once, and nobody else?
func TestAwake(t *testing.T) {
	for _, c := range []struct {
		awake uint32
		wait  bool // it is a fault's
		ends  bool
	}{{0, false, false}, {1, false, false}, {2, false, true}, {3, false, false}, {2, true, true}} {
		s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 2})
		s.block(0, false)
		s.kernel(1)
		page := s.area.VPs[0]
		page.Disabled, page.Cur, page.Awake = 0, 1, c.awake
		s.l[1].ctx = regs{pc: inThread, t: 1, next: none}
		s.block(1, c.wait)
		want(t, "state", s.p.vps[0].state, Plain)
		want(t, "interrupted", s.l[1].interrupted, c.ends)
		left := c.awake
		if c.ends {
			left = 0
		}
		want(t, "what is left of it", page.Awake, left)
		if !c.ends {
			continue
		}
		upcalls := s.p.stat.Upcalls
		s.l[1].at = atEdge
		s.kernel(1)
		want(t, "upcalls, so that ulib has a look at the thread", s.p.stat.Upcalls, upcalls+1)
		want(t, "why", page.Why, abi.Preempted)
		want(t, "ready", s.area.Process.Ready, 2)
	}
}

// Does a thread have its quantum, and does WakeAt end it?
func TestQuantum(t *testing.T) {
	s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
	page := s.area.VPs[0]
	page.Quantum = 3
	for range 2 {
		s.p.Edge(0, Ticked)
		want(t, "upcalls", s.p.stat.Upcalls, 0)
	}
	page.Cur = 1 // another thread begins anew
	s.p.Edge(0, Ticked)
	page.Cur = 0
	for range 2 {
		s.p.Edge(0, Ticked)
	}
	want(t, "upcalls", s.p.stat.Upcalls, 0)
	s.p.Edge(0, Ticked)
	want(t, "upcalls", s.p.stat.Upcalls, 1)
	want(t, "why", page.Why, abi.Preempted)
	want(t, "ready", s.area.Process.Ready, 1)
	want(t, "reason", s.area.Slots[0].Reason, abi.Preempted)

	s = scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
	s.area.VPs[0].WakeAt = 2 // the time is 1
	s.p.Edge(0, Ticked)
	want(t, "upcalls", s.p.stat.Upcalls, 0)
	s.area.VPs[0].WakeAt = 1
	s.p.Edge(0, Ticked)
	want(t, "upcalls", s.p.stat.Upcalls, 1)
}

// Is a thread taken off at each of its steps, but not before it has made one, and a closed VP restarted
// where it is?
func TestStep(t *testing.T) {
	s := scene(t, simConfig{nvp: 2, nt: 2, nslot: 4})
	page := s.area.VPs[0]
	s.area.Slots[0].IP = s.p.host(&s.p.vps[0]).PC()
	want(t, "a step", s.p.Step(0), true)
	want(t, "upcalls of a thread that is resumed", s.p.stat.Upcalls, 0)
	page.Disabled = 1
	want(t, "a step", s.p.Step(0), true)
	want(t, "upcalls of a closed VP", s.p.stat.Upcalls, 0)
	want(t, "private saves", s.p.stat.Saved, 1)
	want(t, "state", s.p.vps[0].state, Run)
	want(t, "settled", s.p.lwps[0].settled.Load(), true)
	page.Disabled = 0
	s.area.Slots[0].IP++
	want(t, "a step", s.p.Step(0), true)
	want(t, "upcalls", s.p.stat.Upcalls, 1)
	want(t, "why", page.Why, abi.Preempted)
	want(t, "ready", s.area.Process.Ready, 1)
	want(t, "a step of an LWP in reserve", s.p.Step(3), false)
}

// Is nothing written for a thread that is just being resumed, and does it get to run before there is an
// upcall?
func TestResumeRange(t *testing.T) {
	s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 3, quantum: true})
	s.l[0].ctx.pc, s.l[0].ctx.t, s.l[0].ctx.next = atIret, none, 0
	s.area.Slots[0].AX = 42
	s.p.Edge(0, Ticked)
	want(t, "upcalls", s.p.stat.Upcalls, 0)
	s.p.Preempt(0)
	s.p.Edge(0, Nothing)
	want(t, "upcalls", s.p.stat.Upcalls, 0)
	want(t, "pending", s.area.VPs[0].Pending, 1)
	(&share{p: s.p}).set(0)
	s.p.Edge(0, Nothing)
	want(t, "state", s.p.vps[0].state, NoCPU)
	want(t, "ready", s.area.Process.Ready, 1)
	want(t, "slot", s.area.Slots[0].AX, 42)
	s = scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
	s.l[0].ctx.pc = atIret
	s.p.Preempt(0)
	s.p.Edge(0, Nothing)
	s.l[0].ctx.pc = inThread
	s.p.Edge(0, Nothing)
	want(t, "upcalls of the thread that was being resumed", s.p.stat.Upcalls, 1)
}

// What do the calls refuse?
func TestRefusals(t *testing.T) {
	s := scene(t, simConfig{nvp: 2, nt: 2, nslot: 3})
	p := s.p
	want(t, "sa_yield, enabled", p.Yield(0, p.posts, 0), syscall.EINVAL)
	want(t, "sa_handoff, enabled", p.Handoff(0, 1), syscall.EINVAL)
	s.area.VPs[0].Disabled = 1
	want(t, "sa_yield, late", p.Yield(0, p.posts-1, 0), syscall.EAGAIN)
	want(t, "sa_yield, deadline", p.Yield(0, p.posts, -1), syscall.EINVAL)
	want(t, "sa_yield, not a VP", p.Yield(2, p.posts, 0), syscall.EPERM)
	want(t, "sa_handoff, -1", p.Handoff(0, -1), syscall.EINVAL)
	want(t, "sa_handoff, 2", p.Handoff(0, 2), syscall.EINVAL)
	want(t, "sa_preempt, 2", p.Preempt(2), syscall.EINVAL)
	want(t, "sa_preempt, -1", p.Preempt(-1), syscall.EINVAL)
	want(t, "sa_wakeup, 3", p.Wakeup(3), syscall.EINVAL)
	want(t, "sa_wakeup, -1", p.Wakeup(-1), syscall.EINVAL)
	want(t, "sa_wakeup, not in the kernel", p.Wakeup(0), syscall.ENODEV)
	_, errno := p.SetConcurrency(0)
	want(t, "sa_setconcurrency, 0", errno, syscall.EINVAL)
	n, errno := p.SetConcurrency(99)
	want(t, "sa_setconcurrency, 99", errno, 0)
	want(t, "concurrency", n, 2)
}

// Does a fault of an open VP go to ulib with its thread, and that of a closed one not?
func TestFault(t *testing.T) {
	s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
	info := [128]byte{11}
	if !s.p.Fault(0, &info) {
		t.Fatal("refused")
	}
	s.kernel(0)
	page := s.area.VPs[0]
	want(t, "why", page.Why, abi.Signal)
	want(t, "slot", page.Wslot, 0)
	want(t, "info", page.Info, info)
	want(t, "ready", s.area.Process.Ready, 0)
	want(t, "saved thread", s.area.Slots[0].AX, 0)
	want(t, "saved step", s.area.Slots[0].IP, inThread)
	if s.p.Fault(0, &info) {
		t.Error("a closed VP's fault goes to ulib")
	}
}

// Does who ends a call serve the VP that idles, as its sa_yield's return, if there is a processor for
// it, and does the process say so before?
func TestRelief(t *testing.T) {
	for _, processor := range []bool{true, false} {
		s := scene(t, simConfig{nvp: 1, nt: 1, nslot: 2, ops: 1})
		s.block(0, false)
		s.kernel(1)
		want(t, "relief while the VP runs", s.p.relief.Load(), 0)
		s.l[1].ctx.pc = atSleep
		s.l[1].ctx.seen = s.p.posts
		s.step(1, 0)
		s.kernel(1)
		want(t, "the VP's LWP", s.l[1].at, parked)
		want(t, "relief", s.p.relief.Load(), 1)
		if !processor {
			(&share{p: s.p}).set(0)
			want(t, "relief without a processor", s.p.relief.Load(), 0)
		}
		verdict, _ := s.p.Edge(0, Nothing)
		want(t, "ready", s.area.Process.Ready, 1)
		if !processor {
			want(t, "verdict", verdict, Park)
			want(t, "state", s.p.vps[0].state, NoCPU)
			want(t, "LWP of the VP", s.p.vps[0].lwp, 1)
			continue
		}
		want(t, "verdict", verdict, Serve)
		want(t, "state", s.p.vps[0].state, Run)
		want(t, "LWP of the VP", s.p.vps[0].lwp, 0)
		want(t, "where it goes on", s.l[0].ctx.pc, atLock)
		want(t, "role of who served it", s.p.lwps[1].role, inReserve)
		want(t, "where that is", s.l[1].at, parked)
		want(t, "upcalls but for BLOCKED", s.p.stat.Upcalls, 1)
		want(t, "relief", s.p.relief.Load(), 0)
	}
}

// Does a caught signal reach the VP that does not mask it, and wake one that idles?
func TestSignal(t *testing.T) {
	s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
	page := s.area.VPs[0]
	page.Sigmask = 2
	s.p.Signals(2, true)
	want(t, "hint", s.area.Process.Signals, 1)
	s.kernel(0)
	want(t, "upcalls while masked", s.p.stat.Upcalls, 0)
	page.Sigmask = 4
	s.kernel(0)
	want(t, "upcalls", s.p.stat.Upcalls, 1)
	want(t, "why", page.Why, abi.Signal)
	s.p.Signals(0, false)
	want(t, "hint", s.area.Process.Signals, 0)
	want(t, "sa_yield", s.p.Yield(0, s.p.posts, 0), 0)
	s.kernel(0)
	want(t, "state", s.p.vps[0].state, Idle)
	s.p.Signals(1, true)
	want(t, "state", s.p.vps[0].state, Run)
}

// Does sa_yield end at its deadline, and say so?
func TestDeadline(t *testing.T) {
	s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
	s.area.VPs[0].Disabled = 1
	want(t, "sa_yield", s.p.Yield(0, s.p.posts, 77), 0)
	v, deadline := s.p.Edge(0, Nothing)
	want(t, "verdict", v, Park)
	want(t, "deadline", deadline, 77)
	v, _ = s.p.Edge(0, TimedOut)
	want(t, "verdict at the deadline", v, Enter)
	want(t, "result", s.result, syscall.ETIMEDOUT)
}

// Does everybody get an even share, and what others leave?
func TestShares(t *testing.T) {
	for _, c := range []struct {
		ncpu, first int
		want, share []int
	}{
		{4, 0, []int{4}, []int{4}},
		{4, 0, []int{4, 4}, []int{2, 2}},
		{4, 0, []int{1, 4}, []int{1, 3}},
		{4, 0, []int{4, 1, 1}, []int{2, 1, 1}},
		{4, 0, []int{4, 4, 4}, []int{2, 1, 1}},
		{4, 1, []int{4, 4, 4}, []int{1, 2, 1}},
		{2, 0, []int{1, 1, 1}, []int{1, 1, 0}},
		{2, 1, []int{1, 1, 1}, []int{0, 1, 1}},
		{2, 2, []int{1, 1, 1}, []int{1, 0, 1}},
		{4, 0, []int{0, 1}, []int{2, 2}},
		{4, 0, []int{0, 0}, []int{2, 2}},
	} {
		a := NewAllocator(c.ncpu, func() int64 { return 1 })
		a.first = c.first
		for _, w := range c.want {
			a.shares = append(a.shares, share{want: w})
		}
		a.divide()
		for i, want := range c.share {
			if got := a.shares[i].target; got != want {
				t.Errorf("%d of %v from %d on: process %d gets %d, want %d", c.ncpu, c.want, c.first, i, got, want)
			}
		}
	}
}

// rig is two processes on one allocator.
type rig struct {
	*testing.T
	a    *Allocator
	now  int64
	sims []*sim
}

func newRig(t *testing.T, ncpu, n int, c simConfig) *rig {
	Debug = true
	r := &rig{T: t, now: 1}
	r.a = NewAllocator(ncpu, func() int64 { return r.now })
	for range n {
		s := newSim(c)
		p := New(s.p.cfg, s.hosts(), r.a)
		p.cfg.CPUs = ncpu
		s.p = p
		s.area.VPs[0].Disabled, s.area.VPs[0].Cur = 0, 0
		p.conc = min(ncpu, c.nvp)
		p.Enable()
		r.sims = append(r.sims, s)
	}
	return r
}

func (r *rig) running() (n [3]int) {
	for i, s := range r.sims {
		n[i] = s.p.in[Run]
	}
	return n
}

// Does a processor go to the process that has less, when the other really lets go of it, and back
// when nobody wants it?
func TestSharing(t *testing.T) {
	r := newRig(t, 2, 1, simConfig{nvp: 2, nt: 2, nslot: 4})
	want(t, "alone", r.running(), [3]int{2})
	first := r.sims[0]
	first.kernel(0)
	first.kernel(1) // upcalled: closed
	second := newSim(simConfig{nvp: 2, nt: 2, nslot: 4})
	second.p = New(second.p.cfg, second.hosts(), r.a)
	second.p.conc = 2
	second.p.Enable()
	r.sims = append(r.sims, second)
	want(t, "before the take", r.running(), [3]int{2, 0})
	first.kernel(0) // open: gives up at once
	want(t, "after it", r.running(), [3]int{1, 1})
	want(t, "stopped VP", first.p.vps[0].state, NoCPU)
	// The first process idles: the second gets both.
	want(t, "sa_yield", first.p.Yield(1, first.p.posts-1, 0), syscall.EAGAIN)
	want(t, "sa_yield", first.p.Yield(1, first.p.posts, 0), 0)
	first.kernel(1)
	want(t, "one idle, one waiting", r.running(), [3]int{1, 1}) // VP 0 has the quota of the idle one
	first.kernel(0)
	want(t, "sa_yield", first.p.Yield(0, first.p.posts, 0), 0)
	want(t, "both idle", r.running(), [3]int{0, 2})
	first.p.Wake()
	want(t, "wanted again, not given back yet", r.running(), [3]int{0, 2})
	for i := range 2 {
		second.kernel(i)
	}
	for i := range 2 {
		second.l[i].event = Ticked
		second.kernel(i)
	}
	want(t, "given back", r.running(), [3]int{1, 1})
	first.p.Die()
	first.p.Gone()
	want(t, "the first has ended", r.running(), [3]int{0, 2})
}

// Do more processes than processors take turns?
func TestTurns(t *testing.T) {
	r := newRig(t, 1, 3, simConfig{nvp: 1, nt: 1, nslot: 2})
	had := [3]bool{}
	for range 6 {
		for i, n := range r.running() {
			if n == 0 {
				continue
			}
			had[i] = true
			r.now += TurnPeriod
			s := r.sims[i]
			for range 3 { // the VP may be closed
				s.l[0].event = Ticked
				s.kernel(0)
			}
			break
		}
		total := 0
		for _, n := range r.running() {
			total += n
		}
		want(t, "running", total, 1)
	}
	want(t, "who has run", had, [3]bool{true, true, true})
}

// Do calls that were under way at the end of the process start no VP and touch no LWP, which may be gone?
func TestDead(t *testing.T) {
	for _, call := range []struct {
		name string
		do   func(p *Process)
	}{
		{"sa_yield", func(p *Process) { p.Yield(0, p.posts, 0) }},
		{"sa_setconcurrency", func(p *Process) { p.SetConcurrency(2) }},
		{"sa_handoff", func(p *Process) { p.Handoff(0, 1) }},
		{"sa_wake", func(p *Process) { p.Wake() }},
		{"sa_preempt", func(p *Process) { p.Preempt(1) }},
		{"sa_wakeup", func(p *Process) { p.Wakeup(0) }},
		{"a block", func(p *Process) { p.Block(0) }},
		{"a fault", func(p *Process) { p.Fault(0, new([128]byte)) }},
	} {
		s := scene(t, simConfig{nvp: 2, nt: 2, nslot: 3, conc: 2})
		s.p.lwps[s.p.vps[1].lwp].host = goneHost{t, call.name}
		s.area.VPs[0].Disabled = 1
		want(t, "VP 1", s.p.vps[1].state, NoCPU)
		s.p.Die()
		(&share{p: s.p}).set(2)
		call.do(s.p)
		want(t, call.name+": VP 1", s.p.vps[1].state, NoCPU)
		verdict, _ := s.p.Edge(0, Nothing)
		want(t, call.name+": the caller", verdict, End)
	}
	s := scene(t, simConfig{nvp: 1, nt: 2, nslot: 3})
	s.p.Block(0)
	s.p.Die()
	s.p.lwps[0].host = goneHost{t, "sa_wakeup"}
	want(t, "sa_wakeup of a call that is over", s.p.Wakeup(0), 0)
	s = scene(t, simConfig{nvp: 2, nt: 2, nslot: 3, conc: 2})
	(&share{p: s.p}).set(2)
	s.kernel(1)
	s.p.Die()
	s.area.VPs[1].Disabled, s.area.VPs[1].Cur = 0, 1
	s.p.lwps[s.p.vps[1].lwp].host = goneHost{t, "sa_preempt of an open VP"}
	want(t, "sa_preempt of what has run", s.p.Preempt(1), 0)
}

// goneHost is an LWP that is gone.
type goneHost struct {
	t    *testing.T
	what string
}

func (g goneHost) touched(how string) {
	g.t.Errorf("%s after the end: %s of an LWP that is gone", g.what, how)
}

func (g goneHost) PC() uint64                                         { g.touched("PC"); return 0 }
func (g goneHost) Save(*abi.Slot)                                     { g.touched("Save") }
func (g goneHost) Adopt(int, int)                                     { g.touched("Adopt") }
func (g goneHost) Result(syscall.Errno)                               { g.touched("Result") }
func (g goneHost) Unpark()                                            { g.touched("Unpark") }
func (g goneHost) Kick()                                              { g.touched("Kick") }
func (g goneHost) Interrupt() bool                                    { g.touched("Interrupt"); return true }
func (g goneHost) Uninterrupt()                                       { g.touched("Uninterrupt") }
func (g goneHost) Upcall(int, uint32, uint32, uint64, uint64, uint64) { g.touched("Upcall") }

// savedScene is a scene with VP 0 running, closed, and VP 1 saved while closed.
func savedScene(t *testing.T) *sim {
	s := scene(t, simConfig{nvp: 2, nt: 2, nslot: 3, conc: 2})
	(&share{p: s.p}).set(2)
	s.kernel(1)
	s.area.VPs[0].Disabled = 1
	(&share{p: s.p}).set(1)
	for range 2 { // asked, and after its grace
		want(t, "VP 1 in its grace", s.p.vps[1].state, Run)
		s.l[1].event = Ticked
		s.kernel(1)
	}
	want(t, "VP 1 after it", s.p.vps[1].state, NoCPU)
	want(t, "saved", s.p.vps[1].saved, true)
	want(t, "upcalls of VP 1 since its first", s.p.stat.Upcalls, 1)
	return s
}

// Does a private save get the processor of a VP that is open, of one that is closed at a tick, and of
// one that hands it over? And does it go on where it was?
func TestTurn(t *testing.T) {
	for _, how := range []struct {
		name  string
		do    func(s *sim)
		saved bool
	}{
		{"open", func(s *sim) { s.area.VPs[0].Disabled = 0; s.kernel(0) }, false},
		{"closed, at a tick", func(s *sim) { s.l[0].event = Ticked; s.kernel(0) }, true},
		{"sa_handoff", func(s *sim) { want(t, "sa_handoff", s.p.Handoff(0, 1), 0); s.kernel(0) }, true},
	} {
		s := savedScene(t)
		step := s.l[1].ctx
		how.do(s)
		want(t, how.name+": VP 0", s.p.vps[0].state, NoCPU)
		want(t, how.name+": VP 0 saved", s.p.vps[0].saved, how.saved)
		want(t, how.name+": VP 1", s.p.vps[1].state, Run)
		s.kernel(1)
		want(t, how.name+": VP 1's context", s.l[1].ctx, step)
		want(t, how.name+": VP 1", s.l[1].at, inUser)
	}
	s := savedScene(t)
	s.kernel(0) // closed, no tick: not its turn
	want(t, "VP 0, without a tick", s.p.vps[0].state, Run)
}
