package fs

import (
	"strings"
	"syscall"

	"gossamer/kernel/sched"
)

// Rename gives the file oldPath the name newPath, replacing what has that name, as
// rename(2). It is atomic: nobody sees neither or both. Errors beside those of path
// resolution: EISDIR, ENOTDIR (one is a directory, the other not), ENOTEMPTY,
// EINVAL (a directory into itself), EBUSY (".", "..", the root, /proc).
func (fs *FS) Rename(t *sched.Thread, oldAt Node, oldPath string, newAt Node, newPath string) error {
	oldDir, oldName, oldSlash, err := fs.holder(t, oldAt, oldPath)
	if err != nil {
		return err
	}
	newDir, newName, newSlash, err := fs.holder(t, newAt, newPath)
	if err != nil {
		return err
	}
	if special(oldName) || special(newName) {
		return syscall.EBUSY
	}
	var gone Node
	defer func() { drop(gone) }() // after fs.mu has been released
	fs.mu.Lock()
	defer fs.mu.Unlock()
	from, err := writable(oldDir)
	if err != nil {
		return err
	}
	to, err := writable(newDir)
	if err != nil {
		return err
	}
	src, dst := from.lookup(oldName), to.lookup(newName)
	if src == nil {
		return syscall.ENOENT
	}
	if err := fs.renameable(src, dst, from, to, oldSlash || newSlash); err != nil || src == dst {
		return err
	}
	gone, err = fs.move(from, oldName, src, to, newName, dst)
	return err
}

// renameable checks everything that can forbid the renaming of src to dst, which
// may be nil. slash: one of the paths ended in a slash.
func (fs *FS) renameable(src, dst Node, from, to *Dir, slash bool) error {
	if _, ok := src.(*ProcDir); ok {
		return syscall.EBUSY
	}
	if !isDirectory(src) {
		switch {
		case slash:
			return syscall.ENOTDIR
		case dst != nil && isDirectory(dst):
			return syscall.EISDIR
		}
		return nil
	}
	if within(to, src) {
		return syscall.EINVAL
	}
	if dst == nil || dst == src {
		return nil
	}
	if within(from, dst) {
		return syscall.ENOTEMPTY
	}
	return removable(dst)
}

// within says whether n is dir or lies below it.
func within(n, dir Node) bool {
	for n != dir {
		up := parent(n)
		if up == n {
			return false
		}
		n = up
	}
	return true
}

// move does the renaming; what dst names is removed and returned. The budget is
// asked first, for the longer name; nothing fails after that.
func (fs *FS) move(from *Dir, oldName string, src Node, to *Dir, newName string, dst Node) (gone Node, err error) {
	if !fs.charge(len(newName)) {
		return nil, syscall.ENOSPC
	}
	fs.uncharge(len(oldName))
	if dst != nil {
		gone = to.remove(newName)
	}
	from.detach(oldName)
	to.attach(strings.Clone(newName), src)
	src.base().ctime.Store(fs.Clock())
	if from != to && isDirectory(src) {
		from.nlink.Add(^uint32(0))
		to.nlink.Add(1)
	}
	return gone, nil
}
