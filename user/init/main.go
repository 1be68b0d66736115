// Init is process 1: it starts what the kernel command line asks for and buries orphans.
//
//	run=PATH        PATH is the only foreground program; its end ends the machine, with its
//	                status or 128 + the signal that killed it. Its arguments, PATH first,
//	                stand in /etc/run, a zero byte behind each; without that file they are
//	                the words that follow on the command line.
//	test            the same with /bin/tests
//	bench           the same with /bin/bench
//	match=FILTER    the argument of tests and bench: which of them to run
//	noecho          the console's input is no terminal: it is not echoed, and the end of the
//	                first shell ends the machine
//	(none)          /bin/sh on the console, again and again, and another one on the terminal that
//	                there is beside it if console= has parted serial line and screen
//
// A word that contains blanks stands in double quotes as a whole. Words given to init
// itself take the place of the command line. Programs get the time-stamp counter at init's
// first instruction as the variable INIT_TSC.
package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

var (
	cmdline [4096]byte
	length  int
	argv    sys.Vector
	env     sys.Vector
	scratch sys.Path
	runFile [12 << 10]byte
	piped   bool
)

func main() {
	openConsole()
	sys.Setsid()
	// A process that is not in the foreground may still hand the terminal on.
	sys.Ignore(sys.SIGTTOU)
	env.Add("PATH=/bin")
	env.Add("HOME=/")
	env.Add("TERM=linux")
	env.Add(scratch.Reset().Add("INIT_TSC=").Int(int(sys.EntryTSC())).String())
	readCommandLine()
	if wanted() {
		status := reapUntil(spawn())
		out.Out.Flush()
		sys.ExitMachine(status)
		sys.Exit(status)
	}
	runShells()
}

// openConsole makes descriptors 0, 1 and 2 the console if the kernel has not.
func openConsole() {
	if _, e := sys.Fcntl(2, sys.F_GETFD, 0); e == 0 {
		return
	}
	for range 3 {
		sys.Open("/dev/console", sys.O_RDWR, 0)
	}
}

func readCommandLine() {
	if sys.Argc() > 1 {
		n := 0
		for i := 1; i < sys.Argc(); i++ {
			n += copy(cmdline[n:], "\"")
			n += copy(cmdline[n:], sys.Arg(i))
			n += copy(cmdline[n:], "\" ")
		}
		length = n
		return
	}
	fd, e := sys.Open("/proc/cmdline", sys.O_RDONLY, 0)
	if e != 0 {
		out.Err.Error("init", "/proc/cmdline", e).Flush()
		return
	}
	n, e := sys.Read(fd, cmdline[:])
	if e != 0 {
		n = 0
	}
	sys.Close(fd)
	length = n
}

// nextWord splits off the first word of s; "" is the end.
func nextWord(s string) (word, rest string) {
	for s != "" && (s[0] == ' ' || s[0] == '\n' || s[0] == '\t') {
		s = s[1:]
	}
	if s != "" && s[0] == '"' {
		s = s[1:]
		for i := range len(s) {
			if s[i] == '"' {
				return s[:i], s[i+1:]
			}
		}
		return s, ""
	}
	return sys.Field(s)
}

// wanted fills argv from the command line; false if it names no program.
func wanted() bool {
	rest := sys.Text(cmdline[:length])
	program, filter := "", ""
	for {
		var w string
		w, rest = nextWord(rest)
		switch {
		case w == "":
			if program == "" {
				return false
			}
			argv.Add(program)
			if filter != "" {
				argv.Add(filter)
			}
			return true
		case sys.HasPrefix(w, "run="):
			if argumentsFromFile() {
				return true
			}
			for w = w[len("run="):]; w != ""; w, rest = nextWord(rest) {
				argv.Add(w)
			}
			return argv.Len() > 0
		case w == "test":
			program = "/bin/tests"
		case w == "bench":
			program = "/bin/bench"
		case sys.HasPrefix(w, "match="):
			filter = w[len("match="):]
		case w == "noecho":
			piped = true
			noEcho()
		}
	}
}

// argumentsFromFile fills argv from /etc/run.
func argumentsFromFile() bool {
	text, _ := sys.ReadFile("/etc/run", runFile[:])
	start := 0
	for i := range len(text) {
		if text[i] == 0 {
			if !argv.Add(text[start:i]) {
				out.Fatal("init", "/etc/run", sys.E2BIG)
			}
			start = i + 1
		}
	}
	return argv.Len() > 0
}

func noEcho() {
	const echo = 0o10
	var t sys.Termios
	if sys.Tcgetattr(0, &t) == 0 {
		t.Lflag &^= echo
		sys.Tcsetattr(0, &t)
	}
}

// spawn runs argv in a process group of its own, in the foreground of the console.
func spawn() (pid int) {
	out.Out.Flush()
	pid, e := sys.Fork()
	if e != 0 {
		out.Err.Error("init", "fork", e).Flush()
		return -1
	}
	if pid == 0 {
		sys.Setpgid(0, 0)
		execForeground()
	}
	sys.Setpgid(pid, pid)
	sys.SetForeground(0, pid)
	return pid
}

// execForeground replaces this process, which leads a group, by argv in the foreground of its
// terminal.
func execForeground() {
	sys.SetForeground(0, sys.Getpid())
	sys.Default(sys.SIGTTOU)
	e := sys.Exec(argv.At(0), &argv, env.Envp())
	out.Err.Error("init", argv.At(0), e).Flush()
	if e == sys.ENOENT {
		sys.Exit(127)
	}
	sys.Exit(126)
}

// reapUntil waits for every child, orphans included, until pid has ended, and returns its
// status as a shell would.
func reapUntil(pid int) int {
	for pid > 0 {
		var status sys.WaitStatus
		p, e := sys.Wait4(-1, &status, 0, nil)
		if e == sys.EINTR {
			continue
		}
		if e != 0 {
			break
		}
		if p == pid {
			return status.Code()
		}
	}
	return 125
}
