package proc

import (
	"syscall"

	"gossamer/kernel/fs"
)

// StartInit makes process 1 and starts the program path in it, with the file console as its
// descriptors 0, 1 and 2. It takes over the caller's reference to console.
func (s *System) StartInit(path string, args, env []string, console *fs.File) (*Process, error) {
	p := &Process{sys: s, start: s.Now(), stackMax: StackSize, umask: 0o022, cwd: s.FS.Root()}
	p.files = newFiles()
	if console != nil {
		console.Ref()
		console.Ref()
		for range 3 {
			p.files.Add(console, 0, false)
		}
	}
	if errno := s.startFirst(p, path, MakeVectors(args, env)); errno != 0 {
		p.files.closeAll()
		return nil, errno
	}
	return p, nil
}

// startFirst does what fork and execve do for other processes.
func (s *System) startFirst(p *Process, path string, v *Vectors) syscall.Errno {
	f, err := s.FS.Open(nil, p.cwd, path, syscall.O_RDONLY, 0)
	if err != nil {
		return Errno(err)
	}
	defer f.Close()
	sp, img, err := s.load(f, p.stackMax)
	if err != nil {
		return Errno(err)
	}
	stack, err := s.pushStack(sp, img, v, path)
	if err != nil {
		sp.drop()
		return Errno(err)
	}
	if errno := s.reserve(); errno != 0 {
		sp.drop()
		return errno
	}
	l := p.newLWP()
	l.Ctx.Start(img.Entry, stack)
	l.enter(sp)
	p.become(sp, v, path)
	l.bind(p.name)
	s.mu.Lock()
	p.ID, p.pgid, p.sid = 1, 1, 1
	s.lastPID = max(s.lastPID, 1)
	s.procs[p.ID], s.init = p, p
	l.enroll(1)
	p.state = Alive
	s.mu.Unlock()
	l.Thread.Start()
	return 0
}

// Chdir changes the working directory: chdir(2), fchdir(2). ENOTDIR.
func (p *Process) Chdir(n fs.Node) syscall.Errno {
	if n.Kind() != fs.KindDirectory {
		return syscall.ENOTDIR
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cwd = n
	return 0
}

// Cwd returns the working directory.
func (p *Process) Cwd() fs.Node {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cwd
}
