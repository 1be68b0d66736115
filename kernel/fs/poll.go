package fs

import (
	"sync"
	"sync/atomic"
	"syscall"

	"gossamer/kernel/sched"
)

// Watchers is those who want to be told when what a stream is ready for may have changed: a
// device that has
//
//	Watchers() *Watchers
//
// can be waited for by poll(2) and epoll(7). After each change, and without a lock that Ready
// takes, it calls Notify. The zero value is ready for use.
//
// Nothing is missed: the device first changes, then looks whether anybody watches; who wants
// to know first watches, then looks what is ready.
type Watchers struct {
	n    atomic.Int32
	mu   sync.Mutex
	head *watcher
}

// watcher is one entry. told is called with the Watchers locked.
type watcher struct {
	told       interface{ notify(Events) }
	next, prev *watcher
}

// Notify says that the stream may have become ready for some events.
func (s *Watchers) Notify(ev Events) {
	if s.n.Load() != 0 {
		s.notify(ev)
	}
}

func (s *Watchers) notify(ev Events) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := s.head; w != nil; w = w.next {
		w.told.notify(ev)
	}
}

func (s *Watchers) add(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n.Add(1)
	if w.next = s.head; w.next != nil {
		w.next.prev = w
	}
	s.head = w
}

func (s *Watchers) remove(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n.Add(-1)
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		s.head = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
}

// watchers returns those of an open file, nil if it is always ready.
func (f *File) watchers() *Watchers {
	if s, ok := f.stream.(interface{ Watchers() *Watchers }); ok {
		return s.Watchers()
	}
	return nil
}

// A PollFile is a file to wait for.
type PollFile struct {
	File   *File  // nil: none, never ready
	Wanted Events // EventErr and EventHup are always wanted
	Ready  Events // set by Poll
	w      watcher
}

// poller is who waits in Poll.
type poller struct {
	mu    sync.Mutex
	fired bool
	queue sched.WaitQueue
}

func (p *poller) notify(Events) {
	p.mu.Lock()
	p.fired = true
	p.mu.Unlock()
	p.queue.WakeAll()
}

// Poll waits until one of the files is ready for what is wanted, and returns how many are:
// 0 at the deadline, which is none if it is 0. EINTR.
func Poll(t *sched.Thread, files []PollFile, deadline int64) (int, error) {
	if n := scan(files); n > 0 {
		return n, nil
	}
	p, told := new(poller), false
	for i := range files {
		if f := &files[i]; f.File != nil {
			if s := f.File.watchers(); s != nil {
				f.w = watcher{told: p}
				s.add(&f.w)
				defer s.remove(&f.w)
				told = true
			}
		}
	}
	if !told {
		p.mu.Lock()
		defer p.mu.Unlock()
		if err := t.AwaitInterrupt(&p.mu, deadline); err != syscall.ETIMEDOUT {
			return 0, err
		}
		return 0, nil
	}
	for {
		if n := scan(files); n > 0 {
			return n, nil
		}
		if err := p.wait(t, deadline); err == syscall.ETIMEDOUT {
			return scan(files), nil
		} else if err != nil {
			return 0, err
		}
	}
}

func (p *poller) wait(t *sched.Thread, deadline int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.fired {
		if err := p.queue.WaitDeadline(t, &p.mu, deadline); err != nil {
			return err
		}
	}
	p.fired = false
	return nil
}

func scan(files []PollFile) (n int) {
	for i := range files {
		if f := &files[i]; f.File != nil {
			if f.Ready = f.File.Ready(f.Wanted); f.Ready != 0 {
				n++
			}
		}
	}
	return n
}
