package main

import (
	"gossamer/boot"
	"gossamer/kernel/ktest"
	"gossamer/lwp/sa"
	"gossamer/proc"
)

// testCalls are the system calls that only a test image has.
func testCalls() map[uint64]proc.Call {
	if _, test := boot.Option("test"); !test {
		return nil
	}
	sa.Debug = true
	return ktest.Calls()
}
