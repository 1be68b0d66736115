package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

var candidate sys.Path

// runPipeline runs stages[:nstages] and sets lastStatus from the last of them.
func runPipeline() {
	if nstages == 1 && !background && builtin(&stages[0]) {
		return
	}
	var pids [maxStages]int
	group := 0
	input := -1 // read end of the pipe from the stage before
	n := 0
	for ; n < nstages; n++ {
		next := [2]int32{-1, -1}
		if n+1 < nstages {
			if e := sys.Pipe2(&next, sys.O_CLOEXEC); e != 0 {
				out.Err.Error("sh", "pipe", e).Flush()
				break
			}
		}
		pid, e := sys.Fork()
		if e != 0 {
			out.Err.Error("sh", "fork", e).Flush()
			if next[0] >= 0 {
				sys.Close(int(next[0]))
				sys.Close(int(next[1]))
			}
			break
		}
		if pid == 0 {
			child(&stages[n], group, input, int(next[1]))
		}
		pids[n] = pid
		if group == 0 {
			group = pid
		}
		if interactive {
			sys.Setpgid(pid, group)
			if n == 0 && !background {
				sys.SetForeground(0, group)
			}
		}
		if input >= 0 {
			sys.Close(input)
		}
		if next[1] >= 0 {
			sys.Close(int(next[1]))
		}
		input = int(next[0])
	}
	if input >= 0 {
		sys.Close(input)
	}
	if n < nstages {
		lastStatus = 1
	}
	if background {
		if n == nstages {
			lastStatus = 0
		}
		if interactive && n > 0 {
			out.Out.Byte('[').Int(pids[n-1]).Str("]\n").Flush()
		}
		return
	}
	for i := range n {
		status := waitFor(pids[i], &stages[i])
		if i == nstages-1 {
			lastStatus = status
		}
	}
	if interactive {
		sys.SetForeground(0, shellGroup)
	}
}

// waitFor waits for a foreground process and returns its status.
func waitFor(pid int, st *stage) int {
	var status sys.WaitStatus
	for {
		_, e := sys.Wait4(pid, &status, sys.WUNTRACED, nil)
		if e == sys.EINTR {
			continue
		}
		if e != 0 {
			return 127
		}
		break
	}
	if status.Stopped() {
		out.Err.NL().Str("sh: ").Str(st.argv.At(0)).Str(" stopped; kill -CONT ").Int(pid).Str(" lets it go on\n").Flush()
		return 128 + int(status>>8&0xff)
	}
	if status.Signaled() {
		switch sig := status.Signal(); sig {
		case sys.SIGINT:
			if interactive {
				out.Out.NL().Flush()
			}
		case sys.SIGPIPE:
		default:
			out.Err.Str("sh: ").Str(st.argv.At(0)).Str(" (").Int(pid).Str("): ").Str(sys.SignalName(sig))
			out.Err.Str(" (").Int(sig).Str(")\n").Flush()
		}
	}
	return status.Code()
}

// child becomes one stage: its group, its descriptors, its program. It does not return.
func child(st *stage, group, input, output int) {
	if interactive {
		sys.Setpgid(0, group)
		if !background {
			if group == 0 {
				group = sys.Getpid()
			}
			sys.SetForeground(0, group)
		}
		sys.Default(sys.SIGINT)
		sys.Default(sys.SIGQUIT)
		sys.Default(sys.SIGTSTP)
		sys.Default(sys.SIGTTOU)
		sys.Default(sys.SIGTTIN)
	} else if background && input < 0 {
		// Without groups a background command must not eat the shell's input.
		if fd, e := sys.Open("/dev/null", sys.O_RDONLY, 0); e == 0 {
			sys.Dup2(fd, 0)
			sys.Close(fd)
		}
	}
	if input >= 0 {
		sys.Dup2(input, 0)
	}
	if output >= 0 {
		sys.Dup2(output, 1)
	}
	for i := range st.nredirect {
		r := &st.redirects[i]
		from := r.dup
		if from < 0 {
			name := st.files.At(r.file)
			fd, e := sys.Open(name, r.flags, 0o644)
			if e != 0 {
				out.Err.Error("sh", name, e).Flush()
				sys.Exit(1)
			}
			from = fd
		}
		if from == r.fd {
			continue
		}
		if _, e := sys.Dup2(from, r.fd); e != 0 {
			out.Err.Error("sh", "redirection", e).Flush()
			sys.Exit(1)
		}
		if r.dup < 0 {
			sys.Close(from)
		}
	}
	name := st.argv.At(0)
	if name == "help" {
		help()
	}
	e := execute(name, st)
	out.Err.Error("sh", name, e).Flush()
	if e == sys.ENOENT {
		sys.Exit(127)
	}
	sys.Exit(126)
}

// execute tries the file, or each folder of PATH and then box; it returns only on failure.
func execute(name string, st *stage) sys.Errno {
	if sys.Index(name, "/") >= 0 {
		return sys.Exec(name, &st.argv, sys.Envp())
	}
	path, ok := sys.Getenv("PATH")
	if !ok {
		path = "/bin"
	}
	e := sys.ENOENT
	for path != "" {
		dir := path
		path = ""
		if i := sys.Index(dir, ":"); i >= 0 {
			dir, path = dir[:i], dir[i+1:]
		}
		if x := sys.Exec(candidate.Reset().Add(dir).Elem(name).String(), &st.argv, sys.Envp()); x != sys.ENOENT && x != sys.ENOTDIR {
			e = x
		}
	}
	if e == sys.ENOENT {
		// The small commands need no links: box goes by the name it is called.
		if x := sys.Exec("/bin/box", &st.argv, sys.Envp()); x != sys.ENOENT {
			e = x
		}
	}
	return e
}
