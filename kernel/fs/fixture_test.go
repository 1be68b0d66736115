package fs

import (
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gossamer/kernel/frame"
)

// testFrames is a mem.Frames with a limit, which notices double and missing frees.
type testFrames struct {
	tb testing.TB

	mu    sync.Mutex
	limit int
	live  map[frame.Frame]*[pageSize]byte
	refs  map[frame.Frame]uint32
	next  frame.Frame
}

func newFrames(tb testing.TB, limit int) *testFrames {
	f := &testFrames{tb: tb, limit: limit, live: map[frame.Frame]*[pageSize]byte{}, refs: map[frame.Frame]uint32{}}
	return f
}

func (s *testFrames) Alloc() (frame.Frame, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.live) >= s.limit {
		return frame.None, false
	}
	f := s.next // frame 0 is as good as any
	s.next++
	b := new([pageSize]byte)
	for i := range b {
		b[i] = 0xd7 // undefined contents
	}
	s.live[f], s.refs[f] = b, 1
	return f, true
}

func (s *testFrames) Free(f frame.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refs[f] == 0 {
		s.tb.Errorf("frame %d freed twice", f)
		return
	}
	if s.refs[f]--; s.refs[f] == 0 {
		for i := range s.live[f] {
			s.live[f][i] = 0xee
		}
		delete(s.live, f)
		delete(s.refs, f)
	}
}

func (s *testFrames) Ref(f frame.Frame) { s.mu.Lock(); s.refs[f]++; s.mu.Unlock() }

func (s *testFrames) Refs(f frame.Frame) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refs[f]
}

func (s *testFrames) Bytes(f frame.Frame) *[pageSize]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live[f] == nil {
		s.tb.Errorf("frame %d used after free", f)
		return new([pageSize]byte)
	}
	return s.live[f]
}

func (s *testFrames) used() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.live) }

func newTest(tb testing.TB) (*FS, *testFrames) {
	frames := newFrames(tb, 4096)
	fs := New(frames)
	var now int64 = 1e18
	var mu sync.Mutex
	fs.Clock = func() int64 { mu.Lock(); defer mu.Unlock(); now++; return now }
	return fs, frames
}

func (fs *FS) put(tb testing.TB, path, data string) {
	tb.Helper()
	f, err := fs.Open(nil, fs.root, path, syscall.O_CREAT|syscall.O_WRONLY|syscall.O_TRUNC, 0o644)
	if err != nil {
		tb.Fatalf("create %s: %v", path, err)
	}
	defer f.Close()
	if n, err := f.Write(nil, []byte(data)); n != len(data) || err != nil {
		tb.Fatalf("write %s: %d, %v", path, n, err)
	}
}

func (fs *FS) get(tb testing.TB, path string) string {
	tb.Helper()
	f, err := fs.Open(nil, fs.root, path, syscall.O_RDONLY, 0)
	if err != nil {
		return "error: " + err.Error()
	}
	defer f.Close()
	var out []byte
	buf := make([]byte, 1000)
	for {
		n, err := f.Read(nil, buf)
		if err != nil {
			return "error: " + err.Error()
		}
		if n == 0 {
			return string(out)
		}
		out = append(out, buf[:n]...)
	}
}

// build makes a tree: "dir/", "file=contents", "link>target", one per word.
func build(tb testing.TB, fs *FS, spec string) {
	tb.Helper()
	for _, w := range strings.Fields(spec) {
		var err error
		if path, target, ok := strings.Cut(w, ">"); ok {
			err = fs.Symlink(nil, target, fs.root, path)
		} else if path, data, ok := strings.Cut(w, "="); ok {
			fs.put(tb, path, data)
		} else {
			err = fs.Mkdir(nil, fs.root, w, 0o755)
		}
		if err != nil {
			tb.Fatalf("build %s: %v", w, err)
		}
	}
}

const sampleTree = "/d/ /d/sub/ /d/sub/f=deep /f=top /empty/ /abs>/d/sub /rel>d/sub /d/up>../f " +
	"/loop>loop /nowhere>gone /a>b /b>a /tofile>f /slashdir>d/sub/"

// checkTree verifies what must hold between the fields of all nodes.
func checkTree(t *testing.T, fs *FS) {
	t.Helper()
	links := map[Node]uint32{}
	cost := 0
	var visit func(d *Dir)
	visit = func(d *Dir) {
		subs := uint32(0)
		if len(d.order) != len(d.entries) {
			t.Errorf("directory %d: %d entries, %d in order", d.ino, len(d.entries), len(d.order))
		}
		last := int64(1)
		for _, e := range d.order {
			if d.entries[e.name] != e || e.seq <= last {
				t.Errorf("entry %q: not in the map, or out of order", e.name)
			}
			last = e.seq
			if links[e.node]++; links[e.node] == 1 {
				cost += nodeCost(e.node)
			}
			cost += entryCharge + len(e.name)
			if sub, ok := e.node.(*Dir); ok {
				subs++
				if p := sub.place.Load(); p == nil || p.dir != Node(d) || p.name != e.name || sub.dead {
					t.Errorf("directory %q has a wrong place", e.name)
				}
				visit(sub)
			}
		}
		if d.nlink.Load() != 2+subs {
			t.Errorf("directory %d: %d links, has %d subdirectories", d.ino, d.nlink.Load(), subs)
		}
	}
	visit(fs.root)
	for n, count := range links {
		if _, dir := n.(*Dir); !dir && n.base().nlink.Load() != count {
			t.Errorf("node %d: %d links, found under %d names", n.Ino(), n.base().nlink.Load(), count)
		}
	}
	if heap, _ := fs.Usage(); heap != int64(cost) {
		t.Errorf("heap charged with %d, the tree costs %d", heap, cost)
	}
}

// emptyTree removes everything and checks that nothing stays charged.
func emptyTree(t *testing.T, fs *FS) {
	t.Helper()
	var empty func(d *Dir, path string)
	empty = func(d *Dir, path string) {
		for len(d.order) > 0 {
			e := d.order[0]
			name := path + "/" + e.name
			var err error
			if sub, ok := e.node.(*Dir); ok {
				empty(sub, name)
				err = fs.Rmdir(nil, fs.root, name)
			} else {
				err = fs.Unlink(nil, fs.root, name)
			}
			if err != nil {
				t.Fatalf("removing %s: %v", name, err)
			}
		}
	}
	empty(fs.root, "")
	if heap, pages := fs.Usage(); heap != 0 || pages != 0 {
		t.Errorf("an empty tree is charged with %d bytes, %d pages", heap, pages)
	}
}

func errnoName(err error) string {
	var e syscall.Errno
	if !errors.As(err, &e) {
		return err.Error()
	}
	for name, v := range map[string]syscall.Errno{
		"ENOENT": syscall.ENOENT, "ENOTDIR": syscall.ENOTDIR, "ELOOP": syscall.ELOOP, "EEXIST": syscall.EEXIST,
		"ENAMETOOLONG": syscall.ENAMETOOLONG, "EISDIR": syscall.EISDIR, "ENOTEMPTY": syscall.ENOTEMPTY,
		"EINVAL": syscall.EINVAL, "EBUSY": syscall.EBUSY, "EPERM": syscall.EPERM, "ENOSPC": syscall.ENOSPC,
	} {
		if e == v {
			return name
		}
	}
	return e.Error()
}
