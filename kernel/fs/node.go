package fs

import (
	"sync/atomic"
	"syscall"
)

// Kind is what a node is. Values are the file types of struct dirent64's d_type.
type Kind uint8

const (
	KindPipe      Kind = syscall.DT_FIFO
	KindDevice    Kind = syscall.DT_CHR
	KindDirectory Kind = syscall.DT_DIR
	KindRegular   Kind = syscall.DT_REG
	KindSymlink   Kind = syscall.DT_LNK
)

// fileType is the kind as the S_IFMT bits of st_mode.
func (k Kind) fileType() uint32 { return uint32(k) << 12 }

// Node is a file of any kind. Only this package implements it; a node's concrete
// type tells what can be done with it.
type Node interface {
	Kind() Kind
	Ino() uint64
	base() *inode
}

// inode is what all nodes have.
type inode struct {
	fs    *FS
	ino   uint64
	dev   uint64
	kind  Kind
	perm  uint32                // permission bits, S_ISUID … included; constant
	nlink atomic.Uint32         // written under FS.mu
	mtime atomic.Int64          // ns since 1970; 0: shown as the present time
	ctime atomic.Int64          // same
	place atomic.Pointer[place] // where in the tree it is; nil: nowhere. Written under FS.mu
}

// place is a directory and the name that a node has in it: the newest one if there
// are several. Immutable.
type place struct {
	dir  Node
	name string
}

func (i *inode) Kind() Kind   { return i.kind }
func (i *inode) Ino() uint64  { return i.ino }
func (i *inode) base() *inode { return i }

// parent is the directory a node is in, itself if it is in none (the root).
func parent(n Node) Node {
	if p := n.base().place.Load(); p != nil {
		return p.dir
	}
	return n
}

// touched notes a change of contents.
func (i *inode) touched() {
	now := i.fs.Clock()
	i.mtime.Store(now)
	i.ctime.Store(now)
}

// isDirectory says whether n can be walked into.
func isDirectory(n Node) bool { return n.Kind() == KindDirectory }

// Stat fills st with the attributes of n, as stat(2). Access time equals
// modification time: reading changes no node.
func Stat(n Node, st *syscall.Stat_t) {
	i := n.base()
	*st = syscall.Stat_t{
		Dev:     i.dev,
		Ino:     i.ino,
		Nlink:   uint64(i.nlink.Load()),
		Mode:    i.kind.fileType() | i.perm,
		Blksize: pageSize,
		Mtim:    timespec(i, &i.mtime),
		Ctim:    timespec(i, &i.ctime),
	}
	st.Atim = st.Mtim
	switch n := n.(type) {
	case *Regular:
		n.mu.Lock()
		st.Size = n.size
		st.Blocks = n.used * (pageSize / 512)
		n.mu.Unlock()
	case *Symlink:
		st.Size = int64(len(n.target))
	case *DeviceNode:
		st.Rdev = n.rdev
	case *Dir:
		st.Size = pageSize
	}
}

func timespec(i *inode, at *atomic.Int64) syscall.Timespec {
	ns := at.Load()
	if ns == 0 {
		ns = i.fs.Clock()
	}
	return syscall.Timespec{Sec: ns / 1e9, Nsec: ns % 1e9}
}
