package fs

import (
	"encoding/binary"
	"syscall"

	"gossamer/kernel/sched"
)

// DirEntry is an entry of a generated directory.
type DirEntry struct {
	Name string
	Ino  uint64
	Kind Kind
}

// ReadDir fills buf with as many struct linux_dirent64 as fit, from the position on,
// as getdents64(2); 0 bytes: the end. An entry that is there all the time a directory
// is listed is listed once, whatever happens to others. ENOTDIR: no directory. ENOENT:
// it has been removed. EINVAL: buf is too small for the next entry.
func (f *File) ReadDir(t *sched.Thread, buf []byte) (int, error) {
	switch d := f.node.(type) {
	case *Dir:
		return f.readDir(d, buf)
	case *ProcDir:
		return f.readProcDir(t, d, buf)
	}
	return 0, syscall.ENOTDIR
}

func (f *File) readDir(d *Dir, buf []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d.fs.mu.RLock()
	defer d.fs.mu.RUnlock()
	if d.dead {
		return 0, syscall.ENOENT
	}
	w := direntWriter{buf: buf, pos: &f.pos}
	w.dots(d)
	if f.pos >= firstSeq {
		for _, e := range d.order[d.after(f.pos):] {
			if !w.add(e.name, e.node.Ino(), e.node.Kind(), e.seq+1) {
				break
			}
		}
	}
	return w.result()
}

func (f *File) readProcDir(t *sched.Thread, d *ProcDir, buf []byte) (int, error) {
	f.mu.Lock()
	atStart := f.pos == 0
	f.mu.Unlock()
	var list []DirEntry
	if atStart {
		list = d.source.List(t)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if atStart {
		f.list = list
	}
	w := direntWriter{buf: buf, pos: &f.pos}
	w.dots(d)
	for i := f.pos - firstSeq; i >= 0 && i < int64(len(f.list)); i++ {
		e := &f.list[i]
		if !w.add(e.Name, e.Ino, e.Kind, firstSeq+i+1) {
			break
		}
	}
	return w.result()
}

// direntWriter packs entries into buf and advances *pos past each.
type direntWriter struct {
	buf  []byte
	n    int
	pos  *int64
	full bool
}

const direntHeader = 19 // d_ino 8, d_off 8, d_reclen 2, d_type 1

// dots writes "." and ".." if the position is at them.
func (w *direntWriter) dots(d Node) {
	if *w.pos == 0 {
		w.add(".", d.Ino(), KindDirectory, 1)
	}
	if *w.pos == 1 {
		w.add("..", parent(d).Ino(), KindDirectory, firstSeq)
	}
}

// add writes one entry; next is the position after it. False: no room.
func (w *direntWriter) add(name string, ino uint64, kind Kind, next int64) bool {
	size := (direntHeader + len(name) + 1 + 7) &^ 7
	if w.full || size > len(w.buf)-w.n {
		w.full = true
		return false
	}
	b := w.buf[w.n : w.n+size]
	binary.LittleEndian.PutUint64(b[0:], ino)
	binary.LittleEndian.PutUint64(b[8:], uint64(next))
	binary.LittleEndian.PutUint16(b[16:], uint16(size))
	b[18] = byte(kind)
	clear(b[direntHeader+copy(b[direntHeader:], name):])
	w.n += size
	*w.pos = next
	return true
}

func (w *direntWriter) result() (int, error) {
	if w.n == 0 && w.full {
		return 0, syscall.EINVAL
	}
	return w.n, nil
}
