package proc

import (
	"fmt"
	"slices"
	"strconv"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/sched"
	"gossamer/lwp"
)

// taskDir is /proc/PID/task: a directory for each LWP, by its number, with the files comm and
// stat, proc(5).
type taskDir struct{ p *Process }

// lwpInode is the inode number of LWP id's directory; its files follow. It is apart from those
// of processes, which end below 1<<27.
func lwpInode(id lwp.ID) uint64 { return 1<<32 + uint64(id)<<4 }

func (d *taskDir) Lookup(t *sched.Thread, name string) (fs.Node, error) {
	id, err := strconv.ParseInt(name, 10, 32)
	if err != nil || strconv.FormatInt(id, 10) != name {
		return nil, syscall.ENOENT
	}
	if l := d.p.lwp(lwp.ID(id)); l != nil {
		return d.p.sys.FS.NewProcDir(lwpInode(l.ID), 0o555, &lwpDir{l, l.ID}), nil
	}
	return nil, syscall.ENOENT
}

func (d *taskDir) List(t *sched.Thread) (list []fs.DirEntry) {
	d.p.mu.Lock()
	defer d.p.mu.Unlock()
	ids := make([]lwp.ID, len(d.p.lwps))
	for i, l := range d.p.lwps {
		ids[i] = l.ID
	}
	slices.Sort(ids)
	for _, id := range ids {
		list = append(list, fs.DirEntry{Name: strconv.Itoa(int(id)), Ino: lwpInode(id), Kind: fs.KindDirectory})
	}
	return list
}

// lwp returns the process's LWP with that number, nil if it has none.
func (p *Process) lwp(id lwp.ID) *LWP {
	s := p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lookupLWP(id); l != nil && l.p == p {
		return l
	}
	return nil
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
	{"comm", func(d *lwpDir) []byte { return []byte(d.l.p.Name() + "\n") }},
	{"stat", (*lwpDir).stat},
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

// stat is the process's line with the LWP's number, state and CPU time.
func (d *lwpDir) stat() []byte {
	p := d.l.p
	m := p.summary()
	letter := byte('S')
	switch st := d.l.Thread.State(); {
	case m.letter == 'T' || m.letter == 'Z' || m.letter == 'X':
		letter = m.letter
	case st == sched.Ready || st == sched.Running:
		letter = 'R'
	case st == sched.Exited:
		letter = 'X'
	}
	tick := int64(1e9 / clockTicks)
	return fmt.Appendf(nil, "%d (%s) %c %d %d %d 0 -1 0 0 0 0 0 %d 0 0 0 20 0 %d 0 %d %d %d\n",
		d.id, m.name, letter, p.PPID(), m.pgid, m.sid, d.l.Thread.CPUTime()/tick, m.lwps,
		(m.start-p.sys.booted)/tick, p.vmSize(), p.rss())
}
