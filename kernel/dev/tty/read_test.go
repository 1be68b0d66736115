package tty

import (
	"syscall"
	"testing"
	"time"

	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

func TestALineIsReadInParts(t *testing.T) {
	s := newTerminal(nil)
	s.Input([]byte("abcdefg\nhi\n"))
	if got := s.reads(3); got != "abc|def|g\n|hi\n|" {
		t.Error(got)
	}
	s.Input([]byte("abc\x04")) // the mark goes with the third byte: no end of file follows
	if got := s.reads(3); got != "abc|" {
		t.Error(got)
	}
}

func TestReaderSleepsUntilALineIsComplete(t *testing.T) {
	m := schedtest.Boot(t)
	s := newTerminal(m.Now)
	p := make([]byte, 10)
	var n int
	var err error
	read := func() *schedtest.Running {
		th := m.Spawn(t, "reader", func(th *sched.Thread) { n, err = s.Read(th, p, false) })
		th.Await(t, sched.Blocked)
		return th
	}
	th := read()
	s.Input([]byte("a"))
	time.Sleep(2 * time.Millisecond)
	if th.State() != sched.Blocked {
		t.Error("half a line ended the read")
	}
	s.Input([]byte("\n"))
	th.Wait(t)
	if string(p[:n]) != "a\n" || err != nil {
		t.Errorf("%q, %v", p[:n], err)
	}
	th = read()
	th.Interrupt()
	th.Wait(t)
	if err != syscall.EINTR {
		t.Errorf("interrupted: %v", err)
	}
	th = read()
	s.Input([]byte("x"))
	s.change(raw)
	th.Wait(t)
	if string(p[:n]) != "x" || err != nil {
		t.Errorf("raw mode under a reader: %q, %v", p[:n], err)
	}
}

// POSIX 11.1.7, cases A to D.
func TestRawReadByMinAndTime(t *testing.T) {
	m := schedtest.Boot(t)
	m.Manual(t)
	s := newTerminal(m.Now)
	set := func(min, time uint8) {
		s.change(func(v *syscall.Termios) { raw(v); v.Cc[syscall.VMIN], v.Cc[syscall.VTIME] = min, time })
	}
	p := make([]byte, 5)
	n := -1
	read := func() *schedtest.Running {
		return m.Spawn(t, "reader", func(th *sched.Thread) { n, _ = s.Read(th, p, false) })
	}
	ends := func(what string, th *schedtest.Running, want string) {
		t.Helper()
		th.Wait(t)
		if string(p[:n]) != want {
			t.Errorf("%s: %q, want %q", what, p[:n], want)
		}
	}
	sleeps := func(what string, th *schedtest.Running) {
		t.Helper()
		th.Await(t, sched.Blocked)
	}

	set(3, 2)
	th := read()
	sleeps("A, before the first byte", th)
	m.Advance(time.Second)
	sleeps("A, before the first byte", th)
	s.Input([]byte("a"))
	time.Sleep(5 * time.Millisecond)
	sleeps("A, one byte", th)
	m.Advance(150 * time.Millisecond)
	s.Input([]byte("b"))
	time.Sleep(5 * time.Millisecond)
	sleeps("A, timer restarted", th)
	m.Advance(150 * time.Millisecond)
	time.Sleep(5 * time.Millisecond)
	sleeps("A, timer restarted", th)
	m.Advance(100 * time.Millisecond)
	ends("A, time between bytes", th, "ab")
	th = read()
	sleeps("A", th)
	s.Input([]byte("xyz"))
	ends("A, enough bytes", th, "xyz")

	set(3, 0)
	th = read()
	s.Input([]byte("12"))
	time.Sleep(5 * time.Millisecond)
	sleeps("B, too few", th)
	s.Input([]byte("3"))
	ends("B", th, "123")
	set(200, 0)
	s.Input([]byte("1234567"))
	ends("B, more than there is room for", read(), "12345")
	s.Ioctl(nil, 0x540b, 0, nil)

	set(0, 2)
	th = read()
	sleeps("C", th)
	m.Advance(250 * time.Millisecond)
	ends("C, nothing in time", th, "")
	th = read()
	sleeps("C", th)
	s.Input([]byte("q"))
	ends("C, a byte in time", th, "q")

	set(0, 0)
	ends("D", read(), "")
}
