package fs

import (
	"encoding/binary"
	"math"
	"sync"
	"syscall"

	"gossamer/kernel/sched"
)

// EventFD is a counter that one waits for, eventfd(2).
type EventFD struct {
	inode
	semaphore bool // a read takes one

	mu       sync.Mutex
	count    uint64
	canRead  sched.WaitQueue
	canWrite sched.WaitQueue
	watchers Watchers
}

// NewEventFD opens a new counter; flags may have O_NONBLOCK.
func (fs *FS) NewEventFD(count uint64, semaphore bool, flags int) *File {
	e := &EventFD{count: count, semaphore: semaphore}
	return fs.anonymous(e, &e.inode, e, flags)
}

// anonymous opens a stream that is no node of the tree, for reading and writing.
func (fs *FS) anonymous(n Node, i *inode, s Device, flags int) *File {
	fs.initInode(i, 0, 0o600)
	i.nlink.Store(1)
	f := newFile(n, syscall.O_RDWR|flags&syscall.O_NONBLOCK)
	f.stream = s
	return f
}

// StreamKind implements what File.StreamKind wants.
func (*EventFD) StreamKind() string { return "eventfd" }

// Watchers implements what epoll(7) wants.
func (e *EventFD) Watchers() *Watchers { return &e.watchers }

// Read takes the count, or one of it, and gives it as 8 bytes; it waits while the count is 0.
// EINVAL: no room for 8 bytes. EAGAIN, EINTR.
func (e *EventFD) Read(t *sched.Thread, b []byte, nonblock bool) (int, error) {
	if len(b) < 8 {
		return 0, syscall.EINVAL
	}
	n, err := e.take(t, nonblock)
	if err != nil {
		return 0, err
	}
	binary.LittleEndian.PutUint64(b, n)
	e.canWrite.WakeAll()
	e.watchers.Notify(EventOut)
	return 8, nil
}

func (e *EventFD) take(t *sched.Thread, nonblock bool) (uint64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.count == 0 {
		if nonblock {
			return 0, syscall.EAGAIN
		}
		if err := e.canRead.Wait(t, &e.mu); err != nil {
			return 0, err
		}
	}
	n := e.count
	if e.semaphore {
		n = 1
	}
	e.count -= n
	return n, nil
}

// Write adds 8 bytes to the count; it waits while that would exceed 2⁶⁴-2. EINVAL: fewer
// bytes, or all ones. EAGAIN, EINTR.
func (e *EventFD) Write(t *sched.Thread, b []byte, nonblock bool) (int, error) {
	if len(b) < 8 {
		return 0, syscall.EINVAL
	}
	n := binary.LittleEndian.Uint64(b)
	if n == math.MaxUint64 {
		return 0, syscall.EINVAL
	}
	if err := e.add(t, n, nonblock); err != nil {
		return 0, err
	}
	e.canRead.WakeAll()
	e.watchers.Notify(EventIn)
	return 8, nil
}

func (e *EventFD) add(t *sched.Thread, n uint64, nonblock bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for n > math.MaxUint64-1-e.count {
		if nonblock {
			return syscall.EAGAIN
		}
		if err := e.canWrite.Wait(t, &e.mu); err != nil {
			return err
		}
	}
	e.count += n
	return nil
}

func (e *EventFD) ready() (ready Events) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.count > 0 {
		ready = EventIn
	}
	if e.count < math.MaxUint64-1 {
		ready |= EventOut
	}
	return ready
}
