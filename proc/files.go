package proc

import (
	"sync"
	"syscall"

	"gossamer/kernel/fs"
)

// MaxFiles is RLIMIT_NOFILE: a process's file descriptors are below it.
const MaxFiles = 1024

// Files is a table of file descriptors. It holds one reference to each open file.
type Files struct {
	mu    sync.Mutex
	table []descriptor // the rest is free
	free  int          // no descriptor below is free
	limit int          // RLIMIT_NOFILE
}

type descriptor struct {
	file    *fs.File // nil: free
	cloexec bool
}

func newFiles() *Files { return &Files{limit: MaxFiles} }

// fork returns a table with the same files.
func (t *Files) fork() *Files {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := &Files{free: t.free, limit: t.limit, table: make([]descriptor, len(t.table))}
	copy(c.table, t.table)
	for i := range c.table {
		if f := c.table[i].file; f != nil {
			f.Ref()
		}
	}
	return c
}

// Get returns the file of a descriptor with a reference that the caller closes. EBADF.
func (t *Files) Get(fd int) (*fs.File, syscall.Errno) {
	t.mu.Lock()
	if uint(fd) >= uint(len(t.table)) || t.table[fd].file == nil {
		t.mu.Unlock()
		return nil, syscall.EBADF
	}
	f := t.table[fd].file
	f.Ref()
	t.mu.Unlock()
	return f, 0
}

// streamKind returns fs.File.StreamKind of a descriptor, "" if it is not open.
func (t *Files) streamKind(fd int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if uint(fd) >= uint(len(t.table)) || t.table[fd].file == nil {
		return ""
	}
	return t.table[fd].file.StreamKind()
}

// Add gives a file the lowest free descriptor that is at least from, and takes over the
// caller's reference. EMFILE: there is none below the limit; then the caller keeps it.
func (t *Files) Add(f *fs.File, from int, cloexec bool) (int, syscall.Errno) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fd := max(from, t.free)
	for fd < len(t.table) && t.table[fd].file != nil {
		fd++
	}
	if fd >= t.limit {
		return 0, syscall.EMFILE
	}
	t.set(fd, descriptor{f, cloexec})
	if from <= t.free {
		t.free = fd + 1
	}
	return fd, 0
}

// set fills a descriptor below the limit. t.mu is held.
func (t *Files) set(fd int, d descriptor) {
	for fd >= len(t.table) {
		t.table = append(t.table, descriptor{})
	}
	t.table[fd] = d
}

// Close frees a descriptor: close(2). EBADF.
func (t *Files) Close(fd int) syscall.Errno {
	t.mu.Lock()
	if uint(fd) >= uint(len(t.table)) || t.table[fd].file == nil {
		t.mu.Unlock()
		return syscall.EBADF
	}
	f := t.table[fd].file
	t.table[fd] = descriptor{}
	t.free = min(t.free, fd)
	t.mu.Unlock()
	f.Close()
	return 0
}

// Dup makes another descriptor, at least from, of an open file: F_DUPFD of fcntl(2).
func (t *Files) Dup(fd, from int, cloexec bool) (int, syscall.Errno) {
	f, errno := t.Get(fd)
	if errno != 0 {
		return 0, errno
	}
	if from < 0 || from >= t.Limit() {
		f.Close()
		return 0, syscall.EINVAL
	}
	nfd, errno := t.Add(f, from, cloexec)
	if errno != 0 {
		f.Close()
	}
	return nfd, errno
}

// Dup2 makes the descriptor to stand for the file of fd, closing what it stood for: dup3(2)
// for fd != to. EBADF.
func (t *Files) Dup2(fd, to int, cloexec bool) syscall.Errno {
	f, errno := t.Get(fd)
	if errno != 0 {
		return errno
	}
	t.mu.Lock()
	if uint(to) >= uint(t.limit) {
		t.mu.Unlock()
		f.Close()
		return syscall.EBADF
	}
	var old *fs.File
	if to < len(t.table) {
		old = t.table[to].file
	}
	t.set(to, descriptor{f, cloexec})
	t.mu.Unlock()
	if old != nil {
		old.Close()
	}
	return 0
}

// CloseOnExec returns the descriptor's close-on-exec flag. EBADF.
func (t *Files) CloseOnExec(fd int) (bool, syscall.Errno) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if uint(fd) >= uint(len(t.table)) || t.table[fd].file == nil {
		return false, syscall.EBADF
	}
	return t.table[fd].cloexec, 0
}

// SetCloseOnExec sets the descriptor's close-on-exec flag. EBADF.
func (t *Files) SetCloseOnExec(fd int, on bool) syscall.Errno {
	t.mu.Lock()
	defer t.mu.Unlock()
	if uint(fd) >= uint(len(t.table)) || t.table[fd].file == nil {
		return syscall.EBADF
	}
	t.table[fd].cloexec = on
	return 0
}

// Limit returns RLIMIT_NOFILE.
func (t *Files) Limit() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limit
}

// SetLimit sets it; descriptors above stay open. EPERM: above MaxFiles.
func (t *Files) SetLimit(n uint64) syscall.Errno {
	if n > MaxFiles {
		return syscall.EPERM
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limit = int(n)
	return 0
}

// Count returns how many descriptors are open.
func (t *Files) Count() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.table {
		if t.table[i].file != nil {
			n++
		}
	}
	return n
}

// closeAll closes every descriptor.
func (t *Files) closeAll() {
	t.mu.Lock()
	table := t.table
	t.table, t.free = nil, 0
	t.mu.Unlock()
	for i := range table {
		if table[i].file != nil {
			table[i].file.Close()
		}
	}
}

// closeOnExec closes the descriptors that execve(2) shall close.
func (t *Files) closeOnExec() {
	t.mu.Lock()
	n := len(t.table)
	t.mu.Unlock()
	for fd := range n {
		if on, errno := t.CloseOnExec(fd); on && errno == 0 {
			t.Close(fd)
		}
	}
}
