package main

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/u-root/u-root/pkg/cpio"
)

// Tree is the file tree to be: paths without a leading slash.
type Tree struct {
	records map[string]cpio.Record
}

// NewTree makes a tree with the folders that every system has. /dev and /proc
// are where the kernel shows its devices and processes.
func NewTree() *Tree {
	t := &Tree{records: map[string]cpio.Record{}}
	for _, d := range []string{"bin", "dev", "etc", "proc", "tmp"} {
		t.records[d] = cpio.Directory(d, 0o755)
	}
	return t
}

// File adds a regular file and the folders above it. A second file of the same
// path replaces the first.
func (t *Tree) File(name string, data []byte, executable bool) error {
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	if clean == "" {
		return fmt.Errorf("%q is no path for a file", name)
	}
	if old, ok := t.records[clean]; ok && old.Mode&cpio.S_IFMT == cpio.S_IFDIR {
		return fmt.Errorf("/%s is a directory", clean)
	}
	for dir := path.Dir(clean); dir != "."; dir = path.Dir(dir) {
		if old, ok := t.records[dir]; ok && old.Mode&cpio.S_IFMT != cpio.S_IFDIR {
			return fmt.Errorf("/%s is not a directory", dir)
		}
		t.records[dir] = cpio.Directory(dir, 0o755)
	}
	perm := uint64(0o644)
	if executable {
		perm = 0o755
	}
	t.records[clean] = cpio.StaticRecord(data, cpio.Info{Name: clean, Mode: cpio.S_IFREG | perm})
	return nil
}

// Archive writes the tree in path order, so a folder comes before what is in it.
// Inode numbers count from 1 and all times are 0.
func (t *Tree) Archive() ([]byte, error) {
	var b bytes.Buffer
	w := cpio.Newc.Writer(&b)
	for i, name := range slices.Sorted(maps.Keys(t.records)) {
		r := t.records[name]
		r.Ino = uint64(i + 1)
		r.MTime, r.UID, r.GID, r.Dev = 0, 0, 0, 0
		r.NLink = 1
		if err := w.WriteRecord(r); err != nil {
			return nil, err
		}
	}
	if err := cpio.WriteTrailer(w); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
