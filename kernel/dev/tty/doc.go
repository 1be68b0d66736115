// Package tty is the terminal line discipline: what stands between a serial line and
// the programs that read /dev/console. Semantics are those of POSIX, chapter 11
// "General Terminal Interface", and Linux's termios(3) and tty_ioctl(2), without
// job-control stops (SIGTTIN, SIGTTOU), flow control by ^S/^Q, and modem control.
//
// In canonical mode input is collected into lines that can be edited: erase (^H and
// DEL alike, whichever of the two VERASE is), word erase ^W, kill ^U, reprint ^R,
// literal next ^V, end of file ^D. In raw mode (ICANON off) bytes are read as they
// come, by VMIN and VTIME. In both, with ISIG, ^C, ^\ and ^Z send signals to the
// foreground process group. Flags that have no effect here read back as 0.
//
//	driver's goroutine ─▶ Input ─▶ queue ─▶ Read ─▶ thread
//	                        │echo
//	        driver ◀─ out ◀─┴──────────── Write ◀─ thread
//
// # Locks
//
// TTY.writing is held for one Write, so that concurrent writes do not mix, then
// TTY.mu for each piece of it; mu guards all else and is held while the driver's
// Write runs. The driver must not call the TTY from there, nor block by package
// sched. Signals are sent, and readers woken, after mu has been released. Input may
// be called by any goroutines: a terminal can have several keyboards.
//
// Reading order: tty, termios, queue, input, edit, output, read, ioctl.
package tty
