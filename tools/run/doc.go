// Command run is the runner behind qemu.sh: it builds the kernel image and the
// initramfs, starts QEMU, and turns what the guest did into an exit status.
//
//	run [shell]                 an interactive shell on this terminal
//	run test [REGEX]            the test suite, headless
//	run run PATH [ARG...]       one program; its output and exit status are ours
//	run bench [--json] [REGEX]  the benchmarks, in guest instructions
//	run trace FILE [PATH [ARG...]]  as run, and saves a trace of the kernel as JSON
//	run screenshot FILE [COMMAND...]  the screen as PNG, after a command in the shell
//	run gdb                     as shell, but waits for gdb
//	run matrix [quick]          many machines, each to the shell and one program
//	run bochs                   the image in Bochs, to the shell and one program
//	run build                   only build
//
// # Exit status
//
//	0    passed (run: the program's own status, whatever it is)
//	1    a test failed
//	2    wrong usage, or the build or QEMU failed
//	3    kernel panic, triple fault, or no verdict
//	124  timeout
//
// QEMU leaves with 0 after a triple fault as after a power-off, so status 0 of
// QEMU never means passed: the guest has to write a code to the debug-exit port
// (0x10 pass, 0x11 fail, 0x12 panic; QEMU leaves with twice that plus one), and
// a test run must also show a complete KTAP plan. See verdict.go.
//
// # What the guest sees
//
// COM1 is the console, COM2 the kernel's log, which ends up in build/log.txt. The
// kernel's command line is one of
//
//	init=/bin/init                                        shell, gdb
//	init=/bin/init log=com2 debugexit test [match=REGEX]  test
//	init=/bin/init log=com2 debugexit bench [match=REGEX] bench
//	init=/bin/init log=com2 debugexit [noecho] run=/bin/NAME  run
//
//	init=/bin/init log=com2 debugexit [noecho] run=/bin/NAME trace[=EVENTS]  trace
//
// with "noecho" if our standard input is no terminal: what the
// guest then reads is a file, ended by ^D, and must not be echoed to the output.
// A word with blanks in it stands in double quotes as a whole. For run, the file
// /etc/run holds the arguments, the program's path first, each with a zero byte
// behind it. With debugexit, powering off means writing to the debug-exit port.
// For run the log must have a line "gossamer: exit N", N being the status.
//
// A trace comes out of the guest by the port 0xe9 (isa-debugcon), when the machine stops.
//
// When the console takes input the kernel logs a line "gossamer: console"; what is
// piped into us is held back until then.
//
// The tests print KTAP on the console (ktap.go), the benchmarks lines of the form
// "BENCH name value unit"; ratios.go compares those of user threads, LWPs and processes.
//
// # What is built, in ./build
//
//	kernel      the bootable image, with symbols     user/NAME  programs, with symbols
//	kernel.elf  the same as Go's linker left it      boot.elf   the stub
//	initramfs   the file tree
//
// Two runs at the same time may share a tree: builds take turns (see tools/build), and what
// belongs to one run is in a folder of its own which goes away with the run.
//
// For screenshot the console is on COM1 and the screen, as for a shell.
//
// Read in the order main.go, config.go, filter.go, qemu.go, console.go, ktap.go, verdict.go, then the
// modes: shell.go, test.go, program.go, trace.go, bench.go, screenshot.go, matrix.go, bochs.go; boot.go
// has the ways of booting, probe.go says why KVM is not simply used.
package main
