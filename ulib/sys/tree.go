package sys

const (
	modeType  = 0o170000
	modeDir   = 0o040000
	treeDepth = 16
)

var (
	treePath  Path
	treeDents [treeDepth][2048]byte // a buffer for each level that is being read
)

// RemoveAll removes path and, if it is a directory, what is in it, up to 16 levels deep.
// Symbolic links are removed, not followed. A path that does not exist is ENOENT.
func RemoveAll(path string) Errno {
	treePath.Reset().Add(path)
	return removeTree(0)
}

// removeTree removes what treePath names.
func removeTree(depth int) Errno {
	var st Stat
	if e := StatPath(treePath.String(), &st, AT_SYMLINK_NOFOLLOW); e != 0 {
		return e
	}
	if st.Mode&modeType != modeDir {
		return Unlink(treePath.String())
	}
	if depth == treeDepth {
		return ELOOP
	}
	for {
		again, e := removeFirst(depth)
		if e != 0 {
			return e
		}
		if !again {
			return Rmdir(treePath.String())
		}
	}
}

// removeFirst removes the first entry of the directory treePath; false if there is none.
// Only one, because removing moves the others in the directory.
func removeFirst(depth int) (removed bool, e Errno) {
	fd, e := Open(treePath.String(), O_RDONLY|O_DIRECTORY, 0)
	if e != 0 {
		return false, e
	}
	for {
		n, e := Getdents(fd, treeDents[depth][:])
		if e != 0 || n == 0 {
			Close(fd)
			return false, e
		}
		for rest := treeDents[depth][:n]; len(rest) > 0; {
			var entry []byte
			entry, _, rest = Dirent(rest)
			if s := Text(entry); s == "" || s == "." || s == ".." {
				continue
			}
			Close(fd)
			mark := treePath.n
			treePath.Elem(Text(entry))
			e := removeTree(depth + 1)
			treePath.n = mark
			return true, e
		}
	}
}
