package fs_test

import (
	"bytes"
	"syscall"
	"testing"

	"gossamer/kernel/dev/tty"
	"gossamer/kernel/fs"
	"gossamer/kernel/mem/memtest"
	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

// Does a terminal serve as a device, as far as File is concerned?
func TestConsole(t *testing.T) {
	tree := fs.New(memtest.New(t, 32<<20))
	var screen bytes.Buffer
	console := tty.New(tty.Config{Output: &screen, Signal: func(int, syscall.Signal) {}})
	if err := tree.AddDevice("/console", fs.Rdev(5, 1), 0o600, console); err != nil {
		t.Fatal(err)
	}
	f, err := tree.Open(nil, tree.Root(), "/console", syscall.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 100)
	if _, err := f.Read(nil, b); err != syscall.EAGAIN || f.Ready(fs.EventIn|fs.EventOut) != fs.EventOut {
		t.Errorf("no input: %v, ready %#x", err, f.Ready(fs.EventIn|fs.EventOut))
	}
	console.Input([]byte("line\r"))
	if f.Ready(fs.EventIn|fs.EventOut) != fs.EventIn|fs.EventOut {
		t.Errorf("input: ready %#x", f.Ready(fs.EventIn|fs.EventOut))
	}
	if n, err := f.Read(nil, b); string(b[:n]) != "line\n" || err != nil {
		t.Errorf("read %q, %v", b[:n], err)
	}
	f.Write(nil, []byte("out\n"))
	if screen.String() != "line\r\nout\r\n" {
		t.Errorf("screen %q", screen.String())
	}
	if _, err := f.Seek(0, 0); err != syscall.ESPIPE {
		t.Errorf("seek: %v", err)
	}
	// Every request that IoctlSize knows is served, with a buffer of that size.
	for req := uintptr(0x5400); req < 0x5480; req++ {
		in, out, ok := fs.IoctlSize(req)
		err := f.Ioctl(nil, req, 0, bytes.Repeat([]byte{1}, max(in, out)))
		if ok != (err == nil) || !ok && err != syscall.ENOTTY {
			t.Errorf("request %#x: %v", req, err)
		}
	}
}

func newTree(t *testing.T) *fs.FS { return fs.New(memtest.New(t, 32<<20)) }

// Does poll wake for what becomes ready, and only for what is wanted?
func TestPoll(t *testing.T) {
	m := schedtest.Boot(t)
	r, w := newTree(t).NewPipe(0)
	defer r.Close()
	files := []fs.PollFile{{File: r, Wanted: fs.EventIn}, {}, {File: w, Wanted: 0}}
	m.Run(t, func(th *sched.Thread) {
		if n, err := fs.Poll(th, files, m.Now()+1e6); n != 0 || err != nil {
			t.Errorf("nothing ready: %d, %v", n, err)
		}
	})
	waiter := m.Spawn(t, "poller", func(th *sched.Thread) {
		if n, err := fs.Poll(th, files, 0); n != 1 || err != nil || files[0].Ready != fs.EventIn {
			t.Errorf("poll = %d, %v, ready %#x", n, err, files[0].Ready)
		}
	})
	waiter.Await(t, sched.Blocked)
	w.Write(nil, []byte("x"))
	waiter.Wait(t)
	r.Read(nil, make([]byte, 9))
	waiter = m.Spawn(t, "poller", func(th *sched.Thread) {
		if n, err := fs.Poll(th, files[:1], 0); n != 1 || err != nil || files[0].Ready != fs.EventHup {
			t.Errorf("closed: %d, %v, ready %#x", n, err, files[0].Ready)
		}
	})
	waiter.Await(t, sched.Blocked)
	w.Close()
	waiter.Wait(t)
}

// Does an entry report as its flags say: level, edge, once; and is it gone with its file?
func TestEpoll(t *testing.T) {
	m := schedtest.Boot(t)
	tree := newTree(t)
	m.Run(t, func(th *sched.Thread) {
		set := tree.NewEpoll()
		defer set.Close()
		e := set.Epoll()
		r, w := tree.NewPipe(0)
		defer w.Close()
		wait := func(want int, what string) {
			t.Helper()
			out := make([]fs.EpollEvent, 4)
			n, err := e.Wait(th, out, m.Now()+1e5)
			if n != want || err != nil || n > 0 && out[0] != (fs.EpollEvent{Events: 1, Data: 77}) {
				t.Errorf("%s: %d, %v, %v; want %d", what, n, err, out[:n], want)
			}
		}
		errno := func(got, want syscall.Errno, what string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		ev := fs.EpollEvent{Events: 1, Data: 77}
		errno(e.Add(r, 3, ev), 0, "add")
		errno(e.Add(r, 3, ev), syscall.EEXIST, "add again")
		errno(e.Modify(r, 4, ev), syscall.ENOENT, "modify another")
		errno(e.Delete(w, 3), syscall.ENOENT, "delete another")
		errno(e.Add(set, 5, ev), syscall.EINVAL, "a set")
		wait(0, "empty")
		w.Write(nil, []byte("ab"))
		wait(1, "level")
		wait(1, "level again")
		ev.Events |= fs.EpollEdge
		errno(e.Modify(r, 3, ev), 0, "edge")
		wait(1, "edge")
		wait(0, "edge again")
		w.Write(nil, []byte("c"))
		wait(1, "next edge")
		ev.Events = 1 | fs.EpollOneShot
		errno(e.Modify(r, 3, ev), 0, "once")
		wait(1, "once")
		w.Write(nil, []byte("d"))
		wait(0, "once again")
		errno(e.Modify(r, 3, ev), 0, "once more")
		wait(1, "once more")
		ev.Events = 1
		errno(e.Delete(r, 3), 0, "delete")
		wait(0, "deleted")
		errno(e.Add(r, 3, ev), 0, "add after delete")
		wait(1, "added")
		r.Close()
		wait(0, "closed")
	})
}

// Does a counter count, block and wake as eventfd(2) says?
func TestEventFD(t *testing.T) {
	m := schedtest.Boot(t)
	f := newTree(t).NewEventFD(3, false, 0)
	b := make([]byte, 8)
	read := func(th *sched.Thread, want byte) {
		if n, err := f.Read(th, b); n != 8 || err != nil || b[0] != want {
			t.Errorf("read %d, %v: %v, want %d", n, err, b, want)
		}
	}
	m.Run(t, func(th *sched.Thread) {
		read(th, 3)
		if f.Ready(fs.EventIn|fs.EventOut) != fs.EventOut {
			t.Error("ready when empty")
		}
		if _, err := f.Read(th, b[:7]); err != syscall.EINVAL {
			t.Errorf("7 bytes: %v", err)
		}
		if _, err := f.Write(th, bytes.Repeat([]byte{255}, 8)); err != syscall.EINVAL {
			t.Errorf("all ones: %v", err)
		}
	})
	reader := m.Spawn(t, "reader", func(th *sched.Thread) { read(th, 2) })
	reader.Await(t, sched.Blocked)
	m.Run(t, func(th *sched.Thread) { f.Write(th, []byte{2, 0, 0, 0, 0, 0, 0, 0}) })
	reader.Wait(t)
	f = newTree(t).NewEventFD(2, true, syscall.O_NONBLOCK)
	m.Run(t, func(th *sched.Thread) {
		read(th, 1)
		read(th, 1)
		if _, err := f.Read(th, b); err != syscall.EAGAIN {
			t.Errorf("empty semaphore: %v", err)
		}
	})
}
