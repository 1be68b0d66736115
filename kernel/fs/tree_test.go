package fs

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gossamer/kernel/frame"
	"gossamer/kernel/sched"
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

func TestPathResolution(t *testing.T) {
	fs, _ := newTest(t)
	build(t, fs, sampleTree)
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		path   string
		follow bool
		want   string // a path without links to the same node, or an error
	}{
		{"/", true, "/"},
		{"//", true, "/"},
		{".", true, "/"},
		{"..", true, "/"},
		{"/../../d", true, "/d"},
		{"d//sub///f", true, "/d/sub/f"},
		{"d/./sub/../sub/f", true, "/d/sub/f"},
		{"abs/f", true, "/d/sub/f"},
		{"rel/f", true, "/d/sub/f"},
		{"rel/../up", true, "/f"},
		{"d/up", true, "/f"},
		{"d/up", false, "/d/up"},
		{"rel", false, "/rel"},
		{"rel/", false, "/d/sub"},
		{"slashdir", true, "/d/sub"},
		{"tofile", true, "/f"},
		{"tofile/", true, "ENOTDIR"},
		{"f/", true, "ENOTDIR"},
		{"f/x", true, "ENOTDIR"},
		{"f/..", true, "ENOTDIR"},
		{"f/.", true, "ENOTDIR"},
		{"", true, "ENOENT"},
		{"gone", true, "ENOENT"},
		{"gone/x", true, "ENOENT"},
		{"nowhere", true, "ENOENT"},
		{"nowhere", false, "/nowhere"},
		{"loop", true, "ELOOP"},
		{"loop", false, "/loop"},
		{"a/x", true, "ELOOP"},
		{long, true, "ENAMETOOLONG"},
		{"/" + strings.Repeat("./", 2048), true, "ENAMETOOLONG"},
		{"/" + strings.Repeat("./", 2046) + ".", true, "/"},
	} {
		n, err := fs.Lookup(nil, fs.root, c.path, c.follow)
		got := ""
		if err != nil {
			got = errnoName(err)
		} else if got, err = fs.Path(n); err != nil {
			t.Errorf("%q: Path: %v", c.path, err)
		}
		if got != c.want {
			t.Errorf("Lookup(%.40q, follow %v) = %s, want %s", c.path, c.follow, got, c.want)
		}
	}
}

func TestFortyLinksAreFollowedButNot41(t *testing.T) {
	fs, _ := newTest(t)
	build(t, fs, "/l0=x")
	for i := 1; i <= 41; i++ {
		build(t, fs, fmt.Sprintf("/l%d>l%d", i, i-1))
	}
	if _, err := fs.Lookup(nil, fs.root, "l40", true); err != nil {
		t.Errorf("40 links: %v", err)
	}
	if _, err := fs.Lookup(nil, fs.root, "l41", true); err != syscall.ELOOP {
		t.Errorf("41 links: %v, want ELOOP", err)
	}
}

func TestTreeCallErrors(t *testing.T) {
	mkdir := func(p string) func(*FS) error {
		return func(fs *FS) error { return fs.Mkdir(nil, fs.root, p, 0o755) }
	}
	rmdir := func(p string) func(*FS) error { return func(fs *FS) error { return fs.Rmdir(nil, fs.root, p) } }
	unlink := func(p string) func(*FS) error { return func(fs *FS) error { return fs.Unlink(nil, fs.root, p) } }
	rename := func(a, b string) func(*FS) error {
		return func(fs *FS) error { return fs.Rename(nil, fs.root, a, fs.root, b) }
	}
	link := func(a, b string) func(*FS) error {
		return func(fs *FS) error { return fs.Link(nil, fs.root, a, fs.root, b) }
	}
	symlink := func(a, b string) func(*FS) error {
		return func(fs *FS) error { return fs.Symlink(nil, a, fs.root, b) }
	}
	open := func(p string, flags int) func(*FS) error {
		return func(fs *FS) error {
			f, err := fs.Open(nil, fs.root, p, flags, 0o644)
			if err == nil {
				f.Close()
			}
			return err
		}
	}
	for _, c := range []struct {
		what string
		do   func(*FS) error
		want string
	}{
		{"mkdir new", mkdir("/d/new"), "ok"},
		{"mkdir new/", mkdir("/d/new/"), "ok"},
		{"mkdir existing", mkdir("/d"), "EEXIST"},
		{"mkdir over file", mkdir("/f"), "EEXIST"},
		{"mkdir over link", mkdir("/nowhere"), "EEXIST"},
		{"mkdir root", mkdir("/"), "EEXIST"},
		{"mkdir dot", mkdir("/d/."), "EEXIST"},
		{"mkdir below missing", mkdir("/x/y"), "ENOENT"},
		{"mkdir below file", mkdir("/f/y"), "ENOTDIR"},
		{"mkdir long", mkdir(strings.Repeat("n", 256)), "ENAMETOOLONG"},
		{"rmdir", rmdir("/empty"), "ok"},
		{"rmdir/", rmdir("/empty/"), "ok"},
		{"rmdir full", rmdir("/d"), "ENOTEMPTY"},
		{"rmdir file", rmdir("/f"), "ENOTDIR"},
		{"rmdir link", rmdir("/rel"), "ENOTDIR"},
		{"rmdir dot", rmdir("/empty/."), "EINVAL"},
		{"rmdir dotdot", rmdir("/d/sub/.."), "ENOTEMPTY"},
		{"rmdir root", rmdir("/"), "EBUSY"},
		{"rmdir missing", rmdir("/x"), "ENOENT"},
		{"unlink", unlink("/f"), "ok"},
		{"unlink link", unlink("/rel"), "ok"},
		{"unlink dir", unlink("/d"), "EISDIR"},
		{"unlink dir/", unlink("/d/"), "EISDIR"},
		{"unlink file/", unlink("/f/"), "ENOTDIR"},
		{"unlink dot", unlink("."), "EISDIR"},
		{"unlink missing", unlink("/x"), "ENOENT"},
		{"rename", rename("/f", "/g"), "ok"},
		{"rename over file", rename("/f", "/d/sub/f"), "ok"},
		{"rename to itself", rename("/f", "/d/../f"), "ok"},
		{"rename dir to itself", rename("/d", "/d"), "ok"},
		{"rename dir over empty", rename("/d", "/empty"), "ok"},
		{"rename dir/", rename("/d/", "/e/"), "ok"},
		{"rename over link", rename("/f", "/rel"), "ok"},
		{"rename missing", rename("/x", "/y"), "ENOENT"},
		{"rename file over dir", rename("/f", "/empty"), "EISDIR"},
		{"rename dir over file", rename("/empty", "/f"), "ENOTDIR"},
		{"rename dir over full", rename("/empty", "/d"), "ENOTEMPTY"},
		{"rename dir over its parent", rename("/d/sub", "/d"), "ENOTEMPTY"},
		{"rename into itself", rename("/d", "/d/x"), "EINVAL"},
		{"rename deep into itself", rename("/d", "/d/sub/x"), "EINVAL"},
		{"rename into itself by link", rename("/d", "/rel/x"), "EINVAL"},
		{"rename file/", rename("/f/", "/g"), "ENOTDIR"},
		{"rename file to x/", rename("/f", "/g/"), "ENOTDIR"},
		{"rename dot", rename("/d/.", "/g"), "EBUSY"},
		{"rename to dotdot", rename("/d", "/empty/.."), "EBUSY"},
		{"rename root", rename("/", "/g"), "EBUSY"},
		{"link", link("/f", "/d/g"), "ok"},
		{"link to link", link("/nowhere", "/g"), "ok"},
		{"link dir", link("/d", "/g"), "EPERM"},
		{"link over", link("/f", "/rel"), "EEXIST"},
		{"link missing", link("/x", "/g"), "ENOENT"},
		{"symlink", symlink("any", "/g"), "ok"},
		{"symlink empty", symlink("", "/g"), "ENOENT"},
		{"symlink over", symlink("any", "/f"), "EEXIST"},
		{"symlink to x/", symlink("any", "/g/"), "ENOENT"},
		{"symlink long", symlink(strings.Repeat("x", 4096), "/g"), "ENAMETOOLONG"},
		{"open", open("/f", syscall.O_RDONLY), "ok"},
		{"open missing", open("/x", syscall.O_RDWR), "ENOENT"},
		{"open dir", open("/d", syscall.O_RDONLY|syscall.O_DIRECTORY), "ok"},
		{"open dir for writing", open("/d", syscall.O_WRONLY), "EISDIR"},
		{"open dir creating", open("/d", syscall.O_CREAT), "EISDIR"},
		{"open root creating", open("/", syscall.O_CREAT), "EISDIR"},
		{"create", open("/x", syscall.O_CREAT|syscall.O_RDWR), "ok"},
		{"create existing", open("/f", syscall.O_CREAT), "ok"},
		{"create exclusively", open("/x", syscall.O_CREAT|syscall.O_EXCL), "ok"},
		{"create existing exclusively", open("/f", syscall.O_CREAT|syscall.O_EXCL), "EEXIST"},
		{"create link exclusively", open("/nowhere", syscall.O_CREAT|syscall.O_EXCL), "EEXIST"},
		{"create through link", open("/nowhere", syscall.O_CREAT), "ok"},
		{"create through loop", open("/loop", syscall.O_CREAT), "ELOOP"},
		{"create x/", open("/x/", syscall.O_CREAT), "EISDIR"},
		{"create below file", open("/f/x", syscall.O_CREAT), "ENOTDIR"},
		{"open file as directory", open("/f", syscall.O_DIRECTORY), "ENOTDIR"},
		{"open link as directory", open("/rel", syscall.O_DIRECTORY), "ok"},
		{"open link nofollow", open("/rel", syscall.O_NOFOLLOW), "ELOOP"},
		{"create link nofollow", open("/rel", syscall.O_NOFOLLOW|syscall.O_CREAT), "ELOOP"},
		{"open access mode 3", open("/f", 3), "EINVAL"},
		{"create directory", open("/x", syscall.O_CREAT|syscall.O_DIRECTORY), "EINVAL"},
	} {
		fs, frames := newTest(t)
		build(t, fs, sampleTree)
		heap, _ := fs.Usage()
		err := c.do(fs)
		got := "ok"
		if err != nil {
			got = errnoName(err)
			if now, _ := fs.Usage(); now != heap {
				t.Errorf("%s: failed, but the heap charge went from %d to %d", c.what, heap, now)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
		checkTree(t, fs)
		emptyTree(t, fs)
		if frames.used() != 0 {
			t.Errorf("%s: %d frames left in an empty tree", c.what, frames.used())
		}
	}
}

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

func TestRenameMovesADirectoryWithEverythingInIt(t *testing.T) {
	fs, _ := newTest(t)
	build(t, fs, sampleTree)
	cwd, _ := fs.Lookup(nil, fs.root, "/d/sub", true)
	if err := fs.Rename(nil, fs.root, "/d", fs.root, "/empty"); err != nil {
		t.Fatal(err)
	}
	if got := fs.get(t, "/empty/sub/f"); got != "deep" {
		t.Errorf("file in moved directory: %s", got)
	}
	if p, err := fs.Path(cwd); p != "/empty/sub" || err != nil {
		t.Errorf("path of a directory inside: %s, %v", p, err)
	}
	checkTree(t, fs)
}

func TestARemovedWorkingDirectory(t *testing.T) {
	fs, _ := newTest(t)
	build(t, fs, sampleTree)
	cwd, _ := fs.Lookup(nil, fs.root, "/empty", true)
	f, err := fs.Open(nil, cwd, ".", syscall.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := fs.Rmdir(nil, fs.root, "/empty"); err != nil {
		t.Fatal(err)
	}
	if _, err := fs.Path(cwd); err != syscall.ENOENT {
		t.Errorf("getcwd: %v, want ENOENT", err)
	}
	if err := fs.Mkdir(nil, cwd, "x", 0); err != syscall.ENOENT {
		t.Errorf("mkdir in it: %v, want ENOENT", err)
	}
	if _, err := fs.Open(nil, cwd, "x", syscall.O_CREAT, 0); err != syscall.ENOENT {
		t.Errorf("create in it: %v, want ENOENT", err)
	}
	if _, err := f.ReadDir(nil, make([]byte, 100)); err != syscall.ENOENT {
		t.Errorf("list it: %v, want ENOENT", err)
	}
}

func TestHeapBudgetEndsInENOSPC(t *testing.T) {
	fs, _ := newTest(t)
	fs.MaxHeap = 20_000
	var err error
	made := 0
	for ; err == nil && made < 1000; made++ {
		err = fs.Mkdir(nil, fs.root, fmt.Sprintf("d%d", made), 0o755)
	}
	if err != syscall.ENOSPC || made > 60 {
		t.Fatalf("after %d directories: %v, want ENOSPC", made, err)
	}
	if _, err := fs.Open(nil, fs.root, strings.Repeat("x", 200), syscall.O_CREAT, 0); err != syscall.ENOSPC {
		t.Errorf("create: %v, want ENOSPC", err)
	}
	if err := fs.Symlink(nil, strings.Repeat("x", 2000), fs.root, "l"); err != syscall.ENOSPC {
		t.Errorf("symlink: %v, want ENOSPC", err)
	}
	if err := fs.Rename(nil, fs.root, "d0", fs.root, strings.Repeat("x", 255)); err != nil && err != syscall.ENOSPC {
		t.Errorf("rename: %v", err)
	}
	checkTree(t, fs)
	emptyTree(t, fs)
}

// Does a walk give the tree free while a generated node is asked, and does the
// generated part behave as part of the tree?
func TestGeneratedNodes(t *testing.T) {
	fs, _ := newTest(t)
	build(t, fs, "/proc/ /f=x")
	proc := &testProc{fs: fs}
	if err := fs.Mount("/proc", fs.NewProcDir(1, 0o555, proc)); err != nil {
		t.Fatal(err)
	}
	if err := fs.Mount("/f", fs.NewProcDir(1, 0o555, proc)); err != syscall.EEXIST {
		t.Errorf("mount over a file: %v", err)
	}
	if got := fs.get(t, "/proc/7/status"); got != "status of 7" {
		t.Error(got)
	}
	if got := fs.get(t, "/proc/self/status"); got != "status of 7" {
		t.Error(got)
	}
	if got := fs.get(t, "/proc/7/../../f"); got != "x" {
		t.Error(got)
	}
	if got, err := fs.Readlink(nil, fs.root, "/proc/self"); got != "7" || err != nil {
		t.Error(got, err)
	}
	n, _ := fs.Lookup(nil, fs.root, "/proc/self", true)
	if p, _ := fs.Path(n); p != "/proc/7" {
		t.Errorf("path %s", p)
	}
	for what, err := range map[string]error{
		"mkdir":  fs.Mkdir(nil, fs.root, "/proc/x", 0),
		"unlink": fs.Unlink(nil, fs.root, "/proc/self"),
		"rename": fs.Rename(nil, fs.root, "/f", fs.root, "/proc/f"),
		"link":   fs.Link(nil, fs.root, "/proc/7/status", fs.root, "/l"),
	} {
		if err != syscall.EPERM {
			t.Errorf("%s in a generated directory: %v, want EPERM", what, err)
		}
	}
	if err := fs.Rename(nil, fs.root, "/proc", fs.root, "/p"); err != syscall.EBUSY {
		t.Errorf("renaming it: %v, want EBUSY", err)
	}
	if err := fs.Rmdir(nil, fs.root, "/proc"); err != syscall.EBUSY {
		t.Errorf("removing it: %v, want EBUSY", err)
	}
	if _, err := fs.Open(nil, fs.root, "/proc/7/status", syscall.O_RDWR, 0); err != syscall.EACCES {
		t.Errorf("open for writing: %v, want EACCES", err)
	}
	if _, err := fs.Open(nil, fs.root, "/proc/new", syscall.O_CREAT, 0); err != syscall.ENOENT {
		t.Errorf("create: %v, want ENOENT", err)
	}
	if got := fmt.Sprint(list(t, fs, "/proc", 4096)); got != "[. .. 7 self]" {
		t.Error(got)
	}
}

type testProc struct {
	fs  *FS
	pid string
}

func (p *testProc) Lookup(t *sched.Thread, name string) (n Node, err error) {
	// The tree is free: this would deadlock otherwise.
	p.fs.mu.Lock()
	p.fs.mu.Unlock()
	switch {
	case p.pid == "" && name == "7":
		return p.fs.NewProcDir(70, 0o555, &testProc{p.fs, "7"}), nil
	case p.pid == "" && name == "self":
		return p.fs.NewProcLink(2, func(*sched.Thread) (string, error) { return "7", nil }), nil
	case p.pid != "" && name == "status":
		return p.fs.NewProcFile(71, 0o444, func() []byte { return []byte("status of " + p.pid) }), nil
	}
	return nil, syscall.ENOENT
}

func (p *testProc) List(t *sched.Thread) []DirEntry {
	return []DirEntry{{"7", 70, KindDirectory}, {"self", 2, KindSymlink}}
}

// Does a panic in a generated node leave the tree unlocked?
func TestAPanicInAGeneratedNodeLeavesNoLock(t *testing.T) {
	fs, _ := newTest(t)
	if err := fs.Mount("/p", fs.NewProcDir(1, 0o555, panicDir{})); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic came through")
			}
		}()
		fs.Lookup(nil, fs.root, "/p/x", true)
	}()
	if !fs.mu.TryLock() {
		t.Fatal("the tree is locked")
	}
	fs.mu.Unlock()
}

type panicDir struct{}

func (panicDir) Lookup(*sched.Thread, string) (Node, error) { panic("bug") }
func (panicDir) List(*sched.Thread) []DirEntry              { panic("bug") }

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

// Does a directory give its memory back when it is emptied, and a path end somewhere?
func TestEmptiedDirectoryIsSmall(t *testing.T) {
	fs, _ := newTest(t)
	for i := range 1000 {
		if err := fs.Mkdir(nil, fs.root, fmt.Sprint("/", i), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1000 {
		if err := fs.Rmdir(nil, fs.root, fmt.Sprint("/", i)); err != nil {
			t.Fatal(err)
		}
	}
	if c := cap(fs.root.order); c > 100 {
		t.Errorf("an empty directory keeps room for %d entries", c)
	}
}

func TestPathIsBounded(t *testing.T) {
	fs, _ := newTest(t)
	at := fs.Root()
	for range 20 {
		name := strings.Repeat("n", NameMax)
		if err := fs.Mkdir(nil, at, name, 0o755); err != nil {
			t.Fatal(err)
		}
		at, _ = fs.Lookup(nil, at, name, true)
	}
	if _, err := fs.Path(at); err != syscall.ENAMETOOLONG {
		t.Errorf("a path of 5 KB: %v, want ENAMETOOLONG", err)
	}
}
