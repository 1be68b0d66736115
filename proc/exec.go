package proc

import (
	"bytes"
	"encoding/binary"
	"io"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/lwp"
)

// Where the stack is, and how large it may be. Its pages come on demand; below it the
// address space keeps a guard.
const (
	stackTop  = 0x7fff_ffff_e000
	MaxStack  = 64 << 20
	minStack  = 256 << 10
	StackSize = 8 << 20 // RLIMIT_STACK of process 1, which the others inherit
)

// Exec replaces the program that the caller's process runs: execve(2). args and env are
// counted by argc and envc. Until the new program is complete, nothing of the old one has
// changed; so an error leaves the caller as it was. After success the LWP is the only one
// left, and starts the new program when it enters user mode.
//
// Errors: those of finding a file; EACCES, not a regular file or not executable; ENOEXEC, no
// executable that this kernel knows; E2BIG, too many arguments; ENOMEM.
func (l *LWP) Exec(at fs.Node, path string, v *Vectors) syscall.Errno {
	p, s := l.p, l.p.sys
	if !s.HeapOK() {
		return syscall.ENOMEM
	}
	f, err := s.FS.Open(l.Thread, at, path, syscall.O_RDONLY, 0)
	if err != nil {
		return Errno(err)
	}
	defer f.Close()
	sp, img, err := s.load(f, p.StackLimit())
	if err != nil {
		return Errno(err)
	}
	stack, err := s.pushStack(sp, img, v, path)
	if err == nil && !l.endOthers() {
		err = syscall.EINTR
	}
	if err != nil {
		sp.drop()
		return Errno(err)
	}

	// The point of no return.
	l.letGo()
	l.deactivate()
	p.endActivations()
	p.areaAt = 0
	old := l.space
	p.become(sp, v, path)
	l.enter(sp)
	l.altStack, l.sleepUntil = lwp.AltStack{}, 0
	l.Thread.Park(1) // takes a token that may be there
	l.Ctx.Start(img.Entry, stack)
	p.files.closeOnExec()
	old.drop()
	s.mu.Lock()
	p.didExec = true
	s.mu.Unlock()
	l.takeNumber()
	l.traceName()
	p.endVfork()
	return 0
}

// become is the part of execve that others may look at meanwhile. Signals with handlers get
// their default action; ignored ones stay ignored.
func (p *Process) become(sp *space, v *Vectors, path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.space = sp
	p.exe, p.name = path, baseName(path)
	p.cmdline = v.argBytes()
	p.deleteTimers()
	p.uncatch()
}

// uncatch gives signals with handlers their default action. p.mu is held, or p is new.
func (p *Process) uncatch() {
	for sig := range p.actions {
		a := &p.actions[sig]
		if a.Handler > SigIgn {
			a.Handler = SigDfl
		}
		a.Flags, a.Mask, a.Restorer = 0, 0, 0
	}
}

func baseName(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			path = path[i+1:]
			break
		}
	}
	return path[:min(len(path), 15)]
}

// endOthers ends the process's other LWPs and waits until they are gone; false if the caller
// is told to end itself.
func (l *LWP) endOthers() bool {
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dying || p.execing != nil {
		return false // of several that call execve, the first goes on
	}
	p.execing = l
	if a := p.act.Load(); a != nil {
		a.core.Die() // even if somebody has the caller end: then all end
	}
	defer func() { p.execing = nil }()
	for _, o := range p.lwps {
		if o != l {
			o.tellToEnd()
		}
	}
	for len(p.lwps) > 1 {
		if p.lwpGone.Wait(l.Thread, &p.mu) != nil {
			if l.Attention()&lwp.Exit != 0 {
				return false
			}
			l.Thread.ClearInterrupt() // attention stays
		}
	}
	return true
}

// takeNumber gives the only LWP of a process the process's number, as execve does, and makes it
// like the first LWP of a new one.
func (l *LWP) takeNumber() {
	p := l.p
	s := p.sys
	p.dropZombies()
	s.mu.Lock()
	defer s.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	l.name = ""
	l.detached, p.joinable = false, 1
	if PID(l.ID) != p.ID {
		s.lwps.remove(l.ID, l)
		l.setID(lwp.ID(p.ID))
		if first := s.lwps.find(l.ID); first != nil {
			s.lwps.remove(l.ID, first) // it has left, and was about to do that
		}
		s.lwps.put(l)
	}
}

// image returns the parsed executable that a file is, from the cache at the file if it has
// been run before and not been changed since.
func image(r *fs.Regular) (*Image, error) {
	var st syscall.Stat_t
	if fs.Stat(r, &st); st.Mode&0o111 == 0 {
		return nil, syscall.EACCES
	}
	if img, ok := r.Image().(*Image); ok {
		return img, nil
	}
	edition := r.Edition()
	img, err := ParseImage(r, r.Size())
	if err != nil {
		return nil, err
	}
	r.SetImage(edition, img)
	return img, nil
}

// load makes an address space with an executable's segments and an empty stack in it. The
// pages of the file are mapped, not copied.
func (s *System) load(f *fs.File, stackMax uint64) (*space, *Image, error) {
	r := f.Regular()
	if r == nil {
		return nil, nil, syscall.EACCES
	}
	if err := r.DenyWrite(); err != nil {
		return nil, nil, err
	}
	img, err := image(r)
	if err != nil {
		r.AllowWrite()
		return nil, nil, err
	}
	as, err := mem.New(s.Frames, s.NewPageTable)
	if err != nil {
		r.AllowWrite()
		return nil, nil, err
	}
	sp := newSpace(as, r)
	for i := range img.Segments {
		if err = img.Segments[i].mapInto(as, r); err != nil {
			break
		}
	}
	if err == nil {
		as.SetBrk(VirtAddr(img.Brk))
		_, err = as.Map(VirtAddr(stackTop-stackMax), stackMax, mem.Read|mem.Write,
			mem.Fixed|mem.Anonymous|mem.GuardBelow, nil, 0)
	}
	if err != nil {
		sp.drop()
		return nil, nil, err
	}
	return sp, img, nil
}

// mapInto maps a segment: its pages in the file privately, then anonymous memory. What the
// last page of the file has beyond the segment's end is zeroed if the segment goes on.
func (g *Segment) mapInto(as *mem.AddressSpace, r *fs.Regular) error {
	if g.FilePage > g.Start {
		tail := g.End > g.FilePage || g.Prot&mem.Write != 0
		tail = tail && g.FilePage > g.FileEnd
		prot := g.Prot
		if tail {
			prot |= mem.Read | mem.Write
		}
		if _, err := as.Map(VirtAddr(g.Start), g.FilePage-g.Start, prot, mem.Fixed, r, g.Off); err != nil {
			return err
		}
		if tail {
			if err := as.CopyOut(VirtAddr(g.FileEnd), zeroPage[:g.FilePage-g.FileEnd]); err != nil {
				return err
			}
			if prot != g.Prot {
				if err := as.Protect(VirtAddr(g.Start), g.FilePage-g.Start, g.Prot); err != nil {
					return err
				}
			}
		}
	}
	if g.End > g.FilePage {
		_, err := as.Map(VirtAddr(g.FilePage), g.End-g.FilePage, g.Prot, mem.Fixed|mem.Anonymous, nil, 0)
		return err
	}
	return nil
}

var zeroPage [mem.PageSize]byte

// Types of the auxiliary vector's entries, getauxval(3).
const (
	atNull   = 0
	atPhdr   = 3
	atPhent  = 4
	atPhnum  = 5
	atPagesz = 6
	atBase   = 7
	atFlags  = 8
	atEntry  = 9
	atUID    = 11
	atEUID   = 12
	atGID    = 13
	atEGID   = 14
	atHwcap  = 16
	atClktck = 17
	atSecure = 23
	atRandom = 25
	atExecfn = 31
)

// pushStack lays out what a program finds on its stack (System V ABI, AMD64 supplement,
// 3.4.1): argc, the argument pointers, 0, the environment pointers, 0, the auxiliary vector;
// above them the strings. It returns the stack pointer, which is 16-byte aligned.
func (s *System) pushStack(sp *space, img *Image, v *Vectors, path string) (uint64, error) {
	const nAux = 16
	strings := len(v.bytes) + len(path) + 1 + 16
	words := 1 + v.argc + 1 + v.envc + 1 + 2*nAux
	size := (8*words + strings + 15) &^ 15
	base := uint64(stackTop - size)
	b := make([]byte, size)
	at := 8 * words
	strAddr := base + uint64(at)
	at += copy(b[at:], v.bytes)
	execfn := base + uint64(at)
	at += copy(b[at:], path) + 1
	random := base + uint64(at)
	if _, err := io.ReadFull(s.Random, b[at:at+16]); err != nil {
		return 0, syscall.EIO
	}

	w := b[:0]
	put := func(x uint64) { w = binary.LittleEndian.AppendUint64(w, x) }
	put(uint64(v.argc))
	for i, n := 0, 0; ; n++ {
		if n == v.argc || n == v.argc+v.envc {
			put(0)
		}
		if i == len(v.bytes) {
			break
		}
		put(strAddr + uint64(i))
		i += bytes.IndexByte(v.bytes[i:], 0) + 1
	}
	if v.envc == 0 {
		put(0)
	}
	for _, a := range [nAux][2]uint64{
		{atPhdr, img.PhdrAddr}, {atPhent, progHeaderSize}, {atPhnum, uint64(img.PhNum)},
		{atPagesz, mem.PageSize}, {atBase, 0}, {atFlags, 0}, {atEntry, img.Entry},
		{atUID, 0}, {atEUID, 0}, {atGID, 0}, {atEGID, 0}, {atClktck, clockTicks}, {atSecure, 0},
		{atRandom, random}, {atExecfn, execfn}, {atNull, 0},
	} {
		put(a[0])
		put(a[1])
	}
	if err := sp.CopyOut(VirtAddr(base), b); err != nil {
		return 0, err
	}
	return base, nil
}

// clockTicks is sysconf(_SC_CLK_TCK), the unit of times(2) and /proc/PID/stat.
const clockTicks = 100
