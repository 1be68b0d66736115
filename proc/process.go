package proc

import (
	"sync"
	"sync/atomic"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
)

// State is the life of a process as others see it; doc.go draws the arrows.
type State uint8

const (
	Embryo State = iota // being made by fork: in no table
	Alive
	Zombie // ended, its status not yet waited for
	Reaped // in no table any more
)

// A Process is an address space, files, signal dispositions and a place in the tree of
// processes, shared by its LWPs.
type Process struct {
	ID    PID
	sys   *System
	ppid  atomic.Int32 // the parent's ID, for getppid
	files *Files
	start int64 // Now at fork

	// Guarded by sys.mu.
	state       State
	parent      *Process
	child       *Process // first child
	next, prev  *Process // siblings
	pgid, sid   PID
	wstatus     WaitStatus // of a zombie
	report      WaitStatus // stopped or continued and not yet reported to wait4
	childCPU    int64      // CPU time in ns of children waited for, and of theirs
	childChange sched.WaitQueue
	didExec     bool // setpgid(2) of a child that has: EACCES
	vforked     bool // the parent waits, sharing the address space
	vforkDone   sched.WaitQueue

	act    atomic.Pointer[activations] // nil: it has none; set under mu
	areaAt VirtAddr                    // a copy of its parent's area, 0: none; the only LWP's

	mu sync.Mutex // guards what follows

	registering bool // sa_register is under way or done

	lwps      []*LWP // the living
	joinable  int    // how many of them are not detached
	held      int    // how many are suspended, or about to be
	waiting   int    // how many are in _lwp_wait
	zombies   zombies
	spares    spares
	anyone    sched.WaitQueue // those in _lwp_wait who wait for any LWP
	lwpGone   sched.WaitQueue // somebody left lwps while one was calling execve
	execing   *LWP            // the one that is ending the others for its execve
	dying     bool            // all LWPs are to end
	exit      WaitStatus      // why
	cpuGone   int64           // CPU time in ns of LWPs that have ended
	actions   [NSIG + 1]Sigaction
	pending   pending
	timers    map[int]*Timer
	lastTimer int    // the next number to try
	alarm     *Timer // setitimer(2)'s, nil until it is set
	stopped   int    // the signal that stopped the process, 0 if it runs
	conts     int    // SIGCONTs sent, so that a stop under way notices
	contQ     sched.WaitQueue
	space     *space // nil once the last LWP has ended
	cwd       fs.Node
	umask     uint32
	name      string // last component of the path, at most 15 bytes: PR_GET_NAME's
	exe       string // path as given to execve
	cmdline   []byte // arguments, each ended by a zero byte
	stackMax  uint64 // RLIMIT_STACK
}

// space is an address space that several processes may own: between vfork(2) and execve(2)
// the child runs in its parent's.
type space struct {
	*mem.AddressSpace
	owners   atomic.Int32
	exe      *fs.Regular // the program, not to be written while it runs
	controls controls
}

// newSpace takes over an address space and one DenyWrite of exe.
func newSpace(as *mem.AddressSpace, exe *fs.Regular) *space {
	s := &space{AddressSpace: as, exe: exe}
	s.owners.Store(1)
	return s
}

// copy makes an address space with the same contents, copy-on-write.
func (s *space) copy() (*space, error) {
	if err := s.exe.DenyWrite(); err != nil {
		return nil, err
	}
	as, err := s.Fork()
	if err != nil {
		s.exe.AllowWrite()
		return nil, err
	}
	return newSpace(as, s.exe), nil
}

func (s *space) share() *space {
	s.owners.Add(1)
	return s
}

// drop gives up one ownership; the last destroys the address space.
func (s *space) drop() {
	if s.owners.Add(-1) == 0 {
		s.Destroy()
		s.controls.drop()
		s.exe.AllowWrite()
	}
}

// PPID returns the parent's ID.
func (p *Process) PPID() PID { return PID(p.ppid.Load()) }

// System returns the system that p is part of.
func (p *Process) System() *System { return p.sys }

// Files returns p's file descriptors.
func (p *Process) Files() *Files { return p.files }

// Name returns the name of the program, for reports and for ps.
func (p *Process) Name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.name
}

// Umask sets the file mode creation mask and returns the one before.
func (p *Process) Umask(mask uint32) uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.umask
	p.umask = mask & 0o777
	return old
}

// Mode applies the file mode creation mask.
func (p *Process) Mode(mode uint32) uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return mode & 0o7777 &^ p.umask
}

// StackLimit returns RLIMIT_STACK, which counts from the next execve on.
func (p *Process) StackLimit() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stackMax
}

// SetStackLimit sets RLIMIT_STACK. EINVAL beyond what any process may have.
func (p *Process) SetStackLimit(n uint64) syscall.Errno {
	if n > MaxStack {
		return syscall.EPERM
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stackMax = max(pageUp(n), minStack)
	return 0
}

// adopt makes c a child of p. sys.mu is held.
func (p *Process) adopt(c *Process) {
	c.parent = p
	c.ppid.Store(int32(p.ID))
	c.prev, c.next = nil, p.child
	if p.child != nil {
		p.child.prev = c
	}
	p.child = c
}

// abandon takes c out of its parent's list of children. sys.mu is held.
func (c *Process) abandon() {
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		c.parent.child = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	}
	c.parent, c.next, c.prev = nil, nil, nil
}

// CPUTime returns the CPU time in ns that p's LWPs have used.
func (p *Process) CPUTime() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cpuTime()
}

func (p *Process) cpuTime() int64 {
	ns := p.cpuGone
	for _, l := range p.lwps {
		ns += l.Thread.CPUTime()
	}
	return ns
}

// ChildCPUTime returns that of the children waited for.
func (p *Process) ChildCPUTime() int64 {
	p.sys.mu.Lock()
	defer p.sys.mu.Unlock()
	return p.childCPU
}
