package fs

import (
	"sync"
	"syscall"

	"gossamer/kernel/sched"
)

// Flags of an epoll entry beside the Events; the others are accepted and mean nothing.
const (
	EpollOneShot = 1 << 30 // after one report the entry sleeps until it is changed
	EpollEdge    = 1 << 31 // report changes only

	epollFlags = EpollOneShot | EpollEdge | 1<<29 | 1<<28
)

// Epoll is a set of files of which those that are ready can be asked for, epoll(7). An entry
// that may be ready is in the ready list, put there when its file changes. Wait takes
// entries from the list and looks what they are ready for at that time.
//
// Locks: ctl, Watchers.mu of the file, mu, and then the file's own.
type Epoll struct {
	inode
	ctl sync.Mutex // one change at a time

	mu         sync.Mutex
	items      map[epollKey]*epollItem
	head, tail *epollItem // ready list
	queue      sched.WaitQueue
	watchers   Watchers
}

type epollKey struct {
	file *File
	fd   int
}

type epollItem struct {
	watcher
	ep  *Epoll
	key epollKey

	// Guarded by ep.mu.
	events uint32 // without EpollOneShot and the like: asleep
	data   uint64
	queued bool
	dead   bool // no longer in the set
	after  *epollItem
}

// EpollEvent is struct epoll_event.
type EpollEvent struct {
	Events uint32
	Data   uint64
}

// NewEpoll opens an empty set.
func (fs *FS) NewEpoll() *File {
	e := &Epoll{items: make(map[epollKey]*epollItem)}
	return fs.anonymous(e, &e.inode, e, 0)
}

// Epoll returns the set that is open, nil if it is none.
func (f *File) Epoll() *Epoll {
	e, _ := f.stream.(*Epoll)
	return e
}

// Read and Write are EINVAL.
func (e *Epoll) Read(*sched.Thread, []byte, bool) (int, error)  { return 0, syscall.EINVAL }
func (e *Epoll) Write(*sched.Thread, []byte, bool) (int, error) { return 0, syscall.EINVAL }

// Watchers implements what poll(2) wants of a set.
func (e *Epoll) Watchers() *Watchers { return &e.watchers }

// Readable reports whether Wait would find something.
func (e *Epoll) Readable() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for it := e.head; it != nil; it = it.after {
		if it.events&^epollFlags != 0 && it.ready() != 0 {
			return true
		}
	}
	return false
}

// Add puts a file in the set: EPOLL_CTL_ADD. fd is the descriptor, which is part of the
// entry's identity. EEXIST: it is there; EPERM: such files are always ready; EINVAL: a set
// cannot be in a set.
func (e *Epoll) Add(f *File, fd int, ev EpollEvent) syscall.Errno {
	s := f.watchers()
	switch {
	case f.Epoll() != nil:
		return syscall.EINVAL
	case s == nil:
		return syscall.EPERM
	}
	e.ctl.Lock()
	defer e.ctl.Unlock()
	it := &epollItem{ep: e, key: epollKey{f, fd}, events: ev.Events, data: ev.Data}
	it.told = it
	if !e.insert(it) {
		return syscall.EEXIST
	}
	f.mu.Lock()
	f.epolls = append(f.epolls, it)
	f.mu.Unlock()
	f.polled.Store(true)
	s.add(&it.watcher)
	it.notify(^Events(0)) // it may be ready already
	return 0
}

func (e *Epoll) insert(it *epollItem) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.items[it.key] != nil {
		return false
	}
	e.items[it.key] = it
	return true
}

// Modify changes an entry: EPOLL_CTL_MOD. ENOENT.
func (e *Epoll) Modify(f *File, fd int, ev EpollEvent) syscall.Errno {
	e.ctl.Lock()
	defer e.ctl.Unlock()
	it := e.change(epollKey{f, fd}, ev)
	if it == nil {
		return syscall.ENOENT
	}
	it.notify(^Events(0))
	return 0
}

func (e *Epoll) change(key epollKey, ev EpollEvent) *epollItem {
	e.mu.Lock()
	defer e.mu.Unlock()
	it := e.items[key]
	if it != nil {
		it.events, it.data = ev.Events, ev.Data
	}
	return it
}

// Delete takes a file out of the set: EPOLL_CTL_DEL. ENOENT.
func (e *Epoll) Delete(f *File, fd int) syscall.Errno {
	e.ctl.Lock()
	defer e.ctl.Unlock()
	it := e.take(epollKey{f, fd})
	if it == nil {
		return syscall.ENOENT
	}
	f.watchers().remove(&it.watcher)
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.epolls {
		if f.epolls[i] == it {
			f.epolls = append(f.epolls[:i], f.epolls[i+1:]...)
			break
		}
	}
	return 0
}

func (e *Epoll) take(key epollKey) *epollItem {
	e.mu.Lock()
	defer e.mu.Unlock()
	it := e.items[key]
	if it != nil {
		it.dead = true
		delete(e.items, key)
	}
	return it
}

// leaveEpolls takes a file that is closed for good out of all sets.
func (f *File) leaveEpolls() {
	f.mu.Lock()
	items := append([]*epollItem(nil), f.epolls...)
	f.mu.Unlock()
	for _, it := range items {
		it.ep.Delete(f, it.key.fd)
	}
}

// closed gives up the entries of a set that is closed for good.
func (e *Epoll) closed() {
	e.mu.Lock()
	var keys []epollKey
	for key := range e.items {
		keys = append(keys, key)
	}
	e.mu.Unlock()
	for _, key := range keys {
		e.Delete(key.file, key.fd)
	}
}

// notify puts the entry in the ready list if it waits for one of the events.
func (it *epollItem) notify(ev Events) {
	e := it.ep
	e.mu.Lock()
	wanted := it.events&^epollFlags != 0 && (Events(it.events)|EventErr|EventHup)&ev != 0
	fresh := wanted && !it.queued && !it.dead
	if fresh {
		e.push(it)
	}
	e.mu.Unlock()
	if fresh {
		e.queue.WakeOne()
		e.watchers.Notify(EventIn)
	}
}

func (e *Epoll) push(it *epollItem) {
	it.queued, it.after = true, nil
	if e.head == nil {
		e.head = it
	} else {
		e.tail.after = it
	}
	e.tail = it
}

func (it *epollItem) ready() uint32 {
	if it.dead {
		return 0
	}
	return uint32(it.key.file.Ready(Events(it.events)))
}

// Wait fills out with entries that are ready and returns how many, waiting until there is
// one: 0 at the deadline, which is none if it is 0. EINTR.
func (e *Epoll) Wait(t *sched.Thread, out []EpollEvent, deadline int64) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		if n := e.collect(out); n > 0 {
			if e.head != nil {
				e.queue.WakeOne() // for the rest
			}
			return n, nil
		}
		if err := e.queue.WaitDeadline(t, &e.mu, deadline); err == syscall.ETIMEDOUT {
			return e.collect(out), nil
		} else if err != nil {
			return 0, err
		}
	}
}

// collect goes through the ready list once. e.mu is held.
func (e *Epoll) collect(out []EpollEvent) (n int) {
	for last := e.tail; e.head != nil && n < len(out); {
		it := e.head
		e.head, it.queued = it.after, false
		if it.events&^epollFlags != 0 {
			if ready := it.ready(); ready != 0 {
				out[n] = EpollEvent{ready, it.data}
				n++
				switch {
				case it.events&EpollOneShot != 0:
					it.events &= epollFlags
				case it.events&EpollEdge == 0:
					e.push(it)
				}
			}
		}
		if it == last {
			break
		}
	}
	return n
}
