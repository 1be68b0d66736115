package tty

import (
	"encoding/binary"
	"syscall"

	"gossamer/kernel/sched"
)

// Requests that package syscall lacks, and the arguments of tcflush(3).
const (
	tcsbrk    = 0x5409
	tcflsh    = 0x540b
	tciflush  = 0
	tcoflush  = 1
	tcioflush = 2
)

// Ioctl does a request of tty_ioctl(2). An argument that is a number is value; for
// one that is a pointer buf is what it points to, of the right length. ENOTTY: the
// request is none of ours. That a new foreground process group exists, and that the
// caller may set it, is the caller's to check.
func (t *TTY) Ioctl(th *sched.Thread, req, value uintptr, buf []byte) error {
	switch req {
	case syscall.TCGETS:
		termios := t.Termios()
		encodeTermios(buf, &termios)
	case syscall.TCSETS, syscall.TCSETS + 1: // TCSETSW: output is out at once
		t.SetTermios(decodeTermios(buf), false)
	case syscall.TCSETS + 2: // TCSETSF
		t.SetTermios(decodeTermios(buf), true)
	case syscall.TIOCGWINSZ:
		t.mu.Lock()
		for i, v := range []uint16{t.winsize.Rows, t.winsize.Cols, t.winsize.X, t.winsize.Y} {
			binary.LittleEndian.PutUint16(buf[2*i:], v)
		}
		t.mu.Unlock()
	case syscall.TIOCSWINSZ:
		u16 := binary.LittleEndian.Uint16
		t.SetWinsize(Winsize{u16(buf), u16(buf[2:]), u16(buf[4:]), u16(buf[6:])})
	case syscall.TIOCGPGRP:
		putInt(buf, t.Foreground())
	case syscall.TIOCSPGRP:
		pgrp := int32(binary.LittleEndian.Uint32(buf))
		if pgrp <= 0 {
			return syscall.EINVAL
		}
		t.SetForeground(int(pgrp))
	case syscall.TIOCINQ:
		t.mu.Lock()
		putInt(buf, t.in.count())
		t.mu.Unlock()
	case syscall.TIOCOUTQ:
		putInt(buf, 0)
	case syscall.TIOCSTI:
		t.Input(buf[:1])
	case syscall.TIOCSCTTY, tcsbrk:
	case tcflsh:
		return t.discard(value)
	default:
		return syscall.ENOTTY
	}
	return nil
}

func (t *TTY) discard(which uintptr) error {
	switch which {
	case tciflush, tcioflush:
		t.mu.Lock()
		t.in.reset()
		t.mu.Unlock()
	case tcoflush:
	default:
		return syscall.EINVAL
	}
	return nil
}

func putInt(buf []byte, v int) { binary.LittleEndian.PutUint32(buf, uint32(v)) }
