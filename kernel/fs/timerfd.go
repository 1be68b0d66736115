package fs

import (
	"encoding/binary"
	"sync"
	"syscall"

	"gossamer/kernel/sched"
	"gossamer/kernel/timer"
)

// TimerFD is a timer whose expirations one reads and waits for, timerfd_create(2). After it has
// told of an expiration it sleeps until somebody reads: who has an interval of 1 ns and does not
// read costs nothing.
type TimerFD struct {
	inode
	Clock int // what timerfd_create was told
	now   func() int64

	mu       sync.Mutex
	set      timer.Interval
	count    uint64 // expirations not yet read
	timer    timer.Timer
	canRead  sched.WaitQueue
	watchers Watchers
}

// NewTimerFD opens a timer that is not set; flags may have O_NONBLOCK.
func (fs *FS) NewTimerFD(q *timer.Queue, clock, flags int) *File {
	f := &TimerFD{Clock: clock, now: q.Now}
	f.timer.Init(q, f)
	return fs.anonymous(f, &f.inode, f, flags)
}

// TimerFD returns the timer that is open, nil if it is none.
func (f *File) TimerFD() *TimerFD {
	t, _ := f.stream.(*TimerFD)
	return t
}

// Ring implements timer.Ringer.
func (f *TimerFD) Ring() {
	if f.due() {
		f.canRead.WakeAll()
		f.watchers.Notify(EventIn)
	}
}

func (f *TimerFD) due() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count += f.set.Expire(f.now())
	if f.count == 0 && f.set.Next != 0 {
		f.timer.Set(f.set.Next) // it was changed meanwhile
	}
	return f.count > 0
}

// Set sets the timer and forgets its expirations: timerfd_settime(2). It returns what was left
// until the next one, and the interval.
func (f *TimerFD) Set(v timer.Interval) (left, every int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	left, every = f.set.Left(f.now()), f.set.Every
	f.set, f.count = v, 0
	f.timer.Set(v.Next)
	return left, every
}

// Left returns what is left until the next expiration, and the interval: timerfd_gettime(2).
func (f *TimerFD) Left() (left, every int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.set.Left(f.now()), f.set.Every
}

// Read gives the number of expirations since the last read, or since the timer was set, as 8
// bytes; it waits for one. EINVAL: no room for 8 bytes. EAGAIN, EINTR.
func (f *TimerFD) Read(t *sched.Thread, b []byte, nonblock bool) (int, error) {
	if len(b) < 8 {
		return 0, syscall.EINVAL
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		f.count += f.set.Expire(f.now())
		if f.count > 0 {
			break
		}
		if nonblock {
			return 0, syscall.EAGAIN
		}
		if err := f.canRead.Wait(t, &f.mu); err != nil {
			return 0, err
		}
	}
	binary.LittleEndian.PutUint64(b, f.count)
	f.count = 0
	f.timer.Set(f.set.Next)
	return 8, nil
}

// Write is EINVAL.
func (f *TimerFD) Write(*sched.Thread, []byte, bool) (int, error) { return 0, syscall.EINVAL }

// StreamKind implements what File.StreamKind wants.
func (*TimerFD) StreamKind() string { return "timerfd" }

// Watchers implements what epoll(7) wants.
func (f *TimerFD) Watchers() *Watchers { return &f.watchers }

func (f *TimerFD) ready() Events {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count > 0 {
		return EventIn
	}
	return 0
}

// closed stops the timer when the last descriptor is closed.
func (f *TimerFD) closed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set = timer.Interval{}
	f.timer.Set(0)
}
