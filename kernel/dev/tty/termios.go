package tty

import (
	"encoding/binary"
	"syscall"
)

// The flags that mean something here; others cannot be set.
const (
	iflags = syscall.ISTRIP | syscall.INLCR | syscall.IGNCR | syscall.ICRNL | syscall.IMAXBEL | syscall.IUTF8
	oflags = syscall.OPOST | syscall.ONLCR
	lflags = syscall.ISIG | syscall.ICANON | syscall.ECHO | syscall.ECHOE | syscall.ECHOK | syscall.ECHONL |
		syscall.ECHOCTL | syscall.ECHOKE | syscall.NOFLSH | syscall.IEXTEN
)

var defaultTermios = syscall.Termios{
	Iflag: syscall.ICRNL | syscall.IMAXBEL | syscall.IUTF8,
	Oflag: syscall.OPOST | syscall.ONLCR,
	Cflag: syscall.B38400 | syscall.CS8 | syscall.CREAD | syscall.CLOCAL,
	Lflag: lflags &^ (syscall.NOFLSH | syscall.ECHONL),
	Cc: [32]uint8{
		syscall.VINTR:    'C' - '@',
		syscall.VQUIT:    '\\' - '@',
		syscall.VERASE:   0x7f,
		syscall.VKILL:    'U' - '@',
		syscall.VEOF:     'D' - '@',
		syscall.VMIN:     1,
		syscall.VSUSP:    'Z' - '@',
		syscall.VREPRINT: 'R' - '@',
		syscall.VWERASE:  'W' - '@',
		syscall.VLNEXT:   'V' - '@',
	},
}

// termiosSize is that of the kernel's struct termios: four words of flags, c_line,
// and 19 control characters.
const (
	termiosSize = 36
	ccOffset    = 17
	ccCount     = termiosSize - ccOffset
)

func encodeTermios(b []byte, t *syscall.Termios) {
	binary.LittleEndian.PutUint32(b[0:], t.Iflag)
	binary.LittleEndian.PutUint32(b[4:], t.Oflag)
	binary.LittleEndian.PutUint32(b[8:], t.Cflag)
	binary.LittleEndian.PutUint32(b[12:], t.Lflag)
	b[16] = t.Line
	copy(b[ccOffset:termiosSize], t.Cc[:])
}

func decodeTermios(b []byte) (t syscall.Termios) {
	t.Iflag = binary.LittleEndian.Uint32(b[0:])
	t.Oflag = binary.LittleEndian.Uint32(b[4:])
	t.Cflag = binary.LittleEndian.Uint32(b[8:])
	t.Lflag = binary.LittleEndian.Uint32(b[12:])
	copy(t.Cc[:ccCount], b[ccOffset:termiosSize])
	return t
}

// Termios returns the terminal's attributes, as tcgetattr(3).
func (t *TTY) Termios() syscall.Termios {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.termios
}

// SetTermios sets what can be set of the attributes, as tcsetattr(3); flush: input
// not read yet is thrown away first. A line begun in canonical mode can be read at
// once after a change to raw mode, and the other way round.
func (t *TTY) SetTermios(new syscall.Termios, flush bool) {
	new.Iflag &= iflags
	new.Oflag &= oflags
	new.Lflag &= lflags
	new.Line = 0
	t.mu.Lock()
	if flush {
		t.in.reset()
	}
	if (t.termios.Lflag^new.Lflag)&syscall.ICANON != 0 {
		t.in.finish()
	}
	t.literal = false
	t.termios = new
	t.mu.Unlock()
	t.readable.WakeAll() // the conditions of reading are others now
}

func (t *TTY) iflag(f uint32) bool { return t.termios.Iflag&f != 0 }
func (t *TTY) lflag(f uint32) bool { return t.termios.Lflag&f != 0 }

// is says whether c is the control character at index cc; 0 is none.
func (t *TTY) is(c byte, cc int) bool { return c != 0 && c == t.termios.Cc[cc] }
