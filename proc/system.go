package proc

import (
	"fmt"
	"sync"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/futex"
	"gossamer/kernel/sched"
	"gossamer/kernel/timer"
	"gossamer/lwp"
	"gossamer/lwp/sa"
)

// A PID names a process, a process group or a session.
type PID int32

// maxPID is Linux's pid_max on 64-bit machines.
const maxPID = 1 << 22

// DefaultMaxProcesses bounds the processes that exist at one time, zombies included.
const DefaultMaxProcesses = 512

// DefaultMaxLWPs bounds the LWPs that exist at one time, zombies included.
const DefaultMaxLWPs = 1 << 17

// NCalls bounds the numbers of system calls: Linux's, then Gossamer's own from 1024 on.
const NCalls = 2048

// A Call serves one system call: it gets the calling LWP and the six argument registers and
// returns the result, or an error number other than 0. A call that panics ends the process
// (LWP.loop); so a call holds no lock across code that may panic unless by defer.
type Call func(l *LWP, a *[6]uint64) (uint64, syscall.Errno)

// Restart says what becomes of a call that a signal has interrupted (it returned EINTR). If
// no handler runs, the call is always made again; these say what happens if one does.
type Restart uint8

const (
	RestartIfAsked Restart = iota // made again if the handler has SA_RESTART
	RestartNever                  // EINTR: sleeps and waits for signals, signal(7)
)

// System is all the processes of a machine. Its tables are filled in before StartInit and
// constant afterwards.
type System struct {
	Machine
	FS           *fs.FS
	Calls        [NCalls]Call
	Restarts     [NCalls]Restart
	CallName     func(nr uint64) string
	MaxProcesses int
	MaxLWPs      int
	Futexes      futex.Table
	Timers       timer.Queue

	processors struct { // of activations
		once sync.Once
		*sa.Allocator
	}

	mu      sync.Mutex // the tree lock, doc.go
	procs   map[PID]*Process
	count   int // reserved places: processes that are in procs or about to be
	lastPID PID
	wrapped bool
	init    *Process

	lwps lwpTable
}

// NewSystem returns a system without processes.
func NewSystem(m Machine, tree *fs.FS) *System {
	s := &System{
		Machine:      m,
		FS:           tree,
		CallName:     func(nr uint64) string { return fmt.Sprintf("call %d", nr) },
		MaxProcesses: DefaultMaxProcesses,
		MaxLWPs:      DefaultMaxLWPs,
		procs:        make(map[PID]*Process),
	}
	s.Timers.Now = m.Now
	for nr := range s.Calls {
		s.Calls[nr] = noCall
	}
	return s
}

// Uptime returns the time since the machine's start in ns: what CLOCK_BOOTTIME has.
func (s *System) Uptime() int64 { return s.Now() }

// Count returns how many processes exist, zombies included.
func (s *System) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// reserve takes a place for a new process: EAGAIN if all are taken, ENOMEM if the kernel's
// heap is used up. release gives it back.
func (s *System) reserve() syscall.Errno {
	if !s.HeapOK() {
		return syscall.ENOMEM
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count >= s.MaxProcesses {
		return syscall.EAGAIN
	}
	s.count++
	return 0
}

func (s *System) release() {
	s.mu.Lock()
	s.count--
	s.mu.Unlock()
}

// newPID finds a number that no process, LWP, group or session has. s.mu is held.
func (s *System) newPID() PID {
	for {
		s.lastPID++
		if s.lastPID >= maxPID {
			s.lastPID, s.wrapped = 1, true
			continue // 1 is init's
		}
		if !s.wrapped || !s.pidInUse(s.lastPID) {
			return s.lastPID
		}
	}
}

func (s *System) pidInUse(id PID) bool {
	if s.procs[id] != nil || s.lwps.find(lwp.ID(id)) != nil {
		return true
	}
	for _, p := range s.procs {
		if p.pgid == id || p.sid == id {
			return true
		}
	}
	return false
}

// lookup finds a process, zombies included. s.mu is held.
func (s *System) lookup(id PID) (*Process, syscall.Errno) {
	if p := s.procs[id]; p != nil {
		return p, 0
	}
	return nil, syscall.ESRCH
}

// Find returns a process, zombies included; nil if there is none.
func (s *System) Find(id PID) *Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.procs[id]
}

// lookupLWP finds a living LWP, nil if there is none. s.mu is held.
func (s *System) lookupLWP(id lwp.ID) *LWP {
	if l := s.lwps.find(id); l != nil && l.phase.Load() == alive {
		return l
	}
	return nil
}

// allocator returns what divides the processors among processes.
func (s *System) allocator() *sa.Allocator {
	s.processors.once.Do(func() {
		s.processors.Allocator = sa.NewAllocator(s.CPUs(), s.Now)
		s.processors.Count(countOrdinary)
	})
	return s.processors.Allocator
}

// countOrdinary calls f for each LWP that runs or is ready and is no activation, with its process, as
// long as f says true.
func countOrdinary(f func(process int) bool) {
	sched.Runnable(func(t *sched.Thread) bool {
		l := threadLWP(t)
		return l == nil || l.activation.Load() || f(int(l.p.ID))
	})
}
