package main

import (
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// A command's function returns the exit status.
type command struct {
	name  string
	usage string
	run   func() int
}

var commands = [...]command{
	{"cat", "cat [FILE…]", cat},
	{"cp", "cp FROM TO", cp},
	{"echo", "echo [-n] [WORD…]", echo},
	{"env", "env [NAME=VALUE…] [PROGRAM [ARG…]]", env},
	{"false", "false", no},
	{"free", "free", free},
	{"head", "head [-n LINES] [FILE]", head},
	{"kill", "kill [-SIGNAL] PID…   (a negative PID is a process group)", kill},
	{"ls", "ls [-l] [PATH…]", ls},
	{"lwps", "lwps [-b] [-n TIMES]", lwpsCommand},
	{"mkdir", "mkdir DIR…", mkdir},
	{"mv", "mv FROM TO", mv},
	{"poweroff", "poweroff", poweroff},
	{"ps", "ps [-L]   (-L: a line for each LWP)", ps},
	{"pwd", "pwd", pwd},
	{"reboot", "reboot", reboot},
	{"rm", "rm [-r] PATH…", rm},
	{"sleep", "sleep SECONDS[.FRACTION]", sleep},
	{"uptime", "uptime", uptime},
	{"wc", "wc [FILE…]", wc},
}

var (
	current uintptr // address of the one that runs; no pointer, which would want a write barrier
	shift   int     // 1 when called as "box NAME …"
	failed  bool
	buf     [64 << 10]byte
)

func main() {
	name := sys.Base(sys.Arg(0))
	if name == "box" {
		shift = 1
		name = sys.Arg(1)
	}
	for i := range commands {
		if commands[i].name == name {
			current = uintptr(unsafe.Pointer(&commands[i]))
			status := commands[i].run()
			if failed && status == 0 {
				status = 1
			}
			out.Exit(status)
		}
	}
	if name != "" {
		out.Err.Str(name).Str(": no such command; \"help\" lists what there is\n").Flush()
		sys.Exit(127)
	}
	for i := range commands {
		out.Out.Str("  ").Str(commands[i].usage).NL()
	}
	out.Exit(0)
}

func running() *command { return (*command)(unsafe.Pointer(current)) }

// argc and arg are the command's own arguments; arg(0) is its name.
func argc() int        { return sys.Argc() - shift }
func arg(i int) string { return sys.Arg(i + shift) }

// usage ends the program with the current command's usage.
func usage() { out.Usage(running().usage) }

// wantArgs ends the program unless there are min…max arguments after the name.
func wantArgs(min, max int) {
	if n := argc() - 1; n < min || n > max {
		usage()
	}
}

// fail reports an error and goes on; the exit status will be 1.
func fail(path string, e sys.Errno) {
	out.Out.Flush()
	out.Err.Error(running().name, path, e).Flush()
	failed = true
}
