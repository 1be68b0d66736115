package ksyscall

import (
	"encoding/binary"
	"math"
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/proc"
)

// Waiting for files: poll(2), epoll(7), eventfd(2).

// milliseconds returns the deadline that a timeout means: none for a negative one.
func milliseconds(l *proc.LWP, r uint64) int64 {
	ms := int32(r)
	if ms < 0 {
		return 0
	}
	return max(1, later(l.Process().System().Now(), int64(ms)*1e6))
}

// waiting makes a call that waits until a deadline, with the signal mask of which the address
// is given, if it is not 0. An interrupted call that is made again keeps its deadline.
func waiting(l *proc.LWP, deadline int64, maskAt, size uint64, wait func(deadline int64) (int, error)) (uint64, syscall.Errno) {
	var mask *proc.Sigset
	if maskAt != 0 {
		if size != proc.SigsetSize {
			return 0, syscall.EINVAL
		}
		mask = new(proc.Sigset)
		if errno := get(l, maskAt, mask); errno != 0 {
			return 0, errno
		}
	}
	if deadline != 0 {
		deadline = l.Resume(deadline)
	}
	var n int
	errno := l.WithMask(mask, func() syscall.Errno {
		var err error
		n, err = wait(deadline)
		return proc.Errno(err)
	})
	if errno == syscall.EINTR && deadline != 0 {
		l.Interrupt(deadline)
	}
	return uint64(n), errno
}

const (
	pollNval   = 0x20 // POLLNVAL: not open
	pollFDSize = 8    // struct pollfd: int fd; short events, revents
)

func poll(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return pollFiles(l, a[0], a[1], milliseconds(l, a[2]), 0, 0)
}

func ppoll(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	deadline, errno := limitAt(l, a[2])
	if errno != 0 {
		return 0, errno
	}
	return pollFiles(l, a[0], a[1], deadline, a[3], a[4])
}

func pollFiles(l *proc.LWP, at, count uint64, deadline int64, maskAt, size uint64) (uint64, syscall.Errno) {
	if count = uint64(uint32(count)); count > uint64(l.Process().Files().Limit()) {
		return 0, syscall.EINVAL
	}
	raw := make([]byte, pollFDSize*count)
	if err := l.Space().CopyIn(raw, mem.VirtAddr(at)); err != nil {
		return result(err)
	}
	files := make([]fs.PollFile, count)
	bad := 0
	for i := range files {
		b := raw[pollFDSize*i:]
		fd := int(int32(binary.LittleEndian.Uint32(b)))
		wanted := binary.LittleEndian.Uint16(b[4:])
		binary.LittleEndian.PutUint16(b[6:], 0)
		if fd < 0 {
			continue
		}
		f, errno := l.Process().Files().Get(fd)
		if errno != 0 {
			binary.LittleEndian.PutUint16(b[6:], pollNval)
			bad++
			continue
		}
		defer f.Close()
		files[i].File, files[i].Wanted = f, fs.Events(wanted|wanted>>6&5) // POLLRDNORM, POLLWRNORM
	}
	if bad > 0 {
		deadline = 1
	}
	n, errno := waiting(l, deadline, maskAt, size, func(deadline int64) (int, error) {
		return fs.Poll(l.Thread, files, deadline)
	})
	if errno != 0 {
		return 0, errno
	}
	for i := range files {
		if b := raw[pollFDSize*i:]; files[i].File != nil {
			ready := uint16(files[i].Ready)
			ready = (ready | ready&5<<6) & (binary.LittleEndian.Uint16(b[4:]) | uint16(fs.EventErr|fs.EventHup))
			binary.LittleEndian.PutUint16(b[6:], ready)
		}
	}
	if err := l.Space().CopyOut(mem.VirtAddr(at), raw); err != nil {
		return result(err)
	}
	return n + uint64(bad), 0
}

func epollCreate(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if int32(a[0]) <= 0 {
		return 0, syscall.EINVAL
	}
	return addNew(l, false, func(s *fs.FS) *fs.File { return s.NewEpoll() })
}

func epollCreate1(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if int32(a[0])&^syscall.EPOLL_CLOEXEC != 0 {
		return 0, syscall.EINVAL
	}
	return addNew(l, int32(a[0]) != 0, func(s *fs.FS) *fs.File { return s.NewEpoll() })
}

// addNew gives a new file a descriptor. ENFILE: the kernel's heap is used up; EMFILE.
func addNew(l *proc.LWP, cloexec bool, open func(*fs.FS) *fs.File) (uint64, syscall.Errno) {
	if !heapOK(l) {
		return 0, syscall.ENFILE
	}
	f := open(l.Process().System().FS)
	fd, errno := l.Process().Files().Add(f, 0, cloexec)
	if errno != 0 {
		f.Close()
	}
	return uint64(fd), errno
}

const epollEventSize = 12 // struct epoll_event is packed

func epollCtl(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	var ev fs.EpollEvent
	if int32(a[1]) != syscall.EPOLL_CTL_DEL {
		var b [epollEventSize]byte
		if err := l.Space().CopyIn(b[:], mem.VirtAddr(a[3])); err != nil {
			return result(err)
		}
		ev.Events, ev.Data = binary.LittleEndian.Uint32(b[:]), binary.LittleEndian.Uint64(b[4:])
	}
	set, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer set.Close()
	f, errno := l.Process().Files().Get(fd(a[2]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	e := set.Epoll()
	if e == nil || f == set {
		return 0, syscall.EINVAL
	}
	switch int32(a[1]) {
	case syscall.EPOLL_CTL_ADD:
		if !heapOK(l) {
			return 0, syscall.ENOMEM
		}
		return 0, e.Add(f, fd(a[2]), ev)
	case syscall.EPOLL_CTL_MOD:
		return 0, e.Modify(f, fd(a[2]), ev)
	case syscall.EPOLL_CTL_DEL:
		return 0, e.Delete(f, fd(a[2]))
	}
	return 0, syscall.EINVAL
}

func epollWait(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return waitEpoll(l, a, 0)
}

func epollPwait(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return waitEpoll(l, a, a[4])
}

const maxEpollBatch = 128 // entries that one call returns at most

func waitEpoll(l *proc.LWP, a *[6]uint64, maskAt uint64) (uint64, syscall.Errno) {
	count := int32(a[2])
	if count <= 0 || count > math.MaxInt32/epollEventSize {
		return 0, syscall.EINVAL
	}
	set, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer set.Close()
	e := set.Epoll()
	if e == nil {
		return 0, syscall.EINVAL
	}
	out := make([]fs.EpollEvent, min(count, maxEpollBatch))
	n, errno := waiting(l, milliseconds(l, a[3]), maskAt, a[5], func(deadline int64) (int, error) {
		return e.Wait(l.Thread, out, deadline)
	})
	if errno != 0 {
		return 0, errno
	}
	b := make([]byte, 0, epollEventSize*n)
	for _, ev := range out[:n] {
		b = binary.LittleEndian.AppendUint32(b, ev.Events)
		b = binary.LittleEndian.AppendUint64(b, ev.Data)
	}
	return n, proc.Errno(l.Space().CopyOut(mem.VirtAddr(a[1]), b))
}

const (
	efdSemaphore = 1
	efdFlags     = efdSemaphore | syscall.O_CLOEXEC | syscall.O_NONBLOCK
)

func eventfd(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return newEventFD(l, a[0], 0) }

func eventfd2(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return newEventFD(l, a[0], int(int32(a[1])))
}

func newEventFD(l *proc.LWP, count uint64, flags int) (uint64, syscall.Errno) {
	if flags&^efdFlags != 0 {
		return 0, syscall.EINVAL
	}
	return addNew(l, flags&syscall.O_CLOEXEC != 0, func(s *fs.FS) *fs.File {
		return s.NewEventFD(uint64(uint32(count)), flags&efdSemaphore != 0, flags)
	})
}
