package fs

import (
	"sync"
	"sync/atomic"
	"syscall"

	"gossamer/kernel/frame"
)

// Regular is a regular file. It implements mem.Backing.
type Regular struct {
	inode
	image atomic.Pointer[image] // written under mu

	mu      sync.Mutex
	pages   pageTree
	size    int64  // bytes of the last page beyond it are zero, unless a mapping wrote there
	used    int64  // pages of data, holes not counted
	edition uint64 // counts changes of contents
	refs    int    // names + open files + mappings
	writers int    // open files that may write
	denied  int    // DenyWrite calls in force
}

func (fs *FS) newRegular(perm uint32) *Regular {
	r := new(Regular)
	fs.initInode(&r.inode, KindRegular, perm)
	return r
}

func (r *Regular) ref() {
	r.mu.Lock()
	r.refs++
	r.mu.Unlock()
}

// unref gives up one use; the last one frees everything.
func (r *Regular) unref() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refs--
	if r.refs == 0 {
		r.changed()
		r.size = 0
		r.pages.cut(r.fs, 0, r.dropPage)
		r.fs.uncharge(nodeCharge)
	}
}

// changed invalidates what was derived from the contents. mu held.
func (r *Regular) changed() {
	r.edition++
	if r.image.Load() != nil {
		r.image.Store(nil)
	}
}

// dropPage is where pages go that are no longer part of the file. A mapping may keep the
// frame, by a reference of its own. mu held.
func (r *Regular) dropPage(f frame.Frame) {
	r.used--
	r.fs.giveFrame(f)
}

// readAt reads from the offset off ≥ 0; 0 at end of file.
func (r *Regular) readAt(p []byte, off int64) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if off >= r.size {
		return 0
	}
	if rest := r.size - off; int64(len(p)) > rest {
		p = p[:rest]
	}
	for done := 0; done < len(p); {
		at := int(off % pageSize)
		part := p[done:min(len(p), done+pageSize-at)]
		if f, ok := r.pages.lookup(r.fs.frames, uint64(off/pageSize)); ok {
			copy(part, r.fs.frames.Bytes(f)[at:])
		} else {
			clear(part)
		}
		done += len(part)
		off += int64(len(part))
	}
	return len(p)
}

// writeAt writes at the offset off ≥ 0, or at the end of the file in one step, and
// returns the offset after the last byte written. What does not fit is cut off; if
// nothing fits, the error is EFBIG or ENOSPC and nothing has changed.
func (r *Regular) writeAt(p []byte, off int64, atEnd bool) (n int, end int64, err error) {
	if len(p) == 0 {
		return 0, off, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if atEnd {
		off = r.size
	}
	if off >= MaxFileSize {
		return 0, off, syscall.EFBIG
	}
	if room := MaxFileSize - off; int64(len(p)) > room {
		p = p[:room]
	}
	if off > r.size {
		r.clearTail()
	}
	for n < len(p) {
		at := int(off % pageSize)
		part := p[n:min(len(p), n+pageSize-at)]
		b := r.page(uint64(off/pageSize), at, at+len(part))
		if b == nil {
			break
		}
		copy(b[at:], part)
		n += len(part)
		off += int64(len(part))
	}
	if n == 0 {
		return 0, off, syscall.ENOSPC
	}
	r.size = max(r.size, off)
	r.changed()
	r.touched()
	return n, off, nil
}

// page returns the page at index, made if it is a hole; a new one is zero but for
// the bytes from…to, which the caller is about to write. nil: no memory. mu held.
func (r *Regular) page(index uint64, from, to int) *[pageSize]byte {
	if f, ok := r.pages.lookup(r.fs.frames, index); ok {
		return r.fs.frames.Bytes(f)
	}
	f, ok := r.fs.takeFrame()
	if !ok {
		return nil
	}
	if !r.pages.insert(r.fs, index, f) {
		r.fs.giveFrame(f)
		return nil
	}
	r.used++
	b := r.fs.frames.Bytes(f)
	clear(b[:from])
	clear(b[to:])
	return b
}

// clearTail zeroes the last page beyond the end of the file. mu held.
func (r *Regular) clearTail() {
	at := r.size % pageSize
	if at == 0 {
		return
	}
	if f, ok := r.pages.lookup(r.fs.frames, uint64(r.size/pageSize)); ok {
		clear(r.fs.frames.Bytes(f)[at:])
	}
}

// truncate sets the size; what is added reads as zero.
func (r *Regular) truncate(size int64) error {
	switch {
	case size < 0:
		return syscall.EINVAL
	case size > MaxFileSize:
		return syscall.EFBIG
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if size < r.size {
		r.pages.cut(r.fs, uint64(size+pageSize-1)/pageSize, r.dropPage)
		r.size = size
	}
	r.clearTail()
	r.size = size
	r.changed()
	r.touched()
	return nil
}

// DenyWrite keeps the file from being opened for writing until AllowWrite, as for a
// program that runs. ETXTBSY: it is open for writing now.
func (r *Regular) DenyWrite() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.writers > 0 {
		return syscall.ETXTBSY
	}
	r.denied++
	return nil
}

// AllowWrite takes one DenyWrite back.
func (r *Regular) AllowWrite() {
	r.mu.Lock()
	r.denied--
	r.mu.Unlock()
}

// writer counts an open file that may write. ETXTBSY: DenyWrite is in force.
func (r *Regular) writer() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.denied > 0 {
		return syscall.ETXTBSY
	}
	r.writers++
	return nil
}

func (r *Regular) writerGone() {
	r.mu.Lock()
	r.writers--
	r.mu.Unlock()
}
