package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// builtin runs a command that must change the shell itself; false if st is none.
func builtin(st *stage) bool {
	words := st.argv.Len()
	switch st.argv.At(0) {
	case "cd":
		dir := "/"
		if words > 1 {
			dir = st.argv.At(1)
		} else if home, ok := sys.Getenv("HOME"); ok {
			dir = home
		}
		lastStatus = 0
		if words > 2 {
			usage("cd [DIR]")
		} else if e := sys.Chdir(dir); e != 0 {
			out.Err.Error("cd", dir, e).Flush()
			lastStatus = 1
		}
	case "exit":
		status, ok := lastStatus, true
		if words > 1 {
			status, ok = sys.ParseInt(st.argv.At(1))
		}
		if !ok || words > 2 {
			usage("exit [STATUS]")
			break
		}
		sys.Exit(status & 0xff)
	case "wait":
		waitAll(st)
	default:
		return false
	}
	return true
}

func usage(text string) {
	out.Err.Str("usage: ").Str(text).NL().Flush()
	lastStatus = 2
}

// waitAll waits for one process, or for all children until ^C.
func waitAll(st *stage) {
	pid := -1
	if st.argv.Len() > 1 {
		n, ok := sys.ParseInt(st.argv.At(1))
		if !ok || n <= 0 || st.argv.Len() > 2 {
			usage("wait [PID]")
			return
		}
		pid = n
	}
	lastStatus = 0
	gotBreak = false
	for {
		var status sys.WaitStatus
		got, e := sys.Wait4(pid, &status, 0, nil)
		switch {
		case e == sys.EINTR:
			if gotBreak {
				gotBreak = false
				lastStatus = 128 + sys.SIGINT
				return
			}
			continue
		case e != 0:
			if pid > 0 {
				lastStatus = 127
			}
			return
		}
		report(got, status)
		if pid > 0 {
			lastStatus = status.Code()
			return
		}
	}
}

// reapBackground reports the background processes that have ended.
func reapBackground() {
	for {
		var status sys.WaitStatus
		pid, e := sys.Wait4(-1, &status, sys.WNOHANG, nil)
		if e != 0 || pid <= 0 {
			return
		}
		report(pid, status)
	}
}

func report(pid int, status sys.WaitStatus) {
	if !interactive {
		return
	}
	out.Out.Byte('[').Int(pid).Str("] ")
	if status.Exited() {
		out.Out.Str("ended, status ").Int(status.Status())
	} else {
		out.Out.Str("killed by ").Str(sys.SignalName(status.Signal()))
	}
	out.Out.NL().Flush()
}

const helpText = `Commands:
  PROGRAM WORD...     run a program of /bin, or a file named with a slash
  A | B               A's output is B's input
  A > f  A >> f       output to a file, or to its end; 2> for errors, < for input
  A; B  A && B  A || B  one after the other; if A succeeded; if it failed
  A &                 in the background; wait [PID] waits, ps shows, kill PID ends
  cd DIR, exit N, $?  working folder, leave, last status
  ^C ends a program, ^D ends input, ^U clears the line
Programs in /bin, and the small commands in /bin/box:
`

var listing [8192]byte

// help ends the process it runs in.
func help() {
	out.Out.Str(helpText)
	fd, e := sys.Open("/bin", sys.O_RDONLY|sys.O_DIRECTORY, 0)
	column := 0
	for e == 0 {
		var n int
		n, e = sys.Getdents(fd, listing[:])
		if n <= 0 {
			break
		}
		for rest := listing[:n]; len(rest) > 0; {
			var name []byte
			name, _, rest = sys.Dirent(rest)
			if len(name) == 0 || name[0] == '.' {
				continue
			}
			out.Out.Column().Str("  ").Bytes(name).Pad(14)
			if column++; column == 5 {
				out.Out.NL()
				column = 0
			}
		}
	}
	if column > 0 {
		out.Out.NL()
	}
	out.Out.NL().Flush()
	stages[0].argv.Reset()
	stages[0].argv.Add("box")
	sys.Exec("/bin/box", &stages[0].argv, sys.Envp())
	sys.Exit(0)
}
