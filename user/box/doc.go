// Box is the small commands in one file: ls, cat, ps and so on, each a function.
//
// The name it is called by chooses the command: "ls -l" with box as the file, as the shell
// does for every name it finds nowhere else, or a link /bin/ls to /bin/box. "box ls -l" is
// the same. Every command prints its usage and ends with status 2 on wrong arguments, and
// with 1 when something it tried failed. "box" alone lists them.
//
// Reading order: main.go, text.go, files.go, ls.go, process.go, env.go, lwp.go, lwps.go.
package main
