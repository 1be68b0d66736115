package sa

import (
	"sync/atomic"
	"syscall"

	abi "gossamer/ulib/sa"
)

// A Host is what the protocol needs from an LWP: its user context and its kernel thread. PC, Save,
// Adopt and Result are called by the LWP's own thread, Upcall by that or while it is parked or about to
// park, the others by anybody. All are called under the sa lock and wait for nothing.
type Host interface {
	// PC is the program counter of its user context.
	PC() uint64
	// Save writes all registers of the user context to a slot, but for Next and Reason.
	Save(slot *abi.Slot)
	// Upcall makes the user context that of an upcall on a VP: program counter, stack pointer and
	// FS base are given, and what it is about.
	Upcall(vp int, why, slot uint32, entry, stack, fs uint64)
	// Adopt makes the user context that of another LWP, by number, which serves a VP and is in
	// sa_yield: that returns 0.
	Adopt(vp, lwp int)
	// Result makes an error the result of the call just made.
	Result(errno syscall.Errno)

	// Unpark ends the LWP's Park, or the next one.
	Unpark()
	// Kick brings the user context back from user mode, soon.
	Kick()
	// Interrupt ends its wait in the kernel with EINTR, until Uninterrupt; false if that wait
	// cannot be interrupted.
	Interrupt() bool
	Uninterrupt()
}

// Config is what sa_register has checked.
type Config struct {
	NVP, NSlot int
	CPUs       int      // of the machine
	Entry      uint64   // of upcalls
	Stacks     []uint64 // NVP of them
	Lo, Hi     uint64   // the resume range
	UserEnd    uint64   // end of the addresses that a program may use
	Area       Area
	Now        func() int64
}

// A Process is the kernel's side of one SA process. Members are numbered: VPs, slots, and LWPs, of
// which there are as many as slots. LWP 0 is the one that enabled.
type Process struct {
	cfg   Config
	alloc allocator

	// look is not 0 if any VP that is about to enter user mode has to take the lock. A new
	// reason comes with a Kick for those in user mode.
	look atomic.Uint32
	// relief is not 0 if whoever ends a call in the kernel may serve a VP that idles: see relieve.
	relief atomic.Uint32
	// signals are those caught and waiting to be taken.
	signals atomic.Uint64
	// ready is Area.Process.Ready.
	ready *uint32

	mu mutex // the sa lock: guards all below and what the area says of the kernel

	enabled bool
	dead    bool // K15
	paused  bool // stopped by a signal: K18
	lied    bool // the ready list would not have it: SIGKILL
	vps     []vp
	lwps    []member
	held    []int32        // by slot: the LWP that holds it in the kernel, or ulibs
	reserve []int32        // LWPs with nothing to do
	nK      int            // slots held by LWPs
	in      [numStates]int // VPs by state
	nsaved  int            // of those in NoCPU, private saves
	conc    int            // VPs wanted
	quota   int            // processors that the allocator lets it use
	told    int            // what want was when the allocator was last thought of

	releasing bool   // it runs more VPs than its quota
	stamp     uint64 // to tell who came first
	posts     uint32
	stat      abi.Stat
	dirty     bool // look, or what the allocator knows, may be out of date
}

const ulibs = -1

// State is what a VP is doing.
type State uint8

const (
	Run   State = iota // has a processor
	NoCPU              // wants one
	Idle               // in sa_yield
	Plain              // open, blocked with its thread for want of a slot
	Wait               // closed and blocked

	numStates = iota
)

var stateNames = [...]string{"run", "nocpu", "idle", "plain", "wait"}

func (s State) String() string { return stateNames[s] }

// vp is a virtual processor.
type vp struct {
	page  *abi.VP
	state State
	lwp   int32 // that serves it

	saved bool   // NoCPU: its LWP's user context is a private save
	due   uint32 // NoCPU: the upcall to be made when it has a processor; 0: none
	slot  uint32 // that it is about; in state Plain the thread's
	stamp uint64 // when it became what it is

	deadline int64 // Idle: when to stop, 0: never

	ticks   uint32 // since it got a processor
	used    uint32 // ticks in which the same slot was in Cur
	usedBy  uint32 // that slot
	grace   bool   // it has been asked to give up its processor
	preempt bool   // sa_preempt

	// look is set for what concerns this VP alone.
	look atomic.Uint32
}

// role is what an LWP is to the process.
type role uint8

const (
	inReserve role = iota
	onVP           // n is the VP that it serves
	inKernel       // n is the slot of the thread whose call it makes
)

// member is an LWP.
type member struct {
	host Host
	role role
	n    int32

	// settled says that it serves a running VP. Whoever starts the VP sets it; while it is set
	// only the LWP itself changes that.
	settled atomic.Bool
}

// New makes the kernel's side of a process. hosts are its NSlot LWPs, of which number 0 is yet to
// call Enable.
func New(cfg Config, hosts []Host, alloc *Allocator) *Process { return newProcess(cfg, hosts, alloc) }

func newProcess(cfg Config, hosts []Host, alloc allocator) *Process {
	p := &Process{
		cfg:     cfg,
		alloc:   alloc,
		ready:   &cfg.Area.Process.Ready,
		vps:     make([]vp, cfg.NVP),
		lwps:    make([]member, cfg.NSlot),
		held:    make([]int32, cfg.NSlot),
		reserve: make([]int32, 0, cfg.NSlot),
		conc:    1,
	}
	for i := range p.lwps {
		p.lwps[i].host = hosts[i]
		p.held[i] = ulibs
		if i >= cfg.NVP {
			p.reserve = append(p.reserve, int32(i))
		}
	}
	for i := range p.vps {
		v := &p.vps[i]
		v.page = cfg.Area.VPs[i]
		v.lwp, v.state, v.due, v.slot = int32(i), NoCPU, abi.Added, abi.None
		p.lwps[i].role, p.lwps[i].n = onVP, int32(i)
		p.stamp++
		v.stamp = p.stamp
		p.in[NoCPU]++
		v.close()
	}
	cfg.Area.Nobody.Disabled = 1
	cfg.Area.Nobody.Cur = abi.None
	return p
}

// Enable begins: LWP 0, which calls it, is VP 0 and has a processor (sa_enable).
func (p *Process) Enable() bool {
	p.mu.Lock()
	if p.enabled || p.dead {
		p.mu.Unlock()
		return false
	}
	p.enabled, p.dirty = true, true
	v := &p.vps[0]
	v.due = 0
	p.move(v, NoCPU, true)
	p.leave()
	p.alloc.join(p)
	return true
}

// enter and leave are the brackets of a step.
func (p *Process) enter() { p.mu.Lock() }

// leave publishes what others look at without the lock, gives it up, and asks the allocator for
// what the step has made necessary.
func (p *Process) leave() {
	if p.dirty || Debug {
		p.leaveChanged()
	} else {
		p.mu.Unlock()
	}
}

func (p *Process) leaveChanged() {
	p.dirty = false
	p.publish()
	var wrong string
	if Debug {
		wrong = p.check()
	}
	settle := p.changed()
	p.mu.Unlock()
	if wrong != "" {
		panic("sa: " + wrong)
	}
	if settle {
		p.alloc.settle()
	}
}

// publish computes look, and brings running VPs to their edge when they have to take notice.
func (p *Process) publish() {
	var look uint32
	if p.in[Run] > p.limit() || p.nsaved != 0 || p.dead || p.lied {
		look = 1
	}
	relief := uint32(0)
	if p.in[Idle] != 0 && p.in[Run] < p.limit() {
		relief = 1
	}
	if p.relief.Load() != relief {
		p.relief.Store(relief)
	}
	if p.look.Load() == look {
		return
	}
	p.look.Store(look)
	point()
	if look == 0 {
		return
	}
	for i := range p.vps {
		if v := &p.vps[i]; v.state == Run {
			p.host(v).Kick()
		}
	}
}

// Relief is a word that is not 0 while no VP has to be told of a call that ends, since one that idles
// will see to its thread: then there is no hurry to end it.
func (p *Process) Relief() *atomic.Uint32 { return &p.relief }

// move changes the state of a VP; saved: its LWP's user context is a private save.
func (p *Process) move(v *vp, to State, saved bool) {
	p.in[v.state]--
	p.in[to]++
	if v.saved {
		p.nsaved--
	}
	if saved {
		p.nsaved++
	}
	v.state, v.saved = to, saved
	p.dirty = true
	p.stamp++
	v.stamp = p.stamp
}

// limit is how many VPs may run.
func (p *Process) limit() int { return min(p.quota, p.conc) }

// want is how many would.
func (p *Process) want() int {
	if p.paused || p.dead {
		return 0
	}
	return min(p.in[Run]+p.in[NoCPU], p.conc)
}

// serves returns the VP that an LWP serves, nil if none.
func (p *Process) serves(l int) *vp {
	if m := &p.lwps[l]; m.role == onVP {
		return &p.vps[m.n]
	}
	return nil
}

func (p *Process) host(v *vp) Host { return p.lwps[v.lwp].host }

// take gives an LWP out of the reserve a VP to serve. There is one as long as fewer slots than
// nslot-nvp are the kernel's.
func (p *Process) take(v *vp, n int32) *member {
	last := len(p.reserve) - 1
	r := p.reserve[last]
	p.reserve = p.reserve[:last]
	m := &p.lwps[r]
	m.role, m.n = onVP, n
	v.lwp = r
	return m
}
