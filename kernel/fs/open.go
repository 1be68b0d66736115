package fs

import (
	"syscall"

	"gossamer/kernel/sched"
)

// Open opens the file that path names, starting at the directory at unless the path
// is absolute, as openat(2). Flags: the access mode and O_CREAT, O_EXCL, O_TRUNC,
// O_APPEND, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK; others are ignored (O_CLOEXEC is a
// property of the descriptor). perm, with the umask applied, is for a file made.
func (fs *FS) Open(t *sched.Thread, at Node, path string, flags int, perm uint32) (*File, error) {
	if flags&syscall.O_ACCMODE == syscall.O_ACCMODE {
		return nil, syscall.EINVAL
	}
	const create, directory = syscall.O_CREAT, syscall.O_DIRECTORY
	if flags&(create|directory) == create|directory {
		return nil, syscall.EINVAL
	}
	n, made, err := fs.find(t, at, path, flags, perm)
	if err != nil {
		return nil, err
	}
	if made {
		flags &^= syscall.O_TRUNC
	}
	return fs.openNode(n, flags)
}

// find finds the node to open, or makes it. A regular file comes with a reference,
// so that it cannot go before it is open.
func (fs *FS) find(t *sched.Thread, at Node, path string, flags int, perm uint32) (n Node, made bool, err error) {
	for {
		n, holder, last, err := fs.tryFind(t, at, path, flags)
		if holder == nil {
			return n, false, err
		}
		n, err = fs.makeRegular(holder, last, perm)
		if err != syscall.EEXIST {
			return n, true, err
		}
		// Somebody else has made it in between: look again.
	}
}

// tryFind looks for the node. If it is to be created, the result is a directory and
// the name it shall have there.
func (fs *FS) tryFind(t *sched.Thread, at Node, path string, flags int) (n, holder Node, last string, err error) {
	w := walk{fs: fs, t: t}
	fs.mu.RLock()
	defer fs.mu.RUnlock()
	if flags&syscall.O_CREAT != 0 {
		n, holder, last, err = w.creatable(at, path, flags)
	} else {
		n, err = w.node(at, path, flags&syscall.O_NOFOLLOW == 0)
	}
	if r, ok := n.(*Regular); ok && err == nil {
		r.ref()
	}
	return n, holder, last, err
}

// creatable is node for a path whose last component may be missing: then the result
// is the directory it is missing from and the name. A symbolic link that leads
// nowhere is followed too.
func (w *walk) creatable(dir Node, path string, flags int) (n, holder Node, last string, err error) {
	if len(path) >= PathMax {
		return nil, nil, "", syscall.ENAMETOOLONG
	}
	for {
		holder, last, slash, err := w.parent(dir, path)
		if err != nil {
			return nil, nil, "", err
		}
		if slash {
			return nil, nil, "", syscall.EISDIR
		}
		n, err := w.child(holder, last)
		switch {
		case err == syscall.ENOENT:
			if _, ok := holder.(*Dir); !ok {
				return nil, nil, "", err
			}
			return nil, holder, last, nil
		case err != nil:
			return nil, nil, "", err
		case flags&syscall.O_EXCL != 0:
			return nil, nil, "", syscall.EEXIST
		case n.Kind() != KindSymlink || flags&syscall.O_NOFOLLOW != 0:
			return n, nil, "", nil
		}
		if path, err = w.follow(n); err != nil {
			return nil, nil, "", err
		}
		dir = holder
	}
}

// makeRegular makes an empty file, referenced for the caller.
func (fs *FS) makeRegular(holder Node, name string, perm uint32) (Node, error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	d, err := writable(holder)
	if err != nil {
		return nil, err
	}
	if d.lookup(name) != nil {
		return nil, syscall.EEXIST
	}
	r := fs.newRegular(perm)
	if err := fs.addNew(d, name, nodeCharge, func() Node { return r }); err != nil {
		return nil, err
	}
	r.ref()
	return r, nil
}

// openNode makes the File; it takes over the reference to a regular file.
func (fs *FS) openNode(n Node, flags int) (*File, error) {
	write := flags&syscall.O_ACCMODE != syscall.O_RDONLY
	if flags&syscall.O_DIRECTORY != 0 && !isDirectory(n) {
		drop(n)
		return nil, syscall.ENOTDIR
	}
	f := newFile(n, flags)
	switch n := n.(type) {
	case *Regular:
		if err := n.opened(write, flags&syscall.O_TRUNC != 0); err != nil {
			n.unref()
			return nil, err
		}
		f.reg = n
	case *Dir, *ProcDir:
		if write || flags&syscall.O_CREAT != 0 {
			return nil, syscall.EISDIR
		}
	case *Symlink, *ProcLink:
		return nil, syscall.ELOOP // O_NOFOLLOW
	case *ProcFile:
		if write {
			return nil, syscall.EACCES
		}
		f.text = n.generate()
	case *DeviceNode:
		f.stream = n.device
	default:
		return nil, syscall.ENXIO
	}
	return f, nil
}

// opened does what opening does to a regular file. ETXTBSY: see DenyWrite.
func (r *Regular) opened(write, truncate bool) error {
	if write || truncate {
		if err := r.writer(); err != nil {
			return err
		}
		if !write {
			defer r.writerGone()
		}
	}
	if truncate {
		return r.truncate(0)
	}
	return nil
}
