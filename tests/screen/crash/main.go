// Crash makes the kernel panic, by a system call that only a test image has: the tests of the screen
// look at what is seen of that.
package main

import "gossamer/ulib/sys"

const sysCrash = 1903 // kernel/ktest

func main() {
	sys.Syscall2(sysCrash, 4, 0)
	sys.Sleep(60e9)
	sys.Exit(1)
}
