package fs

import (
	"fmt"
	"syscall"
	"testing"

	"gossamer/kernel/sched"
)

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

func (panicDir) List(*sched.Thread) []DirEntry { panic("bug") }
