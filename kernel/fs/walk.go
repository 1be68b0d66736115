package fs

import (
	"strings"
	"syscall"

	"gossamer/kernel/sched"
)

// walk is the resolution of one path, as path_resolution(7). FS.mu is held for
// reading during all of its methods, and given up while generated nodes are asked.
type walk struct {
	fs    *FS
	t     *sched.Thread
	links int // symbolic links followed so far
}

// parent walks to the directory that holds the last component of path, which starts
// at dir unless absolute. last is that component, not looked up; it is empty if the
// path is the root, and may be "." or "..". slash: the path ends in a slash, so last
// must be a directory.
func (w *walk) parent(dir Node, path string) (holder Node, last string, slash bool, err error) {
	for {
		if path == "" {
			return nil, "", false, syscall.ENOENT
		}
		if path[0] == '/' {
			dir = w.fs.root
			path = trimSlashes(path)
			if path == "" {
				return dir, "", true, nil
			}
		}
		i := firstSlash(path)
		if i == len(path) {
			return dir, path, false, w.walkable(dir)
		}
		name, rest := path[:i], trimSlashes(path[i:])
		if rest == "" {
			return dir, name, true, w.walkable(dir)
		}
		if d, ok := dir.(*Dir); ok && name[0] != '.' {
			// The usual case, all of which the code below does too.
			if e := d.entries[name]; e != nil {
				if sub, ok := e.node.(*Dir); ok {
					dir, path = sub, rest
					continue
				}
			}
		}
		n, err := w.child(dir, name)
		if err != nil {
			return nil, "", false, err
		}
		switch n.Kind() {
		case KindDirectory:
			dir, path = n, rest
		case KindSymlink:
			target, err := w.follow(n)
			if err != nil {
				return nil, "", false, err
			}
			path = target + "/" + rest
		default:
			return nil, "", false, syscall.ENOTDIR
		}
	}
}

// node walks to the node that path names. A symbolic link as the last component is
// followed if follow is set or the path ends in a slash.
func (w *walk) node(dir Node, path string, follow bool) (Node, error) {
	if len(path) >= PathMax {
		return nil, syscall.ENAMETOOLONG
	}
	for {
		holder, last, slash, err := w.parent(dir, path)
		if err != nil {
			return nil, err
		}
		n, err := w.child(holder, last)
		if err != nil {
			return nil, err
		}
		switch {
		case n.Kind() == KindSymlink && (follow || slash):
			if path, err = w.follow(n); err != nil {
				return nil, err
			}
			if slash {
				path += "/"
			}
			dir = holder
		case slash && !isDirectory(n):
			return nil, syscall.ENOTDIR
		default:
			return n, nil
		}
	}
}

func (w *walk) walkable(dir Node) error {
	if !isDirectory(dir) {
		return syscall.ENOTDIR
	}
	return nil
}

// child looks one component up; an empty name stands for the directory itself.
func (w *walk) child(dir Node, name string) (Node, error) {
	switch name {
	case "", ".":
		return dir, w.walkable(dir)
	case "..":
		return parent(dir), w.walkable(dir)
	}
	if len(name) > NameMax {
		return nil, syscall.ENAMETOOLONG
	}
	switch d := dir.(type) {
	case *Dir:
		if e := d.entries[name]; e != nil {
			return e.node, nil
		}
		return nil, syscall.ENOENT
	case *ProcDir:
		return w.generated(d, name)
	}
	return nil, syscall.ENOTDIR
}

// generated asks a generated directory, with FS.mu given up.
func (w *walk) generated(d *ProcDir, name string) (Node, error) {
	w.fs.mu.RUnlock()
	defer w.fs.mu.RLock()
	n, err := d.source.Lookup(w.t, name)
	if err != nil {
		return nil, err
	}
	if n.base().place.Load() == nil {
		n.base().place.CompareAndSwap(nil, &place{d, strings.Clone(name)})
	}
	return n, nil
}

// follow counts a symbolic link and returns its target.
func (w *walk) follow(n Node) (string, error) {
	if w.links++; w.links > MaxLinks {
		return "", syscall.ELOOP
	}
	return w.target(n)
}

func (w *walk) target(n Node) (string, error) {
	switch l := n.(type) {
	case *Symlink:
		return l.target, nil
	case *ProcLink:
		w.fs.mu.RUnlock()
		defer w.fs.mu.RLock()
		return l.target(w.t)
	}
	return "", syscall.EINVAL
}

// firstSlash is the index of the first slash in path, or its length. Names are short:
// a loop beats strings.IndexByte.
func firstSlash(path string) int {
	for i := range len(path) {
		if path[i] == '/' {
			return i
		}
	}
	return len(path)
}

func trimSlashes(s string) string {
	for s != "" && s[0] == '/' {
		s = s[1:]
	}
	return s
}

// Lookup finds the node that path names, starting at the directory at unless the
// path is absolute. follow: a symbolic link at the end is followed. t is handed to
// generated nodes and may be nil. Errors: ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG.
//
// The node is not in use by that: a regular file may be gone at any time (and then
// has no pages). To use a file's contents, Open it.
func (fs *FS) Lookup(t *sched.Thread, at Node, path string, follow bool) (Node, error) {
	w := walk{fs: fs, t: t}
	fs.mu.RLock()
	defer fs.mu.RUnlock()
	return w.node(at, path, follow)
}
