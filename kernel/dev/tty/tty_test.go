package tty

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// terminal is a TTY with what a test wants to know of it.
type terminal struct {
	*TTY
	mu      sync.Mutex
	screen  bytes.Buffer
	signals []string
	slow    time.Duration // what output takes
}

func (s *terminal) Write(p []byte) (int, error) {
	time.Sleep(s.slow)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.Write(p)
}

func newTerminal(now func() int64) *terminal {
	s := new(terminal)
	s.TTY = New(Config{
		Output: s,
		Signal: func(pgrp int, sig syscall.Signal) {
			s.TTY.Foreground() // must be possible
			s.signals = append(s.signals, fmt.Sprintf("%d:%d", pgrp, int(sig)))
		},
		Now: now,
	})
	s.SetForeground(7)
	return s
}

func (s *terminal) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.screen.String()
	s.screen.Reset()
	return out
}

// reads returns what reading gives until nothing is left, "|" after each Read.
func (s *terminal) reads(size int) string {
	var out strings.Builder
	p := make([]byte, size)
	for {
		n, err := s.Read(nil, p, true)
		if err != nil {
			return out.String()
		}
		out.Write(p[:n])
		out.WriteByte('|')
	}
}

func (s *terminal) change(f func(*syscall.Termios)) {
	v := s.Termios()
	f(&v)
	s.SetTermios(v, false)
}

func raw(v *syscall.Termios) {
	v.Lflag &^= syscall.ICANON | syscall.ECHO | syscall.ISIG | syscall.IEXTEN
	v.Iflag &^= syscall.ICRNL
}

func TestCanonicalInput(t *testing.T) {
	for _, c := range []struct{ typed, reads, shown string }{
		{"hello\n", "hello\n|", "hello\r\n"},
		{"hello\r", "hello\n|", "hello\r\n"},
		{"half", "", "half"},
		{"a\nb\n", "a\n|b\n|", "a\r\nb\r\n"},
		{"ab\x7fc\n", "ac\n|", "ab\b \bc\r\n"},
		{"ab\bc\n", "ac\n|", "ab\b \bc\r\n"},
		{"\x7f\x7fa\n", "a\n|", "a\r\n"},
		{"a\nb\x7f\x7f\x7fc\n", "a\n|c\n|", "a\r\nb\b \bc\r\n"},
		{"one two\x17\n", "one \n|", "one two\b \b\b \b\b \b\r\n"},
		{"one two  \x17x\n", "one x\n|", "one two  \b \b\b \b\b \b\b \b\b \bx\r\n"},
		{"abc\x15d\n", "d\n|", "abc\b \b\b \b\b \bd\r\n"},
		{"h\xc3\xa4\x7fi\n", "hi\n|", "h\xc3\xa4\b \bi\r\n"},
		{"\x01\x7fa\n", "a\n|", "^A\b \b\b \ba\r\n"},
		{"a\tb\x7f\x7fc\n", "ac\n|", "a\tb\b \b\b\b\b\b\b\b\bc\r\n"},
		{"\x04", "|", ""},
		{"abc\x04", "abc|", "abc"},
		{"abc\x04\x04", "abc||", "abc"},
		{"a\x16\x04b\n", "a\x04b\n|", "a^\b^Db\r\n"},
		{"a\x16\x03b\n", "a\x03b\n|", "a^\b^Cb\r\n"},
		{"ab\x12c\n", "abc\n|", "ab^R\r\nabc\r\n"},
		{"lost\x03kept\n", "kept\n|", "lost^Ckept\r\n"},
		{"\x1b[A\n", "\x1b[A\n|", "^[[A\r\n"},
	} {
		for _, bytewise := range []bool{false, true} {
			s := newTerminal(nil)
			if bytewise {
				for i := range len(c.typed) {
					s.Input([]byte{c.typed[i]})
				}
			} else {
				s.Input([]byte(c.typed))
			}
			if got := s.shown(); got != c.shown {
				t.Errorf("%q: shows %q, want %q", c.typed, got, c.shown)
			}
			if got := s.reads(100); got != c.reads {
				t.Errorf("%q: reads %q, want %q", c.typed, got, c.reads)
			}
		}
	}
}

func TestSignals(t *testing.T) {
	s := newTerminal(nil)
	s.Input([]byte("\x03\x1c\x1a\x03"))
	if got := fmt.Sprint(s.signals); got != "[7:2 7:3 7:20]" {
		t.Errorf("signals %s", got)
	}
	s.signals = nil
	s.SetForeground(0)
	s.Input([]byte("\x03"))
	s.SetForeground(9)
	s.change(raw)
	s.Input([]byte("\x03"))
	if len(s.signals) > 0 {
		t.Errorf("signals %s", s.signals)
	}
	s.SetWinsize(Winsize{Rows: 50, Cols: 100})
	s.SetWinsize(Winsize{Rows: 50, Cols: 100})
	if got := fmt.Sprint(s.signals); got != "[9:28]" {
		t.Errorf("signals %s", got)
	}
	s = newTerminal(nil)
	s.change(func(v *syscall.Termios) { v.Lflag |= syscall.NOFLSH })
	s.Input([]byte("a\nb\x03c\n"))
	if got := s.reads(9); got != "a\n|bc\n|" {
		t.Errorf("NOFLSH: %q", got)
	}
}

func TestModes(t *testing.T) {
	s := newTerminal(nil)
	for _, c := range []struct {
		name         string
		set          func(v *syscall.Termios)
		typed, reads string
		shown        string
	}{
		{"raw", raw, "a\r\x04\x7f\x03", "a\r\x04\x7f\x03|", ""},
		{"raw with ICRNL", func(v *syscall.Termios) { raw(v); v.Iflag |= syscall.ICRNL }, "a\r", "a\n|", ""},
		{"no echo", func(v *syscall.Termios) { v.Lflag &^= syscall.ECHO }, "ab\x7f\n", "a\n|", ""},
		{"no echo but newline", func(v *syscall.Termios) { v.Lflag = v.Lflag&^syscall.ECHO | syscall.ECHONL }, "a\n", "a\n|", "\r\n"},
		{"IGNCR", func(v *syscall.Termios) { v.Iflag |= syscall.IGNCR }, "a\rb\n", "ab\n|", "ab\r\n"},
		{"INLCR", func(v *syscall.Termios) { v.Iflag = syscall.INLCR }, "a\n\x04", "a\r|", "a^M"},
		{"ISTRIP", func(v *syscall.Termios) { v.Iflag |= syscall.ISTRIP }, "\xe1\n", "a\n|", "a\r\n"},
		{"no OPOST", func(v *syscall.Termios) { v.Oflag = 0 }, "a\n", "a\n|", "a\n"},
		{"no ECHOCTL", func(v *syscall.Termios) { v.Lflag &^= syscall.ECHOCTL }, "\x01\x7fa\n", "a\n|", "\x01a\r\n"},
		{"no ECHOE", func(v *syscall.Termios) { v.Lflag &^= syscall.ECHOE }, "ab\x7f\n", "a\n|", "ab^?\r\n"},
		{"no ECHOKE", func(v *syscall.Termios) { v.Lflag &^= syscall.ECHOKE }, "ab\x15c\n", "c\n|", "ab^U\r\nc\r\n"},
		{"no IUTF8", func(v *syscall.Termios) { v.Iflag &^= syscall.IUTF8 }, "\xc3\xa4\x7f\n", "\xc3\n|", "\xc3\xa4\b \b\r\n"},
		{"no IEXTEN", func(v *syscall.Termios) { v.Lflag &^= syscall.IEXTEN }, "a\x17\n", "a\x17\n|", "a^W\r\n"},
		{"VEOL", func(v *syscall.Termios) { v.Cc[syscall.VEOL] = ';' }, "a;b\n", "a;|b\n|", "a;b\r\n"},
		{"other VERASE", func(v *syscall.Termios) { v.Cc[syscall.VERASE] = '#' }, "ab#\x7f\n", "a\x7f\n|", "ab\b \b^?\r\n"},
		{"no VKILL", func(v *syscall.Termios) { v.Cc[syscall.VKILL] = 0 }, "a\x00\x15\n", "a\x00\x15\n|", "a^@^U\r\n"},
	} {
		s = newTerminal(nil)
		s.change(c.set)
		s.Input([]byte(c.typed))
		if got := s.shown(); got != c.shown {
			t.Errorf("%s: shows %q, want %q", c.name, got, c.shown)
		}
		if got := s.reads(100); got != c.reads {
			t.Errorf("%s: reads %q, want %q", c.name, got, c.reads)
		}
	}
}

func TestChangeOfModeKeepsInput(t *testing.T) {
	s := newTerminal(nil)
	s.Input([]byte("a\nhalf"))
	s.change(raw)
	if got := s.reads(100); got != "a\nhalf|" {
		t.Errorf("to raw: %q", got)
	}
	s.Input([]byte("xyz"))
	s.SetTermios(defaultTermios, false)
	s.Input([]byte("line\n"))
	if got := s.reads(100); got != "xyzline\n|" && got != "xyz|line\n|" {
		t.Errorf("to canonical: %q", got)
	}
	s.Input([]byte("gone\ngone"))
	s.SetTermios(defaultTermios, true)
	s.Input([]byte("new\n"))
	if got := s.reads(100); got != "new\n|" {
		t.Errorf("flushed: %q", got)
	}
}

func TestInputIsBounded(t *testing.T) {
	s := newTerminal(nil)
	s.Input(bytes.Repeat([]byte("x"), 2*queueSize))
	if !strings.HasSuffix(s.shown(), "\a\a") {
		t.Error("no bell for what is thrown away")
	}
	s.Input([]byte("\n"))
	if got := s.reads(2 * queueSize); got != strings.Repeat("x", queueSize-1)+"\n|" {
		t.Errorf("a full line reads as %d bytes", len(got))
	}
	s.change(raw)
	s.Input(bytes.Repeat([]byte("y"), 2*queueSize))
	if got := s.reads(2 * queueSize); len(got) != queueSize {
		t.Errorf("raw: %d bytes", len(got))
	}
}

func TestOutput(t *testing.T) {
	s := newTerminal(nil)
	long := strings.Repeat("line\n", 1000)
	if n, err := s.TTY.Write(nil, []byte(long), false); n != len(long) || err != nil {
		t.Error(n, err)
	}
	if got := s.shown(); got != strings.Repeat("line\r\n", 1000) {
		t.Errorf("%d bytes of output", len(got))
	}
}

func TestIoctl(t *testing.T) {
	s := newTerminal(nil)
	b := make([]byte, termiosSize)
	if err := s.Ioctl(nil, syscall.TCGETS, 0, b); err != nil || b[17] != 3 || b[17+syscall.VMIN] != 1 {
		t.Errorf("TCGETS: %v, % x", err, b)
	}
	b[12] &^= syscall.ICANON
	b[1] |= 0x04 // IXON, which does nothing here
	if err := s.Ioctl(nil, syscall.TCSETS, 0, b); err != nil {
		t.Error(err)
	}
	if v := s.Termios(); v.Lflag&syscall.ICANON != 0 || v.Iflag&syscall.IXON != 0 || v.Cc[syscall.VINTR] != 3 {
		t.Errorf("%+v", v)
	}
	s.Input([]byte("abc"))
	if err := s.Ioctl(nil, syscall.TIOCINQ, 0, b); err != nil || b[0] != 3 {
		t.Errorf("FIONREAD: %v, %d", err, b[0])
	}
	if err := s.Ioctl(nil, 0x540b, 0, nil); err != nil || s.Readable() {
		t.Errorf("TCFLSH: %v, readable %v", err, s.Readable())
	}
	if err := s.Ioctl(nil, syscall.TIOCGWINSZ, 0, b); err != nil || b[0] != 24 || b[2] != 80 {
		t.Errorf("TIOCGWINSZ: %v, % x", err, b[:8])
	}
	if err := s.Ioctl(nil, syscall.TIOCSPGRP, 0, []byte{1, 1, 0, 0}); err != nil || s.Foreground() != 257 {
		t.Errorf("TIOCSPGRP: %v, %d", err, s.Foreground())
	}
	s.Ioctl(nil, syscall.TIOCINQ, 0, b)
	before := b[0]
	if err := s.Ioctl(nil, syscall.TIOCSTI, 0, []byte("z")); err != nil {
		t.Errorf("TIOCSTI: %v", err)
	}
	if err := s.Ioctl(nil, syscall.TIOCINQ, 0, b); err != nil || b[0] != before+1 {
		t.Errorf("TIOCINQ after TIOCSTI: %v, %d, before %d", err, b[0], before)
	}
	if err := s.Ioctl(nil, syscall.TIOCSPGRP, 0, []byte{0, 0, 0, 128}); err != syscall.EINVAL {
		t.Errorf("TIOCSPGRP, negative: %v", err)
	}
	if err := s.Ioctl(nil, 1, 0, nil); err != syscall.ENOTTY {
		t.Errorf("unknown: %v", err)
	}
}

func FuzzLineDiscipline(f *testing.F) {
	f.Add([]byte("hello\x7f\x17\x15\x04\r\n\x03\x16\x03\x12\t\x7f"), uint32(defaultTermios.Lflag), uint32(defaultTermios.Iflag), uint8(3))
	f.Add([]byte("a\tb\xc3\xa4\x7f\x7f\x7f"), uint32(0xffffffff), uint32(0xffffffff), uint8(0))
	f.Fuzz(func(t *testing.T, typed []byte, lflag, iflag uint32, seed uint8) {
		s := newTerminal(func() int64 { return 1 })
		s.change(func(v *syscall.Termios) { v.Lflag, v.Iflag = lflag, iflag; v.Cc[syscall.VMIN] = seed % 4 })
		p := make([]byte, 1+seed%16)
		for i, c := range typed {
			s.Input([]byte{c})
			q := &s.in
			if q.head > q.line || q.line > q.tail || q.tail-q.head > queueSize {
				t.Fatalf("queue %d ≤ %d ≤ %d", q.head, q.line, q.tail)
			}
			if i%7 == int(seed)%7 {
				if n, err := s.Read(nil, p, true); n > len(p) || err != nil && err != syscall.EAGAIN {
					t.Fatalf("read %d, %v", n, err)
				}
			}
			if i%50 == int(seed)%50 {
				s.change(func(v *syscall.Termios) { v.Lflag ^= uint32(c) })
			}
		}
		s.SetTermios(defaultTermios, false)
		s.Input([]byte("\n"))
		for range 2*queueSize + 2 {
			if _, err := s.Read(nil, p, true); err == syscall.EAGAIN {
				return
			}
		}
		t.Fatal("input never ends")
	})
}
