package proc

import (
	"fmt"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
)

// What processes show of themselves and of the machine in /proc, proc(5).

// MountProc puts the generated directory at path, usually /proc.
func (s *System) MountProc(path string) error {
	return s.FS.Mount(path, s.FS.NewProcDir(procRoot, 0o555, &procDir{s}))
}

// Inode numbers: the root, its files, then a block of 16 for each process.
const (
	procRoot  = 1
	procFiles = 2
	procTask  = 14 // of a process's 16: its directory task,
	procLWPs  = 15 // and lwp
)

type procEntry struct {
	name string
	text func(s *System) string
}

var procEntries = []procEntry{
	{"cmdline", func(s *System) string { return s.Cmdline + "\n" }},
	{"cpuinfo", func(s *System) string { return s.CPUInfo() }},
	{"hardware", func(s *System) string { return s.Hardware() }},
	{"meminfo", (*System).memInfo},
	{"uptime", (*System).uptime},
	{"version", func(s *System) string { return "Gossamer version " + s.Release + " " + s.Version + "\n" }},
}

func (s *System) memInfo() string {
	m := s.MemInfo()
	return fmt.Sprintf("MemTotal:%14d kB\nMemFree:%15d kB\nMemAvailable:%10d kB\nKernelHeap:%12d kB\nKernelHeapMax:%9d kB\nGoroutines:%12d\n",
		m.Total>>10, m.Free>>10, m.Free>>10, m.Heap>>10, m.HeapMax>>10, runtime.NumGoroutine())
}

func (s *System) uptime() string {
	up := s.Uptime()
	idle := sched.ReadStats().IdleTime
	return fmt.Sprintf("%d.%02d %d.%02d\n", up/1e9, up/1e7%100, idle/1e9, idle/1e7%100)
}

// procDir is /proc itself.
type procDir struct{ s *System }

func (d *procDir) Lookup(t *sched.Thread, name string) (fs.Node, error) {
	s := d.s
	if name == "self" {
		return s.FS.NewProcLink(procFiles, procSelf), nil
	}
	for i, e := range procEntries {
		if e.name == name {
			return s.FS.NewProcFile(procFiles+1+uint64(i), 0o444, func() []byte { return []byte(e.text(s)) }), nil
		}
	}
	id, err := strconv.ParseInt(name, 10, 32)
	if err != nil || strconv.FormatInt(id, 10) != name {
		return nil, syscall.ENOENT
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, errno := s.lookup(PID(id))
	if errno != 0 {
		return nil, syscall.ENOENT
	}
	return s.FS.NewProcDir(p.inode(0), 0o555, &pidDir{p}), nil
}

// procSelf is the target of /proc/self for the thread that follows it.
func procSelf(t *sched.Thread) (string, error) {
	if l := threadLWP(t); l != nil {
		return strconv.Itoa(int(l.p.ID)), nil
	}
	return "", syscall.ENOENT
}

func (d *procDir) List(t *sched.Thread) []fs.DirEntry {
	s := d.s
	list := []fs.DirEntry{{Name: "self", Ino: procFiles, Kind: fs.KindSymlink}}
	for i, e := range procEntries {
		list = append(list, fs.DirEntry{Name: e.name, Ino: procFiles + 1 + uint64(i), Kind: fs.KindRegular})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]int, 0, len(s.procs))
	for id := range s.procs {
		ids = append(ids, int(id))
	}
	sort.Ints(ids)
	for _, id := range ids {
		list = append(list, fs.DirEntry{Name: strconv.Itoa(id), Ino: s.procs[PID(id)].inode(0), Kind: fs.KindDirectory})
	}
	return list
}

func (p *Process) inode(n int) uint64 { return uint64(p.ID)<<4 + 1<<20 + uint64(n) }

// pidDir is the directory of one process. It shows the process as it is at the time, also
// when it has been reaped since the directory was looked up.
type pidDir struct{ p *Process }

var pidEntries = []struct {
	name string
	text func(p *Process) []byte
}{
	{"cmdline", (*Process).argv},
	{"comm", func(p *Process) []byte { return []byte(p.Name() + "\n") }},
	{"maps", (*Process).maps},
	{"stat", (*Process).stat},
	{"status", (*Process).statusText},
}

// lwpDirs shows the LWPs, under our name and under Linux's.
var lwpDirs = [...]struct {
	name string
	ino  int
}{{"lwp", procLWPs}, {"task", procTask}}

func (d *pidDir) Lookup(t *sched.Thread, name string) (fs.Node, error) {
	for _, e := range lwpDirs {
		if e.name == name {
			return d.p.sys.FS.NewProcDir(d.p.inode(e.ino), 0o555, &lwpsDir{d.p}), nil
		}
	}
	for i, e := range pidEntries {
		if e.name == name {
			return d.p.sys.FS.NewProcFile(d.p.inode(1+i), 0o444, func() []byte { return e.text(d.p) }), nil
		}
	}
	return nil, syscall.ENOENT
}

func (d *pidDir) List(t *sched.Thread) (list []fs.DirEntry) {
	for i, e := range pidEntries {
		list = append(list, fs.DirEntry{Name: e.name, Ino: d.p.inode(1 + i), Kind: fs.KindRegular})
	}
	for _, e := range lwpDirs {
		list = append(list, fs.DirEntry{Name: e.name, Ino: d.p.inode(e.ino), Kind: fs.KindDirectory})
	}
	return list
}

func (p *Process) argv() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmdline
}

// maxMaps bounds what one reader of maps can make the kernel keep.
const maxMaps = 1 << 20

func (p *Process) maps() []byte {
	s := p.holdSpace()
	if s == nil {
		return nil
	}
	defer s.drop()
	var b strings.Builder
	s.Regions(func(r mem.Region) {
		if b.Len() > maxMaps {
			return
		}
		share := 'p'
		if r.Shared {
			share = 's'
		}
		fmt.Fprintf(&b, "%08x-%08x %s%c %08x 00:00 0 %s\n", uint64(r.Start), uint64(r.End), r.Prot, share, r.Offset, r.Name)
	})
	return []byte(b.String())
}

// vmSize returns the size of all mappings together, in bytes.
func (p *Process) vmSize() (n uint64) {
	s := p.holdSpace()
	if s == nil {
		return 0
	}
	defer s.drop()
	s.Regions(func(r mem.Region) { n += uint64(r.End - r.Start) })
	return n
}

// summary is a consistent look at a process.
type summary struct {
	letter                 byte // R running or ready, S waiting, T stopped, Z zombie, X gone
	pgid, sid              PID
	lwps                   int
	start, cpu             int64
	childCPU               int64
	pending, blocked       Sigset
	ignored, caught        Sigset
	name                   string
	voluntary, involuntary uint64 // switches
}

func (p *Process) summary() (m summary) {
	p.sys.mu.Lock()
	state := p.state
	m.pgid, m.sid, m.childCPU = p.pgid, p.sid, p.childCPU
	p.sys.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	m.name, m.start, m.cpu, m.lwps = p.name, p.start, p.cpuTime(), len(p.lwps)
	m.pending = p.pending.set
	m.letter = 'S'
	for _, l := range p.lwps {
		m.blocked |= l.mask
		m.pending |= l.pending.set
		if st := l.Thread.State(); st == sched.Ready || st == sched.Running {
			m.letter = 'R'
		}
		v, i := l.Thread.Switches()
		m.voluntary += v
		m.involuntary += i
	}
	for sig := 1; sig <= NSIG; sig++ {
		switch p.actions[sig].Handler {
		case SigDfl:
		case SigIgn:
			m.ignored |= bit(sig)
		default:
			m.caught |= bit(sig)
		}
	}
	switch {
	case state == Zombie:
		m.letter = 'Z'
	case state == Reaped:
		m.letter = 'X'
	case p.stopped != 0:
		m.letter = 'T'
	}
	return m
}

var stateWords = map[byte]string{'R': "running", 'S': "sleeping", 'T': "stopped", 'Z': "zombie", 'X': "dead"}

func (p *Process) statusText() []byte {
	m := p.summary()
	var b strings.Builder
	fmt.Fprintf(&b, "Name:\t%s\nUmask:\t%04o\nState:\t%c (%s)\n", m.name, p.umaskNow(), m.letter, stateWords[m.letter])
	fmt.Fprintf(&b, "Tgid:\t%d\nPid:\t%d\nPPid:\t%d\nPgid:\t%d\nSid:\t%d\n", p.ID, p.ID, p.PPID(), m.pgid, m.sid)
	fmt.Fprintf(&b, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t%d\n", p.files.Count())
	fmt.Fprintf(&b, "VmSize:\t%8d kB\nVmRSS:\t%8d kB\nThreads:\t%d\n", p.vmSize()>>10, p.rss()*(mem.PageSize>>10), m.lwps)
	fmt.Fprintf(&b, "SigPnd:\t%016x\nSigBlk:\t%016x\nSigIgn:\t%016x\nSigCgt:\t%016x\n", m.pending, m.blocked, m.ignored, m.caught)
	fmt.Fprintf(&b, "voluntary_ctxt_switches:\t%d\nnonvoluntary_ctxt_switches:\t%d\n", m.voluntary, m.involuntary)
	return []byte(b.String())
}

func (p *Process) umaskNow() uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.umask
}

// stat is /proc/PID/stat: the fields up to rss, those that do not apply being 0.
func (p *Process) stat() []byte {
	m := p.summary()
	tick := int64(1e9 / clockTicks)
	return fmt.Appendf(nil, "%d (%s) %c %d %d %d 0 -1 0 0 0 0 0 %d 0 %d 0 20 0 %d 0 %d %d %d\n",
		p.ID, m.name, m.letter, p.PPID(), m.pgid, m.sid, m.cpu/tick, m.childCPU/tick, m.lwps,
		m.start/tick, p.vmSize(), p.rss())
}
