package sa

import (
	"fmt"
	"slices"
	"syscall"

	abi "gossamer/ulib/sa"
)

// A machine on which nothing happens by itself: LWPs whose user code is a small ulib, written as
// steps between any two of which the kernel may interrupt (rules U1 to U11), and the real kernel
// side. Slot i is thread i's. Its whole state goes into a string and comes back out of one, so that
// states can be counted and visited in any order.

const (
	maxVP = 3
	maxT  = 4
	none  = 0xf
)

// Steps of ulib.
const (
	atLock   = iota // U4: upcall entry, or sa_yield has returned
	atDrain         //
	atPick          //
	atCur           // U5
	atEnable        //
	atTest          // lo
	atRedo          //
	atIret          //
	atTry           // hi; U7
	atSleep         // U8
	inThread        // a thread's own code
	atLeave         // U1: disabled, about to leave its stack
	atWake          // U9
	atCall          //
	atSecEnd        // U6
	atSecTst        //
)

var stepNames = [...]string{"lock", "drain", "pick", "cur", "enable", "test", "redo", "iret", "try", "sleep",
	"thread", "leave", "wake", "call", "secend", "sectest"}

// regs is a user context. t is the thread whose registers these are; next the one that the VP has
// chosen.
type regs struct {
	pc, t, next uint8
	seen        uint32 // the post counter at the last lock
	redo        bool
	why         uint8 // of leaving: 0 yield, 1 park, 2 exit
	wake        bool  // somebody idled
}

var fresh = regs{t: none, next: none}

// Where an LWP's thread of the kernel is.
const (
	inUser = iota
	atEdge
	parked
	blocked
	ended
)

type simLWP struct {
	ctx    regs
	at     uint8
	event  Event
	kicked bool
	fixed  bool // its wait is a fault's: only the device ends it
	// interrupted: its wait is to end; no state of the explorer has it, where any wait may end
	interrupted bool
}

type sim struct {
	nvp, nt, nslot int
	p              *Process
	area           Area
	l              []simLWP

	// ulib's memory
	lock   uint8 // VP + 1
	idle   [maxVP]bool
	runq   []uint8
	parkq  []uint8
	tcb    [maxT]uint8 // where a thread goes on that left by itself; none: it is in its slot
	done   [maxT]bool
	ops    [maxT]uint8
	faults uint8
	moves  uint8 // of the allocator's

	errors []string
	result syscall.Errno
	cfg    simConfig
}

type simConfig struct {
	nvp, nt, nslot int
	ops            uint8 // of each thread
	faults, moves  uint8
	quantum        bool
	conc           int
	exits          bool
	broken         string // a mistake to be found
}

// noAllocator leaves the quota to the explorer.
type noAllocator struct{}

func (noAllocator) join(*Process)  {}
func (noAllocator) leave(*Process) {}
func (noAllocator) settle()        {}
func (noAllocator) tick()          {}
func (noAllocator) isHungry() bool { return false }

type simHost struct {
	s *sim
	n int
}

func (h simHost) l() *simLWP { return &h.s.l[h.n] }
func (h simHost) PC() uint64 { return uint64(h.l().ctx.pc) }
func (h simHost) Save(slot *abi.Slot) {
	c := &h.l().ctx
	slot.IP, slot.AX = uint64(c.pc), uint64(c.t)
	slot.BX = 0
	if c.wake {
		slot.BX = 1
	}
	slot.CX = uint64(c.why)
	*c = fresh
}
func (h simHost) Upcall(int, uint32, uint32, uint64, uint64, uint64) {
	h.l().ctx = fresh
	h.l().ctx.pc = atLock
}
func (h simHost) Adopt(_, lwp int)       { h.l().ctx = h.s.l[lwp].ctx }
func (h simHost) Result(e syscall.Errno) { h.s.result = e }
func (h simHost) Unpark() { // parking is one step with what decided it: there is no token to leave
	if l := h.l(); l.at == parked && h.s.cfg.broken != "no unpark" {
		l.at, l.event = atEdge, Nothing
	}
}
func (h simHost) Kick()           { h.l().kicked = true }
func (h simHost) Interrupt() bool { h.l().interrupted = true; return true }
func (h simHost) Uninterrupt()    { h.l().interrupted = false }

func newSim(c simConfig) *sim {
	s := &sim{nvp: c.nvp, nt: c.nt, nslot: c.nslot, cfg: c}
	s.area = Area{Process: new(abi.Process), Nobody: new(abi.VP)}
	for range c.nvp {
		s.area.VPs = append(s.area.VPs, new(abi.VP))
	}
	for range c.nslot {
		s.area.Slots = append(s.area.Slots, new(abi.Slot))
	}
	s.reset()
	return s
}

// reset is the beginning: thread 0 runs on VP 0, the others are in the run queue.
func (s *sim) reset() {
	c := s.cfg
	s.l = make([]simLWP, c.nslot)
	for i := range s.l {
		s.l[i] = simLWP{ctx: fresh, at: atEdge}
	}
	stacks := make([]uint64, c.nvp)
	lo, hi := uint64(atTest), uint64(atIret+1)
	if c.broken == "no resume range" {
		lo, hi = 0, 0
	}
	s.p = newProcess(Config{NVP: c.nvp, NSlot: c.nslot, CPUs: c.nvp, Lo: lo, Hi: hi,
		Stacks: stacks, UserEnd: 1 << 47, Area: s.area, Now: func() int64 { return 1 }}, s.hosts(), noAllocator{})
	for i := range s.ops {
		s.ops[i], s.tcb[i] = c.ops, none
	}
	for t := 1; t < c.nt; t++ {
		s.runq = append(s.runq, uint8(t))
		s.tcb[t] = inThread
	}
	if c.quantum {
		for _, v := range s.area.VPs {
			v.Quantum = 1
		}
	}
	s.faults, s.moves = c.faults, c.moves
	s.area.VPs[0].Disabled, s.area.VPs[0].Cur = 0, 0
	s.l[0].ctx = regs{pc: inThread, t: 0, next: none}
	s.p.conc = max(1, c.conc)
	s.p.Enable()
	(&share{p: s.p}).set(1)
	s.tidy()
}

// tidy makes states equal that differ in what makes no difference: LWPs with nothing to do park, words
// that will be written before they are read are 0, LWPs are numbered by what they do.
func (s *sim) tidy() {
	if s.p.dead {
		return
	}
	for n := range s.l {
		m, l := &s.p.lwps[n], &s.l[n]
		if m.role == inReserve || m.role == onVP && s.p.vps[m.n].due != 0 && l.at != blocked {
			l.ctx = fresh
			if m.role == inReserve && l.at == atEdge {
				s.kernel(n)
			}
		}
		l.kicked = l.kicked && l.at == inUser
		m.settled.Store(m.settled.Load() && l.at <= atEdge)
		c := &l.ctx
		if c.pc != atLeave {
			c.why = 0
		}
	}
	saved := s.p.waitingSaved() != nil
	for i := range s.p.vps {
		v := &s.p.vps[i]
		if v.ticks = min(v.ticks, uint32(s.nvp)+2); !saved {
			v.ticks = min(v.ticks, 1)
		}
		v.used = 0
		if v.state != Run {
			v.ticks = 0
			v.look.Store(0)
		}
		if pc := s.l[v.lwp].ctx.pc; pc == atLock || pc == atLeave || pc == atSleep {
			v.page.Pending = 0
		}
	}
	order := make([]int, 0, s.nslot)
	for i := range s.p.vps {
		order = append(order, int(s.p.vps[i].lwp))
	}
	for _, l := range s.p.held {
		if l != ulibs {
			order = append(order, int(l))
		}
	}
	for _, l := range s.p.reserve {
		order = append(order, int(l))
	}
	lwps := slices.Clone(s.l)
	members := make([]member, s.nslot)
	for i := range members {
		m := &s.p.lwps[i]
		members[i].role, members[i].n = m.role, m.n
		members[i].settled.Store(m.settled.Load())
	}
	s.p.reserve = s.p.reserve[:0]
	for to, from := range order {
		m := &s.p.lwps[to]
		s.l[to], m.role, m.n = lwps[from], members[from].role, members[from].n
		m.settled.Store(members[from].settled.Load())
		switch m.role {
		case onVP:
			s.p.vps[m.n].lwp = int32(to)
		case inKernel:
			s.p.held[m.n] = int32(to)
		default:
			s.p.reserve = append(s.p.reserve, int32(to))
		}
	}
}

func (s *sim) hosts() []Host {
	hosts := make([]Host, s.nslot)
	for i := range hosts {
		hosts[i] = simHost{s, i}
	}
	return hosts
}

// vpOf is the VP that LWP n serves.
func (s *sim) vpOf(n int) (*vp, int) { return s.p.serves(n), int(s.p.lwps[n].n) }

func (s *sim) fail(format string, a ...any) { s.errors = append(s.errors, fmt.Sprintf(format, a...)) }

// kernel is LWP n on its way to user mode.
func (s *sim) kernel(n int) {
	l := &s.l[n]
	e := l.event
	l.event = Nothing
	l.kicked = false // what has been asked for is looked at now
	verdict, _ := s.p.Edge(n, e)
	switch verdict {
	case Enter, Serve:
		l.at = inUser
	case Park:
		l.at = parked
	case End:
		l.at = ended
	case Lied:
		s.fail("a lie")
	}
}

// block is a wait in the kernel.
func (s *sim) block(n int, fixed bool) {
	l := &s.l[n]
	l.at, l.fixed = blocked, fixed
	if next := s.p.Block(n); next >= 0 {
		simHost{s, next}.Unpark()
	}
}

// drain takes the ready list: U4.
func (s *sim) drain() {
	var got []uint8
	head := s.area.Process.Ready
	s.area.Process.Ready = 0
	for n := 0; head != 0; n++ {
		if n > s.nslot || head > uint32(s.nslot) {
			s.fail("the ready list is not one")
			return
		}
		slot := s.area.Slots[head-1]
		t := uint8(slot.AX)
		if int(t) != int(head-1) {
			s.fail("slot %d holds thread %d", head-1, t)
			return
		}
		s.tcb[t] = none
		got = append(got, t)
		head = slot.Next
		slot.Next = 0
	}
	for i := len(got) - 1; i >= 0; i-- {
		s.runq = append(s.runq, got[i])
	}
}

// step is one step of ulib or of a thread by LWP n; choice says which of the steps that are
// possible. It returns false if there is no such choice.
func (s *sim) step(n, choice int) bool {
	l := &s.l[n]
	c := &l.ctx
	v, me := s.vpOf(n)
	page := v.page
	locked := func() { s.lock = uint8(me) + 1; page.Pending = 0; c.seen = s.p.posts }
	switch c.pc {
	case atLock, atLeave, atWake:
		if s.lock != 0 {
			if choice != 0 || int(s.lock)-1 == me {
				return false
			}
			if errno := s.p.Handoff(n, int(s.lock)-1); errno != 0 {
				s.fail("sa_handoff: %v", errno)
			}
			l.at = atEdge
			return true
		}
		if choice != 0 {
			return false
		}
		switch c.pc {
		case atLock:
			locked()
			s.idle[me] = false
			c.pc = atDrain
		case atLeave:
			locked()
			t := c.t
			s.tcb[t] = inThread
			switch c.why {
			case 0:
				s.runq = append(s.runq, t)
			case 1: // unless nobody would be left to wake it
				if len(s.parkq)+s.finished() < s.nt-1 {
					s.parkq = append(s.parkq, t)
				} else {
					s.runq = append(s.runq, t)
				}
			case 2:
				s.done[t] = true
				for _, u := range s.parkq { // nobody else may be left to wake them
					s.runq = append(s.runq, u)
				}
				s.parkq = nil
			}
			c.t, c.why = none, 0
			page.Cur = abi.None
			c.pc = atDrain
		case atWake:
			s.lock = uint8(me) + 1
			if len(s.parkq) > 0 {
				s.runq = append(s.runq, s.parkq[0])
				s.parkq = s.parkq[1:]
			}
			for i := range s.idle {
				c.wake = c.wake || s.idle[i]
				s.idle[i] = false
			}
			s.lock = 0 // the steps between hold no surprise of their own
			c.pc = atCall
		}
	case atDrain:
		switch {
		case choice == 0:
			s.drain()
			c.pc = atPick
		case choice == 1 && s.faults > 0:
			s.faults--
			s.block(n, true)
		default:
			return false
		}
	case atPick:
		if choice != 0 {
			return false
		}
		switch {
		case c.next != none:
			c.pc = atCur
		case len(s.runq) > 0:
			c.next, s.runq = s.runq[0], s.runq[1:]
			c.pc = atCur
		default:
			s.idle[me] = true
			c.pc = atSleep
		}
		s.lock = 0
	case atCur:
		if choice != 0 {
			return false
		}
		page.Cur = uint32(c.next)
		if pc := s.tcb[c.next]; pc != none { // it left by itself: on its own stack now
			c.t, c.next, c.redo = c.next, none, false
			s.tcb[c.t] = none
			c.pc = atSecEnd
		} else {
			c.pc = atEnable
		}
	case atEnable:
		if choice != 0 {
			return false
		}
		page.Disabled = 0
		c.pc = atTest
	case atTest:
		if choice != 0 {
			return false
		}
		if page.Pending != 0 && !c.redo {
			c.pc = atRedo
		} else {
			c.pc = atIret
		}
	case atRedo:
		if choice != 0 {
			return false
		}
		page.Disabled = 1
		c.pc = atTry
	case atTry:
		if choice != 0 {
			return false
		}
		c.redo = true
		if s.lock == 0 {
			locked()
			c.pc = atDrain
		} else {
			c.pc = atEnable
		}
	case atIret:
		if choice != 0 {
			return false
		}
		t := c.next
		slot := s.area.Slots[t]
		if slot.AX != uint64(t) || s.p.held[t] != ulibs {
			s.fail("thread %d resumed from a slot with %d", t, slot.AX)
		}
		*c = regs{pc: uint8(slot.IP), t: t, next: none, wake: slot.BX != 0, why: uint8(slot.CX)}
		*slot = abi.Slot{AX: none}
	case atSleep:
		if choice != 0 {
			return false
		}
		if s.cfg.broken == "sa_yield that compares nothing" {
			c.seen = s.p.posts
		}
		switch errno := s.p.Yield(n, c.seen, 0); errno {
		case 0:
			if s.area.Process.Ready != 0 {
				s.fail("idle beside a ready list")
			}
		case syscall.EAGAIN:
		default:
			s.fail("sa_yield: %v", errno)
		}
		c.pc = atLock
		l.at = atEdge
	case inThread:
		return s.threadStep(l, n, choice)
	case atCall:
		if choice != 0 {
			return false
		}
		if c.wake {
			s.p.Wake()
			l.at = atEdge
		}
		c.wake = false
		c.pc = atSecEnd
	case atSecEnd:
		if choice != 0 {
			return false
		}
		page.Disabled = 0
		c.pc = atSecTst
	case atSecTst:
		if choice != 0 {
			return false
		}
		if page.Pending != 0 {
			page.Disabled = 1
			c.why = 0
			c.pc = atLeave
		} else {
			c.pc = inThread
		}
	default:
		panic("no such step")
	}
	return true
}

// threadStep is what a thread may do.
func (s *sim) threadStep(l *simLWP, n, choice int) bool {
	c := &l.ctx
	t := c.t
	v, _ := s.vpOf(n)
	if v.page.Cur != uint32(t) || v.page.Disabled != 0 {
		s.fail("thread %d runs with cur %d, disabled %d", t, v.page.Cur, v.page.Disabled)
		return false
	}
	if s.ops[t] == 0 {
		if choice != 0 {
			return false
		}
		v.page.Disabled = 1
		c.pc, c.why = atLeave, 2
		return true
	}
	switch choice {
	case 0:
		v.page.Disabled = 1
		c.pc, c.why = atLeave, 0
	case 1:
		s.ops[t]--
		s.block(n, false)
		return true
	case 2: // wait for another
		v.page.Disabled = 1
		c.pc, c.why = atLeave, 1
	case 3:
		if len(s.parkq) == 0 {
			return false
		}
		v.page.Disabled = 1
		c.pc = atWake
	case 4: // _lwp_wakeup of another: its call ends early
		for u := range s.nt {
			if s.p.held[u] != ulibs && u != int(t) {
				if s.p.Wakeup(u) != 0 {
					s.fail("sa_wakeup")
				}
				l.at = atEdge
				s.ops[t]--
				return true
			}
		}
		return false
	case 5:
		s.ops[t]--
		if s.p.Preempt((int(s.p.lwps[n].n)+1)%s.nvp) != 0 {
			s.fail("sa_preempt")
		}
		l.at = atEdge
		return true
	default:
		return false
	}
	s.ops[t]--
	return true
}

func (s *sim) finished() int {
	n := 0
	for _, d := range s.done[:s.nt] {
		if d {
			n++
		}
	}
	return n
}

// verify checks what holds between any two steps: each thread is in exactly one place (I2), no
// transfer is lost or doubled (I5).
func (s *sim) verify() {
	var where [maxT]string
	put := func(t uint8, place string) {
		if int(t) >= s.nt {
			s.fail("thread %d %s", t, place)
			return
		}
		if where[t] != "" {
			s.fail("thread %d %s and %s", t, where[t], place)
		}
		where[t] = place
	}
	for n := range s.l {
		l := &s.l[n]
		if m := &s.p.lwps[n]; m.role == inReserve || m.role == onVP && s.p.vps[m.n].due != 0 {
			continue // what its user context holds does not count any more
		}
		if c := &l.ctx; c.t != none {
			put(c.t, fmt.Sprintf("in LWP %d", n))
		} else if c.next != none {
			put(c.next, fmt.Sprintf("chosen by LWP %d", n))
		}
	}
	for head := s.area.Process.Ready; head != 0 && head <= uint32(s.nslot); head = s.area.Slots[head-1].Next {
		put(uint8(head-1), "on the ready list")
		if where[head-1] != "on the ready list" {
			return
		}
	}
	for _, t := range s.runq {
		put(t, "in the run queue")
	}
	for _, t := range s.parkq {
		put(t, "waiting")
	}
	for t := range s.nt {
		if s.done[t] {
			put(uint8(t), "done")
		}
		if where[t] == "" {
			s.fail("thread %d is nowhere", t)
		}
	}
}
