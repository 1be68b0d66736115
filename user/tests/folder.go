package main

import (
	"gossamer/ulib/sys"
)

// mkdir and rmdir, and what they refuse.
func folders() {
	ok(sys.Mkdir("d", 0o755), "mkdir")
	errno(sys.Mkdir("d", 0o755), sys.EEXIST, "mkdir of what is there")
	errno(sys.Mkdir("no/d", 0o755), sys.ENOENT, "mkdir in nothing")
	put("file", "")
	errno(sys.Mkdir("file/d", 0o755), sys.ENOTDIR, "mkdir in a file")
	errno(sys.Mkdir("file", 0o755), sys.EEXIST, "mkdir over a file")
	errno(sys.Rmdir("file"), sys.ENOTDIR, "rmdir of a file")
	errno(sys.Rmdir("none"), sys.ENOENT, "rmdir of nothing")
	put("d/file", "")
	errno(sys.Rmdir("d"), sys.ENOTEMPTY, "rmdir of a full folder")
	ok(sys.Unlink("d/file"), "unlink")
	ok(sys.Rmdir("d"), "rmdir")
	errno(sys.Chdir("d"), sys.ENOENT, "chdir to a removed folder")
	errno(sys.Rmdir("/"), sys.EBUSY, "rmdir of the root")
}

// unlink: the file lives on for those who have it open.
func unlinked() {
	put("file", "contents")
	fd := open("file", sys.O_RDWR)
	ok(sys.Unlink("file"), "unlink")
	errno(sys.Unlink("file"), sys.ENOENT, "a second unlink")
	same(sys.Text(readAll(fd, big[:])), "contents", "an unlinked file that is open")
	sys.WriteString(fd, "more")
	var st sys.Stat
	ok(sys.Fstat(fd, &st), "fstat")
	equal(int(st.Size), 12, "size")
	equal(int(st.Nlink), 0, "links")
	put("file", "new")
	same(slurp("file", big[:]), "new", "a new file of the name")
	sys.Mkdir("d", 0o755)
	errno(sys.Unlink("d"), sys.EISDIR, "unlink of a folder")
}

// rename: over files, over folders, into itself, and what is refused.
func renames() {
	put("a", "A")
	put("b", "B")
	ok(sys.Rename("a", "c"), "rename")
	errno(sys.Rename("a", "d"), sys.ENOENT, "rename of nothing")
	ok(sys.Rename("c", "b"), "rename over a file")
	same(slurp("b", big[:]), "A", "the file renamed over another")
	ok(sys.Rename("b", "b"), "rename to itself")
	same(slurp("b", big[:]), "A", "the file renamed to itself")
	sys.Mkdir("d", 0o755)
	sys.Mkdir("d/e", 0o755)
	sys.Mkdir("f", 0o755)
	errno(sys.Rename("d", "d/e/g"), sys.EINVAL, "a folder into itself")
	errno(sys.Rename("b", "d"), sys.EISDIR, "a file over a folder")
	errno(sys.Rename("d", "b"), sys.ENOTDIR, "a folder over a file")
	errno(sys.Rename("f", "d"), sys.ENOTEMPTY, "a folder over a full one")
	ok(sys.Rename("d", "f"), "a folder over an empty one")
	var st sys.Stat
	ok(sys.StatPath("f/e", &st, 0), "the renamed folder's entry")
	put("f/e/x", "X")
	ok(sys.Rename("f/e/x", "y"), "rename to another folder")
	same(slurp("y", big[:]), "X", "file")
	// ".." follows a folder that moves.
	sys.Mkdir("h", 0o755)
	ok(sys.Rename("f/e", "h/e"), "rename of a folder to another")
	put("h/mark", "M")
	same(slurp("h/e/../mark", big[:]), "M", "a moved folder's ..")
	errno(sys.Rename("none/x", "z"), sys.ENOENT, "rename from nothing")
	errno(sys.Rename("y", "none/z"), sys.ENOENT, "rename into nothing")
}

var cwdBuf [sys.PathMax]byte

// chdir and getcwd agree, also through .., and are the process's own.
func workingFolder() {
	p, e := sys.Getcwd(cwdBuf[:])
	ok(e, "getcwd")
	var top sys.Path
	top.Add(sys.Text(p))
	sys.Mkdir("d", 0o755)
	sys.Mkdir("d/e", 0o755)
	ok(sys.Chdir("d/./e/../e//"), "chdir")
	p, _ = sys.Getcwd(cwdBuf[:])
	var want sys.Path
	same(sys.Text(p), want.Add(top.String()).Elem("d").Elem("e").String(), "getcwd")
	exits(func() { ok(sys.Chdir("/"), "chdir") }, 0, "child")
	ok(sys.Chdir("../.."), "chdir")
	p, _ = sys.Getcwd(cwdBuf[:])
	same(sys.Text(p), top.String(), "getcwd after chdir ../..")
	put("file", "")
	errno(sys.Chdir("file"), sys.ENOTDIR, "chdir to a file")
	_, e = sys.Getcwd(cwdBuf[:2])
	errno(e, sys.ERANGE, "getcwd into 2 bytes")
	ok(sys.Chdir("/../.."), "chdir above the root")
	p, _ = sys.Getcwd(cwdBuf[:])
	same(sys.Text(p), "/", "getcwd above the root")
}

// What if the working folder is removed? Then it is empty, and getcwd says so.
func workingFolderRemoved() {
	sys.Mkdir("d", 0o755)
	sys.Chdir("d")
	ok(sys.Rmdir("../d"), "rmdir of the working folder")
	_, e := sys.Getcwd(cwdBuf[:])
	errno(e, sys.ENOENT, "getcwd")
	_, e = sys.Open("file", sys.O_RDWR|sys.O_CREAT, 0o644)
	errno(e, sys.ENOENT, "a new file in a removed folder")
	_, e = sys.Open("/", sys.O_RDONLY, 0)
	ok(e, "open of the root")
}

// getdents64: every entry once, with small buffers too, and . and .. among them.
func entries() {
	const files = 150
	var name sys.Path
	for i := range files {
		put(name.Reset().Add("file-with-a-long-name-").Int(i).String(), "")
	}
	sys.Mkdir("folder", 0o755)
	for _, size := range [...]int{200, 1000, 30_000} {
		fd := open(".", sys.O_RDONLY|sys.O_DIRECTORY)
		var seen [files]bool
		count, dots, dirs := 0, 0, 0
		for {
			n, e := sys.Getdents(fd, big[:size])
			ok(e, "getdents64")
			if n == 0 {
				break
			}
			for rest := big[:n]; len(rest) > 0; {
				var entry []byte
				var kind byte
				entry, kind, rest = sys.Dirent(rest)
				check(entry != nil, "a malformed entry")
				s := sys.Text(entry)
				switch {
				case s == "." || s == "..":
					dots++
					equal(int(kind), 4, "type of . or ..")
				case s == "folder":
					dirs++
					equal(int(kind), 4, "a folder's type")
				default:
					i, ok := sys.ParseInt(s[len("file-with-a-long-name-"):])
					check(ok && i < files && !seen[i], "an entry is wrong or comes twice")
					seen[i] = true
					count++
					equal(int(kind), 8, "a file's type")
				}
			}
		}
		equal(count, files, "files listed")
		equal(dots, 2, ". and ..")
		equal(dirs, 1, "folders listed")
		sys.Close(fd)
	}
	fd := open(".", sys.O_RDONLY)
	_, e := sys.Getdents(fd, big[:8])
	errno(e, sys.EINVAL, "getdents64 into 8 bytes")
	fd = open("file-with-a-long-name-1", sys.O_RDONLY)
	_, e = sys.Getdents(fd, big[:])
	errno(e, sys.ENOTDIR, "getdents64 of a file")
	_, e = sys.Read(open(".", sys.O_RDONLY), big[:10])
	errno(e, sys.EISDIR, "read of a folder")
}

// Symbolic links: followed, in the middle too, not by unlink; loops end.
func links() {
	put("file", "text")
	ok(sys.Symlink("file", "link"), "symlink")
	same(slurp("link", big[:]), "text", "a file through a link")
	t, e := sys.Readlink("link", big[:])
	ok(e, "readlink")
	same(sys.Text(t), "file", "readlink")
	errno(sys.Symlink("x", "link"), sys.EEXIST, "symlink over a link")
	sys.Mkdir("d", 0o755)
	put("d/inner", "in")
	ok(sys.Symlink("d", "dl"), "symlink")
	same(slurp("dl/inner", big[:]), "in", "a link to a folder in a path")
	var st sys.Stat
	ok(sys.StatPath("link", &st, sys.AT_SYMLINK_NOFOLLOW), "newfstatat of a link")
	equal(int(st.Mode&0o170000), 0o120000, "a link's type")
	_, e = sys.Open("link", sys.O_RDONLY|sys.O_NOFOLLOW, 0)
	errno(e, sys.ELOOP, "O_NOFOLLOW with a link")
	ok(sys.Symlink("loop", "loop"), "symlink to itself")
	_, e = sys.Open("loop", sys.O_RDONLY, 0)
	errno(e, sys.ELOOP, "a link to itself")
	ok(sys.Unlink("link"), "unlink of a link")
	same(slurp("file", big[:]), "text", "the file after unlink of the link")
	_, e = sys.Readlink("file", big[:])
	errno(e, sys.EINVAL, "readlink of a file")
}

// Are many files made, written, and removed by several processes at once all right?
func foldersTogether() {
	const workers, files = 4, 40
	sys.Mkdir("d", 0o755)
	var pids [workers]int
	for id := range workers {
		pids[id] = fork(func() {
			var a, b sys.Path
			for i := range files {
				a.Reset().Add("d/w").Int(id).Add("-").Int(i)
				b.Reset().Add("d/x").Int(id).Add("-").Int(i)
				put(a.String(), "data")
				ok(sys.Rename(a.String(), b.String()), "rename")
				same(slurp(b.String(), big[:]), "data", "file")
				ok(sys.Unlink(b.String()), "unlink")
				// All fight over one name: any outcome, but no other error.
				if e := sys.Mkdir("d/common", 0o755); e != 0 {
					errno(e, sys.EEXIST, "mkdir of the common name")
				}
				if e := sys.Rmdir("d/common"); e != 0 {
					errno(e, sys.ENOENT, "rmdir of the common name")
				}
			}
		})
	}
	for _, pid := range pids {
		ended(wait(pid), 0, "worker")
	}
	sys.Rmdir("d/common")
	ok(sys.Rmdir("d"), "rmdir of what must be empty")
}
