// Sh is the command interpreter.
//
//	sh                 reads commands from standard input, with a prompt on a terminal
//	sh FILE [ARG…]     from a file
//	sh -c TEXT [ARG…]  from its argument
//
// A line is a list of pipelines joined by ; & && and ||. A command is words and
// redirections: < file, > file, >> file, 2> file, 2>> file, 2>&1, >&2. Words may be quoted:
// '…' keeps everything, "…" all but $ and \, and \ the next character. $? is the last
// status, $$ the shell's process, $0…$9 its arguments, $# their number, $NAME the
// environment's. # begins a comment. Nothing spans two lines.
//
// Built in are cd, exit, wait and help. Other commands are files: with a slash as they are,
// without one in the folders of PATH (/bin if it is not set), or one of the small commands
// in /bin/box.
//
// On a terminal every pipeline is a process group of its own, in the foreground unless it
// ends with &, so that ^C reaches it and nothing else. Without a terminal no groups are
// made.
//
// Reading order: main.go, parse.go, run.go, builtin.go.
package main
