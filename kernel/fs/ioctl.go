package fs

import (
	"encoding/binary"
	"syscall"
)

// Requests of ioctl(2) that package syscall lacks.
const (
	tcsbrk = 0x5409 // tcdrain(3); the argument is a number
	tcflsh = 0x540b // tcflush(3); the argument is a number
)

const (
	termiosSize = 36 // the kernel's struct termios: NCCS is 19, not the C library's 32
	winsizeSize = 8
	intSize     = 4
)

// IoctlSize says how many bytes the argument of an ioctl request points to, to be
// copied in before and out after the call; both are 0 if it is a number. Not ok: the
// request is unknown, ENOTTY.
func IoctlSize(req uintptr) (in, out int, ok bool) {
	switch req {
	case syscall.TCGETS:
		return 0, termiosSize, true
	case syscall.TCSETS, syscall.TCSETS + 1, syscall.TCSETS + 2:
		return termiosSize, 0, true
	case syscall.TIOCGWINSZ:
		return 0, winsizeSize, true
	case syscall.TIOCSWINSZ:
		return winsizeSize, 0, true
	case syscall.TIOCGPGRP, syscall.TIOCINQ, syscall.TIOCOUTQ:
		return 0, intSize, true
	case syscall.TIOCSTI:
		return 1, 0, true
	case syscall.TIOCSPGRP:
		return intSize, 0, true
	case syscall.TIOCSCTTY, tcsbrk, tcflsh:
		return 0, 0, true
	}
	return 0, 0, false
}

func putInt(buf []byte, v int) { binary.LittleEndian.PutUint32(buf, uint32(v)) }
