package main

import "gossamer/proc"

// testCalls are the system calls that only a test image has.
func testCalls(s *proc.System) map[uint64]proc.Call { return nil }
