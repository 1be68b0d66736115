package fs

import (
	"bytes"
	"fmt"
	"strings"
	"syscall"
)

// Unpack adds the contents of a cpio archive in newc format (cpio(5): "new ASCII
// format", magic 070701 or 070702) to the tree: directories, regular files with
// their hard links, symbolic links. Other kinds of files are skipped. A directory
// that is missing is made; what has the name of an entry is replaced, but for
// directories, which are kept. Several archives may follow each other, with zeros
// between.
//
// The archive may be anything at all. On an error what came before it stays
// unpacked.
func Unpack(fs *FS, archive []byte) error {
	r := cpioReader{data: archive}
	u := unpacker{fs: fs}
	for {
		off := r.off
		e, err := r.next()
		if err != nil {
			return fmt.Errorf("cpio: entry at offset %d: %w", off, err)
		}
		if e == nil {
			return nil
		}
		if err := u.add(e); err != nil {
			return fmt.Errorf("cpio: %q at offset %d: %w", e.name, off, err)
		}
	}
}

const (
	cpioHeader  = 110 // magic and 13 numbers of 8 hexadecimal digits
	cpioTrailer = "TRAILER!!!"
)

type cpioEntry struct {
	ino, mode, nlink uint32
	mtime            uint32
	dev              [2]uint32
	archive          int // number of the archive it is in
	name             string
	data             []byte // of the archive
}

type cpioReader struct {
	data    []byte
	off     int
	archive int
}

type cpioError string

func (e cpioError) Error() string { return string(e) }

// next returns the next entry, nil at the end.
func (r *cpioReader) next() (*cpioEntry, error) {
	for {
		for r.off < len(r.data) && r.data[r.off] == 0 {
			r.off++ // padding after a trailer
		}
		if r.off == len(r.data) {
			return nil, nil
		}
		e, err := r.entry()
		if err != nil || e.name != cpioTrailer {
			return e, err
		}
		r.archive++
	}
}

// entry parses an entry, which may be a trailer.
func (r *cpioReader) entry() (*cpioEntry, error) {
	h, err := r.bytes(cpioHeader)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(h[:6], []byte("070701")) && !bytes.Equal(h[:6], []byte("070702")) {
		return nil, cpioError("not a newc header")
	}
	var field [13]uint32
	for i := range field {
		if field[i], err = hex8(h[6+8*i:][:8]); err != nil {
			return nil, err
		}
	}
	e := &cpioEntry{
		ino: field[0], mode: field[1], nlink: field[4], mtime: field[5],
		dev: [2]uint32{field[7], field[8]}, archive: r.archive,
	}
	size, nameSize := field[6], field[11]
	if nameSize == 0 || nameSize > PathMax {
		return nil, cpioError("bad length of name")
	}
	name, err := r.bytes(int(nameSize))
	if err != nil {
		return nil, err
	}
	if i := bytes.IndexByte(name, 0); i != len(name)-1 {
		return nil, cpioError("name does not end with its zero")
	}
	e.name = string(name[:len(name)-1])
	r.align()
	if e.data, err = r.bytes(int(size)); err != nil {
		return nil, err
	}
	r.align()
	return e, nil
}

func (r *cpioReader) bytes(n int) ([]byte, error) {
	if n > len(r.data)-r.off {
		return nil, cpioError("archive ends within it")
	}
	b := r.data[r.off : r.off+n : r.off+n]
	r.off += n
	return b, nil
}

// align goes to the next multiple of 4, from the start of the archive.
func (r *cpioReader) align() { r.off = min((r.off+3)&^3, len(r.data)) }

func hex8(digits []byte) (v uint32, err error) {
	for _, c := range digits {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, cpioError("bad hexadecimal digit")
		}
		v = v<<4 | uint32(c)
	}
	return v, nil
}

// unpacker adds entries to a tree.
type unpacker struct {
	fs    *FS
	links map[linkKey]string // first name of each file with several
}

// linkKey is what the names of one file have in common.
type linkKey struct {
	archive int
	dev     [2]uint32
	ino     uint32
}

func (u *unpacker) add(e *cpioEntry) error {
	path := "/" + strings.TrimPrefix(e.name, "./")
	for _, part := range strings.Split(path, "/") {
		if part == ".." {
			return syscall.EINVAL
		}
	}
	if strings.Trim(path, "/.") == "" {
		return nil // the root
	}
	switch Kind(e.mode >> 12 & 0xf) {
	case KindDirectory:
		return u.directory(path, e.mode)
	case KindRegular:
		return u.regular(path, e)
	case KindSymlink:
		if err := u.clear(path); err != nil {
			return err
		}
		return u.fs.Symlink(nil, string(e.data), u.fs.root, path)
	}
	return nil
}

// directory makes a directory and those above it.
func (u *unpacker) directory(path string, perm uint32) error {
	err := u.fs.Mkdir(nil, u.fs.root, path, perm)
	if err == syscall.ENOENT {
		if err = u.above(path); err == nil {
			err = u.fs.Mkdir(nil, u.fs.root, path, perm)
		}
	}
	if err == syscall.EEXIST {
		if n, err := u.fs.Lookup(nil, u.fs.root, path, true); err != nil || !isDirectory(n) {
			return syscall.EEXIST
		}
		return nil
	}
	return err
}

// above makes the directories above path.
func (u *unpacker) above(path string) error {
	up := strings.TrimRight(path, "/")
	up = strings.TrimRight(up[:strings.LastIndexByte(up, '/')], "/")
	if up == "" {
		return nil
	}
	return u.directory(up, 0o755)
}

// clear sees to it that path is free and can be made.
func (u *unpacker) clear(path string) error {
	err := u.fs.Unlink(nil, u.fs.root, path)
	if err == syscall.ENOENT {
		return u.above(path)
	}
	return err
}

func (u *unpacker) regular(path string, e *cpioEntry) error {
	key := linkKey{e.archive, e.dev, e.ino}
	first, linked := "", false
	if e.nlink > 1 {
		first, linked = u.links[key]
	}
	if linked && first == path {
		linked = false
	}
	if err := u.clear(path); err != nil {
		return err
	}
	if linked {
		if err := u.fs.Link(nil, u.fs.root, first, u.fs.root, path); err != nil {
			return err
		}
		if len(e.data) == 0 {
			return nil
		}
	}
	f, err := u.fs.Open(nil, u.fs.root, path, syscall.O_CREAT|syscall.O_WRONLY|syscall.O_TRUNC, e.mode)
	if err != nil {
		return err
	}
	defer f.Close()
	if n, err := f.Write(nil, e.data); err != nil {
		return err
	} else if n < len(e.data) {
		return syscall.ENOSPC
	}
	f.reg.mtime.Store(int64(e.mtime) * 1e9)
	if e.nlink > 1 && !linked {
		if u.links == nil {
			u.links = make(map[linkKey]string)
		}
		u.links[key] = path
	}
	return nil
}
