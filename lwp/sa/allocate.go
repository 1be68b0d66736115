package sa

import (
	"slices"
	"sync/atomic"
)

// Allocator divides the machine's processors among SA processes and those with ordinary LWPs that
// compute: space sharing. Each process that wants processors gets an even share, what one does not
// want goes to the others, and if there are fewer processors than processes they take turns. What nobody wants stays where it is, so that a
// VP that idles for a moment costs nobody anything; shares are computed anew only when a process
// wants more than it may have.
//
// A process never runs more VPs than its quota for longer than a take lasts (K7), and a quota is
// raised only by what others have really given back: so VPs running are never more than processors
// granted, nor those more than there are.
//
// Ordinary LWPs are counted (ordinary.go), and some processors left to them, but never the last one:
// where they are more than their processors, they and the threads that VPs run on share those by
// time, as kernel/sched does it.
type Allocator struct {
	ncpu   int
	period int64 // ns between turns
	now    func() int64

	// hungry is not 0 while some process wants more than its quota, or may.
	hungry atomic.Uint32
	looked atomic.Int64 // when, last

	census  Census // nil: ordinary LWPs do not count
	counted func(process int) bool

	mu     mutex // before any sa lock
	shares []share
	others []other
	first  int // whose turn it is to be served first
	turned int64
}

// share is what the allocator knows of one process.
type share struct {
	p      *Process
	want   int
	quota  int // now
	used   int // VPs running or quota, whichever is more
	target int
}

// allocator is what a process asks of one.
type allocator interface {
	join(p *Process)
	leave(p *Process)
	settle()
	tick()
	isHungry() bool
}

// TurnPeriod is how long a process keeps a processor that another waits for, ns.
const TurnPeriod = 100e6

// NewAllocator makes the allocator of a machine.
func NewAllocator(ncpu int, now func() int64) *Allocator {
	return &Allocator{ncpu: ncpu, period: TurnPeriod, now: now}
}

func (a *Allocator) join(p *Process) {
	a.mu.Lock()
	a.shares = append(a.shares, share{p: p})
	a.mu.Unlock()
	a.settle()
}

// leave forgets a process, whose VPs do not run any more.
func (a *Allocator) leave(p *Process) {
	a.mu.Lock()
	a.shares = slices.DeleteFunc(a.shares, func(s share) bool { return s.p == p })
	a.mu.Unlock()
	a.settle()
}

func (a *Allocator) isHungry() bool { return a.hungry.Load() != 0 }

// tick looks at ordinary LWPs and passes the turn on, each when it is time.
func (a *Allocator) tick() {
	counts := a.census != nil && a.ncpu > 1
	if !counts && !a.isHungry() {
		return
	}
	now := a.now()
	counts = counts && now-a.looked.Load() >= lookPeriod
	if !counts && !a.isHungry() {
		return
	}
	a.mu.Lock()
	due := false
	if counts && now-a.looked.Load() >= lookPeriod {
		a.looked.Store(now)
		due = a.look()
	}
	if a.isHungry() && now-a.turned >= a.period {
		a.turned = now
		a.first++
		due = true
	}
	a.mu.Unlock()
	if due {
		a.settle()
	}
}

// settle computes the shares and has them take effect. The caller holds no lock. hungry is set
// first: a process that changes its mind after it has been asked sees that and calls again.
func (a *Allocator) settle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hungry.Store(1)
	if len(a.others) != 0 && a.now()-a.looked.Load() > forget {
		a.others = a.others[:0]
	}
	for i := range a.shares {
		a.shares[i].ask()
	}
	free := a.ncpu - a.divide()
	for i := range a.shares {
		s := &a.shares[i]
		if s.target < s.quota {
			s.set(s.target)
		}
		free -= s.used
	}
	hungry := false
	for i := range a.shares {
		s := &a.shares[i]
		free += s.used
		if most := min(s.target, free); most > s.quota {
			s.set(most)
		}
		free -= s.used
		hungry = hungry || s.want > s.quota
	}
	if !hungry {
		a.hungry.Store(0)
	}
	if Debug {
		a.check()
	}
}

// divide computes targets: one processor at a time to each process that wants more, then what is
// left to each with activations in turn. It returns how many are left to ordinary LWPs.
func (a *Allocator) divide() (ordinary int) {
	n := len(a.shares)
	all := n + len(a.others)
	free, most := a.ncpu, a.ncpu
	for i := range a.shares {
		if a.shares[i].want > 0 {
			most = a.ncpu - 1
		}
	}
	for i := range a.others {
		a.others[i].target = 0
	}
	for given := true; given && free > 0; {
		given = false
		for i := 0; i < all && free > 0; i++ {
			if k := (a.first + i) % all; k < n {
				if s := &a.shares[k]; s.target < s.want {
					s.target++
					free--
					given = true
				}
			} else if o := &a.others[k-n]; o.target < o.want && ordinary < most {
				o.target++
				ordinary++
				free--
				given = true
			}
		}
	}
	for i := 0; n > 0 && free > 0; i++ {
		a.shares[(a.first+i)%n].target++
		free--
	}
	return ordinary
}

// ask finds out what a process wants and has.
func (s *share) ask() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.target = 0
	s.know()
}

func (s *share) know() {
	p := s.p
	s.want, s.quota = p.want(), p.quota
	s.used = max(p.in[Run], p.quota)
	if p.paused {
		s.used = p.quota // VPs that run stand still
	}
}

// set changes a process's quota: VPs start, or those that run are asked to give up: K7.
func (s *share) set(quota int) {
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.quota = quota
	if !p.dead {
		p.fill(nil)
	}
	p.publish()
	p.releasing = p.in[Run] > quota
	s.know()
}

// changed says whether the allocator is to be asked: the process wants more than it may have, or
// somebody waits for what it does not want any more.
func (p *Process) changed() bool {
	if !p.enabled || p.dead {
		return false
	}
	want, told := p.want(), p.told
	if want == told && !p.releasing {
		return false
	}
	p.told = want
	released := p.releasing && p.in[Run] <= p.quota
	if released {
		p.releasing = false
	}
	return want != told && want > p.quota || (want != told || released) && p.alloc.isHungry()
}
