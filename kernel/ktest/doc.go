// Package ktest holds the tests that can only run inside the kernel: of the Go runtime in
// ring 0, of memory protection, of interrupts. A test image makes them reachable by two
// system calls (Name and Run, as gossamer_ktest and gossamer_ktest_run); the system tests in
// user/tests run each and report it as kernel/NAME. A third call, Crash, makes bugs on
// purpose.
//
// A test returns nil or what went wrong. It runs on the kernel thread of the calling LWP and
// must leave the machine as it found it.
package ktest
