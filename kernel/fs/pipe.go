package fs

import (
	"math"
	"sync"
	"syscall"

	"gossamer/kernel/frame"
	"gossamer/kernel/sched"
)

const (
	// PipeSize is how many bytes a pipe holds.
	PipeSize = pipePages * pageSize
	// PipeBuf is the size up to which a write to a pipe is atomic.
	PipeBuf = 4096

	pipePages = 16
)

// Pipe is a pipe, as pipe(7): a ring of page frames, each allocated when it is first
// written to and kept until both ends are closed. An empty ring starts again at its
// first page, so a pipe that passes small messages touches one page only.
//
// Who changes the ring under mu wakes sleepers after releasing it, since they want it
// first thing; a sleeper looks again at what it waited for.
type Pipe struct {
	inode

	mu           sync.Mutex
	head, tail   uint // bytes read and written since the ring was empty last
	pages        [pipePages]*[pageSize]byte
	frames       [pipePages]frame.Frame // valid where pages is not nil
	readers      int                    // open files at each end
	writers      int
	readersWait  bool // perhaps somebody sleeps on canRead, since the last wake
	writersWait  bool // same for canWrite
	writersWant  uint // the least room that one of those is content with
	canRead      sched.WaitQueue
	canWrite     sched.WaitQueue
	watchers     Watchers
	rFile, wFile File // the first two Files, allocated along
}

// NewPipe makes a pipe and opens its ends; flags may have O_NONBLOCK.
func (fs *FS) NewPipe(flags int) (r, w *File) {
	p := &Pipe{readers: 1, writers: 1}
	fs.initInode(&p.inode, KindPipe, 0o600)
	p.dev = devPipe
	p.nlink.Store(1)
	return p.end(&p.rFile, syscall.O_RDONLY|flags&syscall.O_NONBLOCK),
		p.end(&p.wFile, syscall.O_WRONLY|flags&syscall.O_NONBLOCK)
}

func (p *Pipe) end(f *File, flags int) *File {
	f.node, f.stream = p, p
	f.flags.Store(uint32(flags))
	f.refs.Store(1)
	return f
}

// StreamKind implements what File.StreamKind wants.
func (*Pipe) StreamKind() string { return "pipe" }

// Watchers implements what epoll(7) wants.
func (p *Pipe) Watchers() *Watchers { return &p.watchers }

// Read takes what is there, at least one byte; 0 at end of file: nobody can write.
// EAGAIN, EINTR.
func (p *Pipe) Read(t *sched.Thread, b []byte, nonblock bool) (int, error) {
	p.mu.Lock()
	// The path of small messages: everything that is wanted, or there, in one page.
	at := p.head % pageSize
	n := min(uint(len(b)), p.tail-p.head)
	if n > 0 && n <= pageSize-at && !p.writersWait {
		copy(b[:n], p.pages[p.head/pageSize%pipePages][at:])
		p.taken(n)
		p.mu.Unlock()
		p.watchers.Notify(EventOut)
		return int(n), nil
	}
	done, wake, err := p.read(t, b, nonblock)
	if wake {
		p.wake(&p.canWrite, t)
	}
	if done > 0 {
		p.watchers.Notify(EventOut)
	}
	return done, err
}

// read is Read in general. It is called with mu held and releases it.
func (p *Pipe) read(t *sched.Thread, b []byte, nonblock bool) (n int, wake bool, err error) {
	for len(b) != 0 && p.head == p.tail {
		if p.writers == 0 {
			break
		}
		if nonblock {
			err = syscall.EAGAIN
			break
		}
		p.readersWait = true
		if err = p.canRead.Wait(t, &p.mu); err != nil {
			break
		}
	}
	if err == nil && len(b) != 0 && p.head != p.tail {
		n = p.take(b)
		if p.writersWait && p.room() >= p.writersWant {
			p.writersWait = false
			wake = true
		}
	}
	p.mu.Unlock()
	return n, wake, err
}

// Write writes all of b, blocking for room; a write of at most PipeBuf bytes goes in
// one piece or not at all. A longer one that ends early returns what it has done.
// EPIPE: nobody can read. EAGAIN, EINTR, ENOMEM.
func (p *Pipe) Write(t *sched.Thread, b []byte, nonblock bool) (int, error) {
	p.mu.Lock()
	// The path of small messages: there is room in a page that is already there.
	at := p.tail % pageSize
	page := p.pages[p.tail/pageSize%pipePages]
	n := uint(len(b))
	if n > 0 && n <= pageSize-at && n <= p.room() && page != nil && p.readers > 0 {
		copy(page[at:], b)
		p.tail += n
		wake := p.readersWait
		p.readersWait = false
		p.mu.Unlock()
		if wake {
			p.wake(&p.canRead, t)
		}
		p.watchers.Notify(EventIn)
		return len(b), nil
	}
	done, wake, err := p.write(t, b, nonblock)
	if wake {
		p.wake(&p.canRead, t)
	}
	if done > 0 {
		p.watchers.Notify(EventIn)
	}
	return done, err
}

// write is Write in general. It is called with mu held and releases it.
func (p *Pipe) write(t *sched.Thread, b []byte, nonblock bool) (n int, wake bool, err error) {
	defer p.mu.Unlock()
	if len(b) == 0 {
		return 0, false, nil
	}
	atomic := len(b) <= PipeBuf
	told := 0 // of n, those that Watchers know of
	for {
		if p.readers == 0 {
			err = syscall.EPIPE
			break
		}
		// want is the least room worth going on with.
		want := uint(min(len(b), PipeBuf))
		if nonblock && !atomic {
			want = 1
		}
		if room := p.room(); room >= want {
			part := b[:min(uint(len(b)), room)]
			done := p.put(part, atomic)
			n += done
			b = b[done:]
			if done < len(part) {
				err = syscall.ENOMEM
				break
			}
			if len(b) == 0 {
				break
			}
			continue
		}
		if nonblock {
			err = syscall.EAGAIN
			break
		}
		if n > told { // without the lock, doc.go; so look again
			told = n
			p.mu.Unlock()
			p.watchers.Notify(EventIn)
			p.mu.Lock()
			continue
		}
		if n > 0 && p.readersWait {
			p.readersWait = false
			p.canRead.WakeAll()
		}
		if !p.writersWait || want < p.writersWant {
			p.writersWant = want
		}
		p.writersWait = true
		if err = p.canWrite.Wait(t, &p.mu); err != nil {
			break
		}
	}
	if n > 0 {
		err = nil
		wake = p.readersWait
		p.readersWait = false
	}
	return n, wake, err
}

// wake wakes all in q, which t, nil for none of the scheduler's threads, has something for.
func (p *Pipe) wake(q *sched.WaitQueue, t *sched.Thread) {
	if t == nil {
		q.WakeAll()
	} else {
		q.WakeNext(t)
	}
}

func (p *Pipe) room() uint { return PipeSize - (p.tail - p.head) }

// take moves bytes from the ring, which is not empty, to b. mu held.
func (p *Pipe) take(b []byte) int {
	at := p.head % pageSize
	if n := min(uint(len(b)), p.tail-p.head); n <= pageSize-at {
		copy(b[:n], p.pages[p.head/pageSize%pipePages][at:])
		p.taken(n)
		return int(n)
	}
	n := 0
	for n < len(b) && p.head != p.tail {
		at := p.head % pageSize
		part := p.pages[p.head/pageSize%pipePages][at:min(pageSize, at+p.tail-p.head)]
		done := copy(b[n:], part)
		n += done
		p.taken(uint(done))
	}
	return n
}

// taken notes that n bytes have been read. mu held.
func (p *Pipe) taken(n uint) {
	p.head += n
	if p.head == p.tail {
		p.head, p.tail = 0, 0
	}
}

// put moves b, for which there is room, to the ring, and returns how much of it
// there was memory for; if whole is set, all or nothing. mu held.
func (p *Pipe) put(b []byte, whole bool) int {
	for page := p.tail / pageSize; page <= (p.tail+uint(len(b))-1)/pageSize; page++ {
		if p.pages[page%pipePages] == nil && !p.allocate(page%pipePages) {
			if whole || page*pageSize <= p.tail {
				return 0
			}
			b = b[:page*pageSize-p.tail]
			break
		}
	}
	for rest := b; len(rest) > 0; {
		done := copy(p.pages[p.tail/pageSize%pipePages][p.tail%pageSize:], rest)
		rest = rest[done:]
		p.tail += uint(done)
	}
	return len(b)
}

func (p *Pipe) allocate(page uint) bool {
	f, ok := p.fs.takeFrame()
	if ok {
		p.frames[page], p.pages[page] = f, p.fs.frames.Bytes(f)
	}
	return ok
}

// close closes one open file at one end.
func (p *Pipe) close(writer bool) {
	p.gone(writer)
	p.watchers.Notify(EventIn | EventOut | EventErr | EventHup)
}

func (p *Pipe) gone(writer bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if writer {
		p.writers--
	} else {
		p.readers--
	}
	switch {
	case p.readers == 0 && p.writers == 0:
		p.free()
	case p.writers == 0:
		p.canRead.WakeAll()
	case p.readers == 0:
		p.canWrite.WakeAll()
	}
}

func (p *Pipe) free() {
	for i, b := range p.pages {
		if b != nil {
			p.pages[i] = nil
			p.fs.giveFrame(p.frames[i])
		}
	}
	p.head, p.tail = 0, 0
}

// buffered is how many bytes can be read, as ioctl(FIONREAD).
func (p *Pipe) buffered() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(min(p.tail-p.head, math.MaxInt32))
}

// ready says what one end is ready for.
func (p *Pipe) ready(writer bool) (ready Events) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case writer && p.readers == 0:
		return EventOut | EventErr
	case writer:
		if p.room() >= PipeBuf {
			ready |= EventOut
		}
	default:
		if p.head != p.tail {
			ready |= EventIn
		}
		if p.writers == 0 {
			ready |= EventHup
		}
	}
	return ready
}
