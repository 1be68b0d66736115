package fs

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

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

// Does the path of a directory end somewhere?
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
