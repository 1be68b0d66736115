package fs

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

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

// Does a directory give its memory back when it is emptied?
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
