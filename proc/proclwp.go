package proc

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/sched"
	"gossamer/lwp"
	"gossamer/ulib/abi"
)

// lwpsDir is /proc/PID/lwp, and /proc/PID/task, as Linux calls it: a directory for each LWP, by
// its number, those included that have ended and wait for _lwp_wait(2).
type lwpsDir struct{ p *Process }

// lwpInode is the inode number of LWP id's directory; its files follow. It is apart from those
// of processes, which end below 1<<27.
func lwpInode(id lwp.ID) uint64 { return 1<<32 + uint64(id)<<4 }

func (d *lwpsDir) Lookup(t *sched.Thread, name string) (fs.Node, error) {
	id, err := strconv.ParseInt(name, 10, 32)
	if err != nil || strconv.FormatInt(id, 10) != name {
		return nil, syscall.ENOENT
	}
	if l := d.p.keep(lwp.ID(id)); l != nil {
		return d.p.sys.FS.NewProcDir(lwpInode(l.ID), 0o555, &lwpDir{l, l.ID}), nil
	}
	return nil, syscall.ENOENT
}

func (d *lwpsDir) List(t *sched.Thread) (list []fs.DirEntry) {
	for l := d.p.NextLWP(0); l != nil; l = d.p.NextLWP(l.ID) {
		list = append(list, fs.DirEntry{Name: strconv.Itoa(int(l.ID)), Ino: lwpInode(l.ID), Kind: fs.KindDirectory})
	}
	return list
}

// lwpDir shows an LWP as it is at the time, also when it has ended since.
type lwpDir struct {
	l  *LWP
	id lwp.ID
}

var lwpEntries = []struct {
	name string
	text func(d *lwpDir) []byte
}{
	{"comm", func(d *lwpDir) []byte { return []byte(d.l.Name() + "\n") }},
	{"stat", (*lwpDir).stat},
	{"status", (*lwpDir).status},
	{"wchan", (*lwpDir).wchan},
}

func (d *lwpDir) Lookup(t *sched.Thread, name string) (fs.Node, error) {
	for i, e := range lwpEntries {
		if e.name == name {
			return d.l.p.sys.FS.NewProcFile(lwpInode(d.id)+1+uint64(i), 0o444, func() []byte { return e.text(d) }), nil
		}
	}
	return nil, syscall.ENOENT
}

func (d *lwpDir) List(t *sched.Thread) (list []fs.DirEntry) {
	for i, e := range lwpEntries {
		list = append(list, fs.DirEntry{Name: e.name, Ino: lwpInode(d.id) + 1 + uint64(i), Kind: fs.KindRegular})
	}
	return list
}

// lwpStates is abi's states as the letter of stat and a word.
var lwpStates = [...]struct {
	letter byte
	word   string
}{
	abi.StateReady:     {'R', "ready"},
	abi.StateRunning:   {'R', "running"},
	abi.StateSleeping:  {'S', "sleeping"},
	abi.StateSuspended: {'T', "suspended"},
	abi.StateStopped:   {'T', "stopped"},
	abi.StateZombie:    {'Z', "zombie"},
}

// text returns the string in a field that a zero ends.
func text(b []byte) string {
	s, _, _ := bytes.Cut(b, []byte{0})
	return string(s)
}

// linux is what Linux's calls say about the scheduling.
func (l *LWP) linux() (policy Policy, priority, nice int) {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	policy, priority = l.policyNow()
	return policy, priority, l.niceNow()
}

// stat is the process's line with what is the LWP's own, up to field 41 of proc(5).
func (d *lwpDir) stat() []byte {
	p, i := d.l.p, d.l.Info()
	m := p.summary()
	policy, priority, nice := d.l.linux()
	number := 20 + nice
	if priority > 0 {
		number = -1 - priority
	}
	tick := uint64(1e9 / clockTicks)
	return fmt.Appendf(nil, "%d (%s) %c %d %d %d 0 -1 0 %d 0 0 0 %d 0 0 0 %d %d %d 0 %d %d %d"+
		" 0 0 0 0 0 0 0 0 0 0 0 0 0 0 %d %d %d\n",
		d.id, text(i.Name[:]), lwpStates[i.State].letter, p.PPID(), m.pgid, m.sid, i.Faults, i.CPUTime/tick,
		number, nice, m.lwps, m.start/int64(tick), p.vmSize(), p.rss(),
		i.CPU, priority, policy)
}

// status is a line for each thing that _lwp_info tells, and the signals.
func (d *lwpDir) status() []byte {
	i := d.l.Info()
	st := lwpStates[i.State]
	pending, blocked := d.l.signals()
	var b strings.Builder
	fmt.Fprintf(&b, "Name:\t%s\nState:\t%c (%s)\nTgid:\t%d\nPid:\t%d\n", text(i.Name[:]), st.letter, st.word, d.l.p.ID, d.id)
	fmt.Fprintf(&b, "Class:\t%s\nPriority:\t%d\nCPU:\t%d\nBound:\t%d\n", sched.Class(i.Class), i.Priority, i.CPU, i.Bound)
	fmt.Fprintf(&b, "CPUTime:\t%d ns\nFaults:\t%d\nDetached:\t%d\n", i.CPUTime, i.Faults, i.Flags&abi.InfoDetached)
	fmt.Fprintf(&b, "SigPnd:\t%016x\nSigBlk:\t%016x\nWaitChannel:\t%s\n", pending, blocked, wchan(&i))
	fmt.Fprintf(&b, "voluntary_ctxt_switches:\t%d\nnonvoluntary_ctxt_switches:\t%d\n", i.Voluntary, i.Involuntary)
	return []byte(b.String())
}

func (l *LWP) signals() (pending, blocked Sigset) {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return l.pending.set, l.mask
}

// wchan is what an LWP waits for, "-" if it does not.
func wchan(i *abi.LWPInfo) string {
	if s := text(i.WaitChannel[:]); s != "" {
		return s
	}
	return "-"
}

func (d *lwpDir) wchan() []byte {
	i := d.l.Info()
	return []byte(wchan(&i) + "\n")
}
