package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// devices are the terminals that there may be; 0 is the console, which init has open.
var devices = [...]string{"", "/dev/tty1", "/dev/ttyS0"}

// shell is a terminal with a shell on it.
type shell struct {
	device  int
	pid     int // 0: none runs
	started int64
}

// shells has the console's and, if there is such a device, another one.
var shells [2]shell

// runShells keeps a shell running on each terminal, and buries orphans.
func runShells() {
	n := 1
	for i := 1; i < len(devices) && n < len(shells); i++ {
		if fd, e := sys.Open(devices[i], sys.O_RDWR, 0); e == 0 {
			sys.Close(fd)
			shells[n].device = i
			n++
		}
	}
	argv.Reset()
	argv.Add("/bin/sh")
	for {
		for i := range n {
			if s := &shells[i]; s.pid <= 0 {
				s.start()
			}
		}
		var status sys.WaitStatus
		p, e := sys.Wait4(-1, &status, 0, nil)
		if e == sys.ECHILD {
			sys.Sleep(1e9) // no shell could be started
		}
		for i := range n {
			if s := &shells[i]; e == 0 && s.pid == p {
				s.ended()
			}
		}
	}
}

// start runs a shell on s, which has none.
func (s *shell) start() {
	s.started = sys.Now()
	if s.device == 0 {
		s.pid = spawn()
		return
	}
	pid, e := sys.Fork()
	if e != 0 {
		out.Err.Error("init", "fork", e).Flush()
		return
	}
	if pid == 0 {
		sys.Setsid()
		for fd := range 3 {
			sys.Close(fd)
		}
		for range 3 {
			if _, e := sys.Open(devices[s.device], sys.O_RDWR, 0); e != 0 {
				sys.Exit(126)
			}
		}
		execForeground()
	}
	s.pid = pid
}

// ended takes note of the shell's end.
func (s *shell) ended() {
	s.pid = 0
	if piped && s.device == 0 { // the end of the input was the end of the shell
		out.Out.Flush()
		sys.ExitMachine(0)
		sys.Exit(0)
	}
	if sys.Now()-s.started < 1e9 {
		sys.Sleep(1e9) // a shell that cannot start must not take the machine
	}
}
