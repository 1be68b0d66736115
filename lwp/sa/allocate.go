package sa

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Allocator divides the machine's processors among SA processes: space sharing. Each process that
// wants processors gets an even share, what one does not want goes to the others, and if there are
// fewer processors than processes they take turns. What nobody wants stays where it is, so that a
// VP that idles for a moment costs nobody anything; shares are computed anew only when a process
// wants more than it may have.
//
// A process never runs more VPs than its quota for longer than a take lasts (K7), and a quota is
// raised only by what others have really given back: so VPs running are never more than processors
// granted, nor those more than there are.
//
// Ordinary LWPs have no part in it: they and the threads that VPs run on share processors by time,
// as kernel/sched does it.
type Allocator struct {
	ncpu   int
	period int64 // ns between turns
	now    func() int64

	// hungry is not 0 while some process wants more than its quota, or may.
	hungry atomic.Uint32

	mu     sync.Mutex // before any sa lock
	shares []share
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

// tick passes the turn on when it is time.
func (a *Allocator) tick() {
	if !a.isHungry() {
		return
	}
	a.mu.Lock()
	now := a.now()
	due := now-a.turned >= a.period
	if due {
		a.turned = now
		a.first++
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
	free := a.ncpu
	for i := range a.shares {
		a.shares[i].ask()
	}
	a.divide()
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
}

// divide computes targets: one processor at a time to each process that wants more, then what is
// left to each in turn.
func (a *Allocator) divide() {
	n := len(a.shares)
	free := a.ncpu
	for _, more := range [...]func(s *share) bool{
		func(s *share) bool { return s.target < s.want },
		func(s *share) bool { return true },
	} {
		for given := true; given && free > 0; {
			given = false
			for i := 0; i < n && free > 0; i++ {
				if s := &a.shares[(a.first+i)%n]; more(s) {
					s.target++
					free--
					given = true
				}
			}
		}
	}
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
