package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/u-root/u-root/pkg/cpio"

	"gossamer/tools/static"
)

func TestArchive(t *testing.T) {
	build := func(order []string) []byte {
		tree := NewTree()
		for _, name := range order {
			if err := tree.File(name, []byte("contents of "+filepath.Base(name)), strings.HasPrefix(name, "bin/")); err != nil {
				t.Fatal(err)
			}
		}
		data, err := tree.Archive()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	a := build([]string{"bin/sh", "etc/a/b/c", "/etc/motd"})
	if b := build([]string{"/etc/motd", "etc/../etc/a/b/c", "bin/sh"}); !bytes.Equal(a, b) {
		t.Error("the order in which files are added shows in the archive")
	}
	records, err := cpio.ReadAllRecords(cpio.Newc.Reader(bytes.NewReader(a)))
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]uint64{}
	inodes := map[uint64]bool{}
	for _, r := range records {
		modes[r.Name] = r.Mode
		if inodes[r.Ino] {
			t.Errorf("%s: inode %d used twice", r.Name, r.Ino)
		}
		inodes[r.Ino] = true
		if dir := filepath.Dir(r.Name); dir != "." && modes[dir]&cpio.S_IFMT != cpio.S_IFDIR {
			t.Errorf("%s comes before its folder", r.Name)
		}
		if r.Name == "etc/motd" {
			data, _ := io.ReadAll(io.NewSectionReader(r, 0, int64(r.FileSize)))
			if string(data) != "contents of motd" {
				t.Errorf("etc/motd = %q", data)
			}
		}
	}
	for name, want := range map[string]uint64{"bin": cpio.S_IFDIR | 0o755, "dev": cpio.S_IFDIR | 0o755, "proc": cpio.S_IFDIR | 0o755,
		"bin/sh": cpio.S_IFREG | 0o755, "etc/motd": cpio.S_IFREG | 0o644, "etc/a/b": cpio.S_IFDIR | 0o755} {
		if modes[name] != want {
			t.Errorf("%s: mode %#o, want %#o", name, modes[name], want)
		}
	}
}

func TestTreeRefuses(t *testing.T) {
	tree := NewTree()
	tree.File("etc/x", nil, false)
	for _, name := range []string{"", "/", "..", "bin", "etc/x/y"} {
		if tree.File(name, nil, false) == nil {
			t.Errorf("File(%q) succeeded", name)
		}
	}
}

// program writes a source file into a new folder below the test's own.
func program(t *testing.T, source string, more ...string) string {
	dir := filepath.Join(t.TempDir(), "my prog")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"main.go": source} {
		os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
	}
	for i := 0; i+1 < len(more); i += 2 {
		os.WriteFile(filepath.Join(dir, more[i]), []byte(more[i+1]), 0o644)
	}
	return dir
}

const (
	stockSource = "package main\nimport _ \"embed\"\n//go:embed main.go\nvar text string\nfunc main() { println(len(text)) }\n"
	bareSource  = "package main\nimport _ \"gossamer/ulib/sys\"\nfunc main() {}\n"
)

func TestPrograms(t *testing.T) {
	for _, test := range []struct {
		name, dir string
		bare      bool
	}{
		{"stock, no module", program(t, stockSource), false},
		{"bare, no module", program(t, bareSource), true},
		{"bare, own module", program(t, bareSource, "go.mod", "module x\n\ngo 1.21\n"), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, _ := os.ReadDir(test.dir)
			name, err := withBuilt(test.dir, "../..", func(file, name string) error {
				data, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				if err := static.Check(data); err != nil {
					t.Error(err)
				}
				entry, err := exec.Command("go", "tool", "nm", "-n", file).Output()
				if err != nil {
					return err
				}
				if got := bytes.Contains(entry, []byte(bareEntry)); got != test.bare {
					t.Errorf("bare = %v, want %v", got, test.bare)
				}
				// The stripped copy is the same program.
				small := file + ".stripped"
				if err := os.WriteFile(small, static.Strip(data), 0o755); err != nil {
					return err
				}
				out, err := exec.Command(small).CombinedOutput()
				if err != nil {
					t.Errorf("stripped copy: %v\n%s", err, out)
				}
				if !test.bare && strings.TrimSpace(string(out)) == "" {
					t.Error("stripped copy printed nothing")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if name != "my_prog" {
				t.Errorf("name %q", name)
			}
			if after, _ := os.ReadDir(test.dir); len(after) != len(before) {
				t.Errorf("the folder was written to: %v", after)
			}
		})
	}
}

func TestProgramErrors(t *testing.T) {
	use := func(file, name string) error {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return static.Check(data)
	}
	text := filepath.Join(t.TempDir(), "text")
	os.WriteFile(text, []byte("#!/bin/sh\n"), 0o755)
	for _, test := range []struct{ path, want string }{
		{program(t, "package other\n"), "package other, not package main"},
		{program(t, "package main\nfunc main() { nothing() }\n"), "undefined: nothing"},
		{t.TempDir(), "no Go"},
		{text, "not an ELF file"},
		{"/bin/ls", "dynamically linked"},
		{"/does/not/exist", "no such file"},
	} {
		_, err := withBuilt(test.path, "../..", use)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.path, err, test.want)
		}
	}
}
