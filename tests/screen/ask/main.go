// Ask asks the terminal for its size, by ioctl, and where the cursor is, by an escape sequence, and
// prints the answers.
package main

import (
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

var (
	size struct{ rows, cols, x, y uint16 }
	mode sys.Termios
	got  [64]byte
)

func main() {
	if e := sys.Err(sys.Syscall3(sysIoctl, 0, sys.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))); e != 0 {
		out.Fatal("ask", "TIOCGWINSZ", e)
	}
	out.Out.Str("window ").Int(int(size.cols)).Str(" by ").Int(int(size.rows)).Str(", ").
		Int(int(size.x)).Str(" by ").Int(int(size.y)).Str(" pixels").NL().Flush()
	if e := sys.Tcgetattr(0, &mode); e != 0 {
		out.Fatal("ask", "tcgetattr", e)
	}
	mode.Lflag &^= echo | canonical
	sys.Tcsetattr(0, &mode)
	sys.WriteString(1, "\x1b[20;7H\x1b[6n")
	n := 0
	for n < len(got) && (n == 0 || got[n-1] != 'R') {
		k, e := sys.Read(0, got[n:])
		if e != 0 || k == 0 {
			out.Fatal("ask", "read", e)
		}
		n += k
	}
	out.Out.NL().Str("answer ESC").Str(sys.Text(got[1:n])).NL().Flush()
	for {
		sys.Sleep(60e9)
	}
}

const (
	sysIoctl  = 16
	canonical = 0o2
	echo      = 0o10
)
