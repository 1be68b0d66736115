package fs

import (
	"sync"
	"sync/atomic"
	"syscall"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

const (
	pageSize = mem.PageSize

	// NameMax and PathMax are the longest name of a file and the longest path
	// (its terminating zero counted), in bytes: limits.h's NAME_MAX and PATH_MAX.
	NameMax = 255
	PathMax = 4096

	// MaxLinks is how many symbolic links the resolution of one path may follow.
	MaxLinks = 40

	// MaxFileSize is the largest size of a regular file; beyond it is EFBIG.
	MaxFileSize = 1 << 40

	devTree = 1 // st_dev of the tree
	devProc = 2 // … of generated nodes
	devPipe = 3 // … of pipes
)

// FS is one file tree and the budget it lives on. The exported fields are set
// before the FS is shared.
type FS struct {
	// Clock gives the time of day for time stamps, in ns since 1970.
	Clock func() int64
	// MaxHeap limits the Go heap that nodes, names and link targets take, in bytes.
	MaxHeap int64
	// MaxPages limits the page frames that files and pipes take. Zero: as many as there are.
	MaxPages int64

	frames mem.Frames
	root   *Dir
	heap   atomic.Int64
	pages  atomic.Int64
	inos   atomic.Uint64

	// mu guards the shape of the tree: the entries of all directories and Dir.dead;
	// node.place and node.nlink are written under it.
	mu sync.RWMutex
}

// New returns a tree with an empty root directory.
func New(frames mem.Frames) *FS {
	fs := &FS{
		Clock:   func() int64 { return 0 },
		MaxHeap: 16 << 20,
		frames:  frames,
	}
	fs.root = fs.newDir(0o755)
	fs.root.nlink.Store(2)
	return fs
}

// Root returns the root directory.
func (fs *FS) Root() Node { return fs.root }

// Usage says what the tree costs now: bytes of Go heap as charged, page frames.
func (fs *FS) Usage() (heap, pages int64) { return fs.heap.Load(), fs.pages.Load() }

func (fs *FS) initInode(i *inode, kind Kind, perm uint32) {
	i.fs, i.kind, i.perm = fs, kind, perm&0o7777
	i.ino = fs.inos.Add(1)
	i.dev = devTree
	now := fs.Clock()
	i.mtime.Store(now)
	i.ctime.Store(now)
}

// What one node and one directory entry (beside its name) are charged with: the
// sizes of the structures and their shares in maps and slices, rounded up.
const (
	nodeCharge  = 320
	entryCharge = 128
)

// charge takes n bytes from the heap budget.
func (fs *FS) charge(n int) bool {
	if fs.heap.Add(int64(n)) > fs.MaxHeap {
		fs.heap.Add(-int64(n))
		return false
	}
	return true
}

func (fs *FS) uncharge(n int) { fs.heap.Add(-int64(n)) }

// takeFrame allocates a frame, contents undefined, within the budget of pages.
func (fs *FS) takeFrame() (frame.Frame, bool) {
	if n := fs.pages.Add(1); fs.MaxPages > 0 && n > fs.MaxPages {
		fs.pages.Add(-1)
		return frame.None, false
	}
	f, ok := fs.frames.Alloc()
	if !ok {
		fs.pages.Add(-1)
	}
	return f, ok
}

func (fs *FS) giveFrame(f frame.Frame) {
	fs.pages.Add(-1)
	fs.frames.Free(f)
}

// Path returns the absolute path of n, as getcwd(2). ENOENT: n, or a directory
// above it, has been removed; ENAMETOOLONG: PathMax bytes or more.
func (fs *FS) Path(n Node) (string, error) {
	var rev [32]string
	names, size := rev[:0], 0
	for n != Node(fs.root) {
		p := n.base().place.Load()
		if p == nil {
			return "", syscall.ENOENT
		}
		names = append(names, p.name)
		if size += 1 + len(p.name); size >= PathMax {
			return "", syscall.ENAMETOOLONG // nobody could use it, and a tree can be deep
		}
		n = p.dir
	}
	if size == 0 {
		return "/", nil
	}
	path := make([]byte, 0, size)
	for i := len(names) - 1; i >= 0; i-- {
		path = append(path, '/')
		path = append(path, names[i]...)
	}
	return string(path), nil
}
