package fs

import (
	"strings"
	"syscall"

	"gossamer/kernel/sched"
)

// Symlink is a symbolic link. Immutable.
type Symlink struct {
	inode
	target string
}

// holder resolves path up to its last component, for a call that changes the
// directory there. It takes and releases FS.mu: the caller takes it for writing and
// must expect that the directory is dead by then (see writable).
func (fs *FS) holder(t *sched.Thread, at Node, path string) (dir Node, last string, slash bool, err error) {
	if len(path) >= PathMax {
		return nil, "", false, syscall.ENAMETOOLONG
	}
	w := walk{fs: fs, t: t}
	fs.mu.RLock()
	defer fs.mu.RUnlock()
	dir, last, slash, err = w.parent(at, path)
	if err == nil && len(last) > NameMax {
		err = syscall.ENAMETOOLONG
	}
	return dir, last, slash, err
}

// special says that a last component is not a name: "", "." or "..".
func special(name string) bool { return name == "" || name == "." || name == ".." }

// writable returns dir if entries can be added to it and removed from it. EPERM: a
// generated directory. ENOENT: it has been removed. FS.mu held for writing.
func writable(dir Node) (*Dir, error) {
	d, ok := dir.(*Dir)
	switch {
	case !ok:
		return nil, syscall.EPERM
	case d.dead:
		return nil, syscall.ENOENT
	}
	return d, nil
}

// change has do change the directory that the last component of path is in, of which it is told the
// name and whether a slash followed. noName is the error if it is not a name: "", "." or "..".
// do is called with FS.mu held for writing.
func (fs *FS) change(t *sched.Thread, at Node, path string, noName error, do func(d *Dir, name string, slash bool) error) error {
	dir, last, slash, err := fs.holder(t, at, path)
	if err != nil {
		return err
	}
	if special(last) {
		return noName
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	d, err := writable(dir)
	if err != nil {
		return err
	}
	return do(d, last, slash)
}

// create adds the node that make returns, called only if the name is free and paid
// for; slash allows the path to end in a slash. EEXIST: the name is taken.
func (fs *FS) create(t *sched.Thread, at Node, path string, slash bool, cost int, make func() Node) error {
	return fs.change(t, at, path, syscall.EEXIST, func(d *Dir, name string, ended bool) error {
		if d.lookup(name) != nil {
			return syscall.EEXIST
		}
		if ended && !slash {
			return syscall.ENOENT
		}
		return fs.addNew(d, name, cost, make)
	})
}

// addNew charges for a node, makes it and adds it. FS.mu held for writing.
func (fs *FS) addNew(d *Dir, name string, cost int, make func() Node) error {
	if !fs.charge(cost) {
		return syscall.ENOSPC
	}
	if err := d.add(strings.Clone(name), make()); err != nil {
		fs.uncharge(cost)
		return err
	}
	return nil
}

// Mkdir makes a directory, as mkdir(2); perm has the umask applied.
func (fs *FS) Mkdir(t *sched.Thread, at Node, path string, perm uint32) error {
	return fs.create(t, at, path, true, nodeCharge, func() Node { return fs.newDir(perm) })
}

// Symlink makes a symbolic link to target, as symlink(2).
func (fs *FS) Symlink(t *sched.Thread, target string, at Node, path string) error {
	switch {
	case target == "":
		return syscall.ENOENT
	case len(target) >= PathMax:
		return syscall.ENAMETOOLONG
	}
	return fs.create(t, at, path, false, nodeCharge+len(target), func() Node {
		l := &Symlink{target: strings.Clone(target)}
		fs.initInode(&l.inode, KindSymlink, 0o777)
		return l
	})
}

// Link makes newPath another name of the file oldPath, as link(2): a symbolic link
// is not followed. EPERM: a directory or a generated file.
func (fs *FS) Link(t *sched.Thread, oldAt Node, oldPath string, newAt Node, newPath string) error {
	dir, last, slash, err := fs.holder(t, newAt, newPath)
	if err != nil {
		return err
	}
	if special(last) {
		return syscall.EEXIST
	}
	n, err := fs.Lookup(t, oldAt, oldPath, false)
	if err != nil {
		return err
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	d, err := writable(dir)
	switch {
	case err != nil:
		return err
	case d.lookup(last) != nil:
		return syscall.EEXIST
	case slash || n.base().dev == devTree && n.base().nlink.Load() == 0:
		return syscall.ENOENT
	case isDirectory(n) || n.base().dev != devTree:
		return syscall.EPERM
	}
	return d.add(strings.Clone(last), n)
}

// Readlink returns the target of a symbolic link. EINVAL: it is none.
func (fs *FS) Readlink(t *sched.Thread, at Node, path string) (string, error) {
	w := walk{fs: fs, t: t}
	fs.mu.RLock()
	defer fs.mu.RUnlock()
	n, err := w.node(at, path, false)
	if err != nil {
		return "", err
	}
	return w.target(n)
}

// Unlink removes a name that is not a directory's, as unlink(2). The file itself
// lives on while it has other names, is open or mapped.
func (fs *FS) Unlink(t *sched.Thread, at Node, path string) error {
	var gone Node
	err := fs.change(t, at, path, syscall.EISDIR, func(d *Dir, name string, slash bool) error {
		n := d.lookup(name)
		switch {
		case n == nil:
			return syscall.ENOENT
		case isDirectory(n):
			return syscall.EISDIR
		case slash:
			return syscall.ENOTDIR
		}
		gone = d.remove(name)
		return nil
	})
	drop(gone)
	return err
}

// Rmdir removes an empty directory, as rmdir(2). EBUSY: the root, or generated.
func (fs *FS) Rmdir(t *sched.Thread, at Node, path string) error {
	dir, last, _, err := fs.holder(t, at, path)
	if err != nil {
		return err
	}
	switch last {
	case "":
		return syscall.EBUSY
	case ".":
		return syscall.EINVAL
	case "..":
		return syscall.ENOTEMPTY
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	d, err := writable(dir)
	if err != nil {
		return err
	}
	n := d.lookup(last)
	if n == nil {
		return syscall.ENOENT
	}
	if err := removable(n); err != nil {
		return err
	}
	d.remove(last)
	return nil
}

// removable says whether n is a directory that may go. FS.mu held.
func removable(n Node) error {
	switch n := n.(type) {
	case *Dir:
		if len(n.entries) > 0 {
			return syscall.ENOTEMPTY
		}
		return nil
	case *ProcDir:
		return syscall.EBUSY
	}
	return syscall.ENOTDIR
}

// Truncate sets the size of a regular file, as truncate(2).
func (fs *FS) Truncate(t *sched.Thread, at Node, path string, size int64) error {
	if size < 0 {
		return syscall.EINVAL
	}
	f, err := fs.Open(t, at, path, syscall.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Truncate(size)
}
