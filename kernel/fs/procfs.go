package fs

import (
	"syscall"

	"gossamer/kernel/sched"
)

// DynDir supplies a generated directory. Its methods are called without locks of
// this package, by many threads at once; t is the thread that asks, or nil.
type DynDir interface {
	// Lookup returns the node called name, made by NewProcDir, NewProcFile or
	// NewProcLink, perhaps for this call only. ENOENT: there is none.
	Lookup(t *sched.Thread, name string) (Node, error)
	// List returns all entries but "." and "..".
	List(t *sched.Thread) []DirEntry
}

type (
	// ProcDir is a directory whose entries are generated. Nothing can be created in
	// it, removed or renamed.
	ProcDir struct {
		inode
		source DynDir
	}
	// ProcFile is a file to be read, whose contents are generated when it is opened.
	// Its size is shown as 0.
	ProcFile struct {
		inode
		generate func() []byte
	}
	// ProcLink is a symbolic link whose target is generated when it is followed.
	ProcLink struct {
		inode
		target func(t *sched.Thread) (string, error)
	}
)

// NewProcDir returns a generated directory. Nodes that DynDir.Lookup makes for the
// same thing should have the same inode number ino, and others another one.
func (fs *FS) NewProcDir(ino uint64, perm uint32, source DynDir) *ProcDir {
	d := &ProcDir{source: source}
	fs.initProc(&d.inode, KindDirectory, ino, perm)
	d.nlink.Store(2)
	return d
}

// NewProcFile returns a generated file; generate is called at each opening.
func (fs *FS) NewProcFile(ino uint64, perm uint32, generate func() []byte) *ProcFile {
	f := &ProcFile{generate: generate}
	fs.initProc(&f.inode, KindRegular, ino, perm)
	return f
}

// NewProcLink returns a generated symbolic link; target is told which thread follows
// it, for links such as /proc/self.
func (fs *FS) NewProcLink(ino uint64, target func(t *sched.Thread) (string, error)) *ProcLink {
	l := &ProcLink{target: target}
	fs.initProc(&l.inode, KindSymlink, ino, 0o777)
	return l
}

func (fs *FS) initProc(i *inode, kind Kind, ino uint64, perm uint32) {
	i.fs, i.kind, i.ino, i.perm, i.dev = fs, kind, ino, perm&0o7777, devProc
	i.nlink.Store(1)
}

// Mount puts a generated directory at path, where there must be nothing (EEXIST) or
// an empty directory, which it replaces.
func (fs *FS) Mount(path string, d *ProcDir) error {
	return fs.change(nil, fs.root, path, syscall.EEXIST, func(in *Dir, name string, _ bool) error {
		if old := in.lookup(name); old != nil {
			if removable(old) != nil {
				return syscall.EEXIST
			}
			in.remove(name)
		}
		return in.add(name, d)
	})
}
