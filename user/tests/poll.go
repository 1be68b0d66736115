package main

import (
	"unsafe"

	"gossamer/ulib/sys"
)

type pollFD struct {
	fd              int32
	wanted, revents int16
}

type epollEvent struct {
	events uint32
	data   [2]uint32
}

func pollOnce(p []pollFD, ms int) (int, sys.Errno) {
	return sys.Result(sys.Syscall3(7, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(ms)))
}

// Does poll say what is ready, wait for it, and give up in time?
func polls() {
	r, w := pipe()
	p := [...]pollFD{{int32(r), 1, 0}, {int32(w), 4, 0}, {-1, 1, 9}, {1000, 1, 0}}
	n, e := pollOnce(p[:1], 0)
	ok(e, "poll")
	equal(n, 0, "nothing ready")
	n, _ = pollOnce(p[:], -1)
	equal(n, 2, "room to write, and one not open")
	equal(int(p[1].revents), 4, "POLLOUT")
	equal(int(p[2].revents), 0, "no descriptor")
	equal(int(p[3].revents), 0x20, "POLLNVAL")
	pid := fork(func() { sys.Sleep(5e6); sys.WriteString(w, "x") })
	n, e = pollOnce(p[:1], 10000)
	ok(e, "poll")
	equal(n, 1, "woken by a write")
	equal(int(p[0].revents), 1, "POLLIN")
	wait(pid)
	_, e = pollOnce((*[1 << 20]pollFD)(unsafe.Pointer(&p))[:1<<20], 0)
	errno(e, sys.EINVAL, "too many")
	_, e = sys.Result(sys.Syscall3(7, hole(), 1, 0))
	errno(e, sys.EFAULT, "poll at a hole")
}

// Do epoll and eventfd work together, and what do they refuse?
func epolls() {
	set, e := sys.Result(sys.Syscall1(291, 0))
	ok(e, "epoll_create1")
	fd, e := sys.Result(sys.Syscall2(290, 0, 0x800))
	ok(e, "eventfd2")
	ev := epollEvent{events: 1, data: [2]uint32{5, 6}}
	at := uintptr(unsafe.Pointer(&ev))
	ctl := func(op, fd int, want sys.Errno, what string) {
		raw(sys.Syscall4(233, uintptr(set), uintptr(op), uintptr(fd), at), want, what)
	}
	file := create("f")
	ctl(1, file, sys.EPERM, "a regular file")
	ctl(1, 999, sys.EBADF, "a file not open")
	ctl(1, set, sys.EINVAL, "the set itself")
	ctl(3, fd, sys.ENOENT, "modify before add")
	ctl(2, fd, sys.ENOENT, "delete before add")
	ctl(1, fd, sys.OK, "add")
	ctl(1, fd, sys.EEXIST, "add again")
	ctl(4, fd, sys.EINVAL, "no such operation")
	var out [4]epollEvent
	events := func(ms int) int {
		n, e := sys.Result(sys.Syscall6(281, uintptr(set), uintptr(unsafe.Pointer(&out)), 4, uintptr(ms), 0, 8))
		ok(e, "epoll_pwait")
		return n
	}
	equal(events(0), 0, "nothing ready")
	one := [1]uint64{1}
	raw(sys.Syscall3(1, uintptr(fd), uintptr(unsafe.Pointer(&one)), 8), sys.OK, "write")
	raw(sys.Syscall4(232, uintptr(set), hole(), 4, 0), sys.EFAULT, "events to a hole")
	equal(events(-1), 1, "ready")
	equal(int(out[0].data[0]), 5, "data")
	equal(int(out[0].events), 1, "events")
	raw(sys.Syscall3(0, uintptr(fd), uintptr(unsafe.Pointer(&one)), 8), sys.OK, "read")
	equal(int(one[0]), 1, "count")
	raw(sys.Syscall3(0, uintptr(fd), uintptr(unsafe.Pointer(&one)), 8), sys.EAGAIN, "read of 0")
	equal(events(1), 0, "ready no more")
	raw(sys.Syscall4(232, uintptr(set), uintptr(unsafe.Pointer(&out)), 0, 0), sys.EINVAL, "no room")
	raw(sys.Syscall4(232, uintptr(file), uintptr(unsafe.Pointer(&out)), 4, 0), sys.EINVAL, "no set")
	raw(sys.Syscall1(291, 1), sys.EINVAL, "epoll_create1")
	raw(sys.Syscall1(213, 0), sys.EINVAL, "epoll_create")
	raw(sys.Syscall2(290, 0, 2), sys.EINVAL, "eventfd2")
	ok(sys.Close(fd), "close")
	equal(events(0), 0, "closed")
}
